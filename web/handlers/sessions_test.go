package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
)

// signInFrom signs somebody in with a browser that says what it is.
func (s *testSite) signInFrom(name, agent string) *browser {
	s.t.Helper()
	b := s.anybody()
	b.client.Transport = calling{s.hosts, agent}
	s.signInWith(b, name)
	return b
}

// calling names the browser in every request.
type calling struct {
	next  http.RoundTripper
	agent string
}

func (c calling) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", c.agent)
	return c.next.RoundTrip(r)
}

const (
	edgeOnWindows   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
	firefoxOnLinux  = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	hostileBrowsers = `<img src=x onerror="alert(1)">`
)

func TestOwnSessions(t *testing.T) { everywhere(t, ownSessions) }

func ownSessions(t *testing.T) {
	t.Run("V7.5.2 the list, and signing out elsewhere", func(t *testing.T) {
		site := newSite(t)
		here, there, sam := site.signInFrom("Ada Admin", edgeOnWindows), site.signInFrom("Ada Admin", firefoxOnLinux), site.signIn("Sam Sales")
		list := here.get("/settings").want(http.StatusOK).follow("See where you are signed in").
			want(http.StatusOK, "Where you are signed in", "Edge on Windows", "This browser", "Firefox on Linux").hides("Sam", "Unknown")
		if n := strings.Count(list.body, `action="/sessions/end"`); n != 1 {
			t.Errorf("%d sessions can be ended, want the other one", n)
		}
		list.formAt("/sessions/end").press().want(http.StatusOK, "Signed out there.", "Edge on Windows").hides("Firefox", "Sign out everywhere else")
		there.in(t, false, "after it was signed out elsewhere")
		here.in(t, true, "where it was asked")
		sam.in(t, true, "somebody else")
		if log := site.log.String(); !strings.Contains(log, `"sessions ended by a person"`) {
			t.Error("the log does not tell")
		}
	})
	t.Run("V7.5.2 all others at once", func(t *testing.T) {
		site := newSite(t)
		here, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
		others := []*browser{site.signIn("Ada Admin"), site.signIn("Ada Admin")}
		here.get("/sessions").choose("Sign out everywhere else").want(http.StatusOK, "Signed out everywhere else.")
		for _, b := range others {
			b.in(t, false, "after they were signed out elsewhere")
		}
		here.in(t, true, "where it was asked")
		sam.in(t, true, "somebody else")
	})
	t.Run("A-53 nobody sees or ends another's, and no answer tells whether there is one", func(t *testing.T) {
		site := newSite(t)
		ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
		site.signIn("Sam Sales")
		theirs := ada.get("/sessions/everybody").want(http.StatusOK)
		ids := map[string]bool{}
		for n := range theirs.root.Descendants() {
			if attr(n, "name") == "session" {
				ids[attr(n, "value")] = true
			}
		}
		if len(ids) != 2 {
			t.Fatalf("%d sessions to end", len(ids))
		}
		mine := site.signIn("Ada Admin").get("/sessions").want(http.StatusOK).formAt("/sessions/end")
		for id := range ids { // Sam's; sent with Ada's own form
			mine.fill("session", id).press().want(http.StatusOK, "Signed out there.")
		}
		mine.fill("session", "nobody's").press().want(http.StatusOK, "Signed out there.")
		sam.in(t, true, "after somebody else tried")
		sam.get("/sessions").want(http.StatusOK).hides("Ada", "Who is signed in")
	})
	t.Run("A-17 not by another session's form, A-19 not by a link", func(t *testing.T) {
		site := newSite(t)
		ada, sam, other := site.signIn("Ada Admin"), site.signIn("Sam Sales"), site.signIn("Sam Sales")
		site.signIn("Ada Admin")
		token := ada.get("/sessions").formAt("/sessions/end-others").values.Get("csrf")
		for _, path := range []string{"/sessions/end", "/sessions/end-others"} {
			sam.post(path, url.Values{"csrf": {token}}).want(http.StatusForbidden)
			sam.get(path).want(http.StatusMethodNotAllowed)
		}
		other.in(t, true, "after all of it")
	})
	t.Run("what a browser says of itself is not shown", func(t *testing.T) {
		site := newSite(t)
		p := site.signInFrom("Ada Admin", hostileBrowsers).get("/sessions").want(http.StatusOK, "Unknown browser")
		if strings.Contains(p.body, "onerror") {
			t.Error("the name of the browser is shown")
		}
	})
	t.Run("F-33 the store does not answer", func(t *testing.T) {
		site := newSite(t)
		here, there := site.signIn("Ada Admin"), site.signIn("Ada Admin")
		f := here.get("/sessions").formAt("/sessions/end")
		defer databasetest.Break(t, site.db, "DELETE", "sessions")()
		f.press().want(http.StatusServiceUnavailable)
		there.in(t, true, "as nothing was ended")
	})
}

func TestEverybodysSessions(t *testing.T) { everywhere(t, everybodysSessions) }

func everybodysSessions(t *testing.T) {
	site := newSite(t)
	ada, sam := site.signInFrom("Ada Admin", edgeOnWindows), site.signInFrom("Sam Sales", firefoxOnLinux)
	t.Run("an editor may not", func(t *testing.T) {
		sam.get("/sessions/everybody").want(http.StatusForbidden).hides("Ada")
		again := site.signIn("Sam Sales")
		form := sam.get("/sessions").formAt("/sessions/end").values
		sam.post("/sessions/everybody/end", form).want(http.StatusForbidden)
		again.in(t, true, "afterwards")
		again.get("/").choose("Sign out")
	})
	t.Run("V7.4.5 an administrator ends one, and the log tells whose", func(t *testing.T) {
		list := ada.get("/sessions").follow("Who is signed in").want(http.StatusOK, "Sam Sales", "Firefox on Linux", "This browser")
		list.formAt("/sessions/everybody/end").press().want(http.StatusOK, "Signed out there.").hides("Sam Sales")
		sam.in(t, false, "after the administrator ended it")
		ada.in(t, true, "who ended it")
		log := site.log.String()
		at := strings.Index(log, `"sessions ended by a person"`)
		if at < 0 || !strings.Contains(log[at:], `"whose":"`) || strings.Contains(log, "Sam Sales") {
			t.Error("the log does not tell whose, or tells a name")
		}
	})
	t.Run("A-25 but may sign in again, as the page says", func(t *testing.T) {
		site.signInWith(sam, "Sam Sales")
		sam.in(t, true, "again")
	})
}

// F-21: administrators learn whether Partner Center finds the second factor that the
// identity provider should have asked for.
func TestF21AdministratorsSeeWhetherThereIsASecondFactor(t *testing.T) {
	site := newSite(t)
	good := site.signIn("Ada Admin")
	good.get("/sessions/everybody").want(http.StatusOK, "counts your own sign-in as one with a second factor")
	site.provider.SetHooks(demo.Hooks{AccessToken: func(t *demo.Token) { t.Claims["amr"] = []string{"pwd"} }})
	site.signIn("Ada Admin").get("/sessions/everybody").want(http.StatusOK, "finds no second factor in your own sign-in")
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/", Times: -1, Status: 503, Shape: pcsim.ShapeE}))
	good.get("/sessions/everybody").want(http.StatusOK, "did not say whether your own sign-in has a second factor", "Sign out")
	site.sim.ClearFaults()
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/", Times: -1, DelayBeforeMs: 60_000}))
	began := time.Now()
	good.get("/sessions/everybody").want(http.StatusOK, "did not say")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the page waited %v for Partner Center", took)
	}
}
