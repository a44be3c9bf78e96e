package templates

// HistoryPage lists changes, newest first: those of one customer, or the change log of
// all.
type HistoryPage struct {
	Page
	Customer  *Customer // nil in the change log
	Filter    ChangeFilter
	Zone      string // in which the times are told: "UTC+11"
	Rows      []ChangeRow
	Sight     *Note  // why changes made outside the portal may be missing; nil: none are
	NextURL   string // "" on the last page
	NewestURL string // "" on the first page
	ExportURL string
}

// ChangeFilter is the filter as it stands in the address. Texts that could not be
// understood stay as they were typed, with a complaint.
type ChangeFilter struct {
	Action    string // the page without a filter
	Who       string
	From, To  string // days, as a date input has them
	Via       string
	Ways      []Option
	All       bool   // of the change log, which can be filtered by customer
	Customer  string // a tenant ID, or the beginning of a name
	Customers []Link // those that a name fits, to choose one
	Errors    map[string]string
}

// ChangeRow is one change in a list.
type ChangeRow struct {
	URL      string
	At       Time
	Who      string // "You" for one's own; "" when nobody can tell
	Via      string
	Items    string // "Email, default address, phone"
	Remark   string // a word on a change that is not like the others; "" for none
	Customer string // change log only: its name, or the tenant ID
}

// ChangePage is one change: what was changed, by whom, and the way back.
type ChangePage struct {
	Page
	Customer   Customer
	HistoryURL string
	Banner     *Banner
	Who        string // "You" for one's own; "" when nobody can tell
	Did        string // "changed email and phone"
	At         Time
	Notes      []Note
	Changes    []Change
	NoBefore   bool   // only what was saved is known
	Gone       string // why there are no values
	About      []Fact
	Undo       *Undo // nil when the operator may not edit, or nothing can be put back
}

// Undo is the form that starts an edit with the values from before a change.
type Undo struct {
	Action, CSRF string
	Items        []UndoItem
	Error        string
}

// UndoItem is one item that can be put back.
type UndoItem struct {
	Name, Label, Value string
	Checked            bool
}

func (p HistoryPage) heading() string {
	if p.Customer == nil {
		return "Change log"
	}
	return "History"
}

func (p HistoryPage) caption() string {
	if p.Customer == nil {
		return "Changes of all customers, newest first"
	}
	return "Changes of this customer, newest first"
}

// on reports whether anything is left out by the filter.
func (f ChangeFilter) on() bool { return f.Who+f.From+f.To+f.Via+f.Customer != "" }

// wrong are the complaints about the filter, in the order of its inputs.
func (f ChangeFilter) wrong() []problem {
	var list []problem
	for _, name := range []string{"customer", "who", "from", "to"} {
		if text := f.Errors[name]; text != "" {
			list = append(list, problem{name, text})
		}
	}
	return list
}

// about is what a screen reader adds to "View", so that no two links sound alike.
func (r ChangeRow) about() string {
	who := r.Who
	if who == "" {
		who = notKnown
	}
	return " change by " + who + ", " + r.At.Text
}

func (i UndoItem) id() string { return "item-" + i.Name }

// first is the id of the first choice, where the summary's link leads.
func (u *Undo) first() string { return u.Items[0].id() }

func (u *Undo) flaws() int {
	if u == nil || u.Error == "" {
		return 0
	}
	return 1
}
