package handlers_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/partnerdesk/portal/web/static"
)

// The rules by which the HTTP Observatory scores a site, as of August 2026
// (github.com/mdn/mdn-http-observatory, src/grader/charts.js and src/analyzer/tests at
// 94042bbf). A site begins with 100 points; what is worth more counts only if what is
// worth less leaves 90. Beside an https answer of the final host:
//
//	CSP                no unsafe source, default-src 'none'   +10   an unsafe one -10 to -20, none -25
//	cookies            all Secure, HttpOnly and SameSite       +5   no cookie 0, else -5 to -40
//	CORS               nothing is granted                       0   to everybody, with credentials -50
//	redirection        by https to https                        0   else -5 to -20
//	Referrer-Policy    same-origin or stricter                 +5   none 0, an unsafe one -5
//	HSTS               half a year and more                     0   less -10, none -20; preloaded +5
//	SRI                all scripts are ours, with integrity    +5   no script 0, foreign ones -5 to -50
//	X-Content-Type-Options  nosniff                             0   else -5
//	X-Frame-Options    by frame-ancestors                      +5   DENY alone 0, none -20
//	CORP               same-origin                            +10   none 0, unreadable -5
//	COEP               require-corp                           +10   none 0, unreadable -5
//	COOP               same-origin                            +10   none 0, unreadable -5
//
// That is 160 for a page with scripts and a cookie, 155 without a cookie, 150 for what is
// no page. A portal on a company's network is not in the list of preloaded hosts.
func observatory(h http.Header, scripts []*node) (int, map[string]int) {
	points := map[string]int{}
	policy := map[string][]string{}
	for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		if words := strings.Fields(directive); len(words) > 0 {
			if _, twice := policy[words[0]]; twice {
				points["CSP, twice"] = -25
			}
			policy[words[0]] = words[1:]
		}
	}
	sources := func(name string) []string {
		if s, ok := policy[name]; ok {
			return s
		}
		if s, ok := policy["default-src"]; ok {
			return s
		}
		return []string{"*"}
	}
	broad := func(name string) bool {
		return slices.ContainsFunc(sources(name), func(s string) bool {
			return s == "*" || s == "data:" || s == "'unsafe-inline'" || s == "'unsafe-eval'" || strings.HasPrefix(s, "http") || strings.HasPrefix(s, "ftp:")
		})
	}
	switch {
	case len(policy) == 0:
		points["CSP"] = -25
	case broad("script-src"), broad("object-src"), broad("style-src"), broad("img-src"), broad("connect-src"):
		points["CSP"] = -20
	case slices.Equal(policy["default-src"], []string{"'none'"}):
		points["CSP"] = 10
	default:
		points["CSP"] = 5
	}
	if cookies := (&http.Response{Header: h}).Cookies(); len(cookies) > 0 {
		points["cookies"] = 5
		for _, c := range cookies {
			if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
				points["cookies"] = -40
			}
		}
	}
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			points["CORS"] = -50
		}
	}
	if to := h.Get("Location"); to != "" && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "/") {
		points["redirection"] = -20
	}
	switch h.Get("Referrer-Policy") {
	case "no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin":
		points["Referrer-Policy"] = 5
	case "":
	default:
		points["Referrer-Policy"] = -5
	}
	_, age, _ := strings.Cut(h.Get("Strict-Transport-Security"), "max-age=")
	age, _, _ = strings.Cut(age, ";")
	if seconds, err := strconv.Atoi(age); err != nil || seconds < 15768000 {
		points["HSTS"] = -20
	}
	for i, s := range scripts {
		ours := strings.HasPrefix(attr(s, "src"), "/") && !strings.HasPrefix(attr(s, "src"), "//")
		switch {
		case !ours && attr(s, "src") != "":
			points["SRI"] = -50
		case i == 0 && attr(s, "integrity") != "":
			points["SRI"] = 5
		case attr(s, "integrity") == "":
			points["SRI"] = min(points["SRI"], 0)
		}
	}
	if !slices.Equal(h.Values("X-Content-Type-Options"), []string{"nosniff"}) {
		points["nosniff"] = -5
	}
	switch _, byPolicy := policy["frame-ancestors"]; {
	case byPolicy && !broad("frame-ancestors"):
		points["framing"] = 5
	case h.Get("X-Frame-Options") != "DENY":
		points["framing"] = -20
	}
	for name, want := range map[string]string{"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"} {
		switch got := h.Values(name); {
		case slices.Equal(got, []string{want}):
			points[name] = 10
		case len(got) > 0:
			points[name] = -5
		}
	}
	base, extra := 100, 0
	for p := range maps.Values(points) {
		if p < 0 {
			base += p
		} else {
			extra += p
		}
	}
	if base < 90 {
		return base, points
	}
	return base + extra, points
}

// wholePolicy is the policy, but for the nonce.
const wholePolicy = "default-src 'none'; script-src 'nonce-N'; style-src 'nonce-N'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
	"object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-to csp; report-uri /csp-report"

// Every kind of answer has all the points there are for it.
func TestObservatory(t *testing.T) {
	nonces := map[string]bool{}
	score := func(t *testing.T, name string, status int, p *page) {
		t.Helper()
		t.Run("V3.4.1 V3.4.2 V3.4.3 V3.4.4 V3.4.5 V3.4.6 V3.4.8 A-68 "+name, func(t *testing.T) {
			if p.status != status {
				t.Fatalf("%d, want %d:\n%.200s", p.status, status, p.body)
			}
			var scripts []*node
			if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
				for n := range p.root.Descendants() {
					if n.Data == "script" {
						scripts = append(scripts, n)
					}
				}
			}
			got, points := observatory(p.header, scripts)
			want := 150
			if len(scripts) > 0 {
				want += 5
			}
			if len(p.header.Values("Set-Cookie")) > 0 {
				want += 5
			}
			if got != want {
				t.Errorf("%d points, want %d: %v\n%v", got, want, points, p.header)
			}
			// Where the Observatory is content with less, the answer is what security.md says.
			policy, nonce := p.header.Get("Content-Security-Policy"), ""
			if found := nonceInPolicy.FindStringSubmatch(policy); found != nil {
				nonce = found[1]
			}
			if strings.ReplaceAll(policy, nonce, "N") != wholePolicy || nonces[nonce] {
				t.Errorf("the policy is %s", policy)
			}
			nonces[nonce] = true
			if got := p.header.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
				t.Errorf("HSTS: %s", got)
			}
		})
		t.Run("V4.1.1 "+name, func(t *testing.T) {
			kind, body := p.header.Get("Content-Type"), strings.TrimSpace(p.body)
			page := strings.HasPrefix(body, "<!doctype html>")
			if body != "" && !strings.Contains(strings.ToLower(kind), "charset=utf-8") && kind != "image/svg+xml" || page && !strings.HasPrefix(kind, "text/html") {
				t.Errorf("%q is sent as %q", body[:min(len(body), 40)], kind)
			}
		})
		t.Run("V14.2.2 V14.3.2 "+name, func(t *testing.T) {
			want := "no-store"
			if status == 200 && strings.HasPrefix(p.url.Path, static.Prefix) {
				want = "public, max-age=31536000, immutable"
			}
			if got := p.header.Get("Cache-Control"); got != want {
				t.Errorf("Cache-Control: %s", got)
			}
		})
		t.Run("V3.3.1 V3.3.2 V3.3.3 "+name, func(t *testing.T) {
			for _, c := range (&http.Response{Header: p.header}).Cookies() {
				if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
					t.Errorf("the cookie %s: %s", c.Name, p.header.Values("Set-Cookie"))
				}
			}
		})
		t.Run("V3.6.1 V3.7.1 V14.2.3 "+name, func(t *testing.T) {
			for n := range p.root.Descendants() {
				from := attr(n, "src")
				if n.Data == "link" {
					from = attr(n, "href")
				}
				if n.Type == html.ElementNode && from != "" && (!strings.HasPrefix(from, static.Prefix) || n.Data == "script" && (attr(n, "integrity") == "" || attr(n, "nonce") == "")) {
					t.Errorf("<%s> comes from %q", n.Data, from)
				}
			}
		})
		t.Run("V3.7.2 "+name, func(t *testing.T) {
			if to := p.header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) && !strings.HasPrefix(to, providerOrigin+"/") {
				t.Errorf("it leads to %s", to)
			}
		})
	}
	t.Run("the rules see what is wrong", func(t *testing.T) {
		good := newSite(t).anybody().get("/signin").header
		for name, c := range map[string]struct {
			header, value string
			below         int
		}{
			"no policy": {"Content-Security-Policy", "", 90}, "an open policy": {"Content-Security-Policy", "default-src 'none'; script-src https:; frame-ancestors 'none'", 90},
			"a cookie for scripts": {"Set-Cookie", "a=b; Secure; SameSite=Lax", 90}, "CORS": {"Access-Control-Allow-Origin", "*", 90}, "no HSTS": {"Strict-Transport-Security", "", 90},
			"sniffing": {"X-Content-Type-Options", "", 150}, "no CORP": {"Cross-Origin-Resource-Policy", "", 150}, "no COOP": {"Cross-Origin-Opener-Policy", "", 150},
			"no COEP": {"Cross-Origin-Embedder-Policy", "", 150}, "referrers": {"Referrer-Policy", "unsafe-url", 150}, "away by http": {"Location", "http://portal.example/", 90},
		} {
			h := good.Clone()
			h.Set(c.header, c.value)
			if c.value == "" {
				h.Del(c.header)
			}
			if got, points := observatory(h, nil); got >= c.below {
				t.Errorf("%s: %d points %v", name, got, points)
			}
		}
	})

	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	direct := func(b *browser, r *http.Request) *page {
		t.Helper()
		answer, err := noRedirects(b).Do(r)
		must(t, err)
		return read(b, answer)
	}
	fragment := func(path, name string) *page {
		r := b.request(http.MethodGet, path, nil)
		r.Header.Set("X-Fragment", name)
		return direct(b, r)
	}
	raw := func(kind string, body string) *page {
		r := b.request(http.MethodPost, billing(id), url.Values{})
		r.Header.Set("Content-Type", kind)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		return direct(b, r)
	}
	review := b.toReview(id, "email", "typed@harbourline.example")
	for name, path := range map[string]string{
		"home": "/", "customers": "/customers", "a customer": overview(id), "history": overview(id) + "/history", "help": "/help", "settings": "/settings", "sign-in": "/signin",
	} {
		score(t, name, 200, direct(b, b.request(http.MethodGet, path, nil)))
	}
	form := b.edit(site.customer(vilaNova))
	score(t, "the form", 200, form.page)
	score(t, "who else has it open", 200, form.ask())
	score(t, "review", 200, review)
	score(t, "a redirect to sign-in", 303, direct(site.anybody(), b.request(http.MethodGet, "/customers", nil)))
	score(t, "a redirect after a save", 303, direct(b, b.request(http.MethodPost, review.form("key").action.String(), review.form("key").values)))
	score(t, "the find box", 200, fragment("/customers?q=har", "find"))
	score(t, "a download", 200, direct(b, b.request(http.MethodGet, overview(id)+"/history.csv", nil)))
	score(t, "health", 200, direct(b, b.request(http.MethodGet, "/healthz", nil)))
	for _, name := range []string{"portal.css", "portal.js", "edit.js", "sprite.svg"} {
		score(t, name, 200, direct(b, b.request(http.MethodGet, static.URL(name), nil)))
	}
	twice := b.edit(id)
	twice.values.Add("email", "x")
	score(t, "400", 400, twice.press())
	score(t, "400 before the router", 400, direct(b, b.request(http.MethodGet, "//evil.example/", nil)))
	score(t, "401", 401, direct(site.anybody(), b.request(http.MethodPost, billing(id), url.Values{"email": {"x"}})))
	score(t, "403", 403, b.edit(id).fill("csrf", "x").press())
	other := b.request(http.MethodPost, billing(id), url.Values{})
	other.Header.Set("Sec-Fetch-Site", "cross-site")
	score(t, "403 before the router", 403, direct(b, other))
	score(t, "404", 404, direct(b, b.request(http.MethodGet, "/nowhere", nil)))
	score(t, "405", 405, direct(b, b.request(http.MethodPut, "/", nil)))
	score(t, "405 of a static file", 405, direct(b, b.request(http.MethodPost, static.URL("portal.css"), url.Values{})))
	score(t, "413", 413, raw("application/x-www-form-urlencoded", strings.Repeat("a=1&", 1<<16)))
	score(t, "415", 415, raw("application/json", "{}"))
	foreign := b.request(http.MethodGet, "/", nil)
	foreign.Host = "evil.example"
	score(t, "421", 421, direct(b, foreign))
	score(t, "422", 422, b.edit(id).fill("email", "x").press())
	mend := site.panics()
	score(t, "500", 500, direct(b, b.request(http.MethodGet, overview(id), nil)))
	mend()
	must(t, site.db.Close())
	score(t, "503", 503, direct(b, b.request(http.MethodGet, "/", nil)))

	limited := newSiteWith(t, settings{limited: true})
	hasty := limited.signIn("Ada Admin")
	p, _ := until(t, func() *page { return hasty.get("/help") })
	score(t, "429", 429, p)
}
