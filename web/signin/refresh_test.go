package signin_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

// ask asks the session's token source once.
func (b *browser) ask(sess *session.Session, refused string) (string, error) {
	return b.in.TokenSource(sess, b.store)(b.Context(), refused)
}

func TestTokens(t *testing.T) {
	t.Run("a good token is used as it is", func(t *testing.T) {
		b := newDesk(t).browser()
		sess := b.session()
		b.wait(59 * time.Minute)
		if got, err := b.ask(sess, ""); err != nil || got != sess.Tokens().Access || b.count("/token") != 1 {
			t.Errorf("%v after %d calls", err, b.count("/token"))
		}
	})
	t.Run("refresh-token, R-20 rotated: less than 5 min left, the new ones are stored first", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		old := sess.Tokens()
		d.wait(25 * time.Minute)
		b.load()
		d.wait(25 * time.Minute)
		b.load()
		d.wait(11 * time.Minute)
		got, err := b.ask(sess, "")
		stored := b.load().Tokens()
		if err != nil || got == old.Access || stored.Access != got || stored.Refresh == old.Refresh || stored.IDToken == old.IDToken {
			t.Errorf("%v", err)
		}
		if !stored.Expiry.Equal(d.now().Add(65 * time.Minute)) {
			t.Errorf("expiry %v", stored.Expiry)
		}
	})
	t.Run("F-20 the upstream refused the token", func(t *testing.T) {
		b := newDesk(t).browser()
		sess := b.session()
		old := sess.Tokens().Access
		got, err := b.ask(sess, old)
		if err != nil || got == old {
			t.Errorf("same token %v, %v", got == old, err)
		}
		if again, err := b.ask(sess, old); err != nil || again != got || b.count("/token") != 2 {
			t.Errorf("renewed twice: %v", err)
		}
	})
	t.Run("R-20 an answer without a refresh token keeps the old one", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		old := sess.Tokens()
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) {
			delete(body, "refresh_token")
			delete(body, "id_token")
		}})
		if _, err := b.ask(sess, old.Access); err != nil {
			t.Fatal(err)
		}
		if now := b.load().Tokens(); now.Refresh != old.Refresh || now.IDToken != old.IDToken || now.Access == old.Access {
			t.Error("refresh or ID token changed")
		}
	})
	t.Run("R-07 a token that says nothing of its life is renewed, but not at every use", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { delete(body, "expires_in") }})
		b := d.browser()
		sess := b.session()
		d.wait(time.Minute)
		for range 5 {
			if _, err := b.ask(sess, ""); err != nil {
				t.Fatal(err)
			}
		}
		if n := d.count("/token"); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
	})
	for name, mode := range map[string]string{"invalid_grant": "invalid_grant", "interaction_required": "interaction_required"} {
		t.Run("R-21 F-29 "+name, func(t *testing.T) {
			d := newDesk(t)
			b := d.browser()
			sess := b.session()
			d.idp.SetHooks(demo.Hooks{Before: tokenSays(400, `{"error":"`+mode+`","error_description":"MARK"}`)})
			_, err := b.ask(sess, sess.Tokens().Access)
			if !errors.Is(err, signin.ErrSignInAgain) || errors.Is(err, signin.ErrUnavailable) {
				t.Errorf("got %v, want ErrSignInAgain", err)
			}
			if b.load() == nil {
				t.Error("the session is gone; the form would be too")
			}
		})
	}
	t.Run("R-21 no refresh token at all", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { delete(body, "refresh_token") }})
		b := d.browser()
		sess := b.session()
		d.wait(20 * time.Minute)
		b.load()
		if _, err := b.ask(sess, sess.Tokens().Access); !errors.Is(err, signin.ErrSignInAgain) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("F-29 another process was faster", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		here, there := b.session(), b.load()
		old := here.Tokens().Access
		// The provider refuses the one-time token just after the other stored its own.
		newer := session.Tokens{Access: "newer", Refresh: "newer", Expiry: d.now().Add(time.Hour), IssuedAt: d.now()}
		d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/token" {
				return false
			}
			if err := b.store.SaveTokens(context.Background(), there, newer); err != nil {
				t.Error(err)
			}
			return tokenSays(400, `{"error":"invalid_grant"}`)(w, r)
		}})
		if got, err := b.ask(here, old); err != nil || got != "newer" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("R-22 token endpoint down: the old token serves while it is good", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		old := sess.Tokens().Access
		for range 3 {
			d.wait(20*time.Minute + 40*time.Second)
			b.load()
		}
		d.idp.SetHooks(demo.Hooks{Before: tokenSays(500, "MARK")})
		for range 3 {
			if got, err := b.ask(sess, ""); err != nil || got != old {
				t.Fatalf("with 3 min left: %v", err)
			}
		}
		if n := d.count("/token"); n != 2 {
			t.Errorf("%d calls, want one try and then a rest", n)
		}
		if _, err := b.ask(sess, old); !errors.Is(err, signin.ErrUnavailable) || errors.Is(err, signin.ErrSignInAgain) {
			t.Errorf("refused by the upstream: %v, want ErrUnavailable", err)
		}
		d.wait(4 * time.Minute)
		if _, err := b.ask(sess, ""); !errors.Is(err, signin.ErrUnavailable) {
			t.Errorf("expired: %v, want ErrUnavailable", err)
		}
		if b.load() == nil {
			t.Error("signed out")
		}
		d.idp.SetHooks(demo.Hooks{})
		if got, err := b.ask(sess, ""); err != nil || got == old {
			t.Errorf("after the trouble: %v", err)
		}
	})
	for name, claim := range map[string][2]string{
		"refresh-token-invalid-issuer": {"iss", "https://evil.example"},
		"refresh-token-invalid-sub":    {"sub", "somebody else"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			b := d.browser()
			sess := b.session()
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims[claim[0]] = claim[1] }})
			if _, err := b.ask(sess, sess.Tokens().Access); !errors.Is(err, signin.ErrSignInAgain) {
				t.Errorf("got %v", err)
			}
			if b.load() != nil {
				t.Error("the session lives")
			}
		})
	}
	for name, c := range map[string]struct {
		change func(*demo.Token)
		ends   bool
	}{
		"A-25 a role was taken away":           {func(tok *demo.Token) { tok.Claims["roles"] = []string{"auditor"} }, true},
		"A-25 all roles were taken away":       {func(tok *demo.Token) { delete(tok.Claims, "roles") }, true},
		"A-25 another role, that means none":   {func(tok *demo.Token) { tok.Claims["roles"] = "janitor" }, true},
		"the same roles in another order":      {func(tok *demo.Token) { slices.Reverse(tok.Claims["roles"].([]string)) }, false},
		"a short token that tells of no roles": {func(tok *demo.Token) { delete(tok.Claims, "roles"); delete(tok.Claims, "tid") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(c *signin.Config, _ *demo.Options) {
				c.Roles = map[string]string{"editor": "editor", "auditor": "auditor", "administrator": "administrator"}
			})
			b := d.browser()
			sess := b.session()
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
				if roles, ok := tok.Claims["roles"].([]string); ok {
					tok.Claims["roles"] = slices.Clone(roles)
				}
				c.change(tok)
			}})
			_, err := b.ask(sess, sess.Tokens().Access)
			if ended := b.load() == nil; ended != c.ends || errors.Is(err, signin.ErrSignInAgain) != c.ends {
				t.Errorf("ended %v, %v; want %v", ended, err, c.ends)
			}
		})
	}
	t.Run("R-24 a clock that is wrong by 10 min does not end a running session", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
			for _, claim := range []string{"iat", "nbf", "exp"} {
				tok.Claims[claim] = d.now().Add(-3 * time.Hour).Unix()
			}
		}})
		if _, err := b.ask(sess, sess.Tokens().Access); err != nil {
			t.Error(err)
		}
	})
	t.Run("A-24 signed out during a renewal", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(string, map[string]any) {
			if err := b.store.Destroy(context.Background(), sess); err != nil {
				t.Error(err)
			}
		}})
		if _, err := b.ask(sess, sess.Tokens().Access); !errors.Is(err, signin.ErrSignInAgain) {
			t.Errorf("got %v", err)
		}
		if b.load() != nil {
			t.Error("the session is back")
		}
	})
	t.Run("a request that leaves does not lose the new tokens", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		sess := b.session()
		ctx, cancel := context.WithCancel(t.Context())
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(string, map[string]any) { cancel() }})
		old := sess.Tokens().Access
		if _, err := d.in.TokenSource(sess, d.store)(ctx, old); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if got, err := b.ask(b.load(), old); err != nil || got == old || d.count("/token") != 2 {
			t.Errorf("%v after %d calls", err, d.count("/token"))
		}
	})
}

// V8.3.2, A-25: the provider's word about a person is a minute old at most.
func TestTheProvidersWordIsConfirmed(t *testing.T) {
	everyMinute := func(c *signin.Config, _ *demo.Options) { c.Confirm = time.Minute }
	t.Run("V8.3.2 A-25 each minute, and not at every use", func(t *testing.T) {
		d := newDesk(t, everyMinute)
		b := d.browser()
		sess := b.session()
		for minute := range 3 {
			d.wait(59 * time.Second)
			if _, err := b.ask(sess, ""); err != nil || d.count("/token") != int64(1+minute) {
				t.Errorf("a second early: %d calls, %v", d.count("/token"), err)
			}
			d.wait(time.Second)
			for range 3 {
				if _, err := b.ask(sess, ""); err != nil {
					t.Error(err)
				}
			}
			if got, want := d.count("/token"), int64(2+minute); got != want {
				t.Errorf("after minute %d: %d calls, want %d", minute+1, got, want)
			}
		}
	})
	t.Run("V8.3.2 A-25 a role that was taken away ends the session", func(t *testing.T) {
		d := newDesk(t, everyMinute)
		b := d.browser()
		sess := b.session()
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["roles"] = []string{"auditor"} }})
		d.wait(time.Minute)
		if _, err := b.ask(sess, ""); !errors.Is(err, signin.ErrSignInAgain) || b.load() != nil {
			t.Errorf("got %v, and a session: %v", err, b.load() != nil)
		}
	})
	t.Run("R-22 a provider that is down or hangs is not waited for, and signs nobody out", func(t *testing.T) {
		d := newDesk(t, everyMinute)
		b := d.browser()
		sess := b.session()
		old := sess.Tokens().Access
		hung := make(chan struct{})
		d.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				<-hung
			}
			return false
		}})
		d.wait(time.Minute)
		for range 3 { // the first stops waiting after a while, the others do not wait at all
			if got, err := b.ask(sess, ""); err != nil || got != old {
				t.Errorf("the old token is good, and not given: %v", err)
			}
		}
		if n := d.count("/token"); n != 2 {
			t.Errorf("%d calls, want one try", n)
		}
		close(hung)
		d.idp.SetHooks(demo.Hooks{})
		d.wait(16 * time.Second)
		if got, err := b.ask(sess, ""); err != nil || got == old {
			t.Errorf("after the trouble: %v", err)
		}
	})
	t.Run("without a refresh token there is nothing to ask with", func(t *testing.T) {
		d := newDesk(t, everyMinute)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { delete(body, "refresh_token") }})
		b := d.browser()
		sess := b.session()
		d.wait(10 * time.Minute)
		if got, err := b.ask(sess, ""); err != nil || got != sess.Tokens().Access {
			t.Errorf("the token is good, and not given: %v", err)
		}
	})
}

func tokenSays(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/token" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		w.Write([]byte(body))
		return true
	}
}
