package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/partnerdesk/portal/web/words"
)

// axeFile is where .ci/setup puts axe-core, pinned in .ci/package-lock.json.
var axeFile = filepath.Join("..", "..", ".ci", "node_modules", "axe-core", "axe.min.js")

// axeRun runs the rules of WCAG 2.2 A and AA, the best practices, and four
// experimental rules. What axe cannot decide comes back too: it counts as wrong.
const axeRun = `axe.run(%q, {
  runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
  rules: Object.fromEntries(["label-content-name-mismatch", "td-has-header", "table-fake-caption", "p-as-heading"].map(r => [r, {enabled: true}])),
  preload: false,
  resultTypes: ["violations", "incomplete"],
}).then(r => JSON.stringify([...r.violations.map(v => [v, "wrong"]), ...r.incomplete.map(v => [v, "undecided"])].flatMap(([v, how]) =>
  v.nodes.map(n => how + ": " + v.id + ": " + n.target.join(" ") + ": " + (n.any[0] || n.all[0] || n.none[0] || {message: v.help}).message))))`

// undecided are the findings that axe leaves to people, each with the reason why it
// is right as it is.
var undecided = []struct {
	finding *regexp.Regexp
	reason  string
}{
	{regexp.MustCompile(`^undecided: color-contrast: #(language|culture|defaultAddress-country|defaultAddress-state|via|zone): .* background gradient$`),
		"the arrow of a list is drawn by a gradient that ends before its text, in the colours of every input"},
	{regexp.MustCompile(`^undecided: color-contrast: #[A-Za-z-]+: Element has no value`),
		"an empty input has no text; the same colours are measured in the filled ones"},
}

// tall is a window in which nothing stuck to its edge covers anything, so that axe
// can measure every colour.
const tall = 4000

// axe is axe-core's source, and whether it is there; in CI it has to be.
func axe(t *testing.T) (source string, there bool) {
	t.Helper()
	text, err := os.ReadFile(axeFile)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("no axe-core: %v", err)
	}
	return string(text), err == nil
}

// accessible holds the page as it stands against axe: light and dark, wide and narrow.
func (p *tab) accessible(state string) { p.t.Helper(); p.accessibleIn("html", state) }

// accessibleIn is accessible for a part of the page, where that covers the rest of it.
func (p *tab) accessibleIn(part, state string) {
	p.t.Helper()
	source, there := axe(p.t)
	if !there {
		return
	}
	eval[chromedp.Void](p, source)
	if p.mode.asks != "" {
		p.accessibleMirrored(part, state)
		return
	}
	for _, width := range []int64{1280, 320} {
		for _, scheme := range []string{"light", "dark"} {
			p.look(width, tall, scheme)
			for _, finding := range p.findings(part) {
				p.t.Errorf("%s, %d px, %s: %s", state, width, scheme, finding)
			}
		}
		p.wantNoFlaws()
	}
	p.wantSameFrame(state)
	p.wantOwnTitle(state)
	p.wantDisplays(part, state)
}

// accessibleMirrored holds the page as a longer language has it, right to left, against axe
// and the two widths, and finds what is not translated.
func (p *tab) accessibleMirrored(part, state string) {
	p.t.Helper()
	p.wantRoom(state)
	for _, finding := range p.findings(part) {
		p.t.Errorf("%s, 320 px, mirrored: %s", state, finding)
	}
	for _, text := range askPage[[]string](p, "untranslated") {
		if text != harbourline { // which is the title of its page
			p.t.Errorf("%s: %q is not translated", state, text)
		}
	}
	p.look(p.mode.width, usualHeight, "light")
}

// wantRoom wants the page whole, wide and narrow, whatever its words are.
func (p *tab) wantRoom(state string) {
	p.t.Helper()
	for _, width := range []int64{1280, 320} {
		p.look(width, tall, "light")
		p.wantNoFlaws()
		for _, flaw := range hold[[]string](p, "layout") {
			p.t.Errorf("%s, %d px: %s", state, width, flaw)
		}
	}
}

// findings are what axe, once loaded, has against a part of the page as it stands.
func (p *tab) findings(part string) []string {
	p.t.Helper()
	var findings []string
	answer := eval[string](p, fmt.Sprintf(axeRun, part), chromedp.EvalAwaitPromise)
	if err := json.Unmarshal([]byte(answer), &findings); err != nil {
		p.t.Fatal(err)
	}
	return slices.DeleteFunc(findings, excused)
}

func excused(finding string) bool {
	return slices.ContainsFunc(undecided, func(u struct {
		finding *regexp.Regexp
		reason  string
	}) bool {
		return u.finding.MatchString(finding)
	})
}

// onlyWithAxe skips a walk that does nothing else.
func onlyWithAxe(walk func(*tab)) func(*tab) {
	return func(p *tab) {
		if _, there := axe(p.t); !there {
			p.t.Skip("no axe-core, so no accessibility checks: run .ci/setup")
		}
		walk(p)
	}
}

// The walks past every page and state. They are short, so that they run side by side.

func axeFinding(p *tab) {
	p.open("/signin")
	p.accessible("sign-in")
	p.signIn("Ada Admin")
	p.accessible("home, nothing yet")
	p.open("/customers")
	p.accessible("customers")
	p.open("/customers?q=h")
	p.accessible("search")
	p.open("/customers?q=zzzz")
	p.accessible("no match")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.accessible("overview")
	p.open("/")
	p.accessible("home with recent customers")
	p.open("/help")
	p.accessible("help")
	p.press("Sign out")
	p.accessible("signed out")
}

// axeLanguages goes past the pages in each language, and holds those that run from right
// to left against axe.
func axeLanguages(p *tab) {
	source, _ := axe(p.t)
	p.signIn("Ada Admin")
	customer := "/customers/" + string(p.id(p.t, harbourline))
	for _, l := range words.Languages()[1:] {
		p.asksFor(l.Tag())
		stands := func(page string) {
			p.t.Helper()
			state := l.Tag() + ": " + page
			p.wantRoom(state)
			if l.Dir() == "rtl" {
				eval[chromedp.Void](p, source)
				for _, finding := range p.findings("html") {
					p.t.Errorf("%s, 320 px: %s", state, finding)
				}
			}
			p.look(p.mode.width, usualHeight, "light")
		}
		for _, path := range []string{"/", "/customers", "/customers?q=zzzz", customer, customer + "/history", "/changes", "/unsettled", "/settings", "/sessions", "/sessions/everybody", "/help"} {
			p.open(path)
			stands(path)
		}
		p.billing(harbourline)
		p.fill("companyName", "")
		p.fill("email", "invoices")
		p.fill("defaultAddress.postalCode", "1")
		p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
		stands("edit with errors")
		p.billing(harbourline)
		p.fill("email", "mine-"+l.Tag()+"@harbourline.example")
		p.keysTo(http.StatusOK, kb.Enter)
		stands("review")
		p.elsewhere(p.t, harbourline, `{"email":"theirs-`+l.Tag()+`@harbourline.example"}`)
		p.arrive(http.StatusConflict, p.at("element", ".foot .primary"))
		stands("merge")
	}
}

func axeEditing(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.accessible("edit")
	p.fill("companyName", "")
	p.fill("email", "invoices")
	p.fill("defaultAddress.postalCode", "1")
	p.accessible("edit, changed by the script")
	p.keysTo(http.StatusUnprocessableEntity, kb.Enter)
	p.accessible("edit with errors")
	p.changeCountry("DE", "Germany")
	p.accessible("edit, another country")
	p.fill("companyName", harbourline)
	p.fill("email", "invoices@harbourline.example")
	p.fill("defaultAddress.postalCode", "20457")
	p.reviewAsTyped()
	p.accessible("review")
	p.press(save)
	p.accessible("saved")
	p.billing(harbourline)
	p.pressFor(http.StatusUnprocessableEntity, review)
	p.accessible("edit, nothing changed")
}

func axeDrafts(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.typeDraft("draft@harbourline.example")
	p.accessible("edit, draft saved")
	p.pressHere("Discard draft")
	p.comes("Discard your draft of")
	p.accessible("the dialog before discarding")
	p.pressHere("Keep the draft")
	p.age(p.t, 28*time.Minute+30*time.Second)
	p.eventHere("focus")
	p.comes("Your session ends in 2 minutes")
	p.accessible("the dialog before the session's end")
	p.pressHere("Close")
	p.age(p.t, 31*time.Minute)
	p.fill("lastName", "Typed late")
	p.comes("Your session has ended. This form stays as it is")
	p.accessible("edit, session over")
	p.pressFor(http.StatusUnauthorized, review)
	p.accessible("session over, draft kept")
	p.press("Sign in to continue")
	p.press("Ada Admin")
	p.accessible("edit, changes back")
	p.open("/")
	p.accessible("home with a draft")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	p.accessible("overview with a draft")
	p.billing(harbourline)
	p.accessible("edit afresh beside a draft")
	p.press("Continue draft")
	p.open(eval[string](p, `document.querySelector("[data-ask]").getAttribute("href")`))
	p.accessible("the page before discarding")
}

func axeMerging(p *tab) {
	p.signIn("Ada Admin")
	p.billing(harbourline)
	p.fill("email", "mine@harbourline.example")
	p.fill("defaultAddress.addressLine1", "12 Mercer Street")
	p.fill("defaultAddress.phoneNumber", "206 555 0199")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example","lastName":"Whitfield-Ames","defaultAddress":{"addressLine1":"40 Pike Street"}}`)
	p.pressFor(http.StatusConflict, save)
	p.accessible("merge")
	p.pressFor(http.StatusUnprocessableEntity, reviewMerged)
	p.accessible("merge, choices missing")
	p.pressPartHere(pick("address", "other"))
	p.pressPartHere(pick("email", "mine"))
	p.accessible("merge, chosen")
	p.press(reviewMerged)
	p.accessible("review of a merge")
}

// everyPut is the fault that meets each write.
const everyPut = `{"method":"PUT","path":"/v1/customers/*/profiles/billing","times":-1,`

func axeResults(p *tab) {
	p.signIn("Ada Admin")
	n := 0
	result := func(state, fault string, status int64) {
		n++
		p.billing(harbourline)
		p.fill("email", fmt.Sprintf("result-%d@harbourline.example", n))
		p.press(review)
		if fault != "" {
			p.fault(p.t, everyPut+fault)
		} else {
			p.elsewhere(p.t, harbourline, fmt.Sprintf(`{"email":"result-%d@harbourline.example"}`, n))
		}
		p.pressFor(status, save)
		p.accessible(state)
		p.control(p.t, http.MethodDelete, "faults", "", nil)
	}
	result("not accepted", `"status":400,"shape":"A"}`, http.StatusUnprocessableEntity)
	result("refused", `"status":403,"shape":"A"}`, http.StatusForbidden)
	result("no such customer", `"status":404,"shape":"A"}`, http.StatusNotFound)
	result("slow down", `"status":429,"retryAfter":"60"}`, http.StatusTooManyRequests)
	result("already saved", "", http.StatusOK)
}

func axeErrors(p *tab) {
	p.openFor(http.StatusBadRequest, "/auth/callback?state=x&code=y")
	p.accessible("sign-in without its cookie")
	p.signInFor(http.StatusForbidden, "Nora Norole")
	p.accessible("no role")
	p.press("Sign in with another account")
	p.press("Sign in with your work account")
	p.press("Ada Admin")
	p.openFor(http.StatusNotFound, "/nowhere")
	p.accessible("no such page")
	p.openFor(http.StatusNotFound, "/customers/00000000-0000-4000-8000-000000000000")
	p.accessible("no such customer")
	p.fault(p.t, `{"path":"/v1/customers","times":-1,"status":429,"retryAfter":"60"}`)
	p.openFor(http.StatusTooManyRequests, "/customers")
	p.accessible("the list, slow down")
	p.openFor(http.StatusTooManyRequests, "/customers/"+string(p.id(p.t, harbourline)))
	p.accessible("slow down")
	p.control(p.t, http.MethodDelete, "faults", "", nil)
	p.billing(harbourline)
	p.fill("email", "over@harbourline.example")
	p.another().leave()
	p.pressFor(http.StatusUnauthorized, review)
	p.accessible("session over, typed text kept")
}

// axeTrouble goes where few people ever come.
func axeTrouble(p *tab) {
	p.open("/signin?state=over")
	p.accessible("sign-in, session over")
	p.signIn("Ada Admin")
	p.open("/unsettled")
	p.accessible("unsettled saves, none")
	p.open("/sessions")
	p.accessible("own sessions")
	p.open("/sessions/everybody")
	p.accessible("everybody's sessions")
	p.open("/settings")
	p.makeWrong(`document.querySelector("#zone option:checked").value = "Mars/Olympus"`)
	p.pressFor(http.StatusUnprocessableEntity, "Save settings")
	p.accessible("settings to be fixed")
	p.billing(harbourline)
	p.fill("defaultAddress.addressLine1", "12 Mercer Street")
	p.press(review)
	p.elsewhere(p.t, harbourline, `{"defaultAddress":{"addressLine1":"40 Pike Street","city":"Bellevue","postalCode":"98004"}}`)
	p.pressFor(http.StatusConflict, save)
	p.pressPartHere(pick("address", "other"))
	p.accessible("merge, an address of its own")
	p.fill("defaultAddress.addressLine1", "7 Denny Way")
	p.press(reviewMerged)
	const profile = `{"method":"GET","path":"/v1/customers/*/profiles/billing"`
	p.fault(p.t, profile+`}, `+profile+`,"times":-1,"status":429,"retryAfter":"60"}, `+everyPut+`"shape":"late"}`)
	p.press(save)
	p.open("/unsettled")
	p.accessible("unsettled saves")
	p.openFor(http.StatusOK, "/customers/"+string(p.id(p.t, harbourline)))
	p.accessible("overview, the profile not read")
	p.control(p.t, http.MethodDelete, "faults", "", nil)
	p.open("/")
	p.press("Sign in as somebody else")
	p.press("Sign in with your work account")
	p.press("Mika Nomfa")
	p.openFor(http.StatusForbidden, "/customers/"+string(p.id(p.t, harbourline)))
	p.accessible("without a second factor")
}
