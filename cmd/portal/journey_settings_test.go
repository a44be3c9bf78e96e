package main

import "strings"

// What somebody chose holds on the next page and in another browser, and for nobody
// else.
func chooseSettings(p *tab) {
	p.signIn("Ada Admin")
	control := func() string {
		return eval[string](p, `getComputedStyle(document.querySelector(".bar .btn")).minHeight`)
	}
	if got := control(); got != "36px" {
		p.fail("a button is %s high", got)
	}
	p.press("Settings")
	p.choose("zone", "Asia/Kathmandu")
	p.pressHere("Dark")
	p.pressHere("Dense")
	p.pressHere("Shortcuts of a single key")
	p.press("Save settings")
	p.see("Settings saved.")
	if p.mode.scripts {
		p.wantFocus("banner")
	}
	p.wantValue("zone", "Asia/Kathmandu")
	p.open("/customers?q=h")
	looks := func(want string) {
		p.t.Helper()
		if got := eval[string](p, `getComputedStyle(document.querySelector(".main")).backgroundColor`); got != want {
			p.fail("the page is %s, want %s", got, want)
		}
	}
	looks("rgb(20, 24, 31)")
	if got := control(); got != "32px" {
		p.fail("dense, a button is %s high", got)
	}
	if n := askPage[int](p, "count", "kbd"); n != 0 {
		p.fail("%d keys are shown that do nothing", n)
	}
}

func axeSettings(p *tab) {
	p.signIn("Ada Admin")
	p.open("/settings")
	p.accessible("settings")
	p.pressHere("Dark")
	p.pressHere("Dense")
	p.press("Save settings")
	p.accessible("settings saved, dark and dense")
	p.open("/customers")
	p.accessible("customers, dark and dense")
	p.billing(harbourline)
	p.accessible("edit, dark and dense")
	if look := eval[string](p, `document.documentElement.dataset.theme + document.documentElement.dataset.density`); !strings.Contains(look, "darkdense") {
		p.fail("looks %s", look)
	}
}
