package handlers_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
)

// matrix is who may open what: for each route the roles that may, and the answer when the
// customer is in their portfolio. It repeats the router's word on purpose: a right that
// changes there changes nothing here. "form" is the page for a form without its token,
// which is as far as a post gets here; 403 is the same on the form's own page.
const matrix = `
GET   /healthz                               everybody                              200
GET   /readyz                                everybody                              200
GET   /signin                                everybody                              200
GET   /auth/start                            everybody                              sign-in
GET   /auth/callback                         everybody                              400
GET   /auth/leave                            everybody                              sign-in
POST  /signout                               everybody                              form
POST  /backchannel-logout                    everybody                              400
GET   /frontchannel-logout                   everybody                              400
POST  /csp-report                            everybody                              415

GET   /                                      viewer,editor,auditor,administrator    200
GET   /customers                             viewer,editor,auditor,administrator    200
GET   /customers/:id                         viewer,editor,auditor,administrator    200
GET   /customers/:id/history                 viewer,editor,auditor,administrator    200
GET   /customers/:id/history.csv             viewer,editor,auditor,administrator    200
GET   /customers/:id/history/:change         viewer,editor,auditor,administrator    200
POST  /customers/:id/history/:change/undo    editor                                 403
GET   /changes                               auditor,administrator                  200
GET   /changes.csv                           auditor,administrator                  200

GET   /customers/:id/billing                 editor                                 303
POST  /customers/:id/billing                 editor                                 403
POST  /customers/:id/billing/check           editor                                 form
GET   /customers/:id/billing/review          editor                                 303
POST  /customers/:id/billing/review          editor                                 404
GET   /customers/:id/billing/merge           editor                                 303
POST  /customers/:id/billing/merge           editor                                 404
POST  /customers/:id/draft                   editor                                 form
GET   /customers/:id/draft/discard           editor                                 404
POST  /customers/:id/draft/discard           editor                                 form
GET   /customers/:id/saves/:key              editor                                 404
POST  /customers/:id/saves/:key/close        viewer,editor,auditor,administrator    form
GET   /unsettled                             administrator                          200
GET   /help                                  viewer,editor,auditor,administrator    200

GET   /settings                              viewer,editor,auditor,administrator    200
POST  /settings                              viewer,editor,auditor,administrator    form
GET   /sessions                              viewer,editor,auditor,administrator    200
POST  /sessions/end                          viewer,editor,auditor,administrator    form
POST  /sessions/end-others                   viewer,editor,auditor,administrator    form
GET   /sessions/everybody                    administrator                          200
POST  /sessions/everybody/end                administrator                          form

POST  /demo/colleague                        viewer,editor,auditor,administrator    form
POST  /demo/trouble                          viewer,editor,auditor,administrator    form
`

// expectation is a line of the matrix.
type expectation struct {
	roles  []string // nil: everybody, signed in or not
	answer string
}

func readMatrix(t *testing.T) map[string]expectation {
	t.Helper()
	lines := map[string]expectation{}
	for line := range strings.Lines(matrix) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		one := expectation{answer: f[3]}
		if f[2] != "everybody" {
			one.roles = strings.Split(f[2], ",")
		}
		if name := f[0] + " " + f[1]; lines[name].answer != "" {
			t.Errorf("%s stands twice", name)
		} else {
			lines[name] = one
		}
	}
	return lines
}

// kind is what an answer is, in the words of the matrix.
func (p *page) kind() string {
	text := p.text()
	for _, known := range []struct {
		status      int
		words, kind string
	}{
		{http.StatusForbidden, "You cannot edit this customer", "denied"},
		{http.StatusForbidden, "You cannot open this page", "denied"},
		{http.StatusForbidden, "This form was out of date", "form"},
		{http.StatusNotFound, "This customer is not in your portfolio", "outside"},
		{http.StatusUnauthorized, "Sign in to continue", "sign-in"},
	} {
		if p.status == known.status && strings.Contains(text, known.words) {
			return known.kind
		}
	}
	if to := p.header.Get("Location"); p.status == http.StatusSeeOther && strings.HasPrefix(to, providerOrigin) {
		return "sign-in"
	}
	return fmt.Sprint(p.status)
}

// Every route is asked for by every role, for a customer inside the portfolio and for one
// outside, by nobody, and by somebody whose session is over. A route without a line in the
// matrix fails, and so does a line without a route.
func TestEveryRouteForEveryRoleAndPortfolio(t *testing.T) {
	expected := readMatrix(t)
	routes := handlers.Routes(true)
	for _, rt := range routes {
		if expected[rt.Method+" "+rt.Path].answer == "" {
			t.Errorf("%s %s is not in the matrix: say who may open it", rt.Method, rt.Path)
		}
	}
	if len(routes) != len(expected) {
		t.Errorf("%d routes, and %d lines in the matrix", len(routes), len(expected))
	}

	site := newSiteWith(t, settings{demo: &handlers.Demo{}, portfolios: portfolios(t, harbours["by tenant ID"])})
	change := map[bool]int64{}
	for in, n := range map[bool]int{true: harbourline, false: nordlicht} {
		change[in] = site.emailBy(site.customer(n), audit.Applied, audit.ViaForm, "Ines Duarte", time.Minute, "a@a.example", "b@b.example").Seq
	}
	ask := func(t *testing.T, b *browser, rt handlers.RouteInfo, inside bool) *page {
		t.Helper()
		path := strings.ReplaceAll(site.address(rt), "/history/1", fmt.Sprint("/history/", change[inside]))
		if !inside {
			path = strings.ReplaceAll(path, string(site.customer(harbourline)), string(site.customer(nordlicht)))
		}
		answer, err := noRedirects(b).Do(b.visit(rt, path))
		must(t, err)
		return read(b, answer)
	}

	for _, role := range everyRole {
		t.Run("V8.1.1 V8.2.1 V8.3.1 "+role, func(t *testing.T) {
			site.says(map[string]rights{"Sam Sales": {[]string{role}, []string{"mine"}}})
			b := site.signIn("Sam Sales")
			for _, rt := range routes {
				e := expected[rt.Method+" "+rt.Path]
				for _, inside := range []bool{true, false} {
					want := e.answer
					switch {
					case e.roles == nil:
					case !slices.Contains(e.roles, role):
						want = "denied"
					case !inside && strings.Contains(rt.Path, "/:id"):
						want = "outside"
					}
					calls := len(site.sim.Journal().Requests)
					p := ask(t, b, rt, inside)
					if got := p.kind(); got != want {
						t.Errorf("%s %s, inside the portfolio: %v: %s, want %s", rt.Method, rt.Path, inside, got, want)
					}
					if n := len(site.sim.Journal().Requests) - calls; n > 0 && (want == "denied" || want == "outside") {
						t.Errorf("V8.2.2 %s %s: Partner Center was asked %d times", rt.Method, rt.Path, n)
					}
					if !inside && strings.Contains(p.body, "Nordlicht") {
						t.Errorf("%s %s tells of a customer outside", rt.Method, rt.Path)
					}
				}
			}
		})
	}
	over := site.signIn("Sam Sales")
	site.clock.advance(9 * time.Hour)
	for name, b := range map[string]*browser{"nobody": site.anybody(), "somebody whose session is over": over} {
		t.Run("V8.3.1 "+name, func(t *testing.T) {
			for _, rt := range routes {
				e := expected[rt.Method+" "+rt.Path]
				want := e.answer
				switch {
				case e.roles != nil:
					want = "sign-in"
				case rt.Path == "/signout":
					want = "303" // there is nothing to end
				}
				if got := ask(t, b, rt, true).kind(); got != want {
					t.Errorf("%s %s: %s, want %s", rt.Method, rt.Path, got, want)
				}
			}
		})
	}
	site.wantPuts(0, 0)
}

// The table of roles in the guide gives each of them the rights that the code does.
func TestTheGuidesTableOfRolesIsTrue(t *testing.T) {
	guide, err := os.ReadFile("../../deploy/README.md")
	must(t, err)
	_, table, found := strings.Cut(string(guide), "<!-- begin roles -->\n")
	table, _, closed := strings.Cut(table, "<!-- end roles -->")
	if !found || !closed {
		t.Fatal("the guide lacks its table of roles")
	}
	columns := []middleware.Right{middleware.View, middleware.Edit, middleware.Audit, middleware.Administer}
	seen := []string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		role := strings.Trim(strings.TrimSpace(cells[0]), "`")
		if len(cells) != len(columns)+2 || !slices.Contains(append([]string{"none"}, everyRole...), role) {
			continue
		}
		seen = append(seen, role)
		for i, right := range columns {
			if told, has := strings.TrimSpace(cells[i+1]) == "yes", right.Allows([]string{role}); told != has {
				t.Errorf("the guide says of %s and %q: %v; the code: %v", role, right, told, has)
			}
		}
	}
	if !slices.Equal(seen, append(slices.Clone(everyRole), "none")) {
		t.Errorf("the table has the roles %q", seen)
	}
}
