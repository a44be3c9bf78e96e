package templates

// ReviewPage shows what a save would change, before anything is saved.
type ReviewPage struct {
	Page
	Customer  Customer
	Action    string // where Save posts
	ETag      string // hidden inputs; empty ones are left out
	Key       string
	CSRF      string
	Banner    *Banner
	Changes   []Change
	Unchanged []Fact
	Warnings  []Note // such as an address that was not confirmed
	BackURL   string // back to editing, everything typed kept
	Until     Time
}
