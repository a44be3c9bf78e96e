package main

import (
	"net/http"
	"time"
)

// I-8: what can go wrong between the form and the save, one after the other, costs nothing
// that was typed.
func nothingLostAtTheSave(p *tab) {
	p.signIn("Ada Admin")
	addressCheckDown(p)
	sessionEndsBeforeTheSave(p)
	saveComesTooLate(p)
	saveNotCarriedOut(p)
}

func addressCheckDown(p *tab) {
	p.billing(harbourline)
	p.fill("defaultAddress.addressLine1", "12 Mercer Street")
	p.fault(p.t, `{"method":"POST","path":"/v1/validations/address","times":-1,"status":503}`)
	p.press(review)
	p.see("Review 1 change", "12 Mercer Street", "The address was not confirmed by the check.")
	p.press("Back to editing")
	p.wantValue("defaultAddress.addressLine1", "12 Mercer Street")
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"defaultAddress.addressLine1": "12 Mercer Street"})
	p.control(p.t, http.MethodDelete, "faults", "", nil)
}

func sessionEndsBeforeTheSave(p *tab) {
	p.billing(harbourline)
	p.fill("email", "late@harbourline.example")
	p.press(review)
	p.age(p.t, 31*time.Minute)
	p.pressFor(http.StatusUnauthorized, save)
	p.see("Sign in to continue", "are kept for 14 days")
	p.wantSaved(1, harbourline, nil)
	p.press("Sign in to continue")
	p.press("Ada Admin")
	p.see("Review 1 change", "late@harbourline.example")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(2, harbourline, map[string]string{"email": "late@harbourline.example"})
}

// A colleague's save arrives while this one is on its way: Partner Center answers 412, and
// nothing is overwritten.
func saveComesTooLate(p *tab) {
	p.control(p.t, http.MethodPut, "switches", `{"stale":"412"}`, nil)
	p.billing(harbourline)
	p.fill("email", "mine@harbourline.example")
	p.press(review)
	sent := len(p.puts(p.t))
	p.fault(p.t, `{"method":"PUT","path":"/v1/customers/*/profiles/billing","delayBeforeMs":500}`)
	p.pressHere(save)
	p.until("the save to be on its way", func() bool { return len(p.puts(p.t)) > sent })
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example","lastName":"Whitfield-Ames"}`)
	p.comes("Ines Duarte saved this profile while you were editing")
	if last := p.puts(p.t)[sent]; last.Status != http.StatusPreconditionFailed || last.Applied {
		p.fail("the save was answered %d", last.Status)
	}
	p.see("Nothing has been overwritten", "mine@harbourline.example", "theirs@harbourline.example", "Whitfield-Ames")
	p.pressPartHere(pick("email", "mine"))
	p.press(reviewMerged)
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(3, harbourline, map[string]string{"email": "mine@harbourline.example", "lastName": "Whitfield-Ames"})
}

// A gateway gives up before Partner Center has done anything. That is not known until a
// save would have shown; then it is, and can be sent again.
func saveNotCarriedOut(p *tab) {
	p.billing(harbourline)
	p.fill("email", "gone@harbourline.example")
	p.press(review)
	p.fault(p.t, `{"method":"PUT","path":"/v1/customers/*/profiles/billing","status":504,"shape":"E"}`)
	sent := len(p.puts(p.t))
	p.pressHere(save)
	p.until("the gateway to give up", func() bool { puts := p.puts(p.t); return len(puts) > sent && puts[sent].Status != 0 })
	p.advance(100 * time.Second)
	p.comes("It was not saved")
	p.see("gone@harbourline.example")
	p.wantSaved(3, harbourline, nil)
	p.press("Save again")
	p.see("Review 1 change", "gone@harbourline.example")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(4, harbourline, map[string]string{"email": "gone@harbourline.example"})
}
