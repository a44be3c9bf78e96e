package templates

// HomePage is the first page after sign-in.
type HomePage struct {
	Page
	Drafts       []Draft       // unfinished edits, those typed last first
	DraftsUnread bool          // some drafts could not be read
	Unsettled    []Unsettled   // own saves whose outcome is not known, newest first
	Customers    []CustomerRow // opened lately, newest first
}

// Unsettled is a save of the operator that has no known outcome yet.
type Unsettled struct {
	CustomerName string
	URL          string // of the result page
	Items        string // "3 items", ready to print
	At           Time
	Running      bool // still being sent; otherwise the answer was lost
}
