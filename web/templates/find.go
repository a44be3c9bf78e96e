package templates

import "strconv"

// FindFragment is what the find box offers while somebody types: not a page, a part of
// one, which a script puts below the box.
type FindFragment struct {
	Query     string
	Customers []CustomerRow
	Edits     []Link // customers whose form can be opened at once, by name
	Pages     []Link
	Partly    bool // Partner Center did not answer, so customers may be missing
}

// Places are the pages that the frame leads to, as a command says them; the last leads
// to the button that signs out.
func (p Page) Places() []Link {
	var list []Link
	for _, l := range p.links() {
		list = append(list, Link{URL: l.url, Text: "Go to " + l.text})
	}
	return append(list, Link{"/settings", "Go to Settings"}, Link{"/help", "Go to Help"}, Link{"/help#keyboard", "Keyboard shortcuts"}, Link{"#signout", "Sign out"})
}

// said is what is read out of it.
func (f FindFragment) said() string {
	text := count(len(f.Customers), "customer", "customers")
	if len(f.Customers) == 0 {
		text = "No customers"
	}
	if n := len(f.Edits) + len(f.Pages); n > 0 {
		text += ", " + count(n, "action", "actions")
	}
	if f.Partly {
		text += ". " + f.missing()
	}
	return text
}

func (f FindFragment) missing() string {
	return upstream + " did not answer, so customers may be missing."
}

// optionID is the id of the n-th of what is offered in a part of the list.
func optionID(part string, n int) string { return "hit-" + part + "-" + strconv.Itoa(n) }
