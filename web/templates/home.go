package templates

// HomePage is the first page after sign-in.
type HomePage struct {
	Page
	Drafts        []Draft       // unfinished edits, those typed last first
	DraftsUnread  bool          // some drafts could not be read
	Unsettled     []Unsettled   // own saves that want an eye, newest first
	News          []Unsettled   // own saves that were in doubt and have an end nobody has seen yet
	Customers     []CustomerRow // opened lately, newest first
	DraftsOutside int           // further drafts, of customers outside the portfolio
	SavesOutside  int           // further saves for Unsettled and News, of such customers
}
