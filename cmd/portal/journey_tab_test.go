package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The steps of a journey. Those that lead to another page wait for it, look it over
// and expect it to be answered 200, unless they say otherwise.

// open goes to an address of the portal.
func (p *tab) open(path string) { p.t.Helper(); p.openFor(http.StatusOK, path) }

func (p *tab) openFor(status int64, path string) {
	p.t.Helper()
	p.arrive(status, chromedp.Navigate(p.site+path))
}

// press clicks what has this text (a button, a link, a summary, a label) and waits
// for the page it leads to.
func (p *tab) press(text string) { p.t.Helper(); p.pressFor(http.StatusOK, text) }

func (p *tab) pressFor(status int64, text string) {
	p.t.Helper()
	p.arrive(status, p.at("control", text))
}

// pressHere clicks what has this text and stays on the page.
func (p *tab) pressHere(text string) {
	p.t.Helper()
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, p.at("control", text)) })
}

// pressPart clicks the element of a CSS selector, pressHere's way or press's.
func (p *tab) pressPart(css string) { p.t.Helper(); p.arrive(http.StatusOK, p.at("element", css)) }

func (p *tab) pressPartHere(css string) {
	p.t.Helper()
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, p.at("element", css)) })
}

// at is a click where a person would click, which must not be covered by anything.
func (p *tab) at(question, what string, options ...chromedp.MouseOption) chromedp.Action[chromedp.Void] {
	p.t.Helper()
	spot := askPage[struct {
		X, Y    float64
		Under   string
		Missing bool
	}](p, question, what)
	if spot.Missing {
		p.fail("nothing to press: %q", what)
	}
	if spot.Under != "" {
		p.fail("%q is covered by %s", what, spot.Under)
	}
	return chromedp.MouseClickXY(spot.X, spot.Y, options...)
}

// pressHereTwice is the press of somebody impatient.
func (p *tab) pressHereTwice(text string) {
	p.t.Helper()
	press := p.at("control", text)
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, press, press) })
}

// keys presses keys one by one and stays on the page.
func (p *tab) keys(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	p.strike(keys)
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, typed(keys, modifiers...)) })
}

// keysTo presses keys of which the last leads to another page.
func (p *tab) keysTo(status int64, keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	p.strike(keys)
	p.arrive(status, typed(keys, modifiers...))
}

// typed presses keys as a keyboard does: the character comes with its key, so that a
// page which takes the key keeps the character out of the field. Ctrl brings the
// editing command that a desktop would.
func typed(keys string, modifiers ...chromedp.Modifier) chromedp.Action[chromedp.Void] {
	commands := map[rune]string{'a': "selectAll", 'v': "paste"}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range keys {
			events := kb.Encode(r)
			down, up := *events[0], *events[len(events)-1]
			down.Type = input.DispatchKeyEventTypeKeyDown
			for _, m := range modifiers {
				down.Modifiers |= int64(m)
				up.Modifiers |= int64(m)
			}
			if len(modifiers) == 0 && len(events) > 2 {
				down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
			} else if command := commands[r]; command != "" {
				down.Commands = []string{command}
			}
			for _, event := range []input.DispatchKeyEventParams{down, up} {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// reload is the browser's own button.
func (p *tab) reload() { p.t.Helper(); p.arrive(http.StatusOK, chromedp.Reload()) }

// back is the browser's own button. The page may come from its memory, without any
// request, and may lead on to another.
func (p *tab) back() { p.t.Helper(); p.walk(-1) }

// forward is the other one.
func (p *tab) forward() { p.t.Helper(); p.walk(1) }

func (p *tab) walk(by int64) {
	p.t.Helper()
	before := p.history()
	to := before.CurrentIndex + by
	p.steps++
	here := fmt.Sprintf("window.left === %d", p.steps)
	eval[bool](p, strings.Replace(here, "===", "=", 1)+", true")
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.Entries[to].ID})
		return err
	})
	p.until("the other page", func() bool { return p.history().CurrentIndex == to })
	// A form that was sent loads itself again when it comes from memory.
	p.until("the other page to stand", func() bool {
		stands, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!(`+here+`) && document.readyState === "complete" && !document.querySelector("[data-sent]")`))
		return err == nil && stands
	})
	p.status = 0
}

func (p *tab) history() (entries page.GetNavigationHistoryResult) {
	p.t.Helper()
	p.call(func(ctx context.Context) (err error) {
		entries, err = chromedp.Run(ctx, chromedp.NavigationEntries())
		return err
	})
	return entries
}

// arrive waits for the page that the steps lead to, and looks it over.
func (p *tab) arrive(status int64, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.mu.Lock()
	p.fetched = nil
	p.mu.Unlock()
	var response *network.Response
	p.call(func(ctx context.Context) (err error) {
		response, err = chromedp.RunResponse(ctx, steps...)
		return err
	})
	if p.status = 0; response != nil {
		p.status = response.Status
	}
	if p.status != status {
		p.fail("answered %d, want %d", p.status, status)
	}
	if strings.HasPrefix(p.url(), p.site) {
		p.wantNoFlaws()
	}
}

// wantNoFlaws holds the page against what no page may have.
func (p *tab) wantNoFlaws() {
	p.t.Helper()
	for _, flaw := range askPage[[]string](p, "flaws") {
		p.t.Errorf("at %s: %s", p.path(), flaw)
	}
}

func field(name string) string { return "#" + strings.ReplaceAll(name, ".", "-") }

// fill replaces what stands in an input, named as on the wire.
func (p *tab) fill(name, text string) {
	p.t.Helper()
	p.pressPartHere(field(name))
	p.call(func(ctx context.Context) error {
		if err := chromedp.Do(ctx, typed("a", chromedp.ModifierCtrl)); err != nil {
			return err
		}
		if text == "" {
			return chromedp.Do(ctx, typed(kb.Backspace))
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
	p.wantValue(name, text)
}

// choose picks an option of a list by its value.
func (p *tab) choose(name, value string) {
	p.t.Helper()
	if !askPage[bool](p, "choose", field(name), value) {
		p.fail("%s has no choice %q", name, value)
	}
}

// signIn goes in as one of the demo's people, by the page of the identity provider.
func (p *tab) signIn(name string) { p.t.Helper(); p.signInFor(http.StatusOK, name) }

func (p *tab) signInFor(status int64, name string) {
	p.t.Helper()
	p.open("/")
	p.pressFor(status, name)
}

// follow is the tab that a link of this text opens beside this one.
func (p *tab) follow(text string) *tab {
	p.t.Helper()
	// Journeys run side by side in one browser, so the new tab must be this one's child.
	self := chromedp.FromContext(p.ctx).Target.TargetID
	opened := chromedp.WaitNewTarget(p.ctx, func(info *target.Info) bool { return info.OpenerID == self })
	p.pressHere(text)
	select {
	case id := <-opened:
		return openTab(&tab{desk: p.desk, t: p.t, mode: p.mode}, p.ctx, chromedp.WithTargetID(id))
	case <-time.After(stepLimit):
		p.fail("%q opened no tab", text)
		return nil
	}
}

// billing opens the form of a customer.
func (p *tab) billing(company string) {
	p.t.Helper()
	p.open("/customers/" + string(p.id(p.t, company)) + "/billing")
}
