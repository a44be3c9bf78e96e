package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// typeDraft types into the form what the journeys below look for, and waits until it is
// kept: by the script, or by sending a form that comes back.
func (p *tab) typeDraft(email string) {
	p.t.Helper()
	p.fill("email", email)
	if !p.mode.scripts {
		p.fill("defaultAddress.postalCode", "9")
		p.pressFor(http.StatusUnprocessableEntity, review)
		return
	}
	p.fillKept("defaultAddress.postalCode", "9")
}

// fillKept fills an input and waits until the script has kept it.
func (p *tab) fillKept(name, text string) {
	p.t.Helper()
	p.fill(name, text)
	p.wantKept()
}

// wantKept waits until the action bar says that the draft is saved.
func (p *tab) wantKept() {
	p.t.Helper()
	p.until("the draft to be saved", func() bool { return strings.Contains(p.partText("#draft"), "Draft saved at ") })
}

// partText is what a part of the page says, spaces folded.
func (p *tab) partText(css string) string {
	p.t.Helper()
	return askPage[string](p, "seen", css)
}

func (p *tab) wantDraft(email string) {
	p.t.Helper()
	p.see("Your changes are back.", "Nothing has been saved to Partner Center yet.")
	p.wantValue("email", email)
	p.wantValue("defaultAddress.postalCode", "9")
	p.wantSaved(0, harbourline, nil)
}

// I-8: what is typed is kept, and found again from Home, from the customer, and from a
// form that opens afresh.
func draftSavedAndRestored(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.typeDraft("draft@harbourline.example")
	p.open("/")
	p.see("Your drafts", harbourline, "2 items changed, last saved today at")
	p.press("Continue")
	p.wantDraft("draft@harbourline.example")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.see("You have an unfinished draft", "2 items changed, last saved today at")
	p.press("Continue draft")
	p.wantDraft("draft@harbourline.example")
	p.billing(harbourline)
	p.see("You have an unfinished draft of this customer.", "Nothing yet")
	p.press("Continue draft")
	p.wantDraft("draft@harbourline.example")
	p.reload()
	p.wantDraft("draft@harbourline.example")
	p.fill("defaultAddress.postalCode", "98104")
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.open("/")
	p.dontSee("Your drafts")
	p.wantSaved(1, harbourline, map[string]string{"email": "draft@harbourline.example"})
}

// I-8: Back to the form, on typing, and Forward again.
func backAndForward(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "back@harbourline.example")
	p.press(review)
	p.see("Review 1 change")
	p.back()
	p.see("This edit")
	p.wantValue("email", "back@harbourline.example")
	if p.mode.scripts {
		p.fillKept("lastName", "Typed on")
	}
	p.forward()
	p.comes("Review 1 change")
	if p.mode.scripts {
		// What was typed meanwhile is not what this page would save: nothing is.
		p.press(save)
		p.see("changed after that page was opened. Nothing has been saved.")
		p.wantValue("lastName", "Typed on")
	} else {
		p.press("Back to editing")
		p.fill("lastName", "Typed on")
	}
	p.wantValue("email", "back@harbourline.example")
	p.press(review)
	p.see("Review 2 changes")
	p.press(save)
	p.wantSaved(1, harbourline, map[string]string{"email": "back@harbourline.example", "lastName": "Typed on"})
}

// I-8: the tab is closed right after the last key. Without scripts what was sent last
// is there.
func closeTheTab(p *tab) {
	p.signIn("Ada Admin")
	q := p.another()
	q.billing(harbourline)
	if p.mode.scripts {
		q.fill("defaultAddress.postalCode", "9")
		q.fill("email", "closed@harbourline.example")
	} else {
		q.typeDraft("closed@harbourline.example")
	}
	q.call(func(ctx context.Context) error {
		_, _ = chromedp.Call(ctx, page.Close, cdp.Empty{}) // nobody is left to answer
		return nil
	})
	p.until("the draft on Home", func() bool { p.open("/"); return strings.Contains(p.text(), "Your drafts") })
	p.press("Continue")
	p.wantDraft("closed@harbourline.example")
}

// I-8: the portal restarts while somebody types. The demo's identity provider forgets
// everybody then, so the way back leads past it, and over Home.
func restartWhileTyping(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.typeDraft("restart@harbourline.example")
	form := strings.TrimPrefix(p.url(), p.site)
	p.restart(p.t)
	if p.mode.scripts {
		p.fillKept("lastName", "Typed on")
	}
	p.openFor(http.StatusUnauthorized, form)
	p.press("Sign in to continue")
	p.press("Ada Admin")
	p.press("Continue")
	p.wantDraft("restart@harbourline.example")
	if p.mode.scripts {
		p.wantValue("lastName", "Typed on")
	}
}

// Discarding asks once, on a page or in a dialog, and then the draft is gone.
func discardADraft(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	form := strings.TrimPrefix(p.url(), p.site)
	p.see("Leave without saving")
	p.typeDraft("gone@harbourline.example")
	p.dontSee("Leave without saving")
	ask := func() {
		p.t.Helper()
		if !p.mode.scripts {
			p.press("Discard draft")
		} else {
			p.pressHere("Discard draft")
			p.comes("Discard your draft of")
			p.wantNoFlaws()
		}
		p.see("Discard your draft of "+harbourline+"?", "2 changes go with it", "gone@harbourline.example", "They cannot be brought back.")
	}
	ask()
	if p.mode.scripts {
		p.keys(kb.Escape)
		p.until("the dialog to close", func() bool { return askPage[int](p, "count", "dialog") == 0 })
		p.wantFocus("Discard draft")
		ask()
		p.pressHere("Keep the draft")
		p.wantFocus("Discard draft")
	} else {
		p.press("Keep the draft")
	}
	p.wantValue("email", "gone@harbourline.example")
	ask()
	p.pressPart("#ask button")
	p.see("The draft is discarded.", "The billing profile is as it was.")
	p.dontSee("You have an unfinished draft")
	p.open("/")
	p.dontSee("Your drafts")
	p.open(form)
	p.wantValue("email", "nora.whitfield@harbourline.example")
	p.wantSaved(0, harbourline, nil)
}

// F-46: the session reaches its limit while somebody types. The form goes into the
// draft of the person whose session it was, and sign-in leads back to it.
func sessionEndsWhileTyping(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "late@harbourline.example")
	p.fill("defaultAddress.postalCode", "9")
	p.age(p.t, 31*time.Minute)
	p.pressFor(http.StatusUnauthorized, review)
	p.see("Sign in to continue", "Your changes to "+harbourline+" are kept for 14 days.")
	p.dontSee("late@harbourline.example")
	p.press("Sign in to continue")
	p.press("Ada Admin")
	p.wantDraft("late@harbourline.example")
	p.fill("defaultAddress.postalCode", "98104")
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "late@harbourline.example"})
}

// who signs in instead sees nothing of it.
func somebodyElseSignsIn(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	form := strings.TrimPrefix(p.url(), p.site)
	p.fill("email", "late@harbourline.example")
	p.age(p.t, 31*time.Minute)
	p.pressFor(http.StatusUnauthorized, review)
	p.press("Sign in to continue")
	p.press("Sam Sales")
	p.see("Edit billing profile", "Nothing yet")
	p.wantValue("email", "nora.whitfield@harbourline.example")
	for _, path := range []string{"/", "/customers/" + string(p.id(p.t, harbourline)), form} {
		p.open(path)
		p.dontSee("late@harbourline.example", "Your drafts", "unfinished draft", "Your changes are back")
	}
	p.another().leave()
	p.open(form)
	p.press("Ada Admin")
	p.see("Your changes are back.")
	p.wantValue("email", "late@harbourline.example")
}

// With scripts the person is warned two minutes ahead and can stay; if the session ends
// all the same, the form stays as it is and goes on after a sign-in beside it.
func warnedBeforeTheEnd(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	if !p.mode.scripts {
		p.see("Signed in until")
		return
	}
	p.fillKept("email", "stays@harbourline.example")
	p.age(p.t, 28*time.Minute+30*time.Second)
	p.eventHere("focus")
	p.comes("Your session ends in 2 minutes")
	p.see("What you typed is kept for 14 days.")
	p.pressHere("Stay signed in")
	p.until("the dialog to close", func() bool { return askPage[int](p, "count", "dialog") == 0 })
	p.wantSaid("You stay signed in")

	p.age(p.t, 31*time.Minute)
	p.fillKept("lastName", "Typed late")
	p.comes("Your session has ended. This form stays as it is")
	beside := p.follow("Sign in")
	beside.comes("Ada Admin")
	beside.press("Ada Admin")
	beside.see("Your drafts")
	p.fill("firstName", "Typed on")
	p.until("the form to go on", func() bool { return !strings.Contains(p.text(), "Your session has ended") })
	p.wantKept()
	p.press(review)
	p.see("Review 2 changes", "stays@harbourline.example", "Typed late", "Typed on")
}

// F-35: when a draft cannot be saved, the page says so, tries again by itself, and asks
// before it is left.
func draftCannotBeSaved(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	if !p.mode.scripts {
		p.exec(p.t, diskFull)
		p.fill("email", "full@harbourline.example")
		p.pressFor(http.StatusServiceUnavailable, review)
		p.see("Your changes could not be kept for review.")
		p.wantValue("email", "full@harbourline.example")
		return
	}
	fails := func(text string) {
		p.t.Helper()
		p.exec(p.t, diskFull)
		p.fill("email", text)
		p.until("the failure to be told", func() bool {
			return strings.Contains(p.partText("#draft"), "Draft not saved. Keep this page open.")
		})
		p.wantSaid("Draft not saved. Keep this page open.")
	}
	fails("full@harbourline.example")
	p.exec(p.t, `DROP TRIGGER disk_full`)
	p.wantKept()
	p.open("/")
	p.wantAsked(0)
	p.press("Continue")
	p.wantValue("email", "full@harbourline.example")
	fails("lost@harbourline.example")
	p.open("/")
	p.wantAsked(1)
	p.press("Continue")
	p.wantValue("email", "full@harbourline.example")
}

const diskFull = `CREATE TRIGGER disk_full BEFORE INSERT ON drafts BEGIN SELECT RAISE(ABORT, 'disk full'); END`

// wantAsked wants the browser to have asked so often whether to leave a page.
func (p *tab) wantAsked(times int) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stayed != times {
		p.t.Errorf("asked %d times before leaving, want %d", p.stayed, times)
	}
}
