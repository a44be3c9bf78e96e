package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/demo"
)

// V7.5.3: where a save has to follow a recent sign-in, somebody who signed in earlier does
// so once more, and finds their changes and their reason as they were.
func TestV753ASaveFollowsARecentSignIn(t *testing.T) { everywhere(t, aSaveFollowsARecentSignIn) }

func aSaveFollowsARecentSignIn(t *testing.T) {
	const quarter = 15 * time.Minute
	const clocks = 5 * time.Minute // that the provider's may be apart
	t.Run("V7.5.3 sign in again, then save", func(t *testing.T) {
		site, id, review := resultSiteWith(t, "Ada Admin", settings{saveMaxAge: quarter})
		site.clock.advance(quarter + clocks + time.Second)
		p := review.form("reason").fill("reason", "Ticket 4711").press("do", "save").
			want(http.StatusOK, "Sign in again before you save.", "Nothing has been saved yet.", "typed@harbourline.example")
		site.wantPuts(0, 0)
		p.form("reason").wants("reason", "Ticket 4711")
		if !strings.Contains(site.log.String(), `"reason":"sign_in_too_old"`) {
			t.Error("the log does not say why nothing was saved")
		}
		p = p.follow("Sign in to save")
		if q := p.url.Query(); p.url.Host != "signin.example" || q.Get("max_age") != "900" || q.Get("prompt") != "login" {
			t.Fatalf("came to %s", p.url)
		}
		p = p.choose("Ada Admin").want(http.StatusOK, "Review 3 changes", "typed@harbourline.example").hides("Sign in again before you save.")
		p.form("reason").wants("reason", "Ticket 4711")
		site.wantPuts(0, 0)
		p.save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "typed@harbourline.example")

		site.clock.advance(quarter + clocks + time.Second)
		p.save().want(http.StatusOK).hides("Sign in again before you save.") // pressed before, with a result
		site.wantPuts(1, 1)
	})
	t.Run("V7.5.3 no sooner than that", func(t *testing.T) {
		site, id, review := resultSiteWith(t, "Ada Admin", settings{saveMaxAge: quarter})
		site.clock.advance(quarter)
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "typed@harbourline.example")
	})
	t.Run("V7.5.3 nobody is asked where it is not set", func(t *testing.T) {
		site, id, review := resultSite(t, "Ada Admin")
		site.clock.advance(29 * time.Minute)
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "typed@harbourline.example")
	})
	for name, change := range map[string]func(*testSite, *demo.Token){
		"lets people in as they are": func(s *testSite, tok *demo.Token) {
			tok.Claims["auth_time"] = s.clock.now().Add(-time.Hour).Unix()
		},
		"does not say when somebody signed in": func(_ *testSite, tok *demo.Token) { delete(tok.Claims, "auth_time") },
	} {
		t.Run("V7.5.3 V6.8.4 a provider that "+name, func(t *testing.T) {
			site, _, review := resultSiteWith(t, "Ada Admin", settings{saveMaxAge: quarter})
			site.provider.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { change(site, tok) }})
			site.clock.advance(quarter + clocks + time.Second)
			p := review.save().want(http.StatusOK, "Sign in again before you save.")
			if p = p.follow("Sign in to save").choose("Ada Admin"); p.status < 400 {
				t.Errorf("signed in: %d %s", p.status, p.text())
			}
			review.save().want(http.StatusOK, "Sign in again before you save.")
			site.wantPuts(0, 0)
		})
	}
}
