package main

import (
	"net/http"
	"strings"
)

// Names of any length and direction fit a window of 320 px on every page: arrive
// and look hold each against scrolling sideways.
func longAndForeignNames(p *tab) {
	p.look(320, usualHeight, "light")
	p.signIn("Ada Admin")
	for _, company := range []string{"Vereinigte Alpenländische", "شركة واحة النخيل للتجارة", "מאפיית הגליל", "青竹茶业有限公司", "Kaveri Loom Works"} {
		p.open("/customers/" + string(p.id(p.t, company)))
		p.billing(company)
	}
	p.open("/")
	p.see("青竹茶业有限公司")
	p.billing(harbourline)
	word := strings.Repeat("Wasserkraftwerksbetriebsgesellschaft", 3)
	p.fill("companyName", word)
	p.fill("lastName", strings.Repeat("W", 100))
	p.fill("email", strings.Repeat("a", 64)+"@"+strings.Repeat("b", 60)+".example")
	p.fill("defaultAddress.addressLine1", strings.Repeat("Ü", 60))
	p.reviewAsTyped()
	p.see(word)
	p.elsewhere(p.t, harbourline, `{"companyName":"`+strings.Repeat("Schneeräumgesellschaft", 5)+`"}`)
	p.pressFor(http.StatusConflict, save)
	p.pressPartHere(pick("companyName", "mine"))
	p.press(reviewMerged)
	p.press(save)
	p.see("Billing profile saved.", word)
	p.open("/customers?q=Wasser")
	p.open("/customers?q=" + strings.Repeat("x", 200))
}
