package main

import (
	"net/http"

	"github.com/chromedp/chromedp/kb"
)

const reviewMerged = "Review merged profile"

// A colleague saves between opening and saving: nothing is overwritten and nothing
// typed is lost. What fits together is merged and listed, the rest is a choice.
func mergeWithAColleague(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "mine@harbourline.example")
	p.fill("defaultAddress.phoneNumber", "206 555 0199")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example","lastName":"Whitfield-Ames"}`)
	p.pressFor(http.StatusConflict, save)
	p.see("Ines Duarte saved this profile while you were editing", "Nothing has been overwritten",
		"Needs your choice", "mine@harbourline.example", "theirs@harbourline.example",
		"Merged for you", "Whitfield-Ames", "206 555 0199", "0 of 1 choice made")
	if n := checked(p, "choice.email"); n != "" {
		p.fail("%s was chosen beforehand", n)
	}

	p.pressFor(http.StatusUnprocessableEntity, reviewMerged)
	p.see("Choose which email to save")
	p.wantTitle("Error: ")
	p.wantFocus("problems")
	p.pressPartHere(pick("email", "mine"))
	if p.mode.scripts {
		p.see("1 of 1 choice made")
	}
	p.press(reviewMerged)
	p.see("Review 2 changes", "theirs@harbourline.example", "mine@harbourline.example")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{
		"email": "mine@harbourline.example", "lastName": "Whitfield-Ames", "defaultAddress.phoneNumber": "206 555 0199",
	})
}

// pick is the label of one choice of the merge page.
func pick(item, choice string) string {
	return `label:has(> input[name="choice.` + item + `"][value="` + choice + `"])`
}

func checked(p *tab, name string) string {
	p.t.Helper()
	return eval[string](p, `(document.querySelector('input[name="`+name+`"]:checked') || {value: ""}).value`)
}

// "Something else" is a third way out, and an address is always chosen whole.
func mergeAnAddress(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("defaultAddress.addressLine1", "12 Mercer Street")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"defaultAddress":{"addressLine1":"40 Pike Street","city":"Bellevue","postalCode":"98004"}}`)
	p.pressFor(http.StatusConflict, save)
	p.see("40 Pike Street", "Bellevue", "12 Mercer Street")
	p.pressPartHere(pick("address", "other"))
	p.wantValue("defaultAddress.addressLine1", "12 Mercer Street")
	p.wantValue("defaultAddress.city", "Seattle")
	p.fill("defaultAddress.addressLine1", "7 Denny Way")
	p.press(reviewMerged)
	p.see("Review 1 change", "7 Denny Way", "40 Pike Street")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{
		"defaultAddress.addressLine1": "7 Denny Way", "defaultAddress.city": "Seattle", "defaultAddress.postalCode": "98104",
	})
}

// Two choices by keyboard alone, and two pages to the end.
func mergeByKeyboard(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "mine@harbourline.example")
	p.fill("companyName", "Harbourline Ceramics Ltd")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example","companyName":"Harbourline Tiles"}`)
	p.pressFor(http.StatusConflict, save)
	p.goal(merge2, func() {
		p.skipTo("choice-companyName-theirs")
		p.keys(" ")
		p.tabTo("choice-email-theirs")
		p.keys(" ")
		p.keys(kb.ArrowDown)
		p.wantFocus("choice-email-mine")
		p.keysTo(http.StatusOK, kb.Enter)
		p.see("Review 1 change", "mine@harbourline.example")
		p.skipTo(save)
		p.keysTo(http.StatusOK, kb.Enter)
	})
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "mine@harbourline.example", "companyName": "Harbourline Tiles"})
}

// A colleague saved the very same: there is nothing to do, and nothing is sent.
func colleagueSavedTheSame(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "same@harbourline.example")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"email":"same@harbourline.example"}`)
	p.press(save)
	p.see("already saved the same values", "nothing had to be saved")
	p.wantSaved(0, harbourline, map[string]string{"email": "same@harbourline.example"})
}
