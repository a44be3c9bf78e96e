package templates

// DiscardPage asks once more before a draft goes, and shows what would go with it.
// With scripts its part #ask stands in a dialog over the page before.
type DiscardPage struct {
	Page
	Customer Customer
	Action   string
	CSRF     string
	Changes  []Change
	SavedAt  Time   // when the draft was kept last
	KeepURL  string // back to the form
}
