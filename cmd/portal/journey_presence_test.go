package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// somebodyElse is a tab in a browser of its own: another person's, at another desk.
func (p *tab) somebodyElse() *tab {
	p.t.Helper()
	return openTab(&tab{desk: p.desk, t: p.t, mode: p.mode}, p.ctx, chromedp.WithNewBrowserContext())
}

// comeBack is what a person does who looks at the form again: with scripts the form
// asks by itself what is new, without they press the button that redraws it.
func (p *tab) comeBack() {
	p.t.Helper()
	if !p.mode.scripts {
		p.press("Update fields")
		return
	}
	before := p.asked()
	p.eventHere("focus")
	p.until("the form to ask", func() bool { return p.asked() > before })
}

// comeBackToReview looks at the review again, which asks as the form does: so that
// others see that somebody is still at it.
func (p *tab) comeBackToReview() {
	p.t.Helper()
	if p.mode.scripts {
		p.comeBack()
	}
}

// asked is how often the form asked its own address since the page was opened.
func (p *tab) asked() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.fetched {
		if strings.Contains(a.url, "/billing?draft=") {
			n++
		}
	}
	return n
}

func (p *tab) eventHere(name string) {
	p.t.Helper()
	eval[bool](p, `dispatchEvent(new Event("`+name+`")) && document.dispatchEvent(new Event("visibilitychange"))`)
}

// wantNoNews wants no word of a save on the page; the status region may still hold it.
func (p *tab) wantNoNews() {
	p.t.Helper()
	if askPage[int](p, "count", "#news section") != 0 {
		p.fail("tells of a save")
	}
}

const mergeNow, keepEditing = "Merge now", "Keep editing"

// Two people open one form. Each sees the other; what one saves the other hears of
// before pressing Save, and everything typed goes on into the merge.
func twoPeople(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.dontSee("editing too")
	sam := p.somebodyElse()
	sam.signIn("Sam Sales")
	sam.billing(harbourline)
	sam.see("Ada Admin is editing too", "Nothing you type is lost")
	p.fill("email", "ada@harbourline.example")
	p.comeBack()
	p.comes("Sam Sales is editing too")
	p.wantValue("email", "ada@harbourline.example")

	sam.fill("email", "sam@harbourline.example")
	sam.fill("defaultAddress.phoneNumber", "206 555 0199")
	sam.press(review)
	sam.comeBackToReview()
	sam.press(save)
	sam.see("Billing profile saved.", "Ada Admin is editing")
	p.comeBack()
	p.comes("Sam Sales saved 2 changes at ")
	p.see("Nothing of yours is lost.")
	p.dontSee("Sam Sales is editing")
	p.wantValue("email", "ada@harbourline.example")
	if p.mode.scripts {
		p.until("the words of it", func() bool {
			said := askPage[string](p, "said")
			return strings.HasPrefix(said, "Sam Sales saved 2 changes at ") && strings.HasSuffix(said, ". Nothing of yours is lost.")
		})
		p.focus(field("email"))
		p.pressHere(keepEditing)
		p.wantFocus("email")
	} else {
		p.press(keepEditing)
	}
	p.wantNoNews()
	p.comeBack()
	p.wantNoNews()
	p.choose("defaultAddress.country", "CA")
	if p.mode.scripts {
		p.wantSaid("Address fields updated for Canada")
	} else {
		p.press("Update fields")
	}
	p.wantNoNews()

	p.elsewhere(p.t, harbourline, `{"email":"ines@harbourline.example","lastName":"Whitfield-Ames"}`)
	p.comeBack()
	p.comes("Ines Duarte saved 3 changes at ")
	p.fill("email", "not an address")
	p.press(mergeNow)
	p.see("Ines Duarte saved this profile while you were editing", "not an address", "ines@harbourline.example", "Whitfield-Ames", "206 555 0199")
	p.wantSaved(1, harbourline, map[string]string{"email": "ines@harbourline.example"})
}

// The demo's button: the form hears of the colleague within half a minute, untouched.
func colleagueWhileEditing(p *tab) {
	p.signIn("Ada Admin")
	p.typeAndPress("Let a colleague save this customer now")
	if !p.mode.scripts {
		p.press("Update fields")
	}
	told := "Ines Duarte saved 1 change at "
	for end := time.Now().Add(40 * time.Second); !strings.Contains(p.text(), told); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			p.fail("the form did not ask by itself")
		}
	}
	p.wantValue("email", "kept@harbourline.example")
	p.press(mergeNow)
	p.see("Ines Duarte saved this profile while you were editing", "kept@harbourline.example", "finance@harbourline.example")
	p.pressPartHere(pick("email", "mine"))
	p.press(reviewMerged)
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "kept@harbourline.example"})
}

// A form out of view asks nothing, and asks at once when it is looked at again.
func formOutOfView(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	if !p.mode.scripts {
		return // nothing asks
	}
	hide := func(hidden string) {
		eval[chromedp.Void](p, `Object.defineProperty(document, "hidden", {configurable: true, get: () => `+hidden+`})`)
		p.eventHere("focus")
	}
	hide("true")
	p.elsewhere(p.t, harbourline, `{"lastName":"Whitfield-Ames"}`)
	before := p.asked()
	time.Sleep(7 * time.Second) // in view, it would have asked by now
	if p.asked() != before {
		p.fail("it asked out of view")
	}
	hide("false")
	p.comes("Ines Duarte saved 1 change at ")

	t := p.asked()
	for range 20 { // somebody who goes to and fro between two windows
		p.eventHere("focus")
	}
	if n := p.asked() - t; n > 1 {
		p.fail("asked %d times at once", n)
	}
}

func axeTogether(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	sam := p.somebodyElse()
	sam.signIn("Sam Sales")
	sam.billing(harbourline)
	p.fill("email", "wrong")
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.see("Sam Sales is editing too")
	p.elsewhere(p.t, harbourline, `{"lastName":"Whitfield-Ames"}`)
	p.comeBack()
	p.comes("Ines Duarte saved 1 change at ")
	p.accessible("edit, a colleague saved")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.see("Sam Sales is editing")
	p.accessible("overview, somebody is editing")
	p.open("/customers?q=harbour")
	p.see("Sam Sales is editing")
	p.accessible("customers, somebody is editing")
}
