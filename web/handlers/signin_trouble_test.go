package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/session"
)

// the portal's clock and the provider's are ten minutes apart.
func TestR24ClocksApart(t *testing.T) {
	for name, by := range map[string]time.Duration{"the portal is behind": 10 * time.Minute, "the portal is ahead": -10 * time.Minute} {
		t.Run("R-24 "+name, func(t *testing.T) {
			site := newSite(t)
			running := site.signIn("Sam Sales")
			site.provider.SetHooks(demo.Hooks{IDToken: func(token *demo.Token) {
				for _, claim := range []string{"iat", "nbf", "exp"} {
					token.Claims[claim] = token.Claims[claim].(int64) + int64(by.Seconds())
				}
			}})
			site.anybody().get("/").choose("Ada Admin").want(http.StatusForbidden, "The clocks do not agree", "Whoever runs the portal has to set its clock")
			for range 4 { // the tokens are renewed meanwhile
				site.clock.advance(19 * time.Minute)
				running.get(overview(site.customer(harbourline))).want(http.StatusOK)
			}
		})
	}
}

// leaky is a browser's store of cookies that does not keep one of them.
type leaky struct {
	http.CookieJar
	name string
}

func (l leaky) SetCookies(u *url.URL, cookies []*http.Cookie) {
	l.CookieJar.SetCookies(u, slices.DeleteFunc(cookies, func(c *http.Cookie) bool { return c.Name == l.name }))
}

// the provider knows the person and sends them back at once, and the browser does
// not keep the session's cookie.
func TestR25SigningInInACircle(t *testing.T) {
	site := newSite(t)
	b := site.anybody()
	b.client.Jar = leaky{b.client.Jar, session.CookieName}
	p := b.get("/customers")
	for range 2 {
		if p.url.Host != "signin.example" {
			t.Fatalf("at %s: %s", p.url, p.text())
		}
		p = p.choose("Ada Admin")
	}
	p.want(http.StatusForbidden, "The sign-in does not hold", "It may keep no cookies for this site", "Sign in again")
	if !strings.Contains(site.log.String(), `"reason":"sign_in_loop"`) {
		t.Error("the log does not tell")
	}
	if p := b.get("/customers"); p.url.Host != "signin.example" {
		t.Errorf("who asks once more, perhaps after changing a setting, comes to %s", p.url)
	}
	t.Run("not who signs out and in, and out and in", func(t *testing.T) {
		b := site.anybody()
		for range 4 {
			site.signInWith(b, "Ada Admin")
			b.get("/").choose("Sign out").want(http.StatusOK)
		}
		b.get("/").choose("Ada Admin").want(http.StatusOK)
	})
	t.Run("R-25 a sign-in whose tokens are good for nothing", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		site.provider.RevokeAll()
		must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/", Times: -1, Status: 401, Shape: pcsim.ShapeD}))
		if p := b.get("/customers?q=harbour"); p.url.Host != "portal.example" {
			t.Errorf("led to %s at once", p.url)
		} else {
			p.want(http.StatusUnauthorized, "Sign in to continue")
		}
		site.clock.advance(2 * time.Minute)
		if p := b.get("/customers?q=harbour"); p.url.Host != "signin.example" {
			t.Errorf("later it is worth a try, and led to %s", p.url)
		}
	})
	t.Run("not who comes back after a while", func(t *testing.T) {
		b := site.anybody()
		site.signInWith(b, "Ada Admin")
		site.clock.advance(9 * time.Hour)
		for range 2 {
			if p := b.get("/customers"); p.url.Host != "signin.example" {
				t.Errorf("came to %s", p.url)
			}
		}
	})
}

// the provider gives the portal less than it asked for.
func TestR20LessScope(t *testing.T) {
	less := demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["scope"] = "openid profile email" }}
	t.Run("R-20 at sign-in", func(t *testing.T) {
		site := newSite(t)
		site.provider.SetHooks(less)
		b := site.anybody()
		b.get("/").choose("Ada Admin").want(http.StatusForbidden, "The portal may not act for you", "has to consent")
		if p := b.get("/"); p.url.Host != "signin.example" {
			t.Errorf("came to %s", p.url)
		}
	})
	t.Run("R-20 when renewed", func(t *testing.T) {
		s := newSuite(t)
		b := s.signIn("Ada Admin")
		s.hook(less)
		p := s.useUp(b)
		if p.url.Host != "signin.example" {
			t.Fatalf("came to %s", p.url)
		}
		p.choose("Ada Admin").want(http.StatusForbidden, "The portal may not act for you")
	})
}

// whatever the token endpoint says when only a person at the provider can help, a
// form that is sent is kept, and the sign-in leads on from there.
func TestR21FormsKeptWhenTokensAreOver(t *testing.T) {
	for name, body := range map[string]string{
		"invalid_grant":            `{"error":"invalid_grant","error_description":"AADSTS700082 MARK"}`,
		"interaction_required":     `{"error":"interaction_required","suberror":"basic_action","error_description":"AADSTS50076 MARK"}`,
		"claims challenge":         `{"error":"interaction_required","claims":"{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}"}`,
		"a challenge that is none": `{"error":"interaction_required","claims":""}`,
		"access_denied":            `{"error":"access_denied"}`,
		"login_required":           `{"error":"login_required"}`,
		"consent_required":         `{"error":"consent_required","error_description":"AADSTS65001 MARK"}`,
	} {
		t.Run("R-21 F-29 "+name, func(t *testing.T) {
			s := newSuite(t)
			id := s.customer(harbourline)
			b := s.signIn("Ada Admin")
			f := b.edit(id).fill("email", "typed@harbourline.example").fill("firstName", "Typed")
			for range 3 {
				s.clock.advance(21 * time.Minute)
				b.stays()
			}
			s.clock.advance(3 * time.Minute)
			s.hook(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/token" {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(body))
				return true
			}})
			p := f.press()
			if p.url.Host != "signin.example" {
				t.Fatalf("came to %s: %s", p.url, p.text())
			}
			var told struct{ Claims string }
			must(t, json.Unmarshal([]byte(body), &told))
			if asked := p.url.Query().Get("claims"); asked != told.Claims {
				t.Errorf("the provider wanted %q, and is asked for %q", told.Claims, asked)
			}
			s.hook(demo.Hooks{})
			review := p.choose("Ada Admin").want(http.StatusOK, "Review 2 changes", "typed@harbourline.example", "Typed")
			s.wantPuts(0, 0)
			review.save().want(http.StatusOK, "Billing profile saved.")
			if strings.Contains(s.log.String(), "MARK") {
				t.Error("the provider's words are in the log")
			}
		})
	}
}

// F-21: Partner Center lets somebody read and refuses the save because of how they signed
// in. What they typed is kept, and goes through once they are known better.
func TestF21RefusedForHowSomebodySignedIn(t *testing.T) {
	for name, c := range map[string]struct {
		fault  pcsim.Fault
		status int
		text   string
	}{
		"MFA, code 900421":                {pcsim.Fault{Status: 401, Code: 900421, Times: 4}, http.StatusForbidden, "second factor"},
		"Conditional Access, code 900309": {pcsim.Fault{Status: 403, Code: 900309}, http.StatusForbidden, "policy"},
		"a claims challenge, a bare 401":  {pcsim.Fault{Status: 401, Shape: pcsim.ShapeD, Times: 4}, http.StatusForbidden, "Nothing was saved"},
	} {
		t.Run("F-21 "+name, func(t *testing.T) {
			site, id, review := resultSite(t, "Ada Admin")
			c.fault.Method = http.MethodPut
			must(t, site.sim.AddFaults(c.fault))
			p := review.save().want(c.status, c.text)
			allThere(t, p)
			site.sim.ClearFaults()
			site.signInWith(p.b, "Ada Admin")
			allThere(t, p).press().want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
			site.storedHas(id, "email", "typed@harbourline.example")
		})
	}
}

// the same over a save. Nothing is sent, and what was typed is offered again.
func TestR21SavesWhenTokensAreOver(t *testing.T) {
	s := newSuite(t)
	id := s.customer(harbourline)
	b := s.signIn("Ada Admin")
	review := b.toReview(id, "email", "typed@harbourline.example", "firstName", "Typed", "defaultAddress.phoneNumber", "2065550188")
	for range 3 {
		s.clock.advance(22 * time.Minute)
		b.stays()
	}
	s.provider.RevokeAll()
	p := review.save().want(http.StatusForbidden, "Your sign-in has run out. Nothing was saved.", "typed@harbourline.example")
	s.wantPuts(0, 0)
	p.follow("Sign in").choose("Ada Admin").want(http.StatusOK)
	b.get("/").want(http.StatusOK, "Your drafts").follow("Continue").want(http.StatusOK).form("email").wants("firstName", "Typed").wants("email", "typed@harbourline.example")
}
