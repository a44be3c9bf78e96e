package templates

// CustomerPage is the overview of one customer: the billing profile, its default
// address, and what this portal changed.
type CustomerPage struct {
	Page
	Customer    Customer
	Banner      *Banner     // the result of a save, focused
	Draft       *DraftNote  // an unfinished edit; nil when there is none
	EditURL     string      // "" when the operator may not edit
	ReadAt      Time        // when the billing profile was read
	Editing     []string    // who else has the form open, the one seen last first
	Unsettled   []Unsettled // saves without an end, whoever's
	Profile     []Fact
	Address     []Fact
	Unread      bool   // the billing profile could not be read: no facts, no Edit
	RetryURL    string // this page again
	Trail       []TrailEntry
	HistoryURL  string // all changes
	TrailUnread bool   // the trail could not be read; the rest of the page stands
}

// DraftNote offers to go on with an unfinished edit of this customer.
type DraftNote struct {
	Draft
	Moved string // what became of the profile since; "" when it is as it was
	More  int    // how many other drafts of the customer there are
}

// TrailEntry is one change: who, when, what before and after.
type TrailEntry struct {
	Title   string // "4 items changed"
	By      string // "" when nobody can tell
	Mine    bool
	At      Time
	Note    string // what sets it apart from a save through this portal's form; "" for none
	Changes []Change
	Gone    string // why there are none
	URL     string // of the change's own page
}

func (e TrailEntry) icon() string {
	if e.Mine {
		return "user"
	}
	return "pen"
}
