package main

import (
	"net/http"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	country = "defaultAddress.country"
	state   = "defaultAddress.state"
)

// There and back: what a country does not have is set aside and returns with its own.
func changeTheCountry(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "country@harbourline.example")
	form := p.url()
	p.changeCountry("DE", "Germany")
	p.wantValue(state, "")
	p.see("set aside", "Washington", "Rules for Germany", "5 digits")
	p.wantValue("email", "country@harbourline.example")
	p.wantValue("defaultAddress.city", "Seattle")
	p.changeCountry("US", "the United States")
	p.wantValue(state, "WA")
	p.see("is back")
	if p.url() != form {
		p.fail("the address changed from %s", form)
	}
	p.press(review)
	p.see("Review 1 change", "country@harbourline.example")
}

func (p *tab) changeCountry(code, name string) {
	p.t.Helper()
	if !p.mode.scripts {
		p.choose(country, code)
		p.press("Update fields")
		return
	}
	p.focus(field(country))
	p.choose(country, code)
	p.wantSaid("Address fields updated for " + name)
	p.wantFocus(field(country)[1:])
	p.wantNoFlaws()
}

// Three mistakes, repaired without a mouse: the summary has the focus, each of its links
// leads to its field, and whoever repairs one and presses Enter has the next before them.
func repairErrors(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("companyName", "")
	p.fill("email", "invoices")
	p.fill("defaultAddress.postalCode", "12")
	if n := askPage[int](p, "count", ".err, [aria-invalid]"); n != 0 || p.wasAnswered("/check") {
		p.fail("%d complaints about a first answer", n)
	}
	p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	p.wantTitle("Error: ")
	p.see("3 things need fixing before you can review", "Enter a company name")
	repairs := []struct{ name, text string }{
		{"companyName", harbourline}, {"email", "invoices@harbourline.example"}, {"defaultAddress.postalCode", "98104"},
	}
	for i, repair := range repairs {
		if i > 0 {
			p.focus("#problems")
		}
		p.wantFocus("problems")
		for range i + 1 {
			p.keys(kb.Tab)
		}
		p.keys(kb.Enter)
		p.wantFocus(field(repair.name)[1:])
	}
	p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	if p.mode.scripts {
		goneWhenRepaired(p)
		p.fill("companyName", "")
		p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	}
	p.goal(repair3, func() {
		for i, repair := range repairs {
			p.wantFocus("problems")
			p.keys(kb.Tab)
			p.keys(kb.Enter)
			p.wantFocus(field(repair.name)[1:])
			p.keys("a", chromedp.ModifierCtrl)
			p.keys(repair.text)
			if i < len(repairs)-1 {
				p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
			} else {
				p.keysTo(http.StatusOK, kb.Enter)
			}
		}
	})
	p.see("Review 1 change", "invoices@harbourline.example")
}

// goneWhenRepaired repairs the first of three mistakes and leaves it: its error goes, the
// others stand, and the focus stays. What was right before is not complained about.
func goneWhenRepaired(p *tab) {
	count := func(css string) int { p.t.Helper(); return askPage[int](p, "count", css) }
	p.fill("companyName", harbourline)
	city := p.value("defaultAddress.city")
	p.fill("defaultAddress.city", "")
	p.focus("#lastName")
	p.wantSaid("2 things need fixing before you can review")
	p.wantFocus("lastName")
	p.see("2 things need fixing", "Enter an email address")
	p.dontSee("Enter a company name", "3 things", "Enter a city")
	for css, n := range map[string]int{".summary li": 2, "[aria-invalid]": 2, ".field.wrong": 2, "p.err": 2, "#companyName-err, #companyName[aria-invalid], #companyName[aria-describedby*=err]": 0, ".onpage .tag": 2} {
		if got := count(css); got != n {
			p.fail("%d of %s, want %d", got, css, n)
		}
	}
	p.wantTitle("Error: ")
	p.accessible("an error that is gone")
	p.fill("defaultAddress.postalCode", "98104")
	p.fill("email", "")
	p.keys(kb.Tab)
	p.wantSaid("1 thing needs fixing before you can review")
	p.see("1 thing needs fixing", "Enter an email address")
	p.dontSee("in the correct format")
	p.fill("email", "invoices@harbourline.example")
	p.keys(kb.Tab)
	p.wantSaid("Nothing needs fixing any more")
	p.wantTitle("Edit billing profile")
	if got := count(".summary, .wrong, .err, .onpage .tag"); got != 0 {
		p.fail("%d errors are left", got)
	}
	p.fill("email", "invoices")
	p.fill("defaultAddress.city", city)
	p.fill("defaultAddress.postalCode", "12")
}

// The keys: / J K Enter E, and none of them in a field.
func keysAlone(p *tab) {
	p.signIn("Ada Admin")
	if !p.mode.scripts {
		tabsAlone(p)
		return
	}
	p.keys("/")
	p.wantFocus("q")
	p.keys("har/jke")
	p.wantValue("q", "har/jke")
	for range len("/jke") {
		p.keys(kb.Backspace)
	}
	p.keysTo(http.StatusOK, kb.Enter)
	p.see("Customers whose company or domain starts with")
	p.keys("J", chromedp.ModifierShift) // no key of ours
	p.keys("j")
	p.keys("j")
	p.keys("k")
	p.wantFocus(harbourline)
	p.keysTo(http.StatusOK, kb.Enter)
	p.wantTitle(harbourline)
	p.keysTo(http.StatusOK, "e")
	p.wantTitle("Edit billing profile")
	p.fill("lastName", "Ctrl and Enter")
	p.keysTo(http.StatusOK, kb.Enter, chromedp.ModifierCtrl)
	p.see("Review 1 change")
	for _, to := range []struct{ key, title string }{{"h", "Home"}, {"c", "Customers"}, {"l", "Change log"}, {"u", "Unsettled saves"}} {
		p.keys("g")
		p.keysTo(http.StatusOK, to.key)
		p.wantTitle(to.title)
	}
	p.keys("?", chromedp.ModifierShift)
	p.comes("Next or previous row of a list")
	p.accessible("the list of shortcuts")
	p.keys("g")
	p.keys("h") // the page behind the dialog
	p.keys(kb.Escape)
	p.until("the list to close", func() bool { return askPage[int](p, "count", "dialog") == 0 })
	p.wantTitle("Unsettled saves")
	p.keys("/")
	p.wantFocus("find")
	p.keys(kb.Escape)
	p.wantFocus("")
}

// Keys that somebody switched off do nothing, but for those that no voice and no slip
// of a finger presses.
func keysSwitchedOff(p *tab) {
	p.signIn("Ada Admin")
	p.open("/settings")
	p.pressHere("Shortcuts of a single key")
	p.press("Save settings")
	p.open("/customers?q=harbour")
	p.focus(".brand")
	for _, key := range "/jkegch?" {
		p.keys(string(key))
	}
	p.wantFocus("Partner Desk")
	p.wantTitle("Customers")
	if n := askPage[int](p, "count", "dialog, kbd"); n != 0 {
		p.fail("%d lists and keys are shown", n)
	}
	if !p.mode.scripts {
		return
	}
	p.billing(harbourline)
	p.fill("lastName", "Ctrl and Enter")
	p.keysTo(http.StatusOK, kb.Enter, chromedp.ModifierCtrl)
	p.see("Review 1 change")
}

// tabsAlone takes the same way with what every browser has.
func tabsAlone(p *tab) {
	p.open("/customers?q=harbour")
	p.skipTo(harbourline)
	p.keysTo(http.StatusOK, kb.Enter)
	p.tabTo("Edit billing profile")
	p.keysTo(http.StatusOK, kb.Enter)
	p.wantTitle("Edit billing profile")
}

// tabTo presses Tab until the focus is there.
func (p *tab) tabTo(name string) {
	p.t.Helper()
	for range 80 {
		if askPage[string](p, "focus") == name {
			return
		}
		p.keys(kb.Tab)
	}
	p.fail("Tab does not reach %q", name)
}

// The copy button copies, says so, and is not there where it cannot work.
func copyTheTenantID(p *tab) {
	p.signIn("Ada Admin")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	if !p.mode.scripts {
		if n := askPage[int](p, "count", "[data-copy]"); n != 0 {
			p.fail("%d copy buttons that cannot copy", n)
		}
		return
	}
	p.pressHere("Copy")
	p.wantSaid("Copied")
	p.see("Copied")
	p.keys("/")
	p.keys("v", chromedp.ModifierCtrl)
	p.wantValue("find", string(p.id(p.t, harbourline)))
}
