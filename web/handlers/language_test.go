package handlers_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

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
