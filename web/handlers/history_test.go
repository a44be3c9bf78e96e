package handlers_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

// unseen is a site to whose people Partner Center shows no audit records, so that the
// trail holds what a test put there and nothing else.
func unseen(t testing.TB) *testSite {
	t.Helper()
	site := newSite(t)
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Times: -1, Status: http.StatusForbidden, Shape: pcsim.ShapeA}))
	return site
}

func history(id pcclient.TenantID) string { return overview(id) + "/history" }

// noted writes an entry into the trail as something else than a form would.
func (s *testSite) noted(e audit.Entry, v audit.Values) audit.Entry {
	s.t.Helper()
	var out audit.Entry
	must(s.t, s.db.Write(s.t.Context(), func(tx *sql.Tx) (err error) {
		out, err = s.trail.Append(s.t.Context(), tx, e, v)
		return err
	}))
	return out
}

// emailBy is a change of the email at some time, before now.
func (s *testSite) emailBy(id pcclient.TenantID, kind audit.Kind, via audit.Via, who string, ago time.Duration, before, after string) audit.Entry {
	s.t.Helper()
	return s.noted(audit.Entry{
		Time: s.clock.now().Add(-ago), Kind: kind, Via: via, OperatorName: who, Customer: id, Submission: pcclient.NewGUID(),
		Fields: []string{forms.Email}, CorrelationID: "c0ffee00-1111-4222-8333-444455556666",
	}, audit.Values{Before: map[string]string{forms.Email: before}, After: map[string]string{forms.Email: after}})
}

// edits types the pairs into a customer's form and saves them.
func (b *browser) edits(id pcclient.TenantID, pairs ...string) *page {
	b.t.Helper()
	return b.toReview(id, pairs...).save().want(http.StatusOK, "Billing profile saved.")
}

// rows are the texts of the rows of the page's table.
func (p *page) rows() []string {
	var rows []string
	for n := range p.root.Descendants() {
		if n.Data == "tr" && n.Parent.Data == "tbody" {
			rows = append(rows, strings.Join(strings.Fields(inner(n)), " "))
		}
	}
	return rows
}

// A change made here stands in the history and on the overview, and leads to a page of
// its own that shows what, who and when.
func TestAChangeHasAPageOfItsOwn(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.get(history(id)).want(http.StatusOK, "No changes through this portal yet", "Changes made elsewhere show up when we notice them.")
	saved := b.edits(id, "email", "invoices@harbourline.example", "defaultAddress.addressLine2", "Floor 9")

	banner := saved.byID("banner")
	if banner == nil || !strings.Contains(inner(banner), "View change") {
		t.Errorf("the good news does not lead to the change")
	}
	saved.follow("View change").want(http.StatusOK, "You changed email and default address")
	list := b.get(history(id)).want(http.StatusOK, "History", "Harbourline Ceramics", "When (UTC)")
	if rows := list.rows(); len(rows) != 1 || !strings.Contains(rows[0], "You") || !strings.Contains(rows[0], "Form") || !strings.Contains(rows[0], "Email, default address") {
		t.Errorf("the history lists %q", rows)
	}
	change := list.follow("View").want(http.StatusOK, "You changed email and default address", "nora.whitfield", "invoices@harbourline.example", "Floor 9", "Via Form")
	put := site.puts()[0].Headers["MS-RequestId"]
	if put == "" || !strings.Contains(change.text(), put) {
		t.Errorf("the page does not show the request ID %q of the write:\n%s", put, change.text())
	}
	for _, what := range []string{"request ID", "correlation ID"} {
		if change.find(func(n *node) bool { return attr(n, "data-copy") != "" && strings.Contains(inner(n), what) }) == nil {
			t.Errorf("the %s cannot be copied", what)
		}
	}
	site.signIn("Sam Sales").get(change.url.Path).want(http.StatusOK, "Ada Admin changed email and default address").hides("You changed")
	b.get(overview(id)).want(http.StatusOK, "2 items changed", "See all").follow("See all").want(http.StatusOK, "History")
}

// What was done outside the portal, or is not as sure as other changes, says so.
func TestUncommonChangesSayWhatTheyAre(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	cases := map[string]struct {
		entry audit.Entry
		shows []string
	}{
		"outside": {
			site.emailBy(id, audit.Outside, audit.ViaOutside, "ines.duarte@partner.example", time.Hour, "a@harbourline.example", "b@harbourline.example"),
			[]string{"ines.duarte@partner.example changed email", "Changed outside this portal.", "Partner Center names ines.duarte@partner.example as who saved it.", "c0ffee00-1111-4222-8333-444455556666"},
		},
		"outside, by nobody knows whom": {
			site.emailBy(id, audit.Outside, audit.ViaOutside, "", time.Hour, "a@harbourline.example", "b@harbourline.example"),
			[]string{"Somebody changed email", "Partner Center does not say who saved it.", "Who Not known"},
		},
		"superseded": {
			site.emailBy(id, audit.Superseded, "", "Sam Sales", time.Hour, "a@harbourline.example", "b@harbourline.example"),
			[]string{"Sam Sales tried to change email", "Whether this was saved is not certain."},
		},
		"overwrote": {
			site.emailBy(id, audit.Overwrote, "", "Sam Sales", time.Hour, "a@harbourline.example", "b@harbourline.example"),
			[]string{"Sam Sales changed email", "This save replaced what somebody else had saved in Partner Center the moment before.", "can be put back"},
		},
		"overwrote somebody who is known": {
			site.noted(audit.Entry{Kind: audit.Overwrote, Customer: id, Submission: pcclient.NewGUID(), OperatorName: "Sam Sales", Fields: []string{forms.Phone}}, audit.Values{
				Before: map[string]string{forms.Phone: "206 555 0100"}, After: map[string]string{forms.Phone: "206 555 0199"},
				By: "ines.duarte@partner.example", ByAt: time.Date(2026, 5, 4, 12, 0, 7, 0, time.UTC),
			}),
			[]string{"This save replaced what ines.duarte@partner.example had saved in Partner Center the moment before, at 12:00:07."},
		},
		"outside, with what stood before not told": {
			site.noted(audit.Entry{Kind: audit.Outside, Via: audit.ViaOutside, Customer: id, Submission: pcclient.NewGUID(), OperatorName: "ines.duarte@partner.example", Fields: forms.Names()},
				audit.Values{After: map[string]string{forms.Email: "b@harbourline.example"}}),
			[]string{"ines.duarte@partner.example saved the billing profile", "Not known", "b@harbourline.example"},
		},
		"outside, with nothing told": {
			site.noted(audit.Entry{Kind: audit.Outside, Via: audit.ViaOutside, Customer: id, Submission: pcclient.NewGUID(), OperatorName: "ines.duarte@partner.example"}, audit.Values{}),
			[]string{"ines.duarte@partner.example saved the billing profile", "There are no values to show", "not of what it changed"},
		},
		"values no longer kept": {
			site.noted(audit.Entry{Kind: audit.Applied, Customer: id, Submission: pcclient.NewGUID(), OperatorName: "Sam Sales", Fields: []string{forms.Phone, forms.City}}, audit.Values{}),
			[]string{"Sam Sales changed default address and phone", "There are no values to show", "Default address, phone."},
		},
	}
	list := b.get(history(id)).want(http.StatusOK, "Outside this portal", "Outcome not certain", "Replaced another save", "Default address, phone", "Not known")
	if n := len(list.rows()); n != len(cases) {
		t.Errorf("%d rows, want %d", n, len(cases))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			page := b.get(fmt.Sprintf("%s/%d", history(id), c.entry.Seq)).want(http.StatusOK, c.shows...)
			offered := page.byID("undo-t") != nil
			if known := c.entry.ValuesHash != "" && !strings.Contains(name, "not told"); offered != known {
				t.Errorf("an undo is offered: %v", offered)
			}
		})
	}
}

func TestOnlyAChangeOfTheCustomerHasAPage(t *testing.T) {
	site := unseen(t)
	id, other := site.customer(harbourline), site.customer(vilaNova)
	b := site.signIn("Ada Admin")
	mine := site.emailBy(id, audit.Applied, "", "Sam Sales", time.Hour, "a@x.example", "b@x.example")
	intent := site.emailBy(id, audit.Recorded, "", "Sam Sales", time.Hour, "a@x.example", "b@x.example")
	for name, path := range map[string]string{
		"A-53 of another customer":    fmt.Sprintf("%s/%d", history(other), mine.Seq),
		"an entry that is no change":  fmt.Sprintf("%s/%d", history(id), intent.Seq),
		"no entry":                    history(id) + "/999",
		"no number":                   history(id) + "/x",
		"a number written oddly":      fmt.Sprintf("%s/0%d", history(id), mine.Seq),
		"a number too long":           history(id) + "/99999999999999999999",
		"A-50 SQL for a number":       history(id) + "/1%20OR%201=1",
		"a customer that is no GUID":  "/customers/x/history",
		"a customer nobody knows":     "/customers/00000000-0000-4000-8000-000000000000/history",
		"A-53 undo of another's":      fmt.Sprintf("%s/%d/undo", history(other), mine.Seq),
		"undo of an entry without it": fmt.Sprintf("%s/%d/undo", history(id), intent.Seq),
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "undo") {
				b.post(path, url.Values{}).want(http.StatusNotFound)
				return
			}
			b.get(path).want(http.StatusNotFound).hides("b@x.example")
		})
	}
	b.get(fmt.Sprintf("%s/%d", history(id), mine.Seq)).want(http.StatusOK)
}

func TestHistoryIsReadInPages(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	for i := range 60 {
		site.emailBy(id, audit.Applied, "", "Sam Sales", time.Duration(60-i)*time.Hour, fmt.Sprintf("a%d@x.example", i), fmt.Sprintf("b%d@x.example", i))
	}
	site.emailBy(site.customer(vilaNova), audit.Applied, "", "Sam Sales", 0, "a@x.example", "b@x.example")
	seen, page := map[string]bool{}, b.get(history(id))
	for n, want := range []int{25, 25, 10} {
		if got := len(page.want(http.StatusOK).rows()); got != want {
			t.Errorf("page %d has %d rows, want %d", n+1, got, want)
		}
		for _, link := range page.links("/history/") {
			seen[link] = true
		}
		if n < 2 {
			page = page.follow("Next")
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d changes were listed, want 60", len(seen))
	}
	page.shows("10 changes on this page")
	if page.find(func(n *node) bool { return n.Data == "a" && inner(n) == "Next" }) != nil {
		t.Error("the last page leads on")
	}
	if back := page.follow("Back to the newest"); back.url.RawQuery != "" || len(back.rows()) != 25 {
		t.Errorf("back to the newest: %s", back.url)
	}
	for _, after := range []string{"x", "1", "1.", "1.x", "1.2.3", "1'; DROP TABLE audit; --", "999999999999999999999.1"} {
		if p := b.get(history(id) + "?who=sam&after=" + url.QueryEscape(after)).want(http.StatusOK); p.url.RawQuery != "who=sam" {
			t.Errorf("after=%s: %s", after, p.url)
		}
	}
}

// links are the addresses of the page's links that hold part.
func (p *page) links(part string) []string {
	var all []string
	for n := range p.root.Descendants() {
		if n.Data == "a" && strings.Contains(attr(n, "href"), part) {
			all = append(all, attr(n, "href"))
		}
	}
	return all
}

func TestHistoryCanBeFiltered(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	day := 24 * time.Hour
	at := func(ago time.Duration) string { return site.clock.now().Add(-ago).UTC().Format(time.DateOnly) }
	site.emailBy(id, audit.Applied, audit.ViaForm, "Sam Sales", 30*day, "a@x.example", "old@x.example")
	site.emailBy(id, audit.Applied, "", "Łucja Śmiała", 20*day, "a@x.example", "older@x.example")
	site.emailBy(id, audit.Applied, audit.ViaUndo, "Sam Sales", 10*day, "a@x.example", "undone@x.example")
	site.emailBy(id, audit.Outside, audit.ViaOutside, "ines.duarte@partner.example", 5*day, "a@x.example", "outside@x.example")
	for query, want := range map[string]int{
		"":                   4,
		"who=sam":            2,
		"who=SAM+sales":      2,
		"who=%C5%81UCJA":     1,
		"who=duarte":         1,
		"who=nobody":         0,
		"via=form":           2,
		"via=undo":           1,
		"via=outside":        1,
		"via=other":          4,
		"who=sam&via=undo":   1,
		"from=" + at(20*day): 3,
		"to=" + at(20*day):   2,
		"from=" + at(20*day) + "&to=" + at(10*day): 2,
		"who=%25":                          0,
		"who=_":                            0,
		"who=%27+OR+1%3D1+--":              0,
		"who=%24%24%241":                   0,
		"who=%00":                          4,
		"who=%ff":                          4,
		"who=" + strings.Repeat("x", 3000): 0,
	} {
		t.Run("V1.2.4 A-50 filter "+query[:min(len(query), 60)], func(t *testing.T) {
			page := b.get(history(id) + "?" + query).want(http.StatusOK)
			if n := len(page.rows()); n != want {
				t.Errorf("%d changes fit, want %d:\n%s", n, want, page.text())
			}
			if want == 0 {
				page.shows("No change fits this filter").follow("Clear the filter").want(http.StatusOK, "4 changes on this page")
			}
		})
	}
	form := b.get(history(id) + "?who=sam&via=undo&from=" + at(20*day)).want(http.StatusOK).form("via")
	form.wants("who", "sam").wants("via", "undo").wants("from", at(20*day)).wants("to", "")
	for query, said := range map[string]string{
		"from=yesterday":                 "must be a day like",
		"to=2026-02-30":                  "must be a day like",
		"from=2026-05-04&to=2026-05-03":  "To must not be before From",
		"from=<script>alert(1)</script>": "must be a day like",
	} {
		page := b.get(history(id)+"?"+strings.NewReplacer("<", "%3C", ">", "%3E").Replace(query)).want(http.StatusUnprocessableEntity, said)
		if len(page.rows()) != 0 || !strings.HasPrefix(inner(page.find(func(n *node) bool { return n.Data == "title" })), "Error: ") {
			t.Errorf("%s: lists all the same, or the title does not say so", query)
		}
		safe(t, page)
	}
}

// whatever was stored upstream, or stands in a name, is text.
func TestA46HostileHistoryIsText(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	hostile := `"><script>alert(1)</script><img src=x onerror=alert(2)>=cmd|' /C calc'!A0`
	e := site.noted(audit.Entry{Kind: audit.Outside, Via: audit.ViaOutside, Customer: id, Submission: pcclient.NewGUID(), OperatorName: hostile + "\u202e", Fields: []string{forms.CompanyName, forms.City}, CorrelationID: hostile, RequestID: hostile},
		audit.Values{Why: hostile, Before: map[string]string{forms.CompanyName: "Harbourline", forms.City: hostile}, After: map[string]string{forms.CompanyName: hostile, forms.City: "x"}})
	for _, path := range []string{history(id), fmt.Sprintf("%s/%d", history(id), e.Seq), overview(id), "/changes", "/changes?customer=" + string(id)} {
		page := b.get(path).want(http.StatusOK, hostile)
		safe(t, page)
		if page.find(func(n *node) bool { return n.Data == "img" || n.Data == "script" && inner(n) != "" }) != nil || strings.Contains(page.body, "\u202e") {
			t.Errorf("%s: hostile text is more than text", path)
		}
	}
}

// Who may not see a customer in Partner Center does not see its history either; an
// auditor sees what was recorded even when Partner Center does not answer.
func TestWhoMaySeeHistory(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	e := site.emailBy(id, audit.Applied, "", "Sam Sales", time.Hour, "a@x.example", "b@x.example")
	change := fmt.Sprintf("%s/%d", history(id), e.Seq)

	viewer := site.viewer()
	page := viewer.get(change).want(http.StatusOK, "Sam Sales changed email")
	if page.byID("undo-t") != nil {
		t.Error("a viewer is offered an undo")
	}
	viewer.get("/changes").want(http.StatusForbidden).hides("b@x.example")
	if page.find(func(n *node) bool { return attr(n, "href") == "/changes" }) != nil {
		t.Error("a viewer is led to the change log")
	}
	site.signIn("Sam Sales").get("/changes").want(http.StatusForbidden)
	for _, path := range []string{history(id), change} {
		site.signIn("Mika Nomfa").get(path).want(http.StatusForbidden, "second factor").hides("b@x.example")
	}

	site.hosts["partnercenter.example"] = down{}
	for _, path := range []string{history(id), change} {
		site.signIn("Hana Helpdesk").get(path).want(http.StatusServiceUnavailable).hides("b@x.example")
		site.signIn("Ada Admin").get(path).want(http.StatusOK, "Sam Sales", string(id))
	}
}

// What somebody was shown once does not open a history for ever: Partner Center is asked
// again, and its refusal counts. That it does not answer takes nothing away for a day.
func TestAHistoryGoesWithItsCustomer(t *testing.T) {
	site := unseen(t)
	id := site.customer(harbourline)
	e := site.emailBy(id, audit.Applied, "", "Ada Admin", time.Hour, "a@x.example", "b@x.example")
	paths := []string{history(id), history(id) + ".csv", fmt.Sprintf("%s/%d", history(id), e.Seq)}
	sam := site.signIn("Sam Sales")
	sam.get(overview(id)).want(http.StatusOK)
	all := func(status int) {
		t.Helper()
		for _, path := range paths {
			page := sam.get(path)
			if page.want(status); status != http.StatusOK {
				page.hides("b@x.example")
			}
		}
	}
	upstream := site.hosts["partnercenter.example"]

	t.Run("Partner Center does not answer", func(t *testing.T) {
		site.hosts["partnercenter.example"] = down{}
		site.clock.advance(20 * time.Minute)
		all(http.StatusOK)
		site.clock.advance(24 * time.Hour)
		sam = site.signIn("Sam Sales")
		all(http.StatusServiceUnavailable)
		site.hosts["partnercenter.example"] = upstream
		site.clock.advance(5 * time.Second) // when it is asked again, after so many calls in vain
		all(http.StatusOK)
	})
	t.Run("V8.2.2 Partner Center shows the customer no more", func(t *testing.T) {
		must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/*", Times: -1, Status: http.StatusForbidden, Shape: pcsim.ShapeA}))
		sam.get(overview(id)).want(http.StatusForbidden)
		site.clock.advance(20 * time.Minute)
		all(http.StatusForbidden)
		sam = site.signIn("Sam Sales")
		all(http.StatusForbidden)
	})
}

// down is a host that nobody answers for.
type down struct{}

func (down) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("connection refused")
}

func TestTheChangeLogIsOfAllCustomers(t *testing.T) {
	site := unseen(t)
	b := site.signIn("Ada Admin")
	ids := []pcclient.TenantID{site.customer(harbourline), site.customer(vilaNova), site.customer(nordlicht)}
	site.signIn("Sam Sales").get(overview(ids[0])) // lately opened by somebody: known by name
	for i, id := range ids {
		site.emailBy(id, audit.Applied, "", "Sam Sales", time.Duration(i)*time.Hour, "a@x.example", "b@x.example")
	}
	site.noted(audit.Entry{Kind: audit.Applied, Customer: ids[1], Submission: pcclient.NewGUID(), OperatorName: "Sam Sales", Fields: []string{forms.CompanyName}, Time: site.clock.now().Add(-9 * time.Hour)},
		audit.Values{Before: map[string]string{forms.CompanyName: "Vila Velha"}, After: map[string]string{forms.CompanyName: "Vila Nova"}})
	calls := len(site.sim.Journal().Requests)
	log := b.get("/").follow("Change log").want(http.StatusOK, "Change log", "Harbourline Ceramics", string(ids[2]), "Vila Nova")
	if n := len(site.sim.Journal().Requests) - calls; n > 2 {
		t.Errorf("listing cost %d calls to Partner Center", n)
	}
	if n := len(log.rows()); n != 4 {
		t.Errorf("%d rows, want 4", n)
	}
	b.get("/changes?customer="+string(ids[1])).want(http.StatusOK, "2 changes on this page").form("customer").wants("customer", string(ids[1]))
	b.get("/changes?customer=harb&via=form").want(http.StatusOK, "1 change on this page", "Harbourline Ceramics")
	b.get("/changes?customer=zzzz").want(http.StatusUnprocessableEntity, "No customer begins like this.")
	choose := b.get("/changes?customer=h&who=sam+sales").want(http.StatusUnprocessableEntity, "More than one customer begins like this.", "Customers that fit")
	one := b.get(choose.links("customer=" + string(ids[0]))[0]).want(http.StatusOK, "1 change on this page")
	if got := one.url.Query(); got.Get("who") != "sam sales" || got.Get("customer") != string(ids[0]) {
		t.Errorf("choosing a customer lost the filter: %s", one.url)
	}
	log.follow("View").want(http.StatusOK, "Sam Sales changed email")
}

// What was saved in Partner Center itself is in the history as soon as somebody looks who
// may read its audit records, and stays there for those who may not.
func TestHistoryShowsWhatWasSavedElsewhere(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	site.elsewhere(id, "ines@partner.example", "email", "theirs@nordlicht.example")
	sam := site.signIn("Sam Sales")
	sam.get(history(id)).want(http.StatusOK, "Changes made outside this portal are seen here once an admin agent has looked.", "No changes through this portal yet")
	ada := site.signIn("Ada Admin")
	list := ada.get(history(id)).want(http.StatusOK, "ines@partner.example", "Outside this portal").hides("once an admin agent has looked")
	list.follow("View").want(http.StatusOK, "ines@partner.example changed email", "Changed outside this portal.", "theirs@nordlicht.example").
		choose(startUndo).want(http.StatusOK, "The earlier values are in this form.")
	sam.get(history(id)).want(http.StatusOK, "ines@partner.example").hides("once an admin agent has looked")
	site.clock.advance(2 * time.Minute)
	sam.get(history(id)).want(http.StatusOK, "ines@partner.example", "once an admin agent has looked")

	other := site.customer(kaveri)
	site.elsewhere(other, "ines@partner.example", "email", "theirs@kaveri.example")
	ada.get("/changes").want(http.StatusOK, "ines@partner.example", site.stored(other)["companyName"])
}

func TestHistoryWithoutPartnerCentersRecords(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	b := site.signIn("Ada Admin")
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Times: -1, Status: http.StatusInternalServerError}))
	for _, path := range []string{history(id), "/changes"} {
		b.get(path).want(http.StatusOK, "The newest changes made outside this portal may be missing.")
	}
}
