package main

import (
	"strings"

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
	p.press("Edit billing profile")
	p.fill("email", "invoices@harbourline.example")
	p.fill("firstName", "")
	p.press(review)
	p.see("Review 2 changes to Harbourline Ceramics", "invoices@harbourline.example", "nora.whitfield@")
	if n := len(p.puts(p.t)); n != 0 {
		p.fail("%d writes before anything was saved", n)
	}
	p.press(save)
	p.see("Billing profile saved.", "2 items changed", "invoices@harbourline.example")
	p.wantTitle("Saved: Harbourline Ceramics")
	if p.mode.scripts {
		p.wantFocus("banner")
	}

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
