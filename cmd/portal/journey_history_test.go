package main

import (
	"net/http"
	"strings"

	"github.com/chromedp/chromedp/kb"
)

const startUndo = "Start an edit with the earlier values"

// A change is found in the history, one item of it put back, reviewed and saved; the
// undo is a change like any other.
func historyAndUndo(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "invoices@harbourline.example")
	p.fill("defaultAddress.addressLine2", "Floor 9")
	p.press(review)
	p.press(save)
	p.press("View change")
	p.see("You changed email and default address", "nora.whitfield@", "Floor 9", "Request ID", "Correlation ID")
	p.pressPartHere("#item-address")
	p.press(startUndo)
	p.see("The earlier values are in this form.", "Nothing is saved until you review and save.")
	p.wantValue("email", "nora.whitfield@harbourline.example")
	p.wantValue("defaultAddress.addressLine2", "Floor 9")
	if p.mode.scripts {
		p.wantFocus("banner")
	}
	p.press(review)
	p.see("Review 1 change")
	p.press(save)
	p.wantSaved(2, harbourline, map[string]string{"email": "nora.whitfield@harbourline.example"})

	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.press("See all")
	p.see("3 changes on this page", "Undo", "Form", "Outside this portal") // the oldest came with the demo
	p.choose("via", "undo")
	p.press("Filter")
	p.see("1 change on this page")
	p.press("View")
	p.see("You changed email", "Undo of the change by Ada Admin")
	p.press(startUndo)
	p.wantValue("email", "invoices@harbourline.example")
	p.wantSaved(2, harbourline, nil)
}

// Auditors go from anywhere to the changes of all customers, and through them by keys.
func changeLog(p *tab) {
	p.signIn("Sam Sales")
	p.dontSee("Change log")
	for _, company := range []string{harbourline, "Azulejaria Vila Nova"} {
		p.billing(company)
		p.fill("lastName", "Somebody-Else")
		p.press(review)
		p.press(save)
	}
	p.leave()
	p.press("Sign in with your work account")
	p.press("Ada Admin")
	if p.mode.scripts {
		p.keys("g")
		p.keysTo(http.StatusOK, "l")
	} else {
		p.press("Change log")
	}
	p.see("Change log", "Outside this portal", "Sam Sales", harbourline)
	p.fill("who", "sam sales")
	p.keysTo(http.StatusOK, kb.Enter)
	p.see("2 changes on this page")
	p.fill("customer", "azul")
	p.keysTo(http.StatusOK, kb.Enter)
	p.see("1 change on this page", "Azulejaria Vila Nova")
	p.press("Clear")
	p.see("Outside this portal", harbourline)
	if p.mode.scripts {
		p.keys("j")
		p.keysTo(http.StatusOK, kb.Enter)
	} else {
		p.press("View")
	}
	p.see("Sam Sales changed contact")
	p.press("History")
	if !strings.HasSuffix(p.path(), "/history") {
		p.fail("not on a customer's history")
	}
}

func axeHistory(p *tab) {
	p.signIn("Ada Admin")
	id := string(p.id(p.t, harbourline))
	p.open("/customers/" + id)
	p.open("/customers/" + id + "/history")
	p.accessible("history, nothing yet")
	p.billing(harbourline)
	p.fill("email", "invoices@harbourline.example")
	p.fill("defaultAddress.addressLine1", "12 Mercer Street")
	p.press(review)
	p.press(save)
	p.press("View change")
	p.accessible("one change")
	p.pressPartHere("#item-email")
	p.pressPartHere("#item-address")
	p.pressFor(http.StatusUnprocessableEntity, startUndo)
	p.accessible("one change, nothing chosen")
	p.pressPartHere("#item-email")
	p.press(startUndo)
	p.accessible("edit with earlier values")
	p.open("/customers/" + id + "/history")
	p.accessible("history")
	p.open("/changes")
	p.accessible("change log")
	p.open("/changes?who=nobody")
	p.accessible("change log, nothing fits")
	p.openFor(http.StatusUnprocessableEntity, "/changes?customer=h&from=2026-05-04&to=2026-05-03")
	p.accessible("change log, filter to be fixed")
}
