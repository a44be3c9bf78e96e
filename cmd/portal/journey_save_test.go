package main

import (
	"net/http"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

const (
	harbourline = "Harbourline Ceramics"
	review      = "Review changes"
	save        = "Save billing profile"
)

// The main job, once from the search box to the banner: exactly one write, with the
// ETag that was read, and with every member we do not know as it was.
func findEditAndSave(p *tab) {
	p.elsewhere(p.t, harbourline, `{"invoiceReference":"PO/17","defaultAddress":{"building":"Pier 57"}}`)
	before := p.stored(p.t, harbourline)
	p.signIn("Ada Admin")
	p.wantTitle("Home")
	p.fill("q", "harb")
	p.press("Search")
	p.press(harbourline)
	p.goal(changeAndSave, func() {
		p.press("Edit billing profile")
		p.fill("email", "invoices@harbourline.example")
		p.fill("firstName", "")
		p.press(review)
		p.see("Review 2 changes to Harbourline Ceramics", "invoices@harbourline.example", "nora.whitfield@")
		if n := len(p.puts(p.t)); n != 0 {
			p.fail("%d writes before anything was saved", n)
		}
		p.press(save)
	})
	p.see("Billing profile saved.", "2 items changed", "invoices@harbourline.example")
	p.wantTitle("Saved: Harbourline Ceramics")
	p.wantFocus("banner")

	puts := p.puts(p.t)
	if len(puts) != 1 || !puts[0].Applied {
		p.fail("writes: %+v", puts)
	}
	sent := object(p.t, puts[0].Body)
	etag, _ := sent["attributes"].(map[string]any)["etag"].(string)
	if puts[0].Headers["If-Match"] != `"`+etag+`"` || etag == "" || !strings.HasPrefix(puts[0].Subject, "ada.admin") {
		p.fail("If-Match %s, body %q, by %s", puts[0].Headers["If-Match"], etag, puts[0].Subject)
	}
	before["email"], before["firstName"] = "invoices@harbourline.example", nil
	if d := cmp.Diff(before, sent); d != "" {
		p.fail("sent more than was edited (-want +sent):\n%s", d)
	}
}

// wantSaved wants exactly so many writes to have been applied, and the profile to
// hold these values now.
func (p *tab) wantSaved(writes int, company string, values map[string]string) {
	p.t.Helper()
	applied := 0
	for _, put := range p.puts(p.t) {
		if put.Applied {
			applied++
		}
	}
	if applied != writes {
		p.fail("%d writes were applied, want %d", applied, writes)
	}
	now := p.stored(p.t, company)
	for name, want := range values {
		holder := now
		if member, ok := strings.CutPrefix(name, "defaultAddress."); ok {
			holder, name = now["defaultAddress"].(map[string]any), member
		}
		if got, _ := holder[name].(string); got != want {
			p.fail("%s is saved as %q, want %q", name, got, want)
		}
	}
}

// Somebody impatient presses Save twice; it is saved once.
func pressSaveTwice(p *tab) {
	p.signIn("Sam Sales")
	p.billing(harbourline)
	p.fill("email", "twice@harbourline.example")
	p.press(review)
	p.pressHereTwice(save)
	p.comes("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "twice@harbourline.example"})
}

// Back after a save shows no trap: neither a conflict with oneself nor a second save.
func goBackAfterSaving(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	form := p.url()
	p.fill("email", "back@harbourline.example")
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.back()
	if !p.mode.scripts { // the browser shows the page it kept; saving it again saves nothing
		p.comes("Review 1 change")
		p.press(save)
	}
	p.comes("Billing profile saved.")
	p.dontSee("while you were editing", "Needs your choice")
	p.open(strings.TrimPrefix(form, p.site))
	p.wantValue("email", "back@harbourline.example")
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.see("Nothing is changed yet.")
	p.wantSaved(1, harbourline, map[string]string{"email": "back@harbourline.example"})
}

// Reload, and going back to the form, keep what was reviewed.
func reloadKeepsTheDraft(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "draft@harbourline.example")
	p.fill("lastName", "Whitfield-Ames")
	if p.mode.scripts {
		p.comes("Last name and email") // what changed, beside the form
	}
	p.press(review)
	p.reload()
	p.see("Review 2 changes", "draft@harbourline.example")
	p.press("Back to editing")
	p.wantValue("email", "draft@harbourline.example")
	p.reload()
	p.wantValue("email", "draft@harbourline.example")
	p.wantValue("lastName", "Whitfield-Ames")
	p.see("Was: Whitfield")
	p.undo("lastName")
	p.wantValue("lastName", "Whitfield")
	p.press(review)
	p.see("Review 1 change")
	p.wantSaved(0, harbourline, nil)
}

func (p *tab) undo(name string) {
	p.t.Helper()
	button := field(name) + "-was button"
	if !p.mode.scripts {
		p.pressPart(button)
		return
	}
	p.pressPartHere(button)
	p.until("the change to be undone", func() bool { return askPage[int](p, "count", button) == 0 })
	p.wantFocus(field(name)[1:])
}

// One form open in two tabs: what is saved is what the tab shows that saves it.
func twoTabsOfOneForm(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	q := p.another()
	q.open(strings.TrimPrefix(p.url(), p.site))
	p.fill("email", "first@harbourline.example")
	p.press(review)
	q.fill("defaultAddress.phoneNumber", "206 555 0199")
	q.press(review)
	// The draft moved on, so the first tab sees what it would save before it does.
	p.press(save)
	p.see("This draft was changed after that page was opened. Nothing has been saved.", "Review 1 change", "206")
	p.dontSee("Billing profile saved.")
	p.press(save)
	p.see("Billing profile saved.")
	p.wantSaved(1, harbourline, map[string]string{"email": "nora.whitfield@harbourline.example"})

	// Two edits of their own in two tabs meet like those of two people.
	p.billing(harbourline)
	q.billing(harbourline)
	p.fill("email", "second@harbourline.example")
	p.press(review)
	p.press(save)
	q.fill("lastName", "Whitfield-Ames")
	q.pressFor(http.StatusConflict, review)
	q.see("You saved this profile in another window while you were editing", "second@harbourline.example", "Whitfield-Ames", "Everything fits together")
	q.press(reviewMerged)
	q.press(save)
	q.wantSaved(3, harbourline, map[string]string{"email": "second@harbourline.example", "lastName": "Whitfield-Ames"})
}

// Enter in a text field presses the main button: it never undoes, and never chooses.
func enterReviews(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("companyName", "Harbourline Ceramics Ltd")
	p.fill("email", "not an address")
	p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	p.wantTitle("Error: ")
	p.wantValue("companyName", "Harbourline Ceramics Ltd")
	p.wantValue("email", "not an address")
	p.see("Was: Harbourline Ceramics")
	p.fill("email", "enter@harbourline.example")
	p.keysTo(http.StatusOK, kb.Enter)
	p.see("Review 2 changes", "Harbourline Ceramics now Ltd", "enter@harbourline.example")
	if p.mode.scripts {
		p.keysTo(http.StatusOK, kb.Enter, chromedp.ModifierCtrl)
		p.see("Billing profile saved.")
		p.wantSaved(1, harbourline, map[string]string{"companyName": "Harbourline Ceramics Ltd", "email": "enter@harbourline.example"})
	}
}
