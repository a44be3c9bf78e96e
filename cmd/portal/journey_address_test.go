package main

import (
	"net/http"

	"github.com/chromedp/chromedp/kb"
)

// reviewAsTyped sends the form and keeps the address as it was typed, which the address
// check writes otherwise.
func (p *tab) reviewAsTyped() {
	p.t.Helper()
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.see("Which address should be saved?")
	p.pressPartHere(pick("address", "typed"))
	p.press(review)
}

// askAboutAnAddress types the address of the documentation without its house number.
func (p *tab) askAboutAnAddress() {
	p.t.Helper()
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("defaultAddress.addressLine1", "Microsoft Way")
	p.fill("defaultAddress.addressLine2", "")
	p.fill("defaultAddress.city", "Redmond")
	p.fill("defaultAddress.postalCode", "98052")
	p.pressFor(http.StatusUnprocessableEntity, review)
}

// The check knows better, the person decides: Enter decides nothing, and what was typed
// can be had back until it is saved.
func chooseAnAddress(p *tab) {
	p.askAboutAnAddress()
	p.see("Which address should be saved?", "A house or unit number may be missing", "Use the suggestion", "Keep what was typed")
	p.wantFocus("choice-address")
	p.focus("#email")
	p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	p.wantTitle("Error: ")
	p.see("1 thing needs fixing before you can review", "Choose which address should be saved")
	p.wantFocus("problems")
	p.keys(kb.Tab)
	p.keys(kb.Enter)
	p.wantFocus("choice-address-1")
	p.keys(" ")
	p.keysTo(http.StatusOK, kb.Enter)
	p.see("Review 1 change", "1 Microsoft Way", "98052-8300", "Suggested")
	p.press("Back to editing")
	p.wantValue("defaultAddress.addressLine1", "1 Microsoft Way")
	p.pressPartHere(pick("address", "typed"))
	p.press(review)
	p.see("The address was not confirmed by the check.")
	p.press("Back to editing")
	p.wantValue("defaultAddress.addressLine1", "Microsoft Way")
	p.pressPartHere(pick("address", "1"))
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{
		"defaultAddress.addressLine1": "1 Microsoft Way", "defaultAddress.city": "Redmond", "defaultAddress.postalCode": "98052-8300",
	})
	p.press("View change")
	p.see("Address check", "Suggestion used")
}

func axeAddresses(p *tab) {
	p.askAboutAnAddress()
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.accessible("edit, no address chosen")
	p.pressPartHere(pick("address", "1"))
	p.press(review)
	p.accessible("review of a suggested address")
	p.press("Back to editing")
	p.fill("defaultAddress.addressLine1", "1 Microsoft Way")
	p.fill("defaultAddress.city", "Seattle")
	p.fill("defaultAddress.postalCode", "98055")
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.accessible("edit, an unknown address")
	p.pressPartHere(pick("address", "typed"))
	p.press(review)
	p.accessible("review of an unconfirmed address")
}
