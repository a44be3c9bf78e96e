package handlers_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/handlers"
)

func TestWhoIsLetIn(t *testing.T) {
	site := newSite(t)
	for _, person := range []struct {
		name   string
		status int
		texts  []string
	}{
		{"Nora Norole", http.StatusForbidden, []string{"has no role", "Marta Keller (team lead)", "Sign in with another account"}},
		{"Otto Other", http.StatusForbidden, []string{"belongs to another organisation", "Marta Keller (team lead)"}},
	} {
		b := site.anybody()
		b.get("/customers").choose(person.name).want(person.status, person.texts...)
		if p := b.get("/customers"); p.url.Host == "portal.example" {
			t.Errorf("%s got to %s", person.name, p.url)
		}
	}
	site.signIn("Mika Nomfa").get("/customers").want(http.StatusForbidden, "second factor", "Marta Keller")
}

// A GET by nobody leads to the provider and back to the very page, query included.
func TestSigningInLeadsBackToThePageAskedFor(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	for _, path := range []string{"/", "/customers?q=harbour", overview(id), billing(id) + "?draft=0123456789abcdef01234567"} {
		p := site.anybody().get(path)
		if p.url.Host != "signin.example" {
			t.Fatalf("%s led to %s", path, p.url)
		}
		if back := p.choose("Ada Admin").want(http.StatusOK); back.url.RequestURI() != path {
			t.Errorf("%s: came back to %s", path, back.url.RequestURI())
		}
	}
}

// ownPage is what a sign-in may lead back to.
var ownPage = regexp.MustCompile(`^/(customers(/[0-9A-Fa-f-]+(/billing(/review|/merge)?|/draft/discard|/saves/[0-9A-Fa-f-]+)?)?)?(\?.*)?$`)

// no text of anybody's decides where a sign-in leads.
func TestA01ReturnPaths(t *testing.T) {
	site := newSite(t)
	bad := []string{
		"//evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example", "/%0a/evil.example", "/./\\evil.example", "https:evil.example",
		"https://evil.example", "http:///evil.example", "///evil.example", "////evil.example/%2e%2e", "/%2f%2fevil.example", "/%5cevil.example",
		"//portal.example@evil.example", "https://portal.example.evil.example", "/\x00/evil", "javascript:alert(1)", "data:text/html,x", "//xn--evl-6na.example",
		"/%00", "/customers/../../evil", "/customers/%2e%2e/signin", "/auth/start", "/auth/callback", "/signin", "/healthz", "/customers;//evil", "/customers/../",
		"/customers//evil.example", "/customers/%2f%2fevil.example", "/customers/@evil.example", "/customers/<script>", "/customers?q=//evil.example#//evil",
	}
	for _, text := range bad {
		for _, name := range []string{"return", "return_to", "next", "rd", "redirect", "redirect_uri", "state", "target_link_uri", "login_hint", "iss"} {
			p := site.anybody().get("/auth/start?" + url.Values{name: {text}}.Encode())
			if p.url.Host != "signin.example" {
				t.Fatalf("%s=%q led to %s", name, text, p.url)
			}
			if name != "return" {
				continue // the sign-in itself is the same
			}
			if back := p.choose("Ada Admin"); back.url.String() != portalOrigin+"/" {
				t.Errorf("%s=%q came back to %s", name, text, back.url)
			}
		}
		// The path asked for, as a browser would send it.
		target, err := url.Parse(portalOrigin)
		must(t, err)
		target.Path, target.RawPath = text, ""
		if !strings.HasPrefix(text, "/") {
			target.Path = "/" + text
		}
		b := site.anybody()
		p := b.do(b.request(http.MethodGet, target.String(), nil))
		if p.url.Host == "signin.example" {
			p = p.choose("Ada Admin")
			if !ownPage.MatchString(p.url.RequestURI()) {
				t.Errorf("asking for %q came back to %s", target, p.url)
			}
		}
		if p.url.Host != "portal.example" {
			t.Errorf("asking for %q led to %s", target, p.url)
		}
	}
}

// Browsers that drop the cookie, as Safari does on http://localhost, are told so.
func TestABrowserWithoutCookies(t *testing.T) {
	site := newSite(t)
	b := site.anybody()
	chooser := b.get("/")
	jar, err := cookiejar.New(nil)
	must(t, err)
	b.client.Jar = jar
	chooser.choose("Ada Admin").want(http.StatusBadRequest, "did not send back the cookie", "Safari", "Edge, Chrome or Firefox")
}

func TestTheProviderIsDown(t *testing.T) {
	site := newSite(t)
	site.provider.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "<b>down</b>", http.StatusBadGateway)
		return true
	}})
	site.anybody().get("/customers").want(http.StatusServiceUnavailable, "Sign-in is not answering").hides("<b>", "Bad Gateway")
	site.anybody().get("/signin").want(http.StatusOK, "Sign in")
	site.anybody().get("/healthz").want(http.StatusOK)
}

// what the provider writes is never repeated.
func TestA29TheProvidersWordsAreNotRepeated(t *testing.T) {
	site := newSite(t)
	site.anybody().get("/auth/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cimg%20src=x%3E&state=%3Cb%3E").
		want(http.StatusBadRequest).hides("alert(1)", "img", "<b>")
}

func TestSigningOut(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	home := b.get("/").want(http.StatusOK)
	u, _ := url.Parse(portalOrigin)
	cookies := b.client.Jar.Cookies(u)
	out := home.choose("Sign out").want(http.StatusOK, "You are signed out", "Sign out of your work account too")
	if out.url.RequestURI() != "/signin?state=signed-out" {
		t.Errorf("signing out led to %s", out.url)
	}
	if p := b.get("/"); p.url.Host != "signin.example" {
		t.Errorf("after signing out / is %s", p.url)
	}
	t.Run("V7.4.1 A-23 the old cookie is dead", func(t *testing.T) {
		stale := site.anybody()
		stale.client.Jar.SetCookies(u, cookies)
		for _, rt := range handlers.Routes(false) {
			if rt.Right == "public" {
				continue
			}
			p := stale.bare(stale.visit(rt, site.address(rt)))
			if signIn := p.status == http.StatusUnauthorized || p.status == http.StatusSeeOther && strings.HasPrefix(p.header.Get("Location"), providerOrigin); !signIn || strings.Contains(p.body, "Harbourline") {
				t.Errorf("the old cookie opened %s %s: %d", rt.Method, rt.Path, p.status)
			}
		}
	})
	t.Run("A-17 not by a form of another session", func(t *testing.T) {
		sam := site.signIn("Sam Sales")
		sam.post("/signout", url.Values{"csrf": {home.form("csrf").values.Get("csrf")}}).want(http.StatusForbidden)
		sam.get("/").want(http.StatusOK)
	})
	t.Run("A-19 not by a link", func(t *testing.T) {
		sam := site.signIn("Sam Sales")
		sam.get("/signout").want(http.StatusMethodNotAllowed)
		sam.get("/").want(http.StatusOK)
	})
	t.Run("twice", func(t *testing.T) {
		home.choose("Sign out").want(http.StatusOK, "You are signed out")
	})
	t.Run("V14.3.1 the cookie and the caches go", func(t *testing.T) {
		p := site.signIn("Sam Sales").get("/")
		r := p.b.request(http.MethodPost, "/signout", p.form("csrf").values)
		answer, err := noRedirects(p.b).Do(r)
		must(t, err)
		defer answer.Body.Close()
		if got := answer.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
			t.Errorf("Clear-Site-Data is %s", got)
		}
	})
}

// noRedirects is the browser's client, stopping at the first answer.
func noRedirects(b *browser) *http.Client {
	c := *b.client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// typedLate is what a story types before the session ends.
var typedLate = map[string]string{"email": "typed@harbourline.example", "firstName": "Typed <b>", "defaultAddress.addressLine1": "1 \"Quoted\" Way"}

// F-46, I-8: the session ends while somebody types. What was typed goes into the
// person's draft, and nothing is sent by itself.
func TestF46TheSessionEndsWhileEditing(t *testing.T) {
	everywhere(t, testF46TheSessionEndsWhileEditing)
}

func testF46TheSessionEndsWhileEditing(t *testing.T) {
	var f *form
	start := func(t *testing.T) (*testSite, *page) {
		site := newSite(t)
		f = site.signIn("Ada Admin").edit(site.customer(harbourline))
		for name, text := range typedLate {
			f.fill(name, text)
		}
		site.clock.advance(9 * time.Hour)
		over := f.press().want(http.StatusUnauthorized, "Sign in to continue", "Your changes to Harbourline Ceramics are kept for 14 days.", "Nothing was saved to Partner Center.")
		if strings.Contains(over.body, typedLate["email"]) {
			t.Error("the page shows what was typed to whoever is there now")
		}
		return site, over
	}
	all := func(f *form) *form {
		for name, text := range typedLate {
			f.wants(name, text)
		}
		return f
	}
	t.Run("the same person goes on", func(t *testing.T) {
		site, over := start(t)
		back := over.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Your changes are back.")
		f := all(back.form("email"))
		site.wantPuts(0, 0)
		f.press().asTyped().want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("with fresh base, when somebody saved meanwhile", func(t *testing.T) {
		site, over := start(t)
		site.elsewhere(site.customer(harbourline), "Ines Duarte", "email", "theirs@harbourline.example")
		over.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Needs your choice", "typed@harbourline.example", "theirs@harbourline.example")
	})
	t.Run("sent again before signing in, and typed on", func(t *testing.T) {
		_, over := start(t)
		f.fill("lastName", "Typed on").keep().want(http.StatusUnauthorized)
		back := over.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Your changes are back.")
		back.form("email").wants("lastName", "Typed on")
	})
	t.Run("A-53 another person sees nothing of it", func(t *testing.T) {
		site, over := start(t)
		other := over.follow("Sign in to continue").choose("Sam Sales").want(http.StatusOK, "Nothing yet")
		for _, p := range []*page{other, other.b.get("/"), other.b.get(overview(site.customer(harbourline)))} {
			if strings.Contains(p.body, "typed@harbourline") || strings.Contains(p.body, "Your drafts") {
				t.Errorf("Sam sees Ada's text at %s", p.url)
			}
		}
		site.signIn("Ada Admin").get("/").want(http.StatusOK, "Your drafts", "3 items changed").follow("Continue").want(http.StatusOK, "Your changes are back.")
		site.wantPuts(0, 0)
	})
	t.Run("on the review page", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		site.clock.advance(9 * time.Hour)
		over := review.form("key").fill("reason", "Asked by Ines").press("do", "save").want(http.StatusUnauthorized, "are kept for 14 days")
		back := over.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Review 1 change", "typed@harbourline.example")
		back.form("key").wants("reason", "Asked by Ines")
		site.wantPuts(0, 0)
		back.save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("on the merge page", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		f.fill("email", "mine@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		merge := f.press().want(http.StatusConflict)
		site.clock.advance(9 * time.Hour)
		over := merge.form("choice.email").fill("choice.email", "other").fill("email", "other@harbourline.example").press().want(http.StatusUnauthorized, "are kept for 14 days")
		over.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Needs your choice").form("choice.email").wants("choice.email", "other").wants("email", "other@harbourline.example").
			press("do", "review").want(http.StatusOK, "other@harbourline.example")
	})
	t.Run("while the script keeps it", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "typed@harbourline.example")
		site.clock.advance(time.Hour)
		if p := f.keep().want(http.StatusUnauthorized); p.header.Get("X-Draft-Kept") == "" {
			t.Error("the script does not hear that it was kept")
		}
		site.signInWith(f.page.b, "Ada Admin")
		f.page.b.get(f.again()).want(http.StatusOK, "Your changes are back.").form("email").wants("email", "typed@harbourline.example")
	})
	t.Run("with nothing typed", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline))
		site.clock.advance(time.Hour)
		f.press().want(http.StatusUnauthorized, "Your session has ended.").hides("14 days").follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK, "Edit billing profile", "Nothing yet")
	})
	t.Run("A-17 a form that the session did not hand out is not believed", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "typed@harbourline.example")
		f.fill("csrf", site.signIn("Ada Admin").edit(site.customer(harbourline)).values.Get("csrf"))
		site.clock.advance(time.Hour)
		f.press().want(http.StatusUnauthorized, "everything you typed is kept in this page").form("email").wants("email", "typed@harbourline.example")
		site.signIn("Ada Admin").get("/").want(http.StatusOK).hides("Your drafts")
	})
	t.Run("I-10 nobody is signed in by it", func(t *testing.T) {
		_, over := start(t)
		if p := over.b.get("/"); p.url.Host != "signin.example" {
			t.Errorf("/ led to %s", p.url)
		}
	})
	t.Run("the database does not answer", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "typed@harbourline.example")
		site.clock.advance(time.Hour)
		mend := site.breakTable("drafts")
		over := f.press().want(http.StatusUnauthorized, "everything you typed is kept in this page")
		over.form("email").wants("email", "typed@harbourline.example")
		mend()
		over.choose("Continue").want(http.StatusUnauthorized, "are kept for 14 days")
	})
}

// F-46, I-8: when nobody knows any more whose session it was, the page keeps the text.
func TestF46TheSessionIsNotKnownAnyMore(t *testing.T) {
	ends := map[string]func(*testSite, *browser){
		"it ended more than a day ago": func(site *testSite, _ *browser) { site.clock.advance(25 * time.Hour) },
		"signed out in another tab":    func(_ *testSite, b *browser) { b.get("/").choose("Sign out").want(http.StatusOK, "You are signed out") },
	}
	for name, end := range ends {
		start := func(t *testing.T) (*testSite, *page) {
			site := newSite(t)
			b := site.signIn("Ada Admin")
			f := b.edit(site.customer(harbourline))
			for name, text := range typedLate {
				f.fill(name, text)
			}
			end(site, b)
			return site, f.press().want(http.StatusUnauthorized, "Sign in to continue", "everything you typed is kept in this page")
		}
		t.Run(name+": the same person goes on", func(t *testing.T) {
			site, p := start(t)
			for name, text := range typedLate {
				p.form("email").wants(name, text)
			}
			p.follow("Sign in to continue").choose("Ada Admin").want(http.StatusOK).hides("Your drafts")
			f := p.choose("Continue").want(http.StatusForbidden, "Your changes are back", "Nothing has been saved").form("email")
			for name, text := range typedLate {
				f.wants(name, text)
			}
			site.wantPuts(0, 0)
			f.press().asTyped().want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
		t.Run(name+": still signed out", func(t *testing.T) {
			_, p := start(t)
			again := p.choose("Continue").want(http.StatusUnauthorized, "everything you typed is kept in this page")
			for name, text := range typedLate {
				again.form("email").wants(name, text)
			}
		})
		t.Run(name+": A-53 another person sees nothing of it", func(t *testing.T) {
			site, p := start(t)
			p.follow("Sign in to continue").choose("Sam Sales").want(http.StatusOK)
			other := p.choose("Continue").want(http.StatusForbidden)
			for _, text := range typedLate {
				if strings.Contains(other.body, text) || strings.Contains(other.body, "typed@harbourline") {
					t.Errorf("Sam sees %q of Ada's", text)
				}
			}
			site.wantPuts(0, 0)
		})
	}
}

// when the provider takes the tokens back, a page leads through sign-in and
// comes back, and a form keeps what was typed.
func TestR21TokensThatCannotBeRenewed(t *testing.T) {
	t.Run("V7.4.2", testR21TokensThatCannotBeRenewed)
}

func testR21TokensThatCannotBeRenewed(t *testing.T) {
	site := newSite(t)
	b := site.signIn("Ada Admin")
	f := b.edit(site.customer(harbourline)).fill("email", "typed@harbourline.example")
	for range 5 { // an access token lives longer than a session may be idle
		site.clock.advance(20 * time.Minute)
		b.stays()
	}
	site.provider.RevokeAll()
	if p := b.get("/customers?q=harbour"); p.url.Host != "signin.example" {
		t.Fatalf("the search led to %s: %d %s", p.url, p.status, p.text())
	}
	site.signInWith(b, "Ada Admin")
	f.press().want(http.StatusForbidden, "Your changes are back").form("email").wants("email", "typed@harbourline.example")
}

// The last line against bad return paths: pages of this portal that a GET opens, and
// nothing that only looks like one.
func TestA01OwnPages(t *testing.T) {
	id := "3f1d6c7e-8a52-4b90-9d1e-2c7f5a60b134"
	for path, own := range map[string]bool{
		"/": true, "/customers": true, "/customers?q=//evil.example": true, "/customers/" + id: true, "/customers/" + strings.ToUpper(id): true,
		"/customers/" + id + "/billing?draft=0": true, "/customers/" + id + "/billing/review": true, "/customers/" + id + "/billing/merge": true, "/customers/" + id + "/draft/discard?draft=0": true, "/customers/" + id + "/saves/" + id: true,
		"": false, "customers": false, "//": false, "//customers": false, "/nowhere": false, "/customers/": false, "/customers//": false, "/customers/..": false,
		"/customers/x/../..": false, "/customers/" + id + "/": false, "/customers/" + id + "/nowhere": false, "/customers/@evil": false, "/customers/%2f": false,
		"/signin": false, "/signout": false, "/auth/start": false, "/auth/callback": false, "/healthz": false, "/readyz": false, "/demo/colleague": false,
		"/static/portal.css": false, "https://evil.example/customers": false, "/\\evil.example": false,
	} {
		if got := handlers.OwnPage(path); got != own {
			t.Errorf("%q: own page %v, want %v", path, got, own)
		}
	}
}
