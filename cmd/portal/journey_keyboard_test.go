package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab comes to every control of every page, in the order of the document, and round;
// wherever it is, it is seen, and it leads nowhere by itself: in a wide window and at
// 400 % zoom with scripts, on a tablet and a phone without.
func everyControlByKeyboard(p *tab) {
	sizes := [][2]int64{{1280, usualHeight}, {320, 225}}
	if !p.mode.scripts {
		sizes = [][2]int64{{768, 1024}, {320, 640}}
	}
	round := func(state string) {
		p.t.Helper()
		for _, size := range sizes {
			p.look(size[0], size[1], "light")
			for _, flaw := range p.roundByTab() {
				p.t.Errorf("%s, %d × %d: %s", state, size[0], size[1], named(flaw))
			}
		}
		p.look(p.mode.width, usualHeight, "light")
	}
	customer := "/customers/" + string(p.id(p.t, harbourline))
	p.open("/signin")
	round("sign-in")
	p.signIn("Ada Admin")
	p.open("/customers?q=h")
	round("customers")
	p.billing(harbourline)
	p.fill("email", "wrong")
	p.pressFor(http.StatusUnprocessableEntity, review)
	round("edit with errors")
	p.fill("email", "mine@harbourline.example")
	p.press(review)
	round("review")
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example"}`)
	p.pressFor(http.StatusConflict, save)
	round("merge")
	p.pressPartHere(pick("email", "mine"))
	p.press(reviewMerged)
	p.press(save)
	round("saved")
	p.press("View change")
	round("one change")
	p.open(customer + "/history")
	round("history")
	p.open("/")
	round("home")
	p.open("/settings")
	round("settings")
	p.open("/help")
	round("help")
	p.openFor(http.StatusNotFound, "/nowhere")
	round("no such page")

	// The eyes of this walk are open.
	p.makeWrong(`put("div", {textContent: "cover"}).style.cssText = "position: fixed; inset: 0; z-index: 99"`)
	wantNoticed(p, "2.4.11", "covered")
	p.open("/settings")
	p.makeWrong(`document.getElementById("zone").style.outline = "1px solid"`)
	wantNoticed(p, "2.4.7", "ring")
	p.open("/settings")
	p.makeWrong(`document.getElementById("zone").setAttribute("tabindex", "1")`)
	wantNoticed(p, "2.4.3", "zone")
	if p.mode.scripts {
		p.open("/settings")
		p.makeWrong(`document.getElementById("zone").addEventListener("focus", () => location.hash = "#elsewhere")`)
		wantNoticed(p, "3.2.1", "elsewhere")
	}
}

func wantNoticed(p *tab, number, word string) {
	p.t.Helper()
	if !slices.ContainsFunc(p.roundByTab(), func(flaw string) bool {
		return strings.HasPrefix(flaw, number) && strings.Contains(flaw, word)
	}) {
		p.t.Errorf("not noticed: %s, %s", number, word)
	}
}

// roundByTab goes once around the page and tells what is wrong on the way, by the
// numbers of the criteria.
func (p *tab) roundByTab() (flaws []string) {
	p.t.Helper()
	note := func(format string, args ...any) { flaws = append(flaws, fmt.Sprintf(format, args...)) }
	type stop struct {
		Name, Over string
		Ring       float64
	}
	address, stops, names := p.url(), hold[int](p, "tabbables"), hold[[]string](p, "names")
	p.focus("a.skip")
	for at := range stops {
		s := askPage[stop](p, "stop")
		if got := hold[int](p, "tabbable"); got != at {
			note("2.4.3 stop %d is %q, in the document it is %q", at, s.Name, names[at])
			return flaws
		}
		if s.Over != "" {
			note("2.4.11 the focus on %q is covered by %s", s.Name, s.Over)
		}
		if s.Ring < 2 {
			note("2.4.7 the focus on %q has a ring of %v px", s.Name, s.Ring)
		}
		p.keys(kb.Tab)
		for range 4 { // a date has a stop for each of its parts
			if !eval[bool](p, `document.activeElement.type === "date"`) || hold[int](p, "tabbable") != at {
				break
			}
			p.keys(kb.Tab)
		}
	}
	if at := hold[int](p, "tabbable"); at > 0 {
		note("2.1.2 after the last stop the focus is on %q", names[at])
	}
	if now := p.url(); now != address {
		note("3.2.1 the focus led to %s", now)
	}
	return flaws
}

// dialogsByKeyboard: a dialog takes the focus, keeps Tab inside, and gives the focus back.
func dialogsByKeyboard(p *tab) {
	p.signIn("Ada Admin")
	round := func(opener, dialog string, stops int) {
		p.t.Helper()
		p.until(dialog, func() bool { return askPage[int](p, "count", "dialog:modal") == 1 })
		if n := hold[int](p, "tabbables"); n != stops {
			p.fail("%d stops in %q, want %d", n, dialog, stops)
		}
		reached := map[int]bool{}
		for range 2*stops + 2 { // the browser's own stops stand in between
			reached[hold[int](p, "tabbable")] = true
			if eval[bool](p, `document.activeElement !== document.body && !document.activeElement.closest("dialog")`) {
				p.fail("Tab leaves %q for %q", dialog, askPage[string](p, "focus"))
			}
			p.keys(kb.Tab)
		}
		for at := range stops {
			if !reached[at] {
				p.fail("Tab does not reach %q in %q", hold[[]string](p, "names")[at], dialog)
			}
		}
		p.keys(kb.Escape)
		p.until("the dialog to close", func() bool { return askPage[int](p, "count", "dialog:modal") == 0 })
		p.wantFocus(opener)
	}
	p.open("/customers")
	p.focus("#q")
	p.keys(kb.Escape)
	p.focus(".brand")
	p.keys("?", chromedp.ModifierShift)
	round("Partner Desk", "the list of shortcuts", 2)
	p.billing(harbourline)
	p.typeDraft("draft@harbourline.example")
	p.focus("[data-ask]")
	p.keys(kb.Enter)
	round("Discard draft", "the question before discarding", 2)
}

// keysInFields: whoever types into a field types, whatever the key does elsewhere.
func keysInFields(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	address := p.url()
	const keys = "/jkeghclu?"
	p.fill("lastName", "")
	p.keys(keys)
	p.wantValue("lastName", keys)
	p.wantFocus("lastName")
	p.focus(field(country))
	p.keys("g")
	p.keys("h")
	p.wantFocus(field(country)[1:])
	if p.url() != address {
		p.fail("keys in a field lead to %s", p.url())
	}
	p.open("/settings")
	p.focus("#theme-dark")
	for _, key := range keys {
		p.keys(string(key))
	}
	p.wantTitle("Settings")
	p.dontSee("Next or previous row of a list")
}

// choosingLeadsNowhere: what somebody chooses waits until it is sent.
func choosingLeadsNowhere(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	address := p.url()
	p.focus(field(country))
	p.keys(kb.ArrowDown)
	if p.mode.scripts {
		p.until("the fields of another country", func() bool { return strings.HasPrefix(askPage[string](p, "said"), "Address fields updated") })
		p.wantFocus(field(country)[1:])
	}
	if p.url() != address {
		p.fail("choosing a country leads to %s", p.url())
	}
	p.open("/settings")
	p.focus("[name=theme]:checked")
	p.keys(kb.ArrowDown)
	p.keys(kb.ArrowDown)
	p.focus("#zone")
	p.keys(kb.ArrowDown)
	p.focus("#keys")
	p.keys(" ")
	if p.path() != "/settings" || eval[string](p, `document.documentElement.dataset.theme || ""`) != "" {
		p.fail("choosing a setting changes the page")
	}
	p.open("/changes")
	p.focus("#via")
	p.keys(kb.ArrowDown)
	if p.path() != "/changes" || strings.Contains(p.url(), "via=") {
		p.fail("choosing a filter leads to %s", p.url())
	}
}

// letGoElsewhere: a press that slips off a control does nothing.
func letGoElsewhere(p *tab) {
	p.signIn("Ada Admin")
	p.open("/customers?q=harbour")
	p.slipOff("control", harbourline)
	p.billing(harbourline)
	p.fill("lastName", "Slipped")
	p.slipOff("control", review)
	p.slipOff("control", "Help")
	p.press(review)
	p.slipOff("control", save)
	p.see("Review 1 change")
	if puts := p.puts(p.t); len(puts) != 0 {
		p.fail("%d saves by a press that slipped off", len(puts))
	}
}

// slipOff presses the mouse on something and lets it go at the edge of the window.
func (p *tab) slipOff(question, what string) {
	p.t.Helper()
	address := p.url()
	spot := askPage[struct {
		X, Y    float64
		Missing bool
	}](p, question, what)
	if spot.Missing {
		p.fail("nothing to press: %q", what)
	}
	p.call(func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			for _, event := range []input.DispatchMouseEventParams{
				{Type: input.DispatchMouseEventTypeMouseMoved, X: spot.X, Y: spot.Y},
				{Type: input.DispatchMouseEventTypeMousePressed, X: spot.X, Y: spot.Y, Button: input.MouseButtonLeft, ClickCount: 1},
				{Type: input.DispatchMouseEventTypeMouseMoved, X: 2, Y: 2, Button: input.MouseButtonLeft},
				{Type: input.DispatchMouseEventTypeMouseReleased, X: 2, Y: 2, Button: input.MouseButtonLeft, ClickCount: 1},
			} {
				if _, err := cdp.Call(ctx, t, input.DispatchMouseEvent, event); err != nil {
					return err
				}
			}
			return nil
		}))
	})
	if eval[bool](p, "true"); p.url() != address {
		p.fail("a press that slipped off %q leads to %s", what, p.url())
	}
}

// eachCustomerIsReached two ways: by the pages of the list, and by searching.
func eachCustomerIsReached(p *tab) {
	p.signIn("Ada Admin")
	left := map[string]bool{}
	for _, id := range p.customers {
		left["/customers/"+string(id)] = true
	}
	p.open("/customers")
	for {
		for _, link := range eval[[]string](p, `[...document.querySelectorAll("main tbody a")].map(a => a.getAttribute("href").replace(/\?.*/, ""))`) {
			delete(left, link)
		}
		if askPage[int](p, "count", ".pager a[rel=next]") == 0 {
			break
		}
		p.press("Next")
	}
	if len(left) > 0 {
		p.fail("not in the list: %v", left)
	}
	for name, id := range p.customers {
		if !strings.HasPrefix(name, "H") && !strings.HasPrefix(name, "N") {
			continue
		}
		p.open("/customers")
		p.fill("q", name)
		p.keysTo(http.StatusOK, kb.Enter)
		if askPage[int](p, "count", fmt.Sprintf("main tbody a[href^='/customers/%s']", id)) == 0 {
			p.fail("a search for %q does not find it", name)
		}
	}
}
