package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
)

// signInAs signs Ada in as the provider's session sid.
func (s *testSite) signInAs(sid string) *browser {
	s.t.Helper()
	s.provider.SetHooks(demo.Hooks{IDToken: func(t *demo.Token) { t.Claims["sid"] = sid }})
	defer s.provider.SetHooks(demo.Hooks{})
	return s.signIn("Ada Admin")
}

func (s *testSite) logoutToken(subject, sid string, change func(*demo.Token)) string {
	s.t.Helper()
	raw, err := s.provider.LogoutToken(subject, sid, change)
	must(s.t, err)
	return raw
}

// backChannel posts as the provider's server does: no browser, no cookie, no origin.
func (s *testSite) backChannel(path, token string) *page {
	s.t.Helper()
	b := s.anybody()
	r := b.request(http.MethodPost, path, url.Values{"logout_token": {token}})
	r.Header.Del("Origin")
	r.Header.Del("Sec-Fetch-Site")
	return b.do(r)
}

// frontChannel opens an address as a frame in the provider's page does.
func (s *testSite) frontChannel(query string) *page {
	s.t.Helper()
	b := s.anybody()
	r := b.request(http.MethodGet, "/frontchannel-logout"+query, nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Dest", "iframe")
	return b.do(r)
}

func (b *browser) in(t *testing.T, want bool, when string) {
	t.Helper()
	if got := b.get("/help").url.Host == "portal.example"; got != want {
		t.Errorf("signed in %s: %v, want %v", when, got, want)
	}
}

// stays keeps a session from idling without a page, which would renew its tokens: by a
// form that is not taken.
func (b *browser) stays() {
	b.t.Helper()
	b.post("/customers/00000000-0000-4000-8000-000000000000/draft", url.Values{}).want(http.StatusForbidden)
}

func TestBackChannelLogout(t *testing.T) { everywhere(t, backChannelLogout) }

func backChannelLogout(t *testing.T) {
	ada := demo.People()[0].Subject
	t.Run("rp-backchannel-rpinitlogout: one sid, and every replica refuses the cookie", func(t *testing.T) {
		site := newSite(t)
		here, there, sam := site.signInAs("one"), site.signInAs("two"), site.signIn("Sam Sales")
		p := site.backChannel("/backchannel-logout", site.logoutToken(ada, "one", nil)).want(http.StatusOK)
		if p.header.Get("Cache-Control") != "no-store" || p.body != "" {
			t.Errorf("answered %q with %v", p.body, p.header)
		}
		for range 2 * len(site.turns.all) {
			here.in(t, false, "after the logout")
		}
		there.in(t, true, "with another sid")
		sam.in(t, true, "somebody else")
		if log := site.log.String(); !strings.Contains(log, "sessions ended by the identity provider") {
			t.Error("the log does not tell")
		}
	})
	t.Run("R-16 a subject with three sessions", func(t *testing.T) {
		site := newSite(t)
		all := []*browser{site.signInAs("one"), site.signInAs("two"), site.signInAs("three")}
		site.backChannel("/backchannel-logout", site.logoutToken(ada, "", nil)).want(http.StatusOK)
		for _, b := range all {
			b.in(t, false, "after the logout")
		}
	})
	t.Run("R-15 the same token again", func(t *testing.T) {
		site := newSite(t)
		token := site.logoutToken(ada, "", nil)
		site.signIn("Ada Admin")
		site.backChannel("/backchannel-logout", token).want(http.StatusOK)
		site.clock.advance(time.Second)
		again := site.signIn("Ada Admin")
		for range 2 * len(site.turns.all) {
			site.backChannel("/backchannel-logout", token).want(http.StatusBadRequest)
		}
		again.in(t, true, "since then")
	})
	for what, out := range map[string]struct{ subject, sid string }{"its sid": {ada, "one"}, "the person": {ada, ""}} {
		t.Run("A-23 A-24 I-10 a logout of "+what+" while the sign-in is under way", func(t *testing.T) {
			site := newSite(t)
			var once sync.Once
			site.provider.SetHooks(demo.Hooks{
				IDToken: func(tok *demo.Token) { tok.Claims["sid"] = "one" },
				TokenAnswer: func(string, map[string]any) {
					once.Do(func() {
						site.backChannel("/backchannel-logout", site.logoutToken(out.subject, out.sid, nil)).want(http.StatusOK)
					})
				},
			})
			b := site.anybody()
			p := b.get("/auth/start").choose("Ada Admin").want(http.StatusOK, "You are signed out")
			if p.url.Path != "/signin" {
				t.Errorf("came to %s", p.url)
			}
			b.in(t, false, "after the logout")
			site.clock.advance(time.Second)
			site.provider.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["sid"] = "two" }})
			site.signInWith(b, "Ada Admin")
			b.in(t, true, "after signing in anew")
		})
	}
	t.Run("what is not believed ends nothing", func(t *testing.T) {
		site := newSite(t)
		b := site.signInAs("one")
		for what, change := range map[string]func(*demo.Token){
			"alg none":      func(tok *demo.Token) { tok.Alg = "none" },
			"another key's": func(tok *demo.Token) { tok.Header["kid"] = "unknown" },
			"an old one":    func(tok *demo.Token) { tok.Claims["exp"] = time.Now().Add(-time.Hour).Unix() },
			"with a nonce":  func(tok *demo.Token) { tok.Claims["nonce"] = "n" },
		} {
			p := site.backChannel("/backchannel-logout", site.logoutToken(ada, "one", change)).want(http.StatusBadRequest)
			if p.header.Get("Cache-Control") != "no-store" || strings.TrimSpace(p.body) != `{"error":"invalid_request"}` {
				t.Errorf("%s: answered %q", what, p.body)
			}
		}
		site.backChannel("/backchannel-logout", "").want(http.StatusBadRequest)
		twice := site.anybody().request(http.MethodPost, "/backchannel-logout", url.Values{"logout_token": {site.logoutToken(ada, "one", nil), site.logoutToken(ada, "one", nil)}})
		site.anybody().do(twice).want(http.StatusBadRequest)
		site.anybody().post("/backchannel-logout?logout_token="+site.logoutToken(ada, "one", nil), url.Values{}).want(http.StatusBadRequest)
		b.in(t, true, "after all of it")
	})
	t.Run("F-33 the database does not answer", func(t *testing.T) {
		site := newSite(t)
		b := site.signInAs("one")
		token := site.logoutToken(ada, "one", nil)
		mend := databasetest.Break(t, site.db, "DELETE", "sessions")
		if p := site.backChannel("/backchannel-logout", token).want(http.StatusServiceUnavailable); p.header.Get("Retry-After") == "" {
			t.Error("the provider is not told when to come again")
		}
		b.in(t, true, "as nothing was ended")
		mend()
		site.backChannel("/backchannel-logout", token).want(http.StatusOK)
		b.in(t, false, "after the provider's second try")
	})
	t.Run("V7.4.2 A-25 a disabled person is refused at the next request", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		form := b.get("/customers/" + string(site.customer(0)) + "/billing").want(http.StatusOK).form("do")
		site.backChannel("/backchannel-logout", site.logoutToken(ada, "", nil)).want(http.StatusOK)
		form.press("do", "review").want(http.StatusUnauthorized, "Sign in to continue")
		b.in(t, false, "afterwards")
		site.wantPuts(0, 0)
	})
}

// the machines' route is no hole for people's browsers, and nothing else passes
// by looking like it.
func TestA18TheMachinePostIsMatchedExactly(t *testing.T) {
	site := newSite(t)
	b := site.signInAs("one")
	token := site.logoutToken(demo.People()[0].Subject, "one", nil)
	for _, path := range []string{
		"/backchannel-logout/", "//backchannel-logout", "/./backchannel-logout", "/x/../backchannel-logout", "/backchannel%2dlogout/x",
		"/backchannel-logout%2f..%2fsettings", "/backchannel-logout/../settings", "/BACKCHANNEL-LOGOUT", "/backchannel-logout;x",
	} {
		if p := site.backChannel(path, token); p.status < 400 {
			t.Errorf("%s answered %d", path, p.status)
		}
	}
	t.Run("a person's cookie proves nothing to it, wherever the form is", func(t *testing.T) {
		for _, from := range []string{"cross-site", "same-site", "same-origin"} {
			r := b.request(http.MethodPost, "/backchannel-logout", url.Values{"logout_token": {"x"}})
			r.Header.Set("Origin", "https://evil.example")
			r.Header.Set("Sec-Fetch-Site", from)
			b.do(r).want(http.StatusBadRequest)
		}
	})
	t.Run("other forms still want their token", func(t *testing.T) {
		r := b.request(http.MethodPost, "/settings", url.Values{"theme": {"dark"}, "logout_token": {token}})
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		b.do(r).want(http.StatusForbidden)
	})
	b.in(t, true, "after all of it")
}

// V6.3.1: a flood costs the provider one fetch of its keys in half a minute
// and is told to stop.
func TestR18FloodOfLogouts(t *testing.T) {
	site := newSiteWith(t, settings{limited: true})
	b := site.signInAs("one")
	fetched := 0
	site.provider.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/keys" {
			fetched++
		}
		return false
	}})
	site.clock.advance(31 * time.Second)
	answers := map[int]int{}
	for range 1000 {
		token := site.logoutToken("x", "one", func(tok *demo.Token) { tok.Header["kid"] = "unknown " + tok.Claims["jti"].(string) })
		p := site.backChannel("/backchannel-logout", token)
		if answers[p.status]++; p.status == http.StatusTooManyRequests && p.header.Get("Retry-After") == "" {
			t.Error("429 without a time")
		}
	}
	refused, slowed := answers[http.StatusBadRequest], answers[http.StatusTooManyRequests]
	if refused+slowed != 1000 || refused < 100 || slowed < 100 || fetched != 1 {
		t.Errorf("answers %v, %d fetches", answers, fetched)
	}
	b.in(t, true, "during the flood")
	site.clock.advance(time.Minute)
	site.backChannel("/backchannel-logout", site.logoutToken("", "one", nil)).want(http.StatusOK)
	b.in(t, false, "after a good token")
}

func TestFrontChannelLogout(t *testing.T) { everywhere(t, frontChannelLogout) }

func frontChannelLogout(t *testing.T) {
	const iss = "&iss=" + providerOrigin
	t.Run("rp-frontchannel-rpinitlogout, rp-frontchannel-opinitlogout: without cookies", func(t *testing.T) {
		site := newSite(t)
		here, there := site.signInAs("one"), site.signInAs("two")
		p := site.frontChannel("?sid=one" + iss).want(http.StatusOK)
		safe(t, p)
		if len(p.header.Values("Set-Cookie")) > 0 || p.body != "" {
			t.Errorf("answered %q, %v", p.body, p.header)
		}
		for range 2 * len(site.turns.all) {
			here.in(t, false, "after the logout")
		}
		there.in(t, true, "with another sid")
	})
	t.Run("R-17 without iss, and the same answer for a sid that nobody has", func(t *testing.T) {
		site := newSite(t)
		b := site.signInAs("one")
		unknown := site.frontChannel("?sid=nobody").want(http.StatusOK)
		foreign := site.frontChannel("?sid=one&iss=https://evil.example").want(http.StatusOK)
		b.in(t, true, "so far")
		known := site.frontChannel("?sid=one").want(http.StatusOK)
		b.in(t, false, "after the logout")
		for _, p := range []*page{unknown, foreign} {
			if p.body != known.body || len(p.header) != len(known.header) {
				t.Errorf("%s is told apart: %v, %v", p.url, p.header, known.header)
			}
		}
	})
	t.Run("what does not say which, and what only looks, ends nothing", func(t *testing.T) {
		site := newSite(t)
		b := site.signInAs("one")
		for _, query := range []string{"", "?sid=", "?sid=one&sid=one", "?iss=" + providerOrigin, "?sid=one" + iss + iss} {
			site.frontChannel(query).want(http.StatusBadRequest)
			b.do(b.request(http.MethodGet, "/frontchannel-logout"+query, nil)).want(http.StatusBadRequest)
		}
		b.do(b.request(http.MethodHead, "/frontchannel-logout?sid=one", nil)).want(http.StatusOK)
		b.in(t, true, "after all of it")
	})
	t.Run("V3.4.6 only this route is shown in frames, and in the provider's alone", func(t *testing.T) {
		site := newSite(t)
		policy := site.frontChannel("?sid=x").header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors "+providerOrigin+";") || strings.Count(policy, "frame-ancestors") != 1 {
			t.Errorf("policy %s", policy)
		}
		for _, path := range []string{"/signin", "/frontchannel-logout/", "/backchannel-logout"} {
			if policy := site.anybody().get(path).header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s: policy %s", path, policy)
			}
		}
	})
	t.Run("F-33 the database does not answer", func(t *testing.T) {
		site := newSite(t)
		defer databasetest.Break(t, site.db, "DELETE", "sessions")()
		site.signInAs("one")
		site.frontChannel("?sid=nobody").want(http.StatusOK)
		site.frontChannel("?sid=one").want(http.StatusServiceUnavailable)
	})
}

// security.md: logging out goes store, cookie, Clear-Site-Data, page. When the store
// fails nothing after it happens.
func TestLogoutOrder(t *testing.T) { everywhere(t, logoutOrder) }

func logoutOrder(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	home := b.get("/").want(http.StatusOK)
	mend := databasetest.Break(t, site.db, "DELETE", "sessions")
	failed := home.choose("Sign out").want(http.StatusServiceUnavailable)
	if failed.header.Get("Clear-Site-Data") != "" || len(failed.header.Values("Set-Cookie")) > 0 {
		t.Errorf("the browser was cleared though the session lives: %v", failed.header)
	}
	mend()
	b.in(t, true, "as the store failed")
	f := home.formAt("/signout")
	answer, err := noRedirects(b).Do(b.request(http.MethodPost, "/signout", f.values))
	must(t, err)
	if got := answer.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data is %q", got)
	}
	cookies := answer.Cookies()
	if len(cookies) != 1 || cookies[0].Name != session.CookieName || cookies[0].MaxAge >= 0 || answer.StatusCode != http.StatusSeeOther {
		t.Errorf("answered %d with %v", answer.StatusCode, cookies)
	}
	b.in(t, false, "after signing out")
}

// A-25, V7.4.2: whoever was disabled, or lost a role, is refused at the next renewal of
// their tokens, on pages that ask Partner Center for nothing too.
func TestA25RenewalsTellOfChanges(t *testing.T) { everywhere(t, renewalsTellOfChanges) }

func renewalsTellOfChanges(t *testing.T) {
	for name, change := range map[string]func(*testSite){
		"V7.4.2 A-25 disabled": func(s *testSite) { s.provider.RevokeAll() },
		"A-25 a role was taken away": func(s *testSite) {
			s.provider.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["roles"] = []string{"editor"} }})
		},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			b := site.signIn("Ada Admin")
			change(site)
			b.get("/changes").want(http.StatusOK)
			for range 3 {
				site.clock.advance(20 * time.Minute)
				if p := b.get("/changes"); p.url.Host == "signin.example" {
					return
				}
			}
			t.Error("the change log opens after the token's end")
		})
	}
	t.Run("a provider that does not answer signs nobody out", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		site.provider.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}})
		for range 4 {
			site.clock.advance(20 * time.Minute)
			b.get("/changes").want(http.StatusOK)
		}
	})
}

// A-25, V8.3.2: a minute after a person's roles were taken away, nothing opens for them,
// however it is asked for.
func TestA25NothingOpensAMinuteLater(t *testing.T) {
	// What is sent of a billing profile is kept first, and Partner Center hears nothing of
	// it: see TestA25ASaveAMinuteLater.
	kept := func(rt handlers.RouteInfo) bool {
		post := rt.Method == http.MethodPost && !strings.HasSuffix(rt.Path, "/close")
		return strings.Contains(rt.Path, "/:id") && (post || strings.HasSuffix(rt.Path, "/:key"))
	}
	site := newSiteWith(t, settings{demo: &handlers.Demo{}})
	for _, rt := range handlers.Routes(true) {
		if middleware.Right(rt.Right) == middleware.Public || kept(rt) {
			continue
		}
		for _, fragment := range []string{"", "fields", "presence"} {
			t.Run(strings.TrimSpace("V8.3.2 A-25 "+rt.Method+" "+rt.Path+" "+fragment), func(t *testing.T) {
				site.says(map[string]rights{"Sam Sales": {everyRole, nil}})
				b := site.signIn("Sam Sales")
				site.says(map[string]rights{"Sam Sales": {}})
				ask := func() string {
					r := b.visit(rt, site.address(rt))
					if fragment != "" {
						r.Header.Set("X-Fragment", fragment)
					}
					answer, err := noRedirects(b).Do(r)
					must(t, err)
					return read(b, answer).kind()
				}
				site.clock.advance(50 * time.Second)
				if got := ask(); got == "sign-in" {
					t.Error("the provider is asked before its time")
				}
				site.clock.advance(11 * time.Second)
				if got := ask(); got != "sign-in" {
					t.Errorf("answered %s", got)
				}
			})
		}
	}
}

// A-25, V8.3.2: a save by somebody who may not any more reaches nobody, and what they typed
// is theirs when they have their role again.
func TestA25ASaveAMinuteLater(t *testing.T) { everywhere(t, aSaveAMinuteLater) }

func aSaveAMinuteLater(t *testing.T) {
	t.Run("V8.3.2 A-25", func(t *testing.T) {
		site, id, review := resultSite(t, "Ada Admin")
		site.says(map[string]rights{"Ada Admin": {roles: []string{"viewer"}}})
		site.clock.advance(61 * time.Second)
		p := review.save()
		if p.url.Host != "signin.example" {
			t.Fatalf("came to %s: %s", p.url, p.text())
		}
		p = p.choose("Ada Admin").want(http.StatusForbidden, "You cannot edit this customer")
		site.wantPuts(0, 0)
		site.says(nil)
		site.clock.advance(61 * time.Second)
		p.b.get("/").choose("Ada Admin").want(http.StatusOK, "Your drafts").follow("Continue").want(http.StatusOK).
			form("email").wants("email", "typed@harbourline.example")
		site.storedHas(id, "email", "nora.whitfield@harbourline.example")
	})
}
