package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// Four keys beside the query lead from any page to a customer's form. Without scripts
// there are no keys but Tab and Enter.
func findByKeyboard(p *tab) {
	const query = "harbour"
	p.signIn("Ada Admin")
	if !p.mode.scripts {
		p.open("/help")
		p.goal(findPlainly, func() {
			p.tabTo("find")
			p.keys(query)
			p.keysTo(http.StatusOK, kb.Enter)
			p.see("Customers whose company or domain starts with")
			p.skipTo(harbourline)
			p.keysTo(http.StatusOK, kb.Enter)
			p.skipTo("Edit billing profile")
			p.keysTo(http.StatusOK, kb.Enter)
			p.wantTitle("Edit billing profile")
		})
		return
	}
	for _, start := range []string{"/", "/help", "/customers?q=nord"} {
		p.open(start)
		p.goal(findAndOpen, func() {
			p.keys("/")
			p.keys(query)
			p.keys(kb.ArrowDown) // before anything is offered: it holds for the first
			p.keysTo(http.StatusOK, kb.Enter)
			p.wantTitle(harbourline)
			p.keysTo(http.StatusOK, "e")
			p.wantTitle("Edit billing profile")
		})
	}
	for _, m := range []mode{modes[0], {"320 px", true, 320, ""}} {
		p.look(m.width, usualHeight, "light")
		p.open("/help")
		p.keys("/")
		p.keys(query)
		p.offered("find", 1)
		p.keys(kb.ArrowDown)
		p.keysTo(http.StatusOK, kb.Enter)
		p.wantTitle(harbourline)
	}
}

// skipTo goes from the top of a page over its skip link to something in its main part.
func (p *tab) skipTo(name string) {
	p.t.Helper()
	p.keys(kb.Tab)
	p.wantFocus("Skip to main content")
	p.keys(kb.Enter)
	p.wantFocus("main")
	p.tabTo(name)
}

// offered waits until the find box offers so many, and wants each where it can be pressed.
func (p *tab) offered(box string, n int) {
	p.t.Helper()
	options := "#" + box + "-hits [role=option]"
	p.until(fmt.Sprintf("%d to choose from", n), func() bool { return askPage[int](p, "count", options) == n })
	p.wantBox(box, "true", "")
	p.at("element", options)
	p.wantNoFlaws()
}

// wantBox wants the find box to tell screen readers this of its list and its choice.
func (p *tab) wantBox(box, expanded, choice string) {
	p.t.Helper()
	got := eval[string](p, fmt.Sprintf(`["role", "aria-expanded", "aria-controls", "aria-activedescendant"].map(n => document.getElementById(%q).getAttribute(n)).join(" ")`, box))
	if want := strings.TrimSuffix("combobox "+expanded+" "+box+"-hits "+choice, " ") + map[bool]string{true: " "}[choice == ""]; got != want {
		p.fail("the box says %q, want %q", got, want)
	}
}

// The find box: a combobox with scripts, a form without.
func findBox(p *tab) {
	p.signIn("Ada Admin")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.open("/")
	if !p.mode.scripts {
		if role := eval[string](p, `[...document.querySelectorAll("input[type=search]")].map(n => n.getAttribute("role")).join("")`); role != "" {
			p.fail("a box says that it is a %s", role)
		}
		p.fill("q", "harbour")
		p.keysTo(http.StatusOK, kb.Enter)
		p.see(harbourline)
		return
	}
	p.wantBox("q", "false", "")
	p.keys("/")
	text, many := p.mostCommon()
	p.keys(text)
	last := fmt.Sprintf("hit-customer-%d", many-1)
	p.offered("q", many)
	p.wantSaid(fmt.Sprintf("%d customers", many))
	p.accessibleIn(".bar .grow", "the find box with customers")
	p.keys(kb.ArrowDown)
	p.wantBox("q", "true", "hit-customer-0")
	p.accessibleIn(".bar .grow", "the find box with a choice")
	p.keys(kb.ArrowUp)
	p.wantBox("q", "true", "")
	p.keys(kb.ArrowUp)
	p.wantBox("q", "true", last)
	p.keys(kb.ArrowDown)
	p.keys(kb.ArrowDown)
	p.wantBox("q", "true", "hit-customer-0")
	p.keys(kb.Escape)
	p.wantBox("q", "false", "")
	p.wantFocus("q")
	p.wantValue("q", text)
	p.keys(kb.ArrowDown)
	p.until("the first to be chosen", func() bool {
		return eval[bool](p, `document.getElementById("q").getAttribute("aria-activedescendant") === "hit-customer-0"`)
	})
	p.keys(kb.ArrowUp)
	p.keysTo(http.StatusOK, kb.Enter) // nothing is chosen
	p.see("Customers whose company or domain starts with")

	p.open("/help")
	p.keys("/")
	p.keys("sett")
	p.offered("find", 1)
	p.wantSaid("No customers, 1 action")
	p.accessibleIn(".find", "the find box with an action")
	p.press("Go to Settings")
	p.wantTitle("Settings")
	p.keys("/")
	p.keys("edit harb")
	p.offered("find", 1)
	p.keys(kb.ArrowDown)
	p.keysTo(http.StatusOK, kb.Enter)
	p.wantTitle("Edit billing profile")
	p.open("/help")
	p.keys("/")
	p.keys("sign o")
	p.offered("find", 1)
	p.keys(kb.ArrowDown)
	p.keys(kb.Enter)
	p.wantFocus("signout")
	p.wantBox("find", "false", "")

	// An answer that comes late belongs to a text that is gone.
	p.fault(p.t, `{"path":"/v1/customers","times":1,"delayBeforeMs":1500}`)
	p.keys("/")
	p.keys(kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace)
	p.keys("nord")
	p.until("the slow search", func() bool { return len(p.searchesFor("nord")) > 0 })
	p.keys(kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace)
	p.keys("harb")
	p.offered("find", 1)
	time.Sleep(2 * time.Second) // by then the slow answer would have come
	if got := askPage[string](p, "seen", "#find-hits"); got != harbourline {
		p.fail("the box offers %q", got)
	}
}

// mostCommon are the two letters that most names start with, and how many: at least two.
func (p *tab) mostCommon() (text string, many int) {
	p.t.Helper()
	starts := map[string]int{}
	for name := range p.customers {
		start := strings.ToLower(name[:2])
		if starts[start]++; strings.Trim(start, "abcdefghijklmnopqrstuvwxyz") == "" && starts[start] > many {
			text, many = start, starts[start]
		}
	}
	if many < 2 || many > 8 {
		p.fail("%d names start with %q", many, text)
	}
	return text, many
}

// searchesFor are the searches for a name that reached the simulator.
func (p *tab) searchesFor(name string) (queries []string) {
	p.t.Helper()
	for _, r := range p.journal(p.t).Requests {
		if strings.Contains(r.Query, name) {
			queries = append(queries, r.Query)
		}
	}
	return queries
}
