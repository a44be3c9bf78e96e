package templates

import (
	"context"
	"strconv"
)

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
func (p Page) Places(ctx context.Context) []Link {
	var list []Link
	to := func(url, page string) {
		list = append(list, Link{URL: url, Text: say(ctx, "find.go-to", "page", page)})
	}
	for _, l := range p.links(ctx) {
		to(l.url, l.text)
	}
	to("/settings", say(ctx, "settings.title"))
	to("/help", say(ctx, "help.title"))
	return append(list, Link{"/help#keyboard", say(ctx, "keys.title")}, Link{"#signout", say(ctx, "shell.sign-out")})
}

// said is what is read out of it.
func (f FindFragment) said(ctx context.Context) string {
	text := say(ctx, "find.customers", "n", len(f.Customers))
	if len(f.Customers) == 0 {
		text = say(ctx, "find.none")
	}
	if n := len(f.Edits) + len(f.Pages); n > 0 {
		text = say(ctx, "list.more", "list", text, "name", say(ctx, "find.count", "n", n))
	}
	if f.Partly {
		text = say(ctx, "find.partly", "found", text, "missing", say(ctx, "find.missing"))
	}
	return text
}

// optionID is the id of the n-th of what is offered in a part of the list.
func optionID(part string, n int) string { return "hit-" + part + "-" + strconv.Itoa(n) }
