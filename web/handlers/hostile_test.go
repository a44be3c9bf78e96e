package handlers_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/forms"
)

// what others stored in Partner Center goes through every page that shows it, and
// stays text: hundreds of hostile ones, a few for each of the customers.
func TestA46HostileCorpus(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	fields := []string{"companyName", "firstName", "lastName", "email", "defaultAddress.city", "defaultAddress.addressLine1", "defaultAddress.addressLine2", "defaultAddress.phoneNumber", "defaultAddress.postalCode", "defaultAddress.state"}
	texts := corpus(t)
	customers := site.sim.Customers()
	if len(texts) < 200 || len(texts) > len(fields)*len(customers) {
		t.Fatalf("%d texts for %d customers", len(texts), len(customers))
	}
	saves := 0
	for at, planted := range slices.Collect(slices.Chunk(texts, len(fields))) {
		id := customers[at].ID
		t.Run(fmt.Sprintf("A-46 V1.2.1 customer %d", at), func(t *testing.T) {
			b.t = t
			clean := site.stored(id)
			var pairs []string
			for i, text := range planted {
				pairs = append(pairs, fields[i], text)
			}
			site.elsewhere(id, planted[0], pairs...)
			name := nameIn(site, id)

			inert(t, b.get(overview(id)).want(http.StatusOK))
			edit := b.edit(id)
			inert(t, edit.page)
			inert(t, b.get("/customers?q="+url.QueryEscape(planted[0])))
			inert(t, b.get("/customers?q="+url.QueryEscape(name)))
			find := b.request(http.MethodGet, "/customers?q="+url.QueryEscape(name), nil)
			find.Header.Set("X-Fragment", "find")
			inert(t, b.do(find))
			inert(t, b.get("/"))

			// Putting right what was stored shows it as what stood there before.
			for _, field := range forms.Names() {
				edit.fill(field, clean[field])
			}
			review := edit.press()
			inert(t, review)
			if review.status != http.StatusOK {
				return // Partner Center's own rules refuse a part of what else is stored
			}
			saves++
			inert(t, review.save())
			history := inert(t, b.get(overview(id)+"/history"))
			if a := history.find(func(n *node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "/history/") }); a != nil {
				inert(t, b.get(attr(a, "href")).want(http.StatusOK))
			}
			download := b.get(overview(id) + "/history.csv").want(http.StatusOK)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(download.body, "\ufeff"))).ReadAll()
			if err != nil || len(rows) < 2 {
				t.Fatalf("V1.2.10 the file has %d rows, %v", len(rows), err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
						t.Errorf("A-51 V1.2.10 a cell begins a formula: %.40q", cell)
					}
				}
			}
			if kind := download.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
				t.Errorf("the file is %s", kind)
			}
		})
	}
	b.t = t
	if saves < len(texts)/len(fields)/2 {
		t.Errorf("only %d customers were saved and have a history", saves)
	}
}

// the sign-in service names people; what it says stays text too.
func TestA46HostileNamesOfPeople(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	watcher := site.signIn("Sam Sales")
	defer site.provider.SetHooks(demo.Hooks{})
	for i, text := range corpus(t) {
		if i%9 != 0 {
			continue
		}
		site.provider.SetHooks(demo.Hooks{IDToken: func(token *demo.Token) {
			token.Claims["name"], token.Claims["preferred_username"], token.Claims["email"] = text, text, text
		}})
		b := site.signIn("Ada Admin")
		inert(t, b.get("/").want(http.StatusOK))
		inert(t, b.edit(id).page)
		inert(t, watcher.get(overview(id)).want(http.StatusOK))
		inert(t, watcher.edit(id).ask())
	}
}

// nor does what stands in an address bend the page that repeats it.
func TestA46HostileQueries(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	id := site.customer(harbourline)
	for _, text := range corpus(t) {
		q := url.QueryEscape(text)
		inert(t, b.get("/customers?q="+q))
		inert(t, b.get("/changes?who="+q+"&from="+q+"&to="+q+"&customer="+q+"&item="+q+"&state="+q+"&after="+q))
		inert(t, b.get(overview(id)+"/history?who="+q+"&from="+q))
		inert(t, b.get("/customers/"+url.PathEscape(text)))
	}
}

// nameIn is the name of a customer as Partner Center has it, as far as people can type it.
func nameIn(s *testSite, id pcclient.TenantID) string {
	return s.stored(id)[forms.CompanyName]
}

// inert fails unless a page holds what our templates put into it and nothing else.
func inert(t *testing.T, p *page) *page {
	t.Helper()
	safe(t, p)
	if p.status >= http.StatusInternalServerError {
		t.Errorf("%s: %d", p.url, p.status)
	}
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(ours, n.Data) || n.Data == "script" && attr(n, "src") == "" {
			t.Errorf("%s: <%s> got into the page", p.url, n.Data)
		}
		for _, a := range n.Attr {
			link := a.Key == "href" || a.Key == "action" || a.Key == "src" || a.Key == "formaction" || a.Key == "data" || a.Key == "ping"
			if link && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") || link && strings.HasPrefix(a.Val, "//") {
				t.Errorf("%s: <%s %s=%.60q>", p.url, n.Data, a.Key, a.Val)
			}
			if link && strings.Contains(a.Val, "evil") && !strings.HasPrefix(a.Val, "/customers?") {
				t.Errorf("%s: <%s %s=%.60q>", p.url, n.Data, a.Key, a.Val)
			}
		}
	}
	for _, mark := range []string{"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\x00", "\x1b"} {
		if strings.Contains(p.body, mark) {
			t.Errorf("%s: holds %q", p.url, mark)
		}
	}
	return p
}

// ours are the elements that our templates are made of.
var ours = strings.Fields(`html head meta title link script body header nav main footer aside section div span p a ul ol li dl dt dd h1 h2 h3 h4 form fieldset legend label input select option optgroup
	button textarea table caption thead tbody tr th td svg use bdi br blockquote code kbd strong b em i ins del mark time details summary dialog template small hr output`)

// corpus are the hostile texts that the templates are tried with too.
func corpus(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("../templates/testdata/hostile.txt")
	must(t, err)
	var texts []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, err := strconv.Unquote(line)
		must(t, err)
		texts = append(texts, text)
	}
	return texts
}
