package main

import (
	"net/http"
	"strings"
)

// The demo bar on the edit page: its buttons make things happen and never cost what
// is typed.

func (p *tab) typeAndPress(button string) {
	p.t.Helper()
	p.billing(harbourline)
	p.fill("email", "kept@harbourline.example")
	p.pressHere(button)
	if p.mode.scripts {
		p.wantSaid(button + ": done")
	} else {
		p.until("the answer to "+button, func() bool { return p.wasAnswered("/demo/") })
	}
	p.wantValue("email", "kept@harbourline.example")
}

func demoColleague(p *tab) {
	p.signIn("Ada Admin")
	p.typeAndPress("Let a colleague save this customer now")
	if p.stored(p.t, harbourline)["email"] != "finance@harbourline.example" {
		p.fail("no colleague saved")
	}
	p.pressFor(http.StatusConflict, review)
	p.see("Ines Duarte saved this profile while you were editing", "kept@harbourline.example", "finance@harbourline.example")
}

func demoSlow(p *tab) {
	p.signIn("Ada Admin")
	p.typeAndPress("Make it slow")
	p.press(review)
	p.see("Review 1 change", "kept@harbourline.example")
}

func demoRefuse(p *tab) {
	p.signIn("Ada Admin")
	p.typeAndPress("Refuse the next save")
	p.press(review)
	p.pressFor(http.StatusTooManyRequests, save)
	p.see("Partner Center asks us to slow down", "Nothing was saved.", "kept@harbourline.example", "20 seconds")
	p.press("Save again")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "kept@harbourline.example"})
}

// A lost answer: the portal does not know, says so, finds out by reading, and never
// sends twice.
func demoLose(p *tab) {
	p.signIn("Ada Admin")
	p.typeAndPress("Lose the next answer")
	p.press(review)
	p.press(save)
	p.see("We do not know yet whether this was saved", "Do not enter it again.", "kept@harbourline.example")
	p.becomesSaved()
}

// A save that cannot be settled for a while stands on Home, and is found out as soon
// as Partner Center can be read again.
func unsettledSave(p *tab) {
	const profile = `{"method":"GET","path":"/v1/customers/*/profiles/billing"`
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "kept@harbourline.example")
	p.press(review)
	p.fault(p.t, profile+`}, `+profile+`,"times":-1,"status":500}, `+everyPut+`"shape":"late"}`)
	p.press(save)
	p.see("We do not know yet whether this was saved")
	if p.mode.scripts {
		p.accessible("not settled")
	}
	p.open("/")
	p.see("Saves that are not settled", "Not known yet")
	if p.mode.scripts {
		p.accessible("home, a save not settled")
	}
	p.pressPart("main .rows a")
	p.see("We do not know yet whether this was saved")
	p.control(p.t, http.MethodDelete, "faults", "", nil)
	p.becomesSaved()
	p.open("/")
	p.dontSee("Saves that are not settled")
}

// becomesSaved waits on the page of a save until it is known: by itself with
// scripts, by its link without.
func (p *tab) becomesSaved() {
	p.t.Helper()
	if p.mode.scripts {
		p.comes("Billing profile saved.")
	} else {
		p.until("the save to be known", func() bool {
			if strings.HasPrefix(p.title(), "Saved: ") {
				return true
			}
			p.press("Check again")
			return false
		})
	}
	if n := len(p.puts(p.t)); n != 1 {
		p.fail("sent %d times", n)
	}
	p.wantSaved(1, harbourline, map[string]string{"email": "kept@harbourline.example"})
}
