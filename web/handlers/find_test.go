package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// offers is what the find box would be offered for a text: the words and the addresses.
func (b *browser) offers(query string) (p *page, list [][2]string) {
	b.t.Helper()
	r := b.request(http.MethodGet, "/customers?q="+url.QueryEscape(query), nil)
	r.Header.Set("X-Fragment", "find")
	p = b.do(r)
	for n := range p.root.Descendants() {
		if attr(n, "role") == "option" {
			list = append(list, [2]string{strings.Join(strings.Fields(inner(n)), " "), attr(n, "href")})
		}
	}
	return p, list
}

// searches are the calls of the customers' list that Partner Center had so far.
func (s *testSite) searches() int {
	n := 0
	for _, r := range s.sim.Journal().Requests {
		if path, _, _ := strings.Cut(r.Path, "?"); path == "/v1/customers" {
			n++
		}
	}
	return n
}

// The find box offers recent customers first, then others, then what can be done, and
// costs one search at most where a name fits.
func TestTheFindBoxOffers(t *testing.T) { everywhere(t, testTheFindBoxOffers) }

func testTheFindBoxOffers(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	name := site.sim.Customers()[harbourline].CompanyName
	b := site.signIn("Ada Admin")

	p, list := b.offers("harb")
	p.want(http.StatusOK)
	safe(t, p)
	if p.header.Get("Vary") != "X-Fragment" || b.get("/customers?q=harb").header.Get("Vary") != "X-Fragment" {
		t.Error("the part and the page are not told apart by caches")
	}
	if strings.Contains(p.body, "<html lang") {
		t.Error("a whole page came")
	}
	if len(list) == 0 || !strings.HasPrefix(list[0][0], name) || list[0][1] != overview(id) {
		t.Fatalf("harb: %v", list)
	}

	b.get(overview(id)).want(http.StatusOK)
	before := site.searches()
	_, list = b.offers("ceram")
	if diff := cmp.Diff([][2]string{{name, overview(id)}}, list); diff != "" {
		t.Errorf("a recent customer by its second word, which Partner Center cannot find (-want +got):\n%s", diff)
	}
	if n := site.searches() - before; n != 1 {
		t.Errorf("%d searches", n)
	}
	_, list = b.offers("edit harb")
	if diff := cmp.Diff([][2]string{{"Edit " + name, billing(id)}}, list); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, list = b.offers("set")
	if len(list) == 0 || list[len(list)-1] != [2]string{"Go to Settings", "/settings"} {
		t.Errorf("set: %v", list)
	}
	if _, list = b.offers("go"); len(list) < 6 {
		t.Errorf("go: %v", list)
	}
	if _, list = b.offers("sign out"); len(list) != 1 || list[0][1] != "#signout" || b.get("/").byID("signout") == nil {
		t.Errorf("sign out: %v", list)
	}
	before = site.searches()
	b.offers("zzzzzz")
	if n := site.searches() - before; n != 2 {
		t.Errorf("no name fits: %d searches, want one by name and one by domain", n)
	}
	before = site.searches()
	for _, free := range []string{"", "h", " h ", string(id)} {
		b.offers(free)
	}
	if n := site.searches() - before; n != 0 {
		t.Errorf("%d searches for what needs none", n)
	}
	if p, list := b.offers(string(id)); p.status != http.StatusOK || len(list) != 1 || list[0][1] != overview(id) {
		t.Errorf("a tenant ID: %d %v", p.status, list)
	}
	if _, list = b.offers("n"); len(list) != 0 {
		t.Errorf("one letter: %v", list)
	}
}

// what the find box offers is what the person may see and do.
func TestA53TheFindBoxOffersNobodyElsesThings(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	site.signIn("Ada Admin").get(overview(id)).want(http.StatusOK)
	viewer := site.viewer()
	if _, list := viewer.offers("ceram"); len(list) != 0 {
		t.Errorf("Ada's recent customers: %v", list)
	}
	viewer.get(overview(id)).want(http.StatusOK)
	for _, query := range []string{"edit", "change log", "unsettled"} {
		if _, list := viewer.offers(query); len(list) != 0 {
			t.Errorf("%s for a viewer: %v", query, list)
		}
	}
	p, _ := site.anybody().offers("harb")
	p.want(http.StatusUnauthorized)
	if strings.Contains(p.body, "Harbourline") {
		t.Error("nobody sees a customer")
	}
}

// Trouble of Partner Center leaves the find box with what is known here.
func TestTheFindBoxWithoutPartnerCenter(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.get(overview(id)).want(http.StatusOK)
	for _, fault := range []pcsim.Fault{{Status: 500, Shape: pcsim.ShapeD}, {Status: 429, RetryAfter: "60"}, {Status: 403, Shape: pcsim.ShapeA}} {
		fault.Path, fault.Times = "/v1/customers", -1
		must(t, site.sim.AddFaults(fault))
		p, list := b.offers("harb")
		p.want(http.StatusOK, "did not answer, so customers may be missing")
		if len(list) != 1 || list[0][1] != overview(id) {
			t.Errorf("%d: %v", fault.Status, list)
		}
		site.sim.ClearFaults()
	}
}

// A request that the script gave up for a newer one is nobody's fault, and no error in
// the log.
func TestASearchGivenUpIsNoError(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	ctx, giveUp := context.WithCancel(t.Context())
	site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
		if q.URL.Path == "/v1/customers" {
			giveUp()
			<-q.Context().Done()
			return nil, q.Context().Err()
		}
		return next.RoundTrip(q)
	})
	r := b.request(http.MethodGet, "/customers?q=harb", nil).WithContext(ctx)
	r.Header.Set("X-Fragment", "find")
	if answer, err := b.client.Do(r); err == nil {
		answer.Body.Close()
		if answer.StatusCode != 499 {
			t.Errorf("answered %d", answer.StatusCode)
		}
	}
	if log := site.log.String(); strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"status":499`) {
		t.Errorf("the log says:\n%s", log[max(0, len(log)-1500):])
	}
}
