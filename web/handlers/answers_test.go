package handlers_test

import (
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/session"
)

// answered keeps what the portal answered, past what browsers make of it.
type answered struct {
	http.RoundTripper
	mu  sync.Mutex
	all []*http.Response
}

func (a *answered) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := a.RoundTripper.RoundTrip(r)
	if err == nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.all = append(a.all, answer)
	}
	return answer, err
}

// listen keeps every answer of the portal from now on.
func (s *testSite) listen() *answered {
	a := &answered{RoundTripper: s.hosts["portal.example"]}
	s.hosts["portal.example"] = a
	return a
}

// once is the first answer alone.
func (b *browser) once(r *http.Request) *page {
	b.t.Helper()
	answer, err := noRedirects(b).Do(r)
	must(b.t, err)
	return read(b, answer)
}

// pages are the routes that a GET opens, but for those that sign in or out.
func pages() (list []handlers.RouteInfo) {
	for _, rt := range handlers.Routes(false) {
		if rt.Method == http.MethodGet && !strings.HasPrefix(rt.Path, "/auth/") && rt.Path != "/frontchannel-logout" {
			list = append(list, rt)
		}
	}
	return list
}

// Whoever asks, and from wherever: no answer is shared with another origin, says what it
// is not, or is made into a script.
func TestWhatAnswersSayTheyAre(t *testing.T) {
	site := newSite(t)
	people := map[string]*browser{"nobody": site.anybody(), "Ada": site.signIn("Ada Admin")}
	t.Run("V3.4.2 no origin is let in", func(t *testing.T) {
		for name, b := range people {
			for _, rt := range handlers.Routes(false) {
				if rt.Path == "/signout" {
					continue
				}
				for _, origin := range []string{"https://evil.example", "null", portalOrigin, "https://sub.portal.example", "http://portal.example"} {
					for _, method := range []string{rt.Method, http.MethodOptions} {
						r := b.visit(rt, site.address(rt))
						r.Method = method
						r.Header.Set("Origin", origin)
						r.Header.Set("Access-Control-Request-Method", "POST")
						r.Header.Set("Access-Control-Request-Headers", "x-fragment")
						for header := range b.once(r).header {
							if strings.HasPrefix(header, "Access-Control-") {
								t.Errorf("%s %s for %s from %s: %s", method, rt.Path, name, origin, header)
							}
						}
					}
				}
			}
		}
	})
	t.Run("V4.1.1 V3.5.6 a type that fits, with its charset", func(t *testing.T) {
		for name, b := range people {
			for _, rt := range pages() {
				p := b.once(b.request(http.MethodGet, site.address(rt)+"?callback=alert&jsonp=alert", nil))
				if p.body == "" {
					continue
				}
				kind, parameters, err := mime.ParseMediaType(p.header.Get("Content-Type"))
				want := "text/html"
				switch {
				case strings.HasSuffix(rt.Path, ".csv") && p.status == http.StatusOK:
					want = "text/csv"
				case rt.Path == "/healthz" || rt.Path == "/readyz":
					want = "text/plain"
				}
				if err != nil || kind != want || !strings.EqualFold(parameters["charset"], "utf-8") {
					t.Errorf("%s for %s: %q, want %s", rt.Path, name, p.header.Get("Content-Type"), want)
				}
				if page := strings.HasPrefix(strings.ToLower(p.body), "<!doctype html"); page != (want == "text/html") {
					t.Errorf("%s for %s says it is %s: %.60q", rt.Path, name, kind, p.body)
				}
			}
		}
	})
	t.Run("V3.5.7 scripts and styles are everybody's", func(t *testing.T) {
		home := people["Ada"].get("/")
		files := 0
		for n := range home.root.Descendants() {
			file := attr(n, "src") + attr(n, "href")
			if !strings.HasPrefix(file, "/static/") {
				continue
			}
			files++
			mine, nobodys := people["Ada"].get(file).want(http.StatusOK), people["nobody"].get(file).want(http.StatusOK)
			if mine.body != nobodys.body || len(mine.header.Values("Set-Cookie"))+len(nobodys.header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s is not the same for everybody", file)
			}
			if kind := mine.header.Get("Content-Type"); n.Data == "script" && kind != "text/javascript; charset=utf-8" || attr(n, "rel") == "stylesheet" && kind != "text/css; charset=utf-8" {
				t.Errorf("V4.1.1 %s is %s", file, kind)
			}
		}
		if files < 3 {
			t.Errorf("%d files", files)
		}
	})
	t.Run("V14.2.5 a page is not kept under the name of a file", func(t *testing.T) {
		id := site.customer(harbourline)
		for _, base := range []string{"/customers", overview(id), billing(id), history(id), "/settings"} {
			for _, ending := range []string{"/app.css", "/x.js", "/logo.png", ".css", "%2fapp.css", ";app.css", "/%2e%2e/static/x.css"} {
				p := people["Ada"].once(people["Ada"].request(http.MethodGet, portalOrigin+base+ending, nil))
				if p.status != http.StatusNotFound && p.status != http.StatusBadRequest {
					t.Errorf("%s%s: %d", base, ending, p.status)
				}
				if p.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s%s may be kept", base, ending)
				}
			}
		}
	})
	t.Run("V13.4.1 V13.4.2 V13.4.3 V13.4.5 nothing of the workshop is open", func(t *testing.T) {
		for name, b := range people {
			for _, path := range []string{"/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/go.mod", "/static/", "/static", "/deploy/", "/debug/pprof/", "/debug/vars", "/metrics", "/_sim/journal", "/server-status", "/portal.db"} {
				p := b.once(b.request(http.MethodGet, path, nil))
				if p.status != http.StatusNotFound {
					t.Errorf("%s for %s: %d", path, name, p.status)
				}
			}
		}
	})
	t.Run("V13.4.6 V13.4.5 no version is told to strangers", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz", "/signin", "/nowhere"} {
			p := people["nobody"].get(path)
			for _, word := range []string{"go1.", "echo", "Echo", "devel", "sqlite", "postgres", "templ "} {
				if strings.Contains(p.body, word) {
					t.Errorf("%s tells of %s", path, word)
				}
			}
			if len(p.header.Values("Server"))+len(p.header.Values("X-Powered-By")) > 0 {
				t.Errorf("%s: %v", path, p.header)
			}
		}
	})
	t.Run("V7.4.4 one can sign out on every page", func(t *testing.T) {
		for _, rt := range pages() {
			p := people["Ada"].get(site.address(rt))
			if !strings.Contains(p.header.Get("Content-Type"), "html") || rt.Path == "/signin" {
				continue
			}
			if out := p.find(func(n *node) bool { return n.Data == "form" && attr(n, "action") == "/signout" }); out == nil {
				t.Errorf("not on %s", p.url)
			}
		}
	})
}

// Looking changes nothing: no page that a GET opens writes to Partner Center, to the
// trail, or anything but what it means to have looked.
func TestLookingChangesNothing(t *testing.T) { t.Run("V3.5.3", testLookingChangesNothing) }

func testLookingChangesNothing(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.toReview(site.customer(harbourline), "email", "kept@harbourline.example")
	count := func(table string) (n int) {
		must(t, site.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
		return n
	}
	b.get(history(site.customer(harbourline))) // which takes what was saved past the portal into the trail, once
	b.get("/changes")
	tables := []string{"drafts", "submissions", "leases", "audit", "audit_values", "preferences", "logouts", "sessions"}
	before := map[string]int{}
	for _, table := range tables {
		before[table] = count(table)
	}
	for _, rt := range pages() {
		for _, query := range []string{"", "?do=save&email=x@evil.example", "?_method=POST&do=discard"} {
			b.once(b.request(http.MethodGet, site.address(rt)+query, nil))
			b.once(b.request(http.MethodHead, site.address(rt)+query, nil))
		}
	}
	for _, table := range tables {
		if n := count(table); n != before[table] {
			t.Errorf("%s: %d rows, before %d", table, n, before[table])
		}
	}
	site.wantPuts(0, 0)
}

// What a whole stay sets, sends and leads to, from before the sign-in to after it.
func TestCookiesAndRedirectsOfAStay(t *testing.T) {
	site := newSite(t)
	heard := site.listen()
	b := site.anybody()
	for range 6 { // so many tabs that ask for a sign-in
		b.once(b.request(http.MethodGet, "/customers?q=seeded-search", nil))
	}
	site.signInWith(b, "Ada Admin")
	u, _ := url.Parse(portalOrigin)
	id := site.customer(harbourline)
	value := ""
	sent := 0
	for _, c := range b.client.Jar.Cookies(u) {
		sent += len(c.Name) + len(c.Value) + 3
		if c.Name == session.CookieName {
			value = c.Value
		}
	}
	b.get("/customers?q=seeded-search").want(http.StatusOK)
	b.get("/customers?q=Harbourline")
	b.toReview(id, "email", "seeded-email@harbourline.example").save().want(http.StatusOK)
	b.get("/").choose("Sign out").want(http.StatusOK)
	b.get("/customers?q=seeded-search")

	set := 0
	for _, answer := range heard.all {
		where := answer.Request.URL.Path
		for _, line := range answer.Header.Values("Set-Cookie") {
			set++
			c, err := http.ParseSetCookie(line)
			must(t, err)
			t.Run("V3.3.1 V3.3.2 V3.3.3 V3.3.4 "+c.Name, func(t *testing.T) {
				if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
					t.Errorf("%s sets %s", where, strings.ReplaceAll(line, c.Value, "…"))
				}
			})
			if len(line) > 4096 {
				t.Errorf("V3.3.5 %s sets a cookie of %d bytes", where, len(line))
			}
		}
	}
	if set < 3 {
		t.Errorf("%d cookies were set", set)
	}
	t.Run("V3.3.5 they are small", func(t *testing.T) {
		if sent == 0 || sent > 4096 {
			t.Errorf("%d bytes of cookies", sent)
		}
		for range 6 {
			b.once(b.request(http.MethodGet, "/customers", nil))
		}
		total := 0
		for _, c := range b.client.Jar.Cookies(u) {
			total += len(c.Name) + len(c.Value) + 3
		}
		if total > 8<<10 {
			t.Errorf("%d bytes of cookies with five sign-ins begun", total)
		}
	})
	t.Run("V3.3.4 the session's value is in its cookie alone", func(t *testing.T) {
		if len(value) < 40 {
			t.Fatal("no session")
		}
		if strings.Contains(site.log.String(), value) {
			t.Error("it is in the log")
		}
		for _, answer := range heard.all {
			if strings.Contains(answer.Request.URL.String(), value) || strings.Contains(answer.Header.Get("Location"), value) {
				t.Errorf("it is in an address: %s", answer.Request.URL.Path)
			}
		}
		fresh := site.signIn("Ada Admin")
		for _, c := range fresh.client.Jar.Cookies(u) {
			for _, rt := range pages() {
				if strings.Contains(fresh.get(site.address(rt)).body, c.Value) {
					t.Errorf("%s shows it", rt.Path)
				}
			}
		}
	})
	t.Run("V3.7.2 V14.2.1 redirects lead home or to the provider, and tell nothing", func(t *testing.T) {
		away := 0
		for _, answer := range heard.all {
			to := answer.Header.Get("Location")
			if to == "" {
				continue
			}
			at, err := answer.Request.URL.Parse(to)
			must(t, err)
			switch at.Scheme + "://" + at.Host {
			case portalOrigin:
			case providerOrigin:
				away++
				if at.Path != "/authorize" && at.Path != "/logout" {
					t.Errorf("%s leads to %s", answer.Request.URL.Path, at.Path)
				}
			default:
				t.Errorf("%s leads to %s", answer.Request.URL.Path, to)
			}
			if strings.Contains(to, "seeded") {
				t.Errorf("%s tells in an address what was searched or typed", answer.Request.URL.Path)
			}
		}
		if away == 0 {
			t.Error("nothing led to the provider")
		}
		if strings.Contains(site.log.String(), "seeded") {
			t.Error("the log tells what was searched")
		}
	})
}

// There is one way in: the session's cookie. Nothing that a proxy, a script or a
// neighbour sends stands for it, from wherever it comes.
func TestNoSideDoor(t *testing.T) {
	site := newSite(t)
	signedIn := site.signIn("Ada Admin")
	u, _ := url.Parse(portalOrigin)
	value := ""
	for _, c := range signedIn.client.Jar.Cookies(u) {
		value = c.Value
	}
	doors := map[string]func(*http.Request){
		"basic":            func(r *http.Request) { r.SetBasicAuth("admin", "admin") },
		"bearer":           func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+value) },
		"a header of ours": func(r *http.Request) { r.Header.Set(session.CookieName, value) },
		"the query": func(r *http.Request) {
			r.URL.RawQuery = url.Values{session.CookieName: {value}, "token": {value}, "access_token": {value}, "user": {"ada"}}.Encode()
		},
		"another cookie": func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "portal", Value: value}) },
		"a static cookie": func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: session.CookieName, Value: strings.Repeat("A", len(value))})
		},
		"the cookie twice": func(r *http.Request) {
			r.Header.Set("Cookie", session.CookieName+"="+value+"; "+session.CookieName+"="+value)
		},
	}
	for _, header := range []string{"X-WEBAUTH-USER", "X_WEBAUTH_USER", "X-Forwarded-User", "X_Forwarded_User", "X-Remote-User", "Remote-User", "REMOTE_USER", "X-Forwarded-Email", "X-MS-CLIENT-PRINCIPAL", "X-Auth-Request-User", "X-SSL-Client-S-DN"} {
		doors[header] = func(r *http.Request) { r.Header.Set(header, "ada.admin@partner.example") }
	}
	for name, open := range doors {
		t.Run("V6.3.2 V13.2.3 V7.2.2 "+name, func(t *testing.T) {
			for _, rt := range pages() {
				if rt.Right == "public" {
					continue
				}
				b := site.anybody()
				r := b.request(http.MethodGet, site.address(rt), nil)
				open(r)
				if p := b.once(r); p.status != http.StatusSeeOther || !strings.HasPrefix(p.header.Get("Location"), providerOrigin) || strings.Contains(p.body, "Harbourline") {
					t.Errorf("%s: %d", rt.Path, p.status)
				}
			}
		})
	}
	// Nor does where it comes from: this machine, and networks that nobody outside reaches.
	for _, peer := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.7", "172.17.0.1", "192.168.1.7", "169.254.1.7", "100.64.0.7", "fd00::7", "fe80::7"} {
		t.Run("V8.4.2 from "+peer, func(t *testing.T) {
			for _, rt := range handlers.Routes(false) {
				r := site.anybody().visit(rt, site.address(rt))
				r.RequestURI, r.Host, r.RemoteAddr = r.URL.RequestURI(), r.URL.Host, net.JoinHostPort(peer, "4711")
				r.Header.Set("X-Forwarded-For", peer)
				w := httptest.NewRecorder()
				site.portal.ServeHTTP(w, r)
				body, to := w.Body.String(), w.Header().Get("Location")
				health := rt.Path == "/healthz" && body == "ok\n" || rt.Path == "/readyz" && body == "ready\n"
				signIn := w.Code == http.StatusUnauthorized || w.Code == http.StatusSeeOther && strings.HasPrefix(to, providerOrigin)
				switch {
				case rt.Right != "public" && !signIn, rt.Rate == "health" && !health, strings.Contains(body+to, "Harbourline"), len(body) > 0 && strings.Contains(body, "Ada Admin"):
					t.Errorf("%s %s: %d, to %s\n%.300s", rt.Method, rt.Path, w.Code, to, body)
				}
			}
		})
	}
	t.Run("V7.6.2 nobody else begins a sign-in", func(t *testing.T) {
		for _, path := range []string{"/signin?iss=" + url.QueryEscape(providerOrigin) + "&login_hint=ada", "/signin?iss=https://evil.example&target_link_uri=https://evil.example"} {
			b := site.anybody()
			if p := b.once(b.request(http.MethodGet, path, nil)); p.status != http.StatusOK || len(p.header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s: %d, cookies %q", path, p.status, p.header.Values("Set-Cookie"))
			}
		}
		for _, dest := range []string{"image", "iframe", "script", "empty"} {
			b := site.anybody()
			r := b.request(http.MethodGet, "/auth/start", nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", map[string]string{"iframe": "navigate"}[dest])
			r.Header.Set("Sec-Fetch-Dest", dest)
			if p := b.once(r); p.status != http.StatusForbidden || len(p.header.Values("Set-Cookie")) > 0 {
				t.Errorf("/auth/start as %s: %d", dest, p.status)
			}
		}
	})
}
