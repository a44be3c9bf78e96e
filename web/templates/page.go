// Package templates draws the portal's pages. Each page is one struct, beside the
// .templ file that draws it, with a View method; every struct embeds Page.
//
// The structs hold text that is ready to print: nothing here fetches, formats or decides
// about rights, and nothing here sees a session, a store or a request. Handlers fill a
// struct, in the language of the person it is for, and draw its View into memory. What a
// page itself says comes from web/words, in the language of the context it is drawn in.
//
// It is not for use outside the portal.
package templates

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Page is what every page has: the frame around the content.
type Page struct {
	Title     string // of the document, without the product's name; result and error pages make their own from ""
	Operator  *Operator
	Section   Section  // which link of the side bar is current
	Recent    []Link   // customers opened lately, newest first, for the side bar
	Demo      *DemoBar // nil outside demo mode; drawn beside the side bar only
	Audits    bool     // the operator may open the change log
	Tends     bool     // the operator may see everybody's unsettled saves
	Portfolio bool     // the operator sees the customers of a portfolio, not all

	Theme   string // "light" or "dark"; "" follows the system
	Dense   bool
	KeysOff bool // the operator switched the shortcuts of a single key off
}

// Operator is the signed-in person. A page without one has no side bar.
type Operator struct {
	Name        string
	SignOutCSRF string // token of the sign-out form
}

// Section names a link of the side bar.
type Section string

// The sections there are today.
const (
	SectionNone      Section = ""
	SectionHome      Section = "home"
	SectionCustomers Section = "customers"
	SectionChanges   Section = "changes"
	SectionUnsettled Section = "unsettled"
	SectionHelp      Section = "help"
	SectionSettings  Section = "settings"
)

// Link is a link with its text.
type Link struct {
	URL, Text string
}

// Time is one moment twice: for machines (RFC 3339) and for people ("today at
// 14:05"). The zero Time prints nothing.
type Time struct {
	Machine, Text string
}

// Hidden is one hidden input.
type Hidden struct {
	Name, Value string
}

// Tone colours a banner, a note or a tag; the words and the icon carry the meaning
// as well. The zero Tone is plain.
type Tone string

// The tones. Mine and Theirs mark who a value is from.
const (
	ToneInfo   Tone = "info"
	ToneGood   Tone = "good"
	ToneCare   Tone = "care"
	ToneMine   Tone = "mine"
	ToneTheirs Tone = "theirs"
)

// Banner is the result or the state of a page, shown first in main. One at a time.
type Banner struct {
	Tone  Tone
	Title string
	Text  string
	Links []Link
	Focus bool // takes the focus when the page opens, as after a save
}

// Customer is what the pages of one customer say about it.
type Customer struct {
	ID      string // customer tenant ID, as printed
	Name    string
	Domain  string
	Country string // name for people; "" when not known
	URL     string // of the customer's overview
}

// known is what a link to the customer says; a page that could not read the name
// still needs words for it.
func (c Customer) known(ctx context.Context) string {
	if c.Name == "" {
		return say(ctx, "customer.unnamed")
	}
	return c.Name
}

// Fact is one line of a list of facts. Lines of Value are separated by "\n"; an
// empty Value prints "Not provided".
type Fact struct {
	Label, Value string
	Note         string // small print below the value
	Numeric      bool   // digits in columns, as for phone numbers
	Copy         string // of an ID: what a Copy button beside it says it copies; "" for no button
	Live         bool   // names what changed; edit.js keeps it true while people type
}

// Change is one item before and after. Lines are separated by "\n"; empty prints
// "Not provided". Edit is the value of the button that leads back to the item's field;
// only the review draws it. Tag is a good word on the
// value after, such as "Verified"; "" for none.
type Change struct {
	Label, Before, After string
	Edit                 string
	Tag                  string
}

// Draft is an edit that its operator has not finished.
type Draft struct {
	CustomerName string
	Items        string // "3 items changed"
	At           Time   // when it was kept last
	ContinueURL  string
	DiscardURL   string // the page that asks once more
}

// DraftState is what the action bar says about the draft of the form above it.
type DraftState struct {
	KeepURL    string // where a script keeps it while somebody types
	DiscardURL string
	KeptAt     Time // "at 14:29"; zero: nothing is kept yet
}

// Details are the figures support asks for.
type Details struct {
	Reference string // the correlation ID of this request
	At        Time   // when the page was made
	More      []Fact // such as the upstream's code; never values of a profile
}

// FieldID is the id of the input with the given wire name.
func FieldID(name string) string { return strings.ReplaceAll(name, ".", "-") }

// Initials are up to two letters that stand for a name in its square: the first of
// the first two words. They are decoration and carry nothing on their own.
func Initials(name string) string {
	var out []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if r, _ := utf8.DecodeRuneInString(word); r != utf8.RuneError {
			out = append(out, unicode.ToUpper(r))
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

type navLink struct {
	url, text, icon, key string
	current              bool
}

// links are those of the side bar. A link appears with the page behind it.
func (p Page) links(ctx context.Context) []navLink {
	list := []navLink{
		{"/", say(ctx, "shell.home"), "home", "h", p.Section == SectionHome},
		{"/customers", say(ctx, "customers.title"), "company", "c", p.Section == SectionCustomers},
	}
	if p.Audits {
		list = append(list, navLink{"/changes", say(ctx, "changes.title"), "clock", "l", p.Section == SectionChanges})
	}
	if p.Tends {
		list = append(list, navLink{"/unsettled", say(ctx, "unsettled.title"), "again", "u", p.Section == SectionUnsettled})
	}
	return list
}

// schemes are the colour schemes the page can be drawn in.
func (p Page) schemes() string {
	if p.Theme == "" {
		return "light dark"
	}
	return p.Theme
}

// or is the page with a title, unless it has one.
func (p Page) or(title string) Page {
	if p.Title == "" {
		p.Title = title
	}
	return p
}

// titled is the page with a word in front of its title when something needs fixing.
func (p Page) titled(ctx context.Context, problems int) Page {
	if problems > 0 {
		p.Title = say(ctx, "shell.error", "title", p.Title)
	}
	return p
}

func (t Tone) icon() string {
	switch t {
	case ToneGood:
		return "check"
	case ToneCare:
		return "warn"
	case ToneMine:
		return "pen"
	case ToneTheirs:
		return "user"
	default:
		return "info"
	}
}
