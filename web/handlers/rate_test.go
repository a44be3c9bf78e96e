package handlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
)

// A route that leaves anything open does not come into being: without a field it does
// not compile, with an empty one the portal does not start.
func TestARouteDeclaresEverything(t *testing.T) {
	whole := handlers.RouteInfo{Method: "GET", Path: "/x", Right: "view", Rate: "page", Body: "none"}
	if !handlers.Declares(whole) {
		t.Fatal("a whole route is refused")
	}
	for name, change := range map[string]func(*handlers.RouteInfo){
		"no method":            func(rt *handlers.RouteInfo) { rt.Method = "" },
		"another method":       func(rt *handlers.RouteInfo) { rt.Method = "PUT" },
		"no path":              func(rt *handlers.RouteInfo) { rt.Path = "" },
		"a path without slash": func(rt *handlers.RouteInfo) { rt.Path = "x" },
		"no right":             func(rt *handlers.RouteInfo) { rt.Right = "" },
		"an unknown right":     func(rt *handlers.RouteInfo) { rt.Right = "everybody" },
		"no rate":              func(rt *handlers.RouteInfo) { rt.Rate = "" },
		"an unknown rate":      func(rt *handlers.RouteInfo) { rt.Rate = "often" },
		"no body":              func(rt *handlers.RouteInfo) { rt.Body = "" },
		"an unknown body":      func(rt *handlers.RouteInfo) { rt.Body = "json" },
		"a GET with a form":    func(rt *handlers.RouteInfo) { rt.Body = "form" },
		"a POST without body":  func(rt *handlers.RouteInfo) { rt.Method = "POST" },
	} {
		t.Run("V8.2.1 "+name, func(t *testing.T) {
			rt := whole
			change(&rt)
			if handlers.Declares(rt) {
				t.Errorf("%+v is opened", rt)
			}
		})
	}
	machines := []string{"POST /csp-report", "POST /backchannel-logout", "GET /frontchannel-logout"}
	for _, rt := range handlers.Routes(true) {
		name := rt.Method + " " + rt.Path
		if !handlers.Declares(rt) {
			t.Errorf("%s does not declare everything", name)
		}
		machine := rt.Rate == string(middleware.RateMachine) || rt.Rate == string(middleware.RateReport)
		if machine != slices.Contains(machines, name) {
			t.Errorf("%s is let past the cross-origin check, or the list is old", name)
		}
		if rt.Rate == string(middleware.RateHealth) && rt.Path != "/healthz" && rt.Path != "/readyz" {
			t.Errorf("%s is not limited", name)
		}
	}
}

// until asks again and again until it is told to wait.
func until(t *testing.T, ask func() *page) (*page, int) {
	t.Helper()
	for n := range 2000 {
		if p := ask(); p.status == http.StatusTooManyRequests {
			return p, n
		}
	}
	t.Fatal("never refused")
	return nil, 0
}

// who hammers the search is told to wait, and Partner Center is not asked.
func TestA66AHammeredSearch(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	b, other := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	searches := 0
	p, n := until(t, func() *page { searches++; return b.get(fmt.Sprintf("/customers?q=x%d", searches)) })
	p.want(http.StatusTooManyRequests, "Too many requests in a short time", "Wait 1 second, then try again", "Nothing was being saved")
	safe(t, p)
	if wait, err := strconv.Atoi(p.header.Get("Retry-After")); err != nil || wait < 1 || wait > 10 {
		t.Errorf("Retry-After: %q", p.header.Get("Retry-After"))
	}
	if n < 40 {
		t.Errorf("refused after %d searches", n)
	}
	if !strings.Contains(site.log.String(), `"reason":"rate_search"`) {
		t.Error("the log does not say why")
	}
	calls := len(site.sim.Journal().Requests)
	for range 20 {
		b.get("/customers?q=harbour").want(http.StatusTooManyRequests)
		r := b.request(http.MethodGet, "/customers?q=harbour", nil)
		r.Header.Set("X-Fragment", "find")
		b.do(r).want(http.StatusTooManyRequests)
	}
	if got := len(site.sim.Journal().Requests); got != calls {
		t.Errorf("A-66 %d calls were made all the same", got-calls)
	}
	t.Run("V2.4.1 V15.4.4 others search on, and so does everything else of theirs", func(t *testing.T) {
		other.get("/customers?q=harbour").want(http.StatusOK)
		b.get("/").want(http.StatusOK)
		b.edit(site.customer(harbourline))
	})
	t.Run("and they themselves after the wait", func(t *testing.T) {
		site.clock.advance(10 * time.Second)
		b.get("/customers?q=harbour").want(http.StatusOK)
	})
}

// what costs much is not limited as a poll is because it says that it is one.
func TestA66A67APageIsNoPartOfAnother(t *testing.T) {
	for _, path := range []string{"/changes.csv", "/customers?q=harbour"} {
		for _, fragment := range []string{"result", "presence", "fields"} {
			t.Run("A-66 A-67 "+path+" as "+fragment, func(t *testing.T) {
				site := newSiteWith(t, settings{limited: true})
				b := site.signIn("Ada Admin")
				ask := func() *page {
					r := b.request(http.MethodGet, path, nil)
					r.Header.Set("X-Fragment", fragment)
					return b.do(r)
				}
				if _, n := until(t, ask); n > 70 {
					t.Errorf("refused after %d", n)
				}
			})
		}
	}
}

// I-8: a form that comes too fast costs nothing of what was typed.
func TestTooFastAFormKeepsWhatWasTyped(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "typed@harbourline.example").fill("defaultAddress.country", "PT")
	p, _ := until(t, func() *page { return f.press("do", "country") })
	p.want(http.StatusTooManyRequests, "Too many requests in a short time", "Everything you typed is kept in this page")
	safe(t, p)
	site.clock.advance(10 * time.Second)
	p.choose("Try again").want(http.StatusOK).form("email").wants("email", "typed@harbourline.example").wants("defaultAddress.country", "PT")
	site.wantPuts(0, 0)
}

// V2.4.1: the cookie of a session that is over keeps forms as fast as a person sends them.
// Past that the page keeps them, and the person themselves is not held up.
func TestV241LateFormsAreLimited(t *testing.T) {
	t.Run("V2.4.1", testV241LateFormsAreLimited)
}

func testV241LateFormsAreLimited(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	f := site.signIn("Ada Admin").edit(site.customer(harbourline))
	site.clock.advance(time.Hour)
	kept := 0
	for p := f.fill("email", "0@harbourline.example").press(); strings.Contains(p.text(), "are kept for 14 days") && kept < 500; {
		kept++
		p = f.fill("email", fmt.Sprint(kept, "@harbourline.example")).press().want(http.StatusUnauthorized)
	}
	if kept < 50 || kept > 200 {
		t.Errorf("%d late forms are kept at once", kept)
	}
	f.press().want(http.StatusUnauthorized, "everything you typed is kept in this page").form("email").wants("email", fmt.Sprint(kept, "@harbourline.example"))
	site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "in time@harbourline.example").kept()
}

// V6.3.1: whoever is not known is limited by address, wherever they knock.
func TestV631NobodyIsLimitedToo(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	b := site.signIn("Ada Admin")
	for _, path := range []string{"/auth/start", "/auth/callback?state=x&code=y", "/customers", "/signin", "/nowhere"} {
		t.Run("V6.3.1 "+path, func(t *testing.T) {
			site.clock.advance(time.Minute)
			stranger := site.anybody()
			p, n := until(t, func() *page {
				answer, err := noRedirects(stranger).Do(stranger.request(http.MethodGet, path, nil))
				must(t, err)
				return read(stranger, answer)
			})
			safe(t, p)
			if n < 100 {
				t.Errorf("a company behind one address is refused after %d", n)
			}
			b.get("/").want(http.StatusOK)
		})
	}
	for range 2000 {
		b.get("/healthz").want(http.StatusOK)
	}
}

// refusing costs less than answering, and nobody is refused for nothing for ever.
func TestA66RefusalsAreCheapAndCounted(t *testing.T) {
	long := url.Values{}
	for i := range 101 {
		long.Set(fmt.Sprint("field", i), "")
	}
	for name, asked := range map[string]struct {
		ask    func(b *browser) *http.Request
		status int
	}{
		"A-66 A-68 a page as an image": {func(b *browser) *http.Request {
			r := b.request(http.MethodGet, "/changes", nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "no-cors")
			r.Header.Set("Sec-Fetch-Dest", "image")
			return r
		}, http.StatusForbidden},
		"A-66 A-45 a form that is none of ours": {func(b *browser) *http.Request {
			return b.request(http.MethodPost, "/settings", long)
		}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSiteWith(t, settings{limited: true})
			b := site.signIn("Ada Admin")
			p := b.bare(asked.ask(b))
			if p.want(asked.status); asked.status == http.StatusForbidden {
				p.hides("Ada Admin")
			}
			late, n := until(t, func() *page { return b.bare(asked.ask(b)) })
			if safe(t, late.hides("Ada Admin")); n < 100 {
				t.Errorf("a company behind one address is refused after %d", n)
			}
		})
	}
	t.Run("A-66 who asks too often is told so without a look into the database", func(t *testing.T) {
		site := newSiteWith(t, settings{limited: true})
		b := site.signIn("Ada Admin")
		until(t, func() *page { return b.get("/customers?q=harbour") })
		for _, table := range []string{"preferences", "recents"} {
			defer site.away(table)()
		}
		b.get("/customers?q=harbour").want(http.StatusTooManyRequests).hides("Ada Admin")
		if log := site.log.String(); strings.Contains(log, "not read") {
			t.Errorf("the log tells of a look:\n%s", log)
		}
	})
}

// What the policy stopped is counted and nothing more.
func TestV347PolicyReports(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	portal := site.portal.(*handlers.Site)
	b := site.signIn("Ada Admin")
	p := b.get("/")
	if got := p.header.Get("Reporting-Endpoints"); got != `csp="/csp-report"` {
		t.Errorf("Reporting-Endpoints: %s", got)
	}
	for _, part := range []string{"; report-to csp", "; report-uri /csp-report"} {
		if !strings.Contains(p.header.Get("Content-Security-Policy"), part) {
			t.Errorf("the policy lacks %q", part)
		}
	}
	report := func(kind string) int {
		body, err := json.Marshal([]any{map[string]any{"type": "csp-violation", "url": portalOrigin + "/customers?q=seeded-report", "body": map[string]any{"sample": "seeded-report"}}})
		must(t, err)
		r := site.anybody().request(http.MethodPost, "/csp-report", url.Values{})
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Dest", "report")
		p := b.do(r)
		safe(t, p)
		return p.status
	}
	for _, kind := range []string{"application/reports+json", "application/csp-report"} {
		if got := report(kind); got != http.StatusNoContent {
			t.Errorf("%s: %d", kind, got)
		}
	}
	if got := portal.PolicyReports(); got != 2 {
		t.Errorf("%d are counted", got)
	}
	for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", ""} {
		if got := report(kind); got != http.StatusUnsupportedMediaType {
			t.Errorf("%q: %d", kind, got)
		}
	}
	t.Run("V3.4.7 and a flood of them is cut", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					report("application/csp-report")
				}
			})
		}
		wg.Wait()
		if got := portal.PolicyReports(); got > 100 {
			t.Errorf("%d are counted", got)
		}
		if report("application/csp-report") != http.StatusTooManyRequests {
			t.Error("not refused")
		}
	})
	if strings.Contains(site.log.String(), "seeded-report") {
		t.Error("the log holds a report")
	}
	b.get("/csp-report").want(http.StatusMethodNotAllowed)
}

// A page of ours is no part of another one: not as a frame, an image or a script, nor
// for another site's script to read.
func TestV321PagesAreOnlyPages(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	nobody := site.anybody()
	for _, rt := range handlers.Routes(false) {
		if rt.Method != http.MethodGet || rt.Rate == string(middleware.RateMachine) { // the provider's frame
			continue
		}
		for name, headers := range map[string][3]string{
			"V3.2.1 as a script":                     {"same-origin", "no-cors", "script"},
			"V3.2.1 as an image":                     {"cross-site", "no-cors", "image"},
			"V3.2.1 A-68 in a frame":                 {"cross-site", "navigate", "iframe"},
			"V3.5.8 read by another site":            {"cross-site", "cors", "empty"},
			"V3.5.8 read by a sibling host's script": {"same-site", "no-cors", "empty"},
		} {
			if rt.Path == "/auth/start" {
				name = "V7.6.2 " + name // loading it starts nothing
			}
			t.Run(name+" "+rt.Path, func(t *testing.T) {
				for _, who := range []*browser{b, nobody} {
					who.t = t
					r := who.request(http.MethodGet, site.address(rt), nil)
					r.Header.Set("Sec-Fetch-Site", headers[0])
					r.Header.Set("Sec-Fetch-Mode", headers[1])
					r.Header.Set("Sec-Fetch-Dest", headers[2])
					p := who.bare(r)
					if p.status != http.StatusForbidden || len(p.header.Values("Set-Cookie")) > 0 {
						t.Errorf("%d, cookies %q", p.status, p.header.Values("Set-Cookie"))
					}
					safe(t, p)
				}
			})
		}
	}
	b.t = t
	t.Run("V3.5.8 a link from another site opens", func(t *testing.T) {
		r := b.request(http.MethodGet, "/", nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		r.Header.Set("Sec-Fetch-Dest", "document")
		b.do(r).want(http.StatusOK)
	})
}
