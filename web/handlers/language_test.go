package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/words"
)

var plainWord = regexp.MustCompile(`[A-Za-z]{3}`)

// untranslated are the texts of a page without accents, but for names and codes, which
// stand in elements of their own.
func (p *page) untranslated() []string {
	var found []string
	add := func(text string) {
		plain := !strings.ContainsFunc(text, func(r rune) bool { return r >= 'À' && r <= 'ƿ' })
		if text = strings.TrimSpace(text); plain && plainWord.MatchString(text) && !slices.Contains(sameEverywhere, text) {
			found = append(found, text)
		}
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if slices.Contains([]string{"script", "style", "svg", "bdi", "code", "kbd"}, n.Data) {
			return
		}
		if n.Type == html.TextNode {
			add(n.Data)
		}
		for _, name := range []string{"aria-label", "data-label", "data-done", "placeholder"} {
			add(attr(n, name))
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(p.root)
	return found
}

var sameEverywhere = []string{"Partner Desk", "Harbourline Ceramics – Partner Desk", "United States"}

// Nothing on a page stays English in another language.
func TestPagesSpeakOneLanguage(t *testing.T) {
	site, ada, _ := overtaken(t)
	id := site.customer(harbourline)
	site.emailBy(id, audit.Overwrote, audit.ViaForm, "Ines Duarte", time.Hour, "a@x.example", "b@x.example")
	site.emailBy(id, audit.Superseded, audit.ViaUndo, "Ines Duarte", time.Hour, "a@x.example", "b@x.example")
	last := site.emailBy(id, audit.Outside, audit.ViaOutside, "", time.Hour, "a@x.example", "b@x.example")
	ada.edits(id, "email", "invoices@harbourline.example", "defaultAddress.addressLine2", "Floor 9")
	ada.language = words.Accented

	paths := []string{"/", overview(id), history(id), history(id) + "?who=nobody", "/changes", "/changes?from=x&to=y", "/changes?customer=a", "/changes?customer=nobody", "/unsettled", "/help", "/customers", "/customers?q=nobody",
		"/nowhere", overview("5b0c7e2a-41d9-4c7e-9c5e-0f6d2a1be731"), "/signin", "/signin?state=over", "/signin?state=signed-out"}
	for seq := range last.Seq + 3 {
		paths = append(paths, fmt.Sprintf("%s/%d", history(id), seq))
	}
	for _, path := range paths {
		for _, text := range ada.get(path).untranslated() {
			t.Errorf("%s says %q", path, text)
		}
	}
	for _, text := range ada.post(fmt.Sprintf("%s/%d/undo", history(id), last.Seq), map[string][]string{"csrf": {"x"}}).untranslated() {
		t.Errorf("an undo says %q", text)
	}
}

// speaks fails the test unless the page is in the language with this tag and shows the texts.
func (p *page) speaks(tag string, texts ...string) *page {
	p.b.t.Helper()
	if h := p.html(); attr(h, "lang") != tag || attr(h, "dir") != words.Asked(tag).Dir() {
		p.b.t.Fatalf("%s is in %q, %q; want %q", p.url, attr(h, "lang"), attr(h, "dir"), tag)
	}
	return p.shows(texts...)
}

// A page is in the language that its reader chose, or else in the one their browser asks
// for, whatever kind of page it is.
func TestEverybodyReadsTheirLanguage(t *testing.T) { everywhere(t, testEverybodyReadsTheirLanguage) }

func testEverybodyReadsTheirLanguage(t *testing.T) {
	site := newSite(t)
	stranger := site.anybody()
	stranger.language = "de-AT, en;q=0.5"
	stranger.get("/signin").speaks("de", "Mit Ihrem Geschäftskonto anmelden")
	stranger.get("/auth/callback?state=x&code=y").speaks("de")
	plain := site.anybody()
	plain.get("/signin").speaks("en", "Sign in with your work account")

	b := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	b.get("/").speaks("en")
	b.language = "ar"
	b.get("/").speaks("ar")
	b.language = ""
	f := b.settings().wants("language", "")
	f.fill("language", "de").press().speaks("de", "Einstellungen gespeichert.").form("theme").wants("language", "de")
	b.language = "fr"
	for _, path := range []string{"/", "/customers", "/customers?q=h", overview(id), history(id), billing(id), "/changes", "/help", "/settings", "/nowhere"} {
		b.get(path).speaks("de")
	}
	b.post("/settings", url.Values{"csrf": {"x"}}).speaks("de")
	b.get(overview(id)).speaks("de", "Vereinigte Staaten", "Englisch, Vereinigte Staaten (en-US)")
	b.get(billing(id)).form("email").fill("email", "").press("do", "review").want(http.StatusUnprocessableEntity).speaks("de", "E-Mail-Adresse")

	// Found out before anybody knows who it is: too large, in the browser's language.
	r := b.request(http.MethodPost, billing(id), url.Values{"email": {strings.Repeat("x", 1<<21)}})
	b.do(r).want(http.StatusRequestEntityTooLarge).speaks("fr")

	b.language = ""
	b.get("/settings").form("theme").fill("language", "").press().speaks("en", "Settings saved.")
	site.signIn("Sam Sales").get("/").speaks("en")
}

// What is kept is in no language: a change made by somebody who reads German is told in
// English to somebody who does not.
func TestTheTrailIsInNoLanguage(t *testing.T) { everywhere(t, testTheTrailIsInNoLanguage) }

func testTheTrailIsInNoLanguage(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.language = "de"
	b.get(billing(id)).form("email").fill("email", "rechnung@harbourline.example").press("do", "review").asTyped().speaks("de").save().want(http.StatusOK).speaks("de")
	b.get(history(id)).speaks("de", "Außerhalb dieses Portals")
	b.language = ""
	b.get(history(id)).speaks("en", "Outside this portal").hides("Außerhalb")
}

// Every language has the names of countries, languages and cultures.
func TestEveryLanguageHasItsNames(t *testing.T) {
	for _, l := range words.Languages() {
		if l != words.English() && address.NamesIn(l.Tag()) == address.NamesIn("en") {
			t.Errorf("%s prints the names of English", l.Tag())
		}
	}
}
