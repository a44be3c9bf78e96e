package templates

// ReviewPage shows what a save would change, before anything is saved.
type ReviewPage struct {
	Page
	Customer  Customer
	Action    string // where Save posts
	HereURL   string // of the form, which notes that it is still open
	ETag      string // hidden inputs; empty ones are left out
	Key       string
	CSRF      string
	Banner    *Banner
	Unsettled []Unsettled // saves of this customer that have no end yet
	Changes   []Change
	Unchanged []Fact
	Warnings  []Note // such as an address that was not confirmed
	Reason    Field  // why the change is made
	KeptAt    Time   // when the changes were kept as a draft
	Until     Time
	Left      string // how many seconds the session lasts, for the script
}

func (p ReviewPage) problems() []problem {
	if p.Reason.Error == "" {
		return nil
	}
	return []problem{{p.Reason.id(), p.Reason.Error}}
}
