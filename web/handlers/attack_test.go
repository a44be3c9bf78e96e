package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/static"
)

// bare sends a request and follows no redirect.
func (b *browser) bare(r *http.Request) *page {
	b.t.Helper()
	answer, err := noRedirects(b).Do(r)
	must(b.t, err)
	return read(b, answer)
}

// no address that a request names decides where a sign-out leads.
func TestA02TargetsAtSignOut(t *testing.T) {
	site := newSite(t)
	for _, name := range []string{"post_logout_redirect_uri", "return", "next", "rd", "redirect_uri", "target_link_uri", "state"} {
		t.Run("A-02 "+name, func(t *testing.T) {
			b := site.signIn("Ada Admin")
			b.t = t
			f := b.get("/").formAt("/signout")
			f.action.RawQuery = url.Values{name: {"https://evil.example/"}}.Encode()
			p := b.bare(b.request(http.MethodPost, f.action.String(), f.values))
			if to := p.header.Get("Location"); strings.Contains(to+p.body, "evil.example") || p.status >= 400 {
				t.Errorf("%d, %s", p.status, to)
			}
			again := b.bare(b.request(http.MethodGet, "/", nil))
			if again.status == http.StatusOK {
				t.Error("the session goes on")
			}
		})
	}
}

// nothing is served but the files of a list, whatever an address looks like.
func TestA05OnlyTheListOfFiles(t *testing.T) {
	site := newSite(t)
	css := static.URL("portal.css")
	for _, b := range []*browser{site.anybody(), site.signIn("Ada Admin")} {
		for _, path := range []string{
			"/static", "/static/", "/static/.", "/static/..", "/static/../go.mod", "/static/..%2fgo.mod", "/static/%2e%2e/go.mod", "/static/%2e%2e%2fgo.mod", "/static/..%5cgo.mod", "/static/%5c..%5cgo.mod", "/static/%252e%252e%252fgo.mod",
			"/static/portal.css", "/static/portal.js", "/static/static.go", "/static/" + strings.TrimPrefix(css, "/static/") + "%00", css + "%00.html", css + "/", css + "/x", "/static//" + strings.TrimPrefix(css, "/static/"), "/static/./" + strings.TrimPrefix(css, "/static/"),
			"/static/" + strings.ToUpper(strings.TrimPrefix(css, "/static/")), "/static/x/../" + strings.TrimPrefix(css, "/static/"), "/static/%00", "/static/c:%5cwindows", "/static/etc/passwd", "/static%2fportal.css", "/STATIC/portal.css",
			"/.git/config", "/.git/HEAD", "/.env", "/.ci/run", "/go.mod", "/Makefile", "/portal.db", "/robots.txt", "/.well-known/x", "/static/portal.css.map", "/static/portal.js.map",
		} {
			t.Run("A-05 V13.4.1 V13.4.3 "+path, func(t *testing.T) {
				b.t = t
				p := b.bare(b.request(http.MethodGet, path, nil))
				p.want(http.StatusNotFound)
				safe(t, p)
			})
		}
	}
	t.Run("V3.5.7 files hold nothing of anybody", func(t *testing.T) {
		nobody, ada := site.anybody(), site.signIn("Ada Admin")
		for _, name := range []string{"portal.css", "portal.js", "edit.js", "sprite.svg"} {
			if nobody.get(static.URL(name)).body != ada.get(static.URL(name)).body {
				t.Errorf("%s is another one for somebody signed in", name)
			}
		}
	})
}

// Looking like a file makes no page one that anybody on the way may keep.
func TestV1425NoPageLooksLikeAFile(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	id := overview(site.customer(harbourline))
	for _, path := range []string{"/customers/app.css", id + "/app.css", id + "/billing/x.js", id + ".css", id + "%2fapp.css", id + ";app.css", id + "/billing%00.css", "/app.css", "/settings/a.png", "/customers.js", id + "/history.css", "/%2e/app.css"} {
		t.Run("V14.2.5 "+path, func(t *testing.T) {
			b.t = t
			p := b.bare(b.request(http.MethodGet, path, nil))
			p.want(http.StatusNotFound)
			if p.header.Get("Cache-Control") != "no-store" || strings.Contains(p.body, "Harbourline") {
				t.Errorf("Cache-Control: %s", p.header.Get("Cache-Control"))
			}
		})
	}
}

// no answer is a script made from the address, and nothing of the workshop is
// open on the port of the people.
func TestA13A40NothingBesideThePages(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	for _, rt := range handlers.Routes(false) {
		if rt.Method != http.MethodGet {
			continue
		}
		t.Run("A-13 V3.5.6 "+rt.Path, func(t *testing.T) {
			b.t = t
			for _, name := range []string{"callback", "jsonp", "cb", "_callback"} {
				p := b.bare(b.request(http.MethodGet, site.address(rt)+"?"+name+"=seededcallback", nil))
				if strings.Contains(p.body, "seededcallback(") || strings.Contains(p.header.Get("Content-Type"), "script") || strings.Contains(p.header.Get("Content-Type"), "json") {
					t.Errorf("%s: %s %.80s", name, p.header.Get("Content-Type"), p.body)
				}
			}
		})
	}
	for _, path := range []string{"/metrics", "/debug/pprof", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/debug", "/healthz/verbose", "/health", "/status", "/version", "/info", "/actuator", "/admin", "/swagger", "/openapi.json", "/graphql", "/server-status", "/console", "/trace", "/env"} {
		for _, b := range []*browser{site.anybody(), b} {
			t.Run("A-40 V13.4.2 V13.4.5 "+path, func(t *testing.T) {
				b.t = t
				b.bare(b.request(http.MethodGet, path, nil)).want(http.StatusNotFound)
			})
		}
	}
	t.Run("A-40 V13.4.5 V13.4.6 health tells nothing, however it is asked", func(t *testing.T) {
		for path, want := range map[string]string{"/healthz?verbose": "ok\n", "/healthz?verbose=1&debug=true": "ok\n", "/readyz?verbose": "ready\n"} {
			p := site.anybody().get(path)
			if p.body != want || p.header.Get("Server") != "" || p.header.Get("X-Powered-By") != "" {
				t.Errorf("%s: %q %v", path, p.body, p.header)
			}
		}
	})
}

// headers that proxies set tell the portal nothing about the scheme, the person or
// the address asked for, whoever sends them.
func TestA09ProxysHeaders(t *testing.T) {
	site := newSite(t)
	for name, value := range map[string]string{
		"X-Forwarded-Proto": "http", "X-Forwarded-Protocol": "http", "X-Forwarded-Ssl": "off", "X-Url-Scheme": "http", "Front-End-Https": "off", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "80",
		"X-Forwarded-Prefix": "/evil", "X-Forwarded-Uri": "/healthz", "X-Forwarded-Method": "POST", "X-Original-Url": "/healthz", "X-Rewrite-Url": "/healthz", "Forwarded": "for=10.0.0.1;proto=http;host=evil.example",
		"X-Host": "evil.example", "X-Forwarded-Server": "evil.example", "X-HTTP-Method-Override": "POST", "X_Forwarded_Proto": "http",
	} {
		t.Run("A-09 A-07 V4.1.3 V15.3.4 "+name, func(t *testing.T) {
			b := site.anybody()
			b.t = t
			r := b.request(http.MethodGet, "/customers", nil)
			r.Header.Set(name, value)
			p := b.bare(r)
			to, err := url.Parse(p.header.Get("Location"))
			must(t, err)
			if p.status != http.StatusSeeOther || to.Host != "signin.example" || to.Query().Get("redirect_uri") != portalOrigin+"/auth/callback" {
				t.Errorf("%d, %s", p.status, to)
			}
			if strings.Contains(p.body+p.header.Get("Location"), "evil") || p.header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%v", p.header)
			}
			for _, c := range (&http.Response{Header: p.header}).Cookies() {
				if !c.Secure || !strings.HasPrefix(c.Name, "__Host-") {
					t.Errorf("the cookie %s is not Secure", c.Name)
				}
			}
		})
	}
	for name, value := range map[string]string{
		"X-WEBAUTH-USER": "Ada Admin", "X_WEBAUTH_USER": "Ada Admin", "Remote-User": "ada.admin@partner.example", "X-Remote-User": "ada", "X-Forwarded-User": "ada", "X-Forwarded-Email": "ada.admin@partner.example",
		"X-Auth-Request-User": "ada", "X-Ms-Client-Principal": "e30=", "X-Ms-Token-Aad-Id-Token": "e30.e30.", "Authorization": "Bearer e30.e30.x", "Proxy-Authorization": "Basic YWRhOmFkYQ==", "X-Api-Key": "x", "X-User-Roles": "administrator",
	} {
		t.Run("V6.3.4 V4.1.3 "+name, func(t *testing.T) {
			b := site.anybody()
			b.t = t
			r := b.request(http.MethodGet, "/customers?access_token=e30.e30.x&id_token=e30.e30.x&user=ada", nil)
			r.Header.Set(name, value)
			if p := b.bare(r); p.status != http.StatusSeeOther {
				t.Errorf("%d", p.status)
			}
		})
	}
}

// whatever comes in, the log is one JSON object a line.
func TestA41OneLineOfLog(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	for _, text := range corpus(t) {
		for _, place := range []string{"path", "query", "agent", "cookie", "form"} {
			r := b.request(http.MethodGet, "/customers", nil)
			switch place {
			case "path":
				r = b.request(http.MethodGet, "/customers/"+url.PathEscape(text), nil)
			case "query":
				r = b.request(http.MethodGet, "/customers?q="+url.QueryEscape(text)+"&after="+url.QueryEscape(text), nil)
			case "agent":
				r.Header["User-Agent"] = []string{text}
			case "cookie":
				r.Header.Set("Cookie", session.CookieName+"="+url.QueryEscape(text))
			case "form":
				r = b.request(http.MethodPost, billing(site.customer(harbourline)), url.Values{"csrf": {text}, "base": {text}, "do": {text}, text: {text}})
			}
			w := &quiet{header: http.Header{}}
			r.RequestURI, r.Host, r.RemoteAddr = r.URL.RequestURI(), r.URL.Host, "192.0.2.7:4711"
			site.portal.ServeHTTP(w, r)
		}
	}
	t.Run("A-41 V16.4.1 V16.2.4 every line is one object", func(t *testing.T) {
		lines := 0
		for line := range strings.Lines(site.log.String()) {
			lines++
			var entry map[string]any
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\n\r\x1b\x00\u2028\u2029\u202e") {
				t.Errorf("%q", line)
			}
			if entry["level"] == "FAKE" || entry["msg"] == "" {
				t.Errorf("somebody wrote a line of their own: %s", line)
			}
			at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(entry["time"]))
			if err != nil || at.IsZero() {
				t.Errorf("the time is %v", entry["time"])
			}
		}
		if lines < 5*200 {
			t.Errorf("%d lines", lines)
		}
	})
}

// quiet throws an answer away.
type quiet struct{ header http.Header }

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) Write(b []byte) (int, error) { return len(b), nil }
func (q *quiet) WriteHeader(int)             {}

// headers and addresses made to be costly are not.
func TestA62CostlyRequests(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	for name, change := range map[string]func(*http.Request){
		"languages":  func(r *http.Request) { r.Header.Set("Accept-Language", strings.Repeat("de-DE;q=0.1,", 2700)) },
		"subtags":    func(r *http.Request) { r.Header.Set("Accept-Language", strings.Repeat("x-", 16000)) },
		"codings":    func(r *http.Request) { r.Header.Set("Accept-Encoding", strings.Repeat("gzip;q=0,", 3600)) },
		"types":      func(r *http.Request) { r.Header.Set("Content-Type", strings.Repeat("a/b;", 8000)) },
		"proxies":    func(r *http.Request) { r.Header.Set("X-Forwarded-For", strings.Repeat("1.1.1.1,", 4000)) },
		"cookies":    func(r *http.Request) { r.Header.Add("Cookie", strings.Repeat("a=b; ", 6000)) },
		"deep paths": func(r *http.Request) { r.URL.Path = strings.Repeat("/a", 16000) },
		"dots":       func(r *http.Request) { r.URL.Path = strings.Repeat("/..", 10000) },
		"queries":    func(r *http.Request) { r.URL.RawQuery = strings.Repeat("q=a&", 8000) },
		"escapes":    func(r *http.Request) { r.URL.RawQuery = "q=" + strings.Repeat("%41", 10000) },
	} {
		t.Run("A-62 "+name, func(t *testing.T) {
			b.t = t
			r := b.request(http.MethodGet, "/help", nil)
			change(r)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			p := b.bare(r)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			cost := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d in %v, for %d KB", p.status, took, cost>>10)
			if p.status >= 500 || cost > 4<<20 {
				t.Errorf("%d for %d KB", p.status, cost>>10)
			}
		})
	}
}

// Reading changes nothing: not here, not at Partner Center.
func TestV353ReadingChangesNothing(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	b.toReview(site.customer(harbourline), "email", "typed@harbourline.example").save().want(http.StatusOK)
	count := func() string {
		var all []string
		// What was changed outside the portal is noticed by reading, and written down.
		for _, table := range []string{"drafts", "submissions", "audit WHERE kind <> 'outside'", "sessions", "preferences"} {
			var n int
			must(t, site.db.Read().QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
			all = append(all, fmt.Sprintf("%s %d", table, n))
		}
		return strings.Join(all, ", ")
	}
	before, sent := count(), len(site.puts())
	for _, rt := range handlers.Routes(false) {
		if rt.Method != http.MethodGet || strings.HasPrefix(rt.Path, "/auth/") || rt.Path == "/frontchannel-logout" {
			continue
		}
		t.Run("V3.5.3 A-19 "+rt.Path, func(t *testing.T) {
			b.t = t
			for _, query := range []string{"", "?do=save", "?do=review&email=x%40y.example", "?draft=discard", "?_method=POST"} {
				b.bare(b.request(http.MethodGet, site.address(rt)+query, nil))
			}
			if got := count(); got != before {
				t.Errorf("%s became %s", before, got)
			}
		})
	}
	for _, r := range site.sim.Journal().Requests {
		if r.Method != http.MethodGet && r.Method != http.MethodPut && !strings.Contains(r.Path, "validate") {
			t.Errorf("%s %s went to Partner Center", r.Method, r.Path)
		}
	}
	if got := len(site.puts()); got != sent {
		t.Errorf("%d saves came of reading", got-sent)
	}
}
