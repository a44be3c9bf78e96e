package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
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
	var spot struct {
		X, Y    float64
		Under   string
		Missing bool
	}
	spot = askPage[struct {
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

// keys presses keys one by one and stays on the page.
func (p *tab) keys(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys, options...)) })
}

// keysTo presses keys of which the last leads to another page.
func (p *tab) keysTo(status int64, keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.arrive(status, chromedp.KeyEvent(keys, options...))
}

// reload and back are the browser's own buttons.
func (p *tab) reload() { p.t.Helper(); p.arrive(http.StatusOK, chromedp.Reload()) }
func (p *tab) back()   { p.t.Helper(); p.arrive(http.StatusOK, chromedp.NavigateBack()) }

// arrive waits for the page that the steps lead to, and looks it over.
func (p *tab) arrive(status int64, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.mu.Lock()
	p.requests = nil
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
		if err := chromedp.Do(ctx, selectAll); err != nil {
			return err
		}
		if text == "" {
			return chromedp.Do(ctx, chromedp.KeyEvent(kb.Backspace))
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
	p.wantValue(name, text)
}

// selectAll is Ctrl+A; DevTools' keys carry no editing command of their own.
var selectAll = chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl), func(k *input.DispatchKeyEventParams) { k.Commands = []string{"selectAll"} })

// choose picks an option of a list by its value.
func (p *tab) choose(name, value string) {
	p.t.Helper()
	if !askPage[bool](p, "choose", field(name), value) {
		p.fail("%s has no choice %q", name, value)
	}
}

func (p *tab) value(name string) string {
	p.t.Helper()
	value := askPage[*string](p, "value", field(name))
	if value == nil {
		p.fail("no input %s", name)
	}
	return *value
}

func (p *tab) wantValue(name, want string) {
	p.t.Helper()
	if got := p.value(name); got != want {
		p.fail("%s holds %q, want %q", name, got, want)
	}
}

func (p *tab) text() string { p.t.Helper(); return askPage[string](p, "text") }

// see wants each text on the page, as a person would read it.
func (p *tab) see(texts ...string) {
	p.t.Helper()
	page := p.text()
	for _, want := range texts {
		if !strings.Contains(page, want) {
			p.fail("does not say %q", want)
		}
	}
}

func (p *tab) dontSee(texts ...string) {
	p.t.Helper()
	page := p.text()
	for _, not := range texts {
		if strings.Contains(page, not) {
			p.fail("says %q", not)
		}
	}
}

// wantFocus wants the element with this id to have the focus.
func (p *tab) wantFocus(id string) {
	p.t.Helper()
	p.until("the focus on "+id, func() bool { return askPage[string](p, "focus") == id })
}

// wantSaid wants the status region to say this.
func (p *tab) wantSaid(words string) {
	p.t.Helper()
	p.until("the words "+words, func() bool { return askPage[string](p, "said") == words })
}

// until waits for something that a script does.
func (p *tab) until(what string, happened func() bool) {
	p.t.Helper()
	for end := time.Now().Add(stepLimit); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			p.fail("waited in vain for %s", what)
		}
	}
}

func (p *tab) url() (address string) {
	p.t.Helper()
	p.call(func(ctx context.Context) (err error) {
		address, err = chromedp.Run(ctx, chromedp.Location())
		return err
	})
	return address
}

// path is the address within the portal, without its query.
func (p *tab) path() string {
	p.t.Helper()
	address, err := url.Parse(p.url())
	if err != nil {
		p.t.Fatal(err)
	}
	return address.Path
}

func (p *tab) title() (title string) {
	p.t.Helper()
	p.call(func(ctx context.Context) (err error) {
		title, err = chromedp.Run(ctx, chromedp.Title())
		return err
	})
	return title
}

func (p *tab) wantTitle(prefix string) {
	p.t.Helper()
	if got := p.title(); !strings.HasPrefix(got, prefix) {
		p.fail("the title is %q, want %q", got, prefix)
	}
}

// signIn goes in as one of the demo's people, by the page of the identity provider.
func (p *tab) signIn(name string) { p.t.Helper(); p.signInFor(http.StatusOK, name) }

func (p *tab) signInFor(status int64, name string) {
	p.t.Helper()
	p.open("/")
	p.pressFor(status, name)
}

// billing opens the form of a customer.
func (p *tab) billing(company string) {
	p.t.Helper()
	p.open("/customers/" + string(p.id(p.t, company)) + "/billing")
}
