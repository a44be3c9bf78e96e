package templates

import (
	"context"

	"github.com/a-h/templ"
)

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
	Who      string // "" when nobody can tell
	You      bool   // it is the operator's own
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
	Who        string // "" when nobody can tell
	You        bool   // it is the operator's own
	Deed       Deed
	What       string // "email and phone"; "" with DeedSaved
	At         Time
	Notes      []Note
	Changes    []Change
	NoBefore   bool   // only what was saved is known
	Gone       string // why there are no values
	About      []Fact
	Undo       *Undo // nil when the operator may not edit, or nothing can be put back
}

// Deed is what a change did.
type Deed string

// The deeds.
const (
	DeedChanged Deed = "changed" // items, which are known
	DeedTried   Deed = "tried"   // to change them: whether it did is not certain
	DeedSaved   Deed = "saved"   // the profile, and nobody tells what
)

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

func (p HistoryPage) heading(ctx context.Context) string {
	if p.Customer == nil {
		return say(ctx, "changes.title")
	}
	return say(ctx, "history.title")
}

func (p HistoryPage) caption(ctx context.Context) string {
	if p.Customer == nil {
		return say(ctx, "changes.caption")
	}
	return say(ctx, "history.caption")
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

// did says who did what.
func (p ChangePage) did() templ.Component {
	by := "who"
	switch {
	case p.You:
		by = "you"
	case p.Who == "":
		by = "somebody"
	}
	return sentence("change.did."+string(p.Deed)+"."+by, "who", name(p.Who), "what", p.What)
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
