package main

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// What a journey looks at, and what it waits for.

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

// focusLimit is how long a script may take to move the focus.
const focusLimit = 10 * time.Second

// wantFocus wants the element with this id to have the focus.
func (p *tab) wantFocus(id string) {
	p.t.Helper()
	var has string
	for end := time.Now().Add(focusLimit); has != id; time.Sleep(20 * time.Millisecond) {
		if has = askPage[string](p, "focus"); has != id && time.Now().After(end) {
			p.fail("the focus is on %q, want %q", has, id)
		}
	}
}

// focus puts the focus somewhere, as a screen reader's list of elements does.
func (p *tab) focus(css string) {
	p.t.Helper()
	p.call(func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Focus(chromedp.CSS(css))) })
}

// wantSaid wants the status region to say this.
func (p *tab) wantSaid(words string) {
	p.t.Helper()
	p.until("the words "+words, func() bool { return askPage[string](p, "said") == words })
}

// comes waits for a text on whatever page the tab shows meanwhile.
func (p *tab) comes(text string) {
	p.t.Helper()
	p.until(text, func() bool {
		// Between two pages there is nobody to answer, and half a page is none.
		page, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? `+question("text()")+` : ""`))
		return err == nil && strings.Contains(page, text)
	})
}

// until waits for something that happens in its own time.
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

// wasAnswered reports whether a request whose address holds this was answered since
// the page was asked for.
func (p *tab) wasAnswered(part string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.fetched, func(a arrival) bool { return strings.Contains(a.url, part) })
}
