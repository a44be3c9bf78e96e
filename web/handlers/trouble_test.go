package handlers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/session"
)

// panicking is a transport that panics until it is mended.
type panicking struct {
	http.RoundTripper
	mended *atomic.Bool
}

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	if !p.mended.Load() {
		panic("seeded-panic-text typed@harbourline.example")
	}
	return p.RoundTripper.RoundTrip(r)
}

// panics lets every call to Partner Center panic from now on.
func (s *testSite) panics() (mend func()) {
	p := panicking{s.hosts["partnercenter.example"], &atomic.Bool{}}
	s.hosts["partnercenter.example"] = p
	return func() { p.mended.Store(true) }
}

// F-41: a panic is a page with a reference, and costs nobody what was typed.
func TestF41APanicIsAPage(t *testing.T) { t.Run("V16.5.4", testF41APanicIsAPage) }

func testF41APanicIsAPage(t *testing.T) {
	t.Run("in a page", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		mend := site.panics()
		p := b.get(overview(site.customer(harbourline))).want(http.StatusInternalServerError, "Something broke on our side", "Reference")
		safe(t, p)
		mend()
		b.get(overview(site.customer(harbourline))).want(http.StatusOK)
	})
	t.Run("I-8 in a form", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "typed@harbourline.example").fill("defaultAddress.country", "PT")
		mend := site.panics()
		p := f.press("do", "country").want(http.StatusInternalServerError, "Something broke on our side", "Everything you typed is kept in this page")
		safe(t, p)
		mend()
		p.choose("Try again").want(http.StatusOK).form("email").wants("email", "typed@harbourline.example").wants("defaultAddress.country", "PT")
		if strings.Contains(site.log.String(), "seeded-panic-text") {
			t.Error("the panic's text is in the log")
		}
		if !strings.Contains(site.log.String(), `"msg":"panic"`) {
			t.Error("the panic is not in the log")
		}
	})
	t.Run("in one of several questions at once", func(t *testing.T) {
		site := newSiteWith(t, settings{portfolios: portfolios(t, harbours["by country"], "whole all")})
		site.says(map[string]rights{"Sam Sales": {everyRole, []string{"mine"}}})
		b := site.signIn("Sam Sales")
		site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
			if strings.HasPrefix(q.URL.Path, "/v1/customers/") {
				panic("seeded-panic-text")
			}
			return next.RoundTrip(q)
		})
		safe(t, b.get("/customers?q=harbour").want(http.StatusInternalServerError, "Something broke on our side"))
		site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
			return next.RoundTrip(q)
		})
		b.get("/customers?q=harbour").want(http.StatusOK, "Harbourline Ceramics")
	})
	t.Run("in the demo bar", func(t *testing.T) {
		site := newSiteWith(t, settings{demo: &handlers.Demo{Trouble: func(context.Context, string) error { panic("x") }}})
		safe(t, site.signIn("Ada Admin").get("/").choose("Make it slow").want(http.StatusInternalServerError))
	})
}

// breakTable makes every row that comes to a table fail, as a full disk would.
func (s *testSite) breakTable(name string) (mend func()) {
	s.t.Helper()
	return databasetest.Break(s.t, s.db, "INSERT", name)
}

// F-35, I-8: when a draft cannot be stored, the form says so and keeps everything.
func TestF35DraftsCannotBeStored(t *testing.T) { everywhere(t, testF35DraftsCannotBeStored) }

func testF35DraftsCannotBeStored(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "typed@harbourline.example").fill("firstName", "Typed")
	mend := site.breakTable("drafts")
	p := f.press().want(http.StatusServiceUnavailable, "could not be kept for review", "Nothing has been saved", "Everything typed is still in this form")
	safe(t, p)
	stillTyped(t, p, "email", "typed@harbourline.example", "firstName", "Typed")
	mend()
	review := p.form("email").press().want(http.StatusOK, "Review 2 changes")

	t.Run("nor the choices of a merge", func(t *testing.T) {
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		m := review.save().want(http.StatusConflict).form("choice.email").fill("choice.email", "other").fill("email", "other@harbourline.example")
		mend := site.breakTable("drafts")
		back := m.press("do", "review").want(http.StatusServiceUnavailable, "could not be kept for review")
		mend()
		back.form("choice.email").wants("choice.email", "other").wants("email", "other@harbourline.example").press("do", "review").want(http.StatusOK).
			save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("V16.5.3 I-1 nor the intent: then nothing is sent", func(t *testing.T) {
		sent := len(site.puts())
		review := b.toReview(id, "email", "intent@harbourline.example")
		mend := site.breakTable("submissions")
		p := review.save().want(http.StatusServiceUnavailable, "Nothing was saved by this press of Save.")
		safe(t, p)
		mend()
		if len(site.puts()) != sent {
			t.Error("it was sent without an intent")
		}
		p.follow("Try again").want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "Billing profile saved.")
	})
}

// F-33: a database that does not answer says nothing about the person.
func TestF33TheDatabaseIsGone(t *testing.T) { t.Run("V16.5.2", testF33TheDatabaseIsGone) }

func testF33TheDatabaseIsGone(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	f := b.edit(site.customer(harbourline)).fill("email", "typed@harbourline.example")
	must(t, site.db.Close())
	p := b.get("/customers").want(http.StatusServiceUnavailable, "cannot reach its own storage", "Nobody is signed out by this", "Try again")
	safe(t, p)
	for _, cookie := range p.header.Values("Set-Cookie") {
		if strings.HasPrefix(cookie, session.CookieName+"=") {
			t.Errorf("the session's cookie is touched: %s", cookie)
		}
	}
	kept := f.press().want(http.StatusServiceUnavailable, "Everything you typed is kept in this page", "Try again")
	kept.form("email").wants("email", "typed@harbourline.example")
	b.get("/readyz").want(http.StatusServiceUnavailable)
	b.get("/healthz").want(http.StatusOK)
}

// A search costs Partner Center a bounded number of calls, wherever its links lead.
func TestASearchIsBounded(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	before := len(site.sim.Journal().Requests)
	p := b.get("/customers").want(http.StatusOK)
	for range 20 {
		next := p.find(func(n *node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "after=") })
		if next == nil {
			break
		}
		p = b.get(attr(next, "href")).want(http.StatusOK)
	}
	if got := len(site.sim.Journal().Requests) - before; got > 8 {
		t.Errorf("40 customers cost %d calls", got)
	}
	t.Run("somebody else's link starts over", func(t *testing.T) {
		first := b.get("/customers")
		next := first.find(func(n *node) bool { return n.Data == "a" && strings.Contains(attr(n, "href"), "after=") })
		if got := site.signIn("Sam Sales").get(attr(next, "href")).want(http.StatusOK).url.RequestURI(); got != "/customers" {
			t.Errorf("it led to %s", got)
		}
	})
}

// I-9: the log has one line of JSON per request, and none of what
// people type, see or carry.
func TestI9TheLogHoldsNoSecrets(t *testing.T) {
	t.Run("V16.2.5 V16.2.4 V16.4.1", testI9TheLogHoldsNoSecrets)
}

func testI9TheLogHoldsNoSecrets(t *testing.T) {
	site := newSiteWith(t, settings{})
	id := site.customer(harbourline)
	var mu sync.Mutex
	var tokens []string
	site.hosts["partnercenter.example"] = watching{site.hosts["partnercenter.example"], func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		tokens = append(tokens, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	}}
	b := site.signIn("Ada Admin")
	var pages []*page
	note := func(p *page) *page { pages = append(pages, p); return p }

	note(b.get("/customers?q=seeded-search"))
	note(b.get(overview(id)))
	review := note(note(b.edit(id).page).form("email").fill("email", "seeded-email@harbourline.example").fill("firstName", "seeded-name\r\n{\"level\":\"FAKE\"}").press())
	review = note(review.form("email").fill("firstName", "seeded-name").press().want(http.StatusOK))
	note(review.save().want(http.StatusOK, "Billing profile saved."))
	site.sim.AddFaults(onPut(pcsim.Fault{Status: 400, Shape: pcsim.ShapeText}), onPut(pcsim.Fault{Status: 500, Shape: pcsim.ShapeA}))
	note(b.toReview(id, "lastName", "seeded-last").save())
	site.sim.ClearFaults()
	site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers", Times: -1, Status: 500, Shape: pcsim.ShapeA})
	note(b.get("/customers?q=seeded-search"))
	note(b.get("/customers/seeded%0apath%1b%5b31m%22%7d"))
	r := b.request(http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", "seeded-agent\x1b[31m\"}")
	note(b.do(r))
	note(b.post(billing(id), url.Values{"csrf": {"seeded-csrf"}, "base": {"seeded-base"}, "email": {"seeded-email@harbourline.example"}}))
	note(b.post("/signout", url.Values{"csrf": {"seeded-csrf"}}))

	mu.Lock()
	secrets := slices.Compact(tokens)
	mu.Unlock()
	u, _ := url.Parse(portalOrigin)
	for _, cookie := range b.client.Jar.Cookies(u) {
		secrets = append(secrets, cookie.Value)
	}
	if len(secrets) < 2 {
		t.Fatalf("the story saw %d secrets", len(secrets))
	}
	for _, p := range pages {
		for _, secret := range secrets {
			if strings.Contains(p.body, secret) || strings.Contains(p.body, "client-secret-of-the-test") {
				t.Errorf("%s shows a token or a cookie", p.url)
			}
		}
	}
	text := site.log.String()
	for _, marker := range append(secrets, "client-secret-of-the-test", "seeded-search", "seeded-email", "seeded-name", "seeded-last", "seeded-csrf", "seeded-base", "seeded-agent",
		"Harbourline", "harbourline.example", "Whitfield", "ada.admin@partner.example", "Ada Admin", "Alaskan", "2065550142", "eyJ") {
		if i := strings.Index(text, marker); i >= 0 {
			t.Errorf("the log holds %.20q: …%s…", marker, text[max(0, i-200):min(len(text), i+80)])
		}
	}
	requests := 0
	for line := range strings.Lines(text) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("not one JSON object: %q", line)
		}
		if entry["msg"] == "request" {
			requests++
			for _, name := range []string{"time", "level", "method", "path", "status", "client", "ms", "reference"} {
				if entry[name] == nil {
					t.Errorf("no %s in %s", name, line)
				}
			}
		}
		if entry["level"] == "FAKE" {
			t.Error("somebody wrote a line of their own")
		}
	}
	if requests < len(pages) {
		t.Errorf("%d lines for at least %d requests", requests, len(pages))
	}
}

type watching struct {
	http.RoundTripper
	see func(*http.Request)
}

func (w watching) RoundTrip(r *http.Request) (*http.Response, error) {
	w.see(r)
	return w.RoundTripper.RoundTrip(r)
}

// What Partner Center says about a refusal is shown, as text.
func TestUpstreamWordsAreShownAsText(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	site.refuses(map[string]any{"code": 60013, "description": `<script>alert("said")</script> city is wrong`, "data": []string{}, "source": "PartnerApi"})
	p := site.signIn("Ada Admin").toReview(id, "email", "typed@harbourline.example").save().
		want(http.StatusUnprocessableEntity, "did not accept this profile", `<script>alert("said")</script> city is wrong`, "typed@harbourline.example", "60013")
	safe(t, p)
	p.follow("Back to editing").want(http.StatusOK).form("email").wants("email", "typed@harbourline.example")
}

// The member that Partner Center minds may stand in its details alone: the complaint is at
// its field all the same, and its words are there to be read.
func TestARefusalThatNamesItsMemberInTheDetails(t *testing.T) {
	site := newSite(t)
	site.refuses(map[string]any{"code": 27002, "description": "A property has invalid data.", "data": []string{"property_name:  StateInvalid - Details", "details:  \n"}, "source": "PartnerFD"})
	p := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example").save().
		want(http.StatusUnprocessableEntity, "did not accept this profile", "A property has invalid data. property_name: StateInvalid - Details", "typed@harbourline.example")
	back := p.follow("Back to editing").want(http.StatusOK, "1 thing needs fixing", "Partner Center did not accept this state.")
	back.form("email").wants("email", "typed@harbourline.example")
}

// refuses answers every PUT with 400 and this from now on.
func (s *testSite) refuses(body any) {
	s.hosts["partnercenter.example"] = refusing{s.hosts["partnercenter.example"], body}
}

type refusing struct {
	http.RoundTripper
	body any
}

func (u refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut {
		return u.RoundTripper.RoundTrip(r)
	}
	return serve{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(u.body)
	})}.RoundTrip(r)
}

func TestASearchForATenantIDGoesThere(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	if p := b.get("/customers?q=%20" + strings.ToUpper(string(id)) + "%20").want(http.StatusOK); p.url.Path != overview(id) {
		t.Errorf("it led to %s", p.url)
	}
}
