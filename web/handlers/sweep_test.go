package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
)

func demoSite(t *testing.T) *testSite {
	return newSiteWith(t, settings{demo: &handlers.Demo{
		ColleagueSaves: func(context.Context, pcclient.TenantID) error { return nil },
		Trouble:        func(context.Context, string) error { return nil },
	}})
}

// address is a route's path with real ids in it.
func (s *testSite) address(rt handlers.RouteInfo) string {
	path := strings.ReplaceAll(rt.Path, ":id", string(s.customer(harbourline)))
	path = strings.ReplaceAll(path, ":change", "1")
	return strings.ReplaceAll(path, ":key", "3f1d6c7e-8a52-4b90-9d1e-2c7f5a60b134")
}

func (b *browser) visit(rt handlers.RouteInfo, path string) *http.Request {
	if rt.Method == http.MethodPost {
		return b.request(rt.Method, path, url.Values{"do": {"review"}})
	}
	return b.request(rt.Method, path, nil)
}

// viewer is a browser of somebody who may look and not edit.
func (s *testSite) viewer() *browser {
	s.t.Helper()
	s.provider.SetHooks(demo.Hooks{IDToken: func(t *demo.Token) { t.Claims["roles"] = []string{"viewer"} }})
	defer s.provider.SetHooks(demo.Hooks{})
	return s.signIn("Sam Sales")
}

func TestEveryRouteDeclaresItsRight(t *testing.T) {
	public := []string{"GET /healthz", "GET /readyz", "GET /signin", "GET /auth/start", "GET /auth/callback", "GET /auth/leave", "POST /signout", "POST /csp-report", "POST /backchannel-logout", "GET /frontchannel-logout"}
	for _, rt := range handlers.Routes(true) {
		name := rt.Method + " " + rt.Path
		switch middleware.Right(rt.Right) {
		case middleware.Public:
			if !slices.Contains(public, name) {
				t.Errorf("%s is open to everybody and not on the list", name)
			}
		case middleware.View:
		case middleware.Edit:
		case middleware.Audit:
		case middleware.Administer:
		default:
			t.Errorf("%s declares the right %q, which there is not", name, rt.Right)
		}
		if rt.Method != http.MethodGet && rt.Method != http.MethodPost {
			t.Errorf("%s: pages are asked for by GET and POST only", name)
		}
		if rt.Method == http.MethodPost && (strings.Contains(rt.Path, "/billing") || strings.Contains(rt.Path, "/draft")) && rt.Right != string(middleware.Edit) {
			t.Errorf("%s is open to people who may not edit", name)
		}
	}
}

var nonceInPolicy = regexp.MustCompile(`script-src 'nonce-([A-Za-z0-9+/=]{24,})'; style-src 'nonce-([A-Za-z0-9+/=]{24,})'`)

// safe fails unless an answer carries every safety header, and its page only the
// scripts and styles of the answer's nonce.
func safe(t *testing.T, p *page) {
	t.Helper()
	where := p.url.String()
	framed, sharing, ancestors := "DENY", "same-origin", "'none'"
	if p.url.Path == "/frontchannel-logout" && (p.status == http.StatusOK || p.status == http.StatusBadRequest) { // V3.4.6: the one route, for the provider alone
		framed, sharing, ancestors = "", "cross-origin", providerOrigin
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              framed,
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": sharing,
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", where, name, got, want)
		}
	}
	if !strings.Contains(p.header.Get("Permissions-Policy"), "camera=()") {
		t.Errorf("%s: no Permissions-Policy", where)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"} {
		if got := p.header.Get(name); got != "" {
			t.Errorf("%s: %s is %q", where, name, got)
		}
	}
	policy := p.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors " + ancestors + ";", "base-uri 'none'", "form-action 'self'", "object-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy lacks %s", where, part)
		}
	}
	nonce := nonceInPolicy.FindStringSubmatch(policy)
	if nonce == nil || nonce[1] != nonce[2] || strings.Contains(policy, "unsafe") {
		t.Fatalf("%s: policy %q", where, policy)
	}
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("%s: <%s %s>", where, n.Data, a.Key)
			}
		}
		if n.Type != html.ElementNode {
			continue
		}
		sheet := n.Data == "link" && attr(n, "rel") == "stylesheet"
		if (n.Data == "script" || n.Data == "style" || sheet) && attr(n, "nonce") != nonce[1] {
			t.Errorf("%s: <%s> has the nonce %q, the policy %q", where, n.Data, attr(n, "nonce"), nonce[1])
		}
	}
}

// A-68 and the other headers: on every answer of every route, to everybody.
func TestEveryAnswerIsSafe(t *testing.T) {
	site := demoSite(t)
	people := map[string]*browser{"nobody": site.anybody(), "editor": site.signIn("Ada Admin"), "viewer": site.viewer()}
	nonces := map[string]bool{}
	for name, b := range people {
		for _, rt := range handlers.Routes(true) {
			if rt.Path == "/signout" && name != "nobody" {
				continue
			}
			answer, err := noRedirects(b).Do(b.visit(rt, site.address(rt)))
			must(t, err)
			p := read(b, answer)
			if p.status >= 500 {
				t.Errorf("%s %s for %s: %d", rt.Method, rt.Path, name, p.status)
			}
			safe(t, p)
			policy := p.header.Get("Content-Security-Policy")
			if nonces[policy] {
				t.Errorf("%s %s: a nonce came twice", rt.Method, rt.Path)
			}
			nonces[policy] = true
		}
	}
	for _, path := range []string{"/nowhere", "/customers/x", "/static/nothing.css", "/static/../x", "/.git/config", "/metrics", "/debug/pprof/", "/customers/" + string(site.customer(0)) + "/nothing", "/%2e%2e/x", "/favicon.ico"} {
		b := people["editor"]
		p := b.do(b.request(http.MethodGet, path, nil))
		p.want(http.StatusNotFound)
		safe(t, p)
	}
}

// Methods that no route declares are answered 405, headers and all, and do
// nothing. A-12: no header or field makes one method out of another.
func TestOnlyDeclaredMethodsAreAnswered(t *testing.T) {
	t.Run("V4.1.4 V13.4.4", testOnlyDeclaredMethodsAreAnswered)
}

func testOnlyDeclaredMethodsAreAnswered(t *testing.T) {
	site := demoSite(t)
	b := site.signIn("Ada Admin")
	declared := map[string][]string{}
	for _, rt := range handlers.Routes(true) {
		declared[rt.Path] = append(declared[rt.Path], rt.Method)
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get"} {
		t.Run("V4.1.4 V13.4.4 "+method, func(t *testing.T) {
			for _, rt := range handlers.Routes(true) {
				if slices.Contains(declared[rt.Path], method) {
					continue
				}
				var form url.Values
				if method == http.MethodPost {
					form = url.Values{}
				}
				answer, err := noRedirects(b).Do(b.request(method, site.address(rt), form))
				must(t, err)
				p := read(b, answer)
				asked := method == http.MethodOptions && p.status == http.StatusNoContent && p.header.Get("Allow") != ""
				if p.status != http.StatusMethodNotAllowed && !asked {
					t.Errorf("%s %s: %d", method, rt.Path, p.status)
				}
				safe(t, p)
			}
		})
	}
	t.Run("A-12 V4.1.4 method override", func(t *testing.T) {
		id := site.customer(harbourline)
		r := b.request(http.MethodPost, overview(id), url.Values{"_method": {"PUT"}})
		for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
			r.Header.Set(name, "GET")
		}
		b.do(r).want(http.StatusMethodNotAllowed)
	})
	site.wantPuts(0, 0)
}

// Every route that asks for a right is closed to those without it, whatever they
// send, and says so.
func TestEveryRouteAsksForItsRight(t *testing.T) {
	site := demoSite(t)
	nobody, viewer := site.anybody(), site.viewer()
	for _, rt := range handlers.Routes(true) {
		path := site.address(rt)
		if rt.Right == string(middleware.Public) {
			continue
		}
		answer, err := noRedirects(nobody).Do(nobody.visit(rt, path))
		must(t, err)
		p := read(nobody, answer)
		if rt.Method == http.MethodPost {
			p.want(http.StatusUnauthorized, "Sign in to continue")
		} else if to := answer.Header.Get("Location"); p.status != http.StatusSeeOther || !strings.HasPrefix(to, providerOrigin) {
			t.Errorf("%s %s by nobody: %d %s", rt.Method, rt.Path, p.status, to)
		}
		if rt.Right == string(middleware.Edit) {
			viewer.do(viewer.visit(rt, path)).want(http.StatusForbidden, "You cannot edit this customer", "Marta Keller")
		}
	}
	page := viewer.get(overview(site.customer(harbourline))).want(http.StatusOK)
	if page.find(func(n *node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "/billing") }) != nil {
		t.Error("a viewer is offered to edit")
	}
	site.wantPuts(0, 0)
}

// what looks like a public route, or claims to be a health check, is not one.
func TestA06PublicRoutesAreMatchedExactly(t *testing.T) {
	site := newSite(t)
	for _, path := range []string{"/customers?/static/", "/customers?/healthz", "/customers/" + string(site.customer(0)) + "?/signin", "/healthz/../customers", "/static/../customers", "/healthz/", "/signin/", "/customers/;/healthz", "/customers%3F/healthz", "/healthz%2f..%2fcustomers"} {
		b := site.anybody()
		r := b.request(http.MethodGet, path, nil)
		r.Header.Set("User-Agent", "kube-probe/1.30")
		for _, name := range []string{"X-Forwarded-Uri", "X-Original-URL", "X-Rewrite-Url"} {
			r.Header.Set(name, "/healthz")
		}
		p := b.do(r)
		if p.url.Host == "portal.example" && p.status != http.StatusNotFound {
			t.Errorf("%s answered nobody with %d: %s", path, p.status, p.text())
		}
		if strings.Contains(p.body, "Harbourline") {
			t.Errorf("%s shows a customer", path)
		}
	}
}

// The demo's bar and its addresses exist in demo mode only.
func TestDemoRoutesExistInDemoModeOnly(t *testing.T) {
	serve, demonstration := newSite(t), demoSite(t)
	for _, path := range []string{"/demo/colleague", "/demo/trouble"} {
		b := serve.signIn("Ada Admin")
		b.post(path, url.Values{}).want(http.StatusNotFound)
		demonstration.signIn("Ada Admin").post(path, url.Values{}).want(http.StatusForbidden)
	}
	if strings.Contains(serve.signIn("Ada Admin").get("/").body, "/demo/") {
		t.Error("the demo bar is shown outside demo mode")
	}
	home := demonstration.signIn("Ada Admin").get("/").want(http.StatusOK)
	home.choose("Refuse the next save").want(http.StatusOK)
}

// only the configured host is answered.
func TestA03ForeignHosts(t *testing.T) {
	site := newSite(t)
	for _, host := range []string{"evil.example", "portal.example.evil.example", "portal.example:8443", "localhost", ""} {
		b := site.anybody()
		r := b.request(http.MethodGet, "/signin", nil)
		r.Host = host
		if host == "" {
			r.Host = "-"
		}
		p := b.do(r)
		p.want(http.StatusMisdirectedRequest, "not the address of")
		safe(t, p)
		if strings.Contains(p.body, "evil") {
			t.Error("the page repeats the foreign host")
		}
	}
	b := site.anybody()
	r := b.request(http.MethodGet, "/healthz", nil)
	r.Host = "10.0.0.7:8080"
	b.do(r).want(http.StatusOK)
}
