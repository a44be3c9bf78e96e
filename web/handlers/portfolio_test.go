package handlers_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/portfolio"
)

// rights are what the identity provider says of somebody.
type rights struct{ roles, groups []string }

// everyRole is somebody who may open every page.
var everyRole = []string{"viewer", "editor", "auditor", "administrator"}

// portfolios reads rules: "group rule".
func portfolios(t testing.TB, lines ...string) portfolio.Rules {
	t.Helper()
	rules := portfolio.Rules{}
	for _, line := range lines {
		group, rule, _ := strings.Cut(line, " ")
		must(t, rules.Add(group, rule))
	}
	return rules
}

// says has the provider put these rights into the ID tokens of people, by their names,
// from now on. Everybody else has their own roles, and the group "whole".
func (s *testSite) says(people map[string]rights) {
	s.provider.SetHooks(demo.Hooks{IDToken: func(t *demo.Token) {
		name, _ := t.Claims["name"].(string)
		t.Claims["groups"] = []string{"whole"}
		if r, known := people[name]; known {
			t.Claims["roles"], t.Claims["groups"] = r.roles, r.groups
		}
	}})
}

// harbours are three ways of giving the group "mine" Harbourline and not Nordlicht.
var harbours = map[string]string{
	"by tenant ID": "mine customer:9e929dec-86d4-4128-8716-1351ad7f384c",
	"by domain":    "mine domain:harbourline.onmicrosoft.example",
	"by country":   "mine country:US",
}

// A person sees the customers of their portfolio and no trace of another: not in a list,
// a count, a file, a find, and not by an address. What is outside looks to the letter as
// what does not exist.
func TestAPortfolioIsAllThatItsPersonSees(t *testing.T) {
	everywhere(t, testAPortfolioIsAllThatItsPersonSees)
}

func testAPortfolioIsAllThatItsPersonSees(t *testing.T) {
	for name, rule := range harbours {
		t.Run("V8.2.2 "+name, func(t *testing.T) {
			site := newSiteWith(t, settings{portfolios: portfolios(t, rule, "whole all")})
			site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
			in, out := site.customer(harbourline), site.customer(nordlicht)
			ada := site.signIn("Ada Admin")
			for _, id := range []pcclient.TenantID{in, out} {
				ada.edits(id, "email", "marked@marker.example")
				ada.edit(id) // and stays there
			}
			sam := site.signIn("Sam Sales")
			secret := []string{"Nordlicht", "nordlicht", string(out)}

			for _, path := range []string{"/", "/customers", "/customers?q=nord", "/customers?q=n", "/changes", "/changes?who=ada", "/changes?customer=Nord", "/changes?customer=" + string(in), "/changes.csv", "/changes.csv?who=Ada", "/unsettled", "/settings"} {
				p := sam.get(path)
				if p.status >= 500 {
					t.Errorf("%s: %d", path, p.status)
				}
				for _, word := range secret {
					if strings.Contains(strings.ReplaceAll(p.body, url.QueryEscape(word), ""), word) && !strings.Contains(path, word) {
						t.Errorf("%s tells of %s", path, word)
					}
				}
			}
			sam.get("/customers").want(http.StatusOK, "Harbourline", "Only customers of your portfolio are listed", "Ada Admin")
			sam.get("/customers?q=harb").want(http.StatusOK, "Harbourline", "1 customer on this page")
			if !strings.Contains(rule, "country") {
				if rows := sam.get("/customers").want(http.StatusOK, "1 customer on this page").rows(); len(rows) != 1 {
					t.Errorf("the whole list: %q", rows)
				}
			}
			sam.get("/customers?q=nord").want(http.StatusOK, "No customer matches")
			sam.get("/changes").want(http.StatusOK, "Harbourline", "Ada Admin")
			sam.get("/changes?customer=Nord").want(http.StatusUnprocessableEntity, "No customer begins like this")
			if rows := sam.get("/changes?customer=" + string(out)).want(http.StatusOK).rows(); len(rows) != 0 {
				t.Errorf("the change log of a customer outside: %q", rows)
			}
			lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(sam.get("/changes.csv").want(http.StatusOK).body, "\ufeff"))).ReadAll()
			must(t, err)
			for _, line := range lines[1:] {
				if line[4] != string(in) {
					t.Errorf("the file has a line of %s", line[4])
				}
			}
			if len(lines) < 2 {
				t.Error("the file has no change of a customer inside")
			}
			if p, list := sam.offers("nord"); p.status != http.StatusOK || slices.ContainsFunc(list, func(o [2]string) bool { return strings.HasPrefix(o[1], "/customers/") }) {
				t.Errorf("the find box offers %v", list)
			}
			if _, list := sam.offers("harb"); len(list) == 0 || list[0][1] != overview(in) {
				t.Errorf("the find box offers %v of a customer inside", list)
			}

			seq := fmt.Sprint(site.lastOf(nordlicht).Seq)
			unknown := pcclient.TenantID("0b6f3a52-0000-4d7e-8a3f-5e2d1c0b9a00")
			for _, tail := range []string{"", "/history", "/history.csv", "/history/" + seq, "/billing", "/billing/review?draft=" + pcclient.NewGUID(), "/billing/merge?draft=" + pcclient.NewGUID(), "/draft/discard?draft=" + pcclient.NewGUID(), "/saves/" + pcclient.NewGUID()} {
				there := sam.get(overview(out)+tail).want(http.StatusNotFound, "This customer is not in your portfolio")
				nowhere := sam.get(overview(unknown) + tail).want(http.StatusNotFound)
				if a, b := bare(there), bare(nowhere); a != b {
					t.Errorf("%s: a customer outside can be told from none:\n%s\n%s", tail, a, b)
				}
			}
			sam.get(overview(in)).want(http.StatusOK, "marked@marker.example")
			sam.get(history(in)).want(http.StatusOK, "Ada Admin")
			sam.edits(in, "email", "mine@harbourline.example")
			site.storedHas(out, "email", "marked@marker.example")
		})
	}
}

// bare is a page without what differs from request to request.
func bare(p *page) string {
	text := p.text()
	for n := range p.root.Descendants() {
		if n.Data == "code" {
			text = strings.ReplaceAll(text, inner(n), "")
		}
	}
	return regexp.MustCompile(`\d\d:\d\d(:\d\d)?`).ReplaceAllString(text, "")
}

// What is outside cannot be told from what does not exist by what it costs, nor by what
// becomes of it while Partner Center is away, however often somebody asks and whoever did.
func TestWhatIsOutsideCostsWhatNothingCosts(t *testing.T) {
	for _, name := range []string{"by domain", "by country"} {
		t.Run("V8.2.2 "+name, func(t *testing.T) {
			site := newSiteWith(t, settings{portfolios: portfolios(t, harbours[name], "everything country:US", "everything country:DE")})
			site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}, "Ada Admin": {everyRole, []string{"everything"}}})
			out, unknown := site.customer(nordlicht), pcclient.TenantID("0b6f3a52-0000-4d7e-8a3f-5e2d1c0b9a00")
			site.signIn("Ada Admin").get(overview(out)).want(http.StatusOK)
			sam := site.signIn("Sam Sales")
			calls := func(id pcclient.TenantID) int {
				before := len(site.sim.Journal().Requests)
				sam.get(overview(id)).want(http.StatusNotFound)
				return len(site.sim.Journal().Requests) - before
			}
			for range 3 {
				if there, nowhere := calls(out), calls(unknown); there != nowhere {
					t.Errorf("%d calls for a customer outside, %d for none", there, nowhere)
				}
			}
			site.hosts["partnercenter.example"] = down{}
			for _, id := range []pcclient.TenantID{out, unknown} {
				sam.get(overview(id)).want(http.StatusServiceUnavailable)
			}
		})
	}
}

// People without a portfolio see no customer and are told so; "all" gives all of them; and
// without any rule nothing is different from before.
func TestPortfoliosGiveNothingByDefault(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "whole all")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"unknown"}}, "Hana Helpdesk": {everyRole, nil}})
	for _, name := range []string{"Sam Sales", "Hana Helpdesk"} {
		b := site.signIn(name)
		b.get("/customers").want(http.StatusOK, "Your portfolio holds no customers", "Marta Keller").hides("Harbourline")
		b.get(overview(site.customer(harbourline))).want(http.StatusNotFound)
	}
	if n := site.searches(); n > 4 {
		t.Errorf("%d searches for people who see nothing", n)
	}
	site.signIn("Ada Admin").get("/customers").want(http.StatusOK, "Harbourline", "Nordlicht").hides("portfolio")
	newSite(t).signIn("Sam Sales").get("/customers").want(http.StatusOK, "Harbourline", "Nordlicht").hides("portfolio")

	t.Run("A-25 a session from before there were portfolios ends", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Sam Sales")
		b.get("/customers").want(http.StatusOK, "Harbourline")
		site.o.portfolios = portfolios(t, "mine country:PT")
		site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
		site.restart()
		answer, err := noRedirects(b).Do(b.request(http.MethodGet, "/customers", nil))
		must(t, err)
		if to := answer.Header.Get("Location"); !strings.HasPrefix(to, providerOrigin) {
			t.Fatalf("it leads to %q", to)
		}
		site.signInWith(b, "Sam Sales")
		b.get("/customers").want(http.StatusOK, "Vila Nova").hides("Harbourline")
	})
	t.Run("A-25 a portfolio taken away ends the session", func(t *testing.T) {
		site := newSiteWith(t, settings{portfolios: portfolios(t, harbours["by tenant ID"], "whole all")})
		site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
		b := site.signIn("Sam Sales")
		b.get(overview(site.customer(harbourline))).want(http.StatusOK)
		site.says(map[string]rights{"Sam Sales": {everyRole, nil}})
		for range 4 { // until the access token is about to end, without a rest that ends the session
			site.clock.advance(16 * time.Minute)
			b.get("/help").want(http.StatusOK)
		}
		answer, err := noRedirects(b).Do(b.request(http.MethodGet, overview(site.customer(harbourline)), nil))
		must(t, err)
		if to := answer.Header.Get("Location"); !strings.HasPrefix(to, providerOrigin) {
			t.Errorf("%d, %q", answer.StatusCode, to)
		}
	})
}

// What somebody typed for a customer who leaves their portfolio is kept, told of without
// any value, out of reach, and back when the customer is.
func TestADraftOutsideThePortfolioIsKept(t *testing.T) {
	everywhere(t, testADraftOutsideThePortfolioIsKept)
}

func testADraftOutsideThePortfolioIsKept(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:DE", "mine country:US", "whole all")})
	site.says(map[string]rights{"Sam Sales": {[]string{"editor"}, []string{"mine"}}})
	id := site.customer(nordlicht)
	sam := site.signIn("Sam Sales")
	f := sam.edit(id).fill("email", "typed@marker.example").kept()
	sam.get("/").want(http.StatusOK, "Your drafts", "Nordlicht", "Recent customers")

	site.elsewhere(id, "Ines Duarte", "defaultAddress.country", "CH")
	sam.get(f.again()).want(http.StatusOK) // what is known of the customer is minutes old
	site.clock.advance(20 * time.Minute)
	sam.get(f.again()).want(http.StatusNotFound, "This customer is not in your portfolio").hides("Nordlicht", "typed@")
	p := sam.get("/").want(http.StatusOK, "1 draft is for a customer outside your portfolio. It is kept like the others").hides("Nordlicht")
	if strings.Contains(p.body, "marker.example") || strings.Contains(p.body, string(id)) {
		t.Error("Home tells more of the draft than that it is there")
	}
	for _, path := range []string{"/customers", "/customers?q=nord"} {
		sam.get(path).want(http.StatusOK).hides("Nordlicht")
	}
	// A form that was open all the while: what is in it comes back in the page.
	p = f.press("do", "review").want(http.StatusNotFound)
	if !strings.Contains(p.body, "typed@marker.example") {
		t.Error("what was typed is lost")
	}
	f.keep().want(http.StatusNotFound)
	site.wantPuts(0, 0)

	site.elsewhere(id, "Ines Duarte", "defaultAddress.country", "DE")
	site.clock.advance(20 * time.Minute)
	sam.get(f.again()).want(http.StatusOK).form("email").wants("email", "typed@marker.example")
	sam.get("/").want(http.StatusOK, "Nordlicht").hides("outside your portfolio")
}

// Who saves another country may see what became of the save.
func TestASaveThatLeavesThePortfolioShowsItsResult(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:US")})
	site.says(map[string]rights{"Sam Sales": {[]string{"editor"}, []string{"mine"}}})
	id := site.customer(harbourline)
	sam := site.signIn("Sam Sales")
	f := sam.edit(id)
	site.clock.advance(14 * time.Minute) // a page's facts are about to be too old
	f.fill("email", "typed@harbourline.example").kept()
	site.elsewhere(id, "Ines Duarte", "defaultAddress.country", "DE") // as if it were the save
	site.clock.advance(4 * time.Minute)
	sam.get(overview(id)).want(http.StatusOK)
	site.clock.advance(11 * time.Minute)
	sam.get(overview(id)).want(http.StatusNotFound, "not in your portfolio")
}

// While Partner Center does not answer, what it told in the last day decides; of whom it
// told nothing, nobody sees anything.
func TestPortfoliosWhilePartnerCenterIsAway(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:US", "whole all")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	in, out := site.customer(harbourline), site.customer(nordlicht)
	ada := site.signIn("Ada Admin")
	ada.edits(in, "email", "marked@marker.example")
	ada.edits(out, "email", "marked@marker.example")
	sam := site.signIn("Sam Sales")
	sam.get(overview(in)).want(http.StatusOK)

	site.clock.advance(20 * time.Minute)
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/*", Times: -1, Status: http.StatusServiceUnavailable, Shape: pcsim.ShapeA}))
	sam.get(history(in)).want(http.StatusOK, "Harbourline")
	sam.get(history(out)).want(http.StatusServiceUnavailable).hides("Nordlicht", "marked@")
	// The change log would have gaps that nobody sees.
	sam.get("/changes").want(http.StatusServiceUnavailable).hides("Nordlicht")
	sam.get("/changes.csv").want(http.StatusServiceUnavailable)
	site.sim.ClearFaults()
	sam.get("/changes").want(http.StatusOK, "Harbourline").hides("Nordlicht")
}

// A customer whom Partner Center does not show to the person costs them no list.
func TestOneCustomerWithheldCostsNoList(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:US", "mine country:PT")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/" + string(site.customer(vilaNova)), Times: -1, Status: http.StatusForbidden, Shape: pcsim.ShapeA}))
	sam := site.signIn("Sam Sales")
	sam.get("/customers").want(http.StatusOK, "Harbourline", "Copperline").hides("Vila Nova", "Nordlicht")
	sam.get(overview(site.customer(vilaNova))).want(http.StatusForbidden).hides("Vila Nova")
}

// A long list is gone through a part at a time; that none of a part fits is told, with the
// way on.
func TestAListWithFewOfThePortfolio(t *testing.T) {
	site := newSiteWith(t, settings{customers: 600, portfolios: portfolios(t, harbours["by tenant ID"], "last domain:nosuch.example", "far country:AQ")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}, "Hana Helpdesk": {everyRole, []string{"last"}}, "Ada Admin": {everyRole, []string{"far"}}})
	sam := site.signIn("Sam Sales")
	before := site.searches()
	sam.get("/customers").want(http.StatusOK, "1 customer on this page").hides("Next")
	if n := site.searches() - before; n != 2 {
		t.Errorf("%d searches for 600 customers", n)
	}
	site.signIn("Hana Helpdesk").get("/customers").want(http.StatusOK, "Your portfolio holds no customers")

	p := site.signIn("Ada Admin").get("/customers").want(http.StatusOK, "None of the customers looked through so far fit", "0 customers on this page")
	p = p.follow("Next").want(http.StatusOK, "None of the customers").follow("Next").want(http.StatusOK)
	for p.find(func(n *node) bool { return n.Data == "a" && attr(n, "rel") == "next" }) != nil {
		p = p.follow("Next").want(http.StatusOK)
	}
	p.shows("0 customers on this page", "Back to the first page").hides("No customers yet", "There are more")
}

// Somebody who may not edit is not told that they may view a customer, where they may not.
func TestWhoMayNotEditLearnsNothingOfThePortfolio(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, harbours["by tenant ID"])})
	site.says(map[string]rights{"Sam Sales": {[]string{"viewer"}, []string{"mine"}}})
	sam := site.signIn("Sam Sales")
	for _, n := range []int{harbourline, nordlicht} {
		sam.get(billing(site.customer(n))).want(http.StatusForbidden, "You cannot open this page").hides("can view")
	}
}

// Saves without an end of customers outside are neither listed nor closed, and their own
// person learns that there is one.
func TestSavesOutsideThePortfolio(t *testing.T) {
	site := newSiteWith(t, settings{settle: time.Millisecond, portfolios: portfolios(t, harbours["by tenant ID"], "whole all")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	out := site.customer(nordlicht)
	ada := site.signIn("Ada Admin")
	review := ada.toReview(out, "email", "mine@nordlicht.example")
	must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 502})))
	site.between(func() { site.elsewhere(out, "Ines Duarte", "email", "theirs@nordlicht.example") })
	result := review.save().want(http.StatusOK, "It stays on Home until you close it")
	sam := site.signIn("Sam Sales")
	sam.get("/unsettled").want(http.StatusOK, "Every save has an outcome").hides("Nordlicht", "Ada Admin is")
	sam.post(result.url.Path+"/close", url.Values{"csrf": {"x"}}).want(http.StatusNotFound, "not in your portfolio")
	site.signIn("Ada Admin").get("/unsettled").want(http.StatusOK, "Nordlicht")

	site.says(map[string]rights{"Ada Admin": {everyRole, []string{"mine"}}})
	moved := site.signIn("Ada Admin")
	moved.get("/").want(http.StatusOK, "1 save with a lost answer is for a customer outside your portfolio").hides("Nordlicht", "Saves that are not settled")
	moved.get(result.url.Path).want(http.StatusNotFound, "not in your portfolio")
}

// A long change log of other people's customers costs a person with a small portfolio no
// empty page, and pages hold together.
func TestTheChangeLogOfASmallPortfolio(t *testing.T) {
	for name, rule := range harbours {
		t.Run(name, func(t *testing.T) {
			site := newSiteWith(t, settings{portfolios: portfolios(t, rule)})
			site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
			must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Times: -1, Status: http.StatusForbidden, Shape: pcsim.ShapeA}))
			for i := range 120 {
				id := site.customer(nordlicht)
				if i%4 == 0 {
					id = site.customer(harbourline)
				}
				site.emailBy(id, audit.Applied, audit.ViaForm, "Ines Duarte", time.Duration(i)*time.Minute, "a@a.example", "b@b.example")
			}
			sam := site.signIn("Sam Sales")
			first := sam.get("/changes").want(http.StatusOK)
			second := first.follow("Next").want(http.StatusOK)
			if a, b := len(first.rows()), len(second.rows()); a != 25 || b != 5 {
				t.Errorf("pages of %d and %d changes", a, b)
			}
			if lines := strings.Count(sam.get("/changes.csv").want(http.StatusOK).body, "\n"); lines != 31 {
				t.Errorf("a file of %d lines", lines)
			}
		})
	}
}

// A form, a review and an earlier change that were open when their customer left the
// portfolio go no further, and say nothing more of the customer.
func TestWhatWasOpenWhenTheCustomerLeft(t *testing.T) {
	everywhere(t, testWhatWasOpenWhenTheCustomerLeft)
}

func testWhatWasOpenWhenTheCustomerLeft(t *testing.T) {
	site := newSiteWith(t, settings{portfolios: portfolios(t, "mine country:DE", "whole all")})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	id := site.customer(nordlicht)
	sam, ada := site.signIn("Sam Sales"), site.signIn("Ada Admin")
	sam.edits(id, "email", "first@nordlicht.example")
	undo := sam.get(fmt.Sprint(history(id), "/", site.lastOf(nordlicht).Seq)).want(http.StatusOK).formAt("/undo")
	review := sam.toReview(id, "email", "second@nordlicht.example").form("key")
	open := sam.edit(id)
	ada.edit(id)
	open.ask().want(http.StatusOK, "Ada Admin")

	site.elsewhere(id, "Ines Duarte", "defaultAddress.country", "CH", "email", "secret@marker.example")
	site.clock.advance(20 * time.Minute)
	ada.edit(id)
	for name, p := range map[string]*page{
		"undo": undo.press(), "review": review.press("do", "save"), "form": open.press("do", "review"),
		"presence": open.ask(), "find": sam.get("/customers?q=" + string(id)), "result": sam.get(overview(id) + "/saves/" + pcclient.NewGUID()),
	} {
		p.want(http.StatusNotFound, "This customer is not in your portfolio").hides("Ada Admin", "Nordlicht")
		if strings.Contains(p.body, "marker.example") {
			t.Errorf("%s tells what the customer's profile has", name)
		}
	}
	site.wantPuts(1, 1)
}

// The demo's colleague, whom a form of the demo bar asks to save, is no way past either.
func TestTheDemosColleagueKeepsToThePortfolio(t *testing.T) {
	var saved []pcclient.TenantID
	site := newSiteWith(t, settings{portfolios: portfolios(t, harbours["by tenant ID"]), demo: &handlers.Demo{
		ColleagueSaves: func(_ context.Context, id pcclient.TenantID) error { saved = append(saved, id); return nil },
	}})
	site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
	sam := site.signIn("Sam Sales")
	f := sam.get(overview(site.customer(harbourline))).want(http.StatusOK).formAt("/demo/colleague")
	f.press().want(http.StatusOK)
	f.values.Set("customer", string(site.customer(nordlicht)))
	f.press().want(http.StatusNotFound, "not in your portfolio")
	if len(saved) != 1 || saved[0] != site.customer(harbourline) {
		t.Errorf("saved: %v", saved)
	}
}
