// Package merge compares versions of a billing profile's form text by items: the three-way
// merge after somebody else saved, and the list of changes for review and history. It is
// pure.
//
// An item is what people decide about as one: an address mixed from two versions is wrong
// even if each line is right, so the whole address is an item, but for its recipient and
// phone.
//
// Not for use outside the portal.
package merge

import (
	"slices"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// Item is a group of names that belong together.
type Item string

// The items.
const (
	Company   Item = "companyName"
	Contact   Item = "contact"
	Email     Item = "email"
	Language  Item = "language"
	Address   Item = "address"
	Recipient Item = "recipient"
	Phone     Item = "phone"
)

// Items returns all items in page order. The slice is the caller's own.
func Items() []Item {
	return []Item{Company, Contact, Email, Language, Address, Recipient, Phone}
}

// Names returns the wire names of an item; nil for an item that does not exist.
func (i Item) Names() []string {
	switch i {
	case Company:
		return []string{forms.CompanyName}
	case Contact:
		return []string{forms.FirstName, forms.LastName}
	case Email:
		return []string{forms.Email}
	case Language:
		return []string{forms.Language, forms.Culture}
	case Address:
		return []string{
			forms.Country, forms.Region, forms.City, forms.State, forms.District,
			forms.AddressLine1, forms.AddressLine2, forms.AddressLine3, forms.PostalCode,
		}
	case Recipient:
		return []string{forms.RecipientFirst, forms.RecipientMiddle, forms.RecipientLast}
	case Phone:
		return []string{forms.Phone}
	}
	return nil
}

// Label returns what an item is called, the same in every country.
func (i Item) Label() words.Message {
	switch i {
	case Contact:
		return words.M("item.contact")
	case Language:
		return words.M("item.language")
	case Address:
		return words.M("item.address")
	case Recipient:
		return words.M("item.recipient")
	}
	if names := i.Names(); len(names) == 1 {
		return forms.Label(names[0], "")
	}
	return words.M(string(i))
}

// same reports whether two versions agree in the item, after normalising.
func (i Item) same(a, b forms.Values) bool { return forms.Agree(a, b, i.Names()...) }

// of returns the item's values of a version; names without text are left out.
func (i Item) of(v forms.Values) forms.Values {
	out := forms.Values{}
	for _, name := range i.Names() {
		if v[name] != "" {
			out[name] = v[name]
		}
	}
	return out
}

// Case is what a merge finds in an item.
type Case int

// The cases of a merge.
const (
	Unchanged Case = iota // nobody changed it
	Theirs                // only the other side did: theirs is taken
	Mine                  // only this side did: mine is taken
	Same                  // both did, to the same
	Clash                 // both did, differently: needs a choice
)

// Line is one item of a merge with the item's values in all three versions. Base is nil
// when it is lost.
type Line struct {
	Item               Item
	Case               Case
	Base, Theirs, Mine forms.Values
}

// Result is a merge, one line per item in page order.
type Result struct {
	Lines        []Line
	theirs, mine forms.Values
}

// Merge compares, item by item, what the form was opened with, what is there now and what
// was typed. With base nil (lost), every difference between theirs and mine needs a choice.
func Merge(base, theirs, mine forms.Values) Result {
	r := Result{theirs: theirs, mine: mine}
	for _, i := range Items() {
		l := Line{Item: i, Case: caseOf(i, base, theirs, mine), Theirs: i.of(theirs), Mine: i.of(mine)}
		if base != nil {
			l.Base = i.of(base)
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

func caseOf(i Item, base, theirs, mine forms.Values) Case {
	agree := i.same(theirs, mine)
	switch {
	case base == nil && agree:
		return Unchanged
	case base == nil:
		return Clash
	case agree && i.same(base, theirs):
		return Unchanged
	case agree:
		return Same
	case i.same(base, mine):
		return Theirs
	case i.same(base, theirs):
		return Mine
	}
	return Clash
}

// Clashes returns the lines that need a choice.
func (r Result) Clashes() []Line { return r.only(Clash) }

// Merged returns the lines that changed and fit together.
func (r Result) Merged() []Line { return r.only(Theirs, Mine, Same) }

// Unchanged returns the lines that nobody changed.
func (r Result) Unchanged() []Line { return r.only(Unchanged) }

func (r Result) only(cases ...Case) []Line {
	var out []Line
	for _, l := range r.Lines {
		if slices.Contains(cases, l.Case) {
			out = append(out, l)
		}
	}
	return out
}
