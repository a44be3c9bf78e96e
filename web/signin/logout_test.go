package signin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

func (d *desk) logout(change func(*demo.Token)) (session.Logout, error) {
	d.Helper()
	raw, err := d.idp.LogoutToken("ada", "sid-1", change)
	if err != nil {
		d.Fatal(err)
	}
	return d.in.Logout(d.Context(), raw)
}

func TestLogoutTokenChecks(t *testing.T) { t.Run("V10.5.5", testLogoutTokenChecks) }

func testLogoutTokenChecks(t *testing.T) {
	set := func(claim string, value any) func(*desk, *demo.Token) {
		return func(_ *desk, tok *demo.Token) { tok.Claims[claim] = value }
	}
	drop := func(claims ...string) func(*desk, *demo.Token) {
		return func(_ *desk, tok *demo.Token) {
			for _, claim := range claims {
				delete(tok.Claims, claim)
			}
		}
	}
	times := func(iat, exp time.Duration) func(*desk, *demo.Token) {
		return func(d *desk, tok *demo.Token) {
			tok.Claims["iat"], tok.Claims["exp"] = d.now().Add(iat).Unix(), d.now().Add(exp).Unix()
		}
	}
	typ := func(header, claim any) func(*desk, *demo.Token) {
		return func(_ *desk, tok *demo.Token) {
			if tok.Header["typ"] = header; header == nil {
				delete(tok.Header, "typ")
			}
			if claim != nil {
				tok.Claims["typ"] = claim
			}
		}
	}
	es256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*desk, *demo.Token)
		reason string // "" means believed
	}{
		{"rp-backchannel-rpinitlogout", func(*desk, *demo.Token) {}, ""},
		{"rp-backchannel-rpinitlogout-alg-none", func(_ *desk, tok *demo.Token) { tok.Alg = "none" }, signin.ReasonAlg},
		{"rp-backchannel-rpinitlogout-wrong-alg: HS256 with the client's secret", func(_ *desk, tok *demo.Token) {
			tok.Alg, tok.Key = "HS256", []byte(strings.Repeat("s3cret+/%", 8))
		}, signin.ReasonAlg},
		{"rp-backchannel-rpinitlogout-wrong-alg: ES256", func(_ *desk, tok *demo.Token) { tok.Alg, tok.Key = "ES256", es256 }, signin.ReasonAlg},
		{"rp-backchannel-rpinitlogout-wrong-alg: RS384", func(_ *desk, tok *demo.Token) { tok.Alg = "RS384" }, signin.ReasonAlg},
		{"signed by somebody else", func(_ *desk, tok *demo.Token) { tok.Key = testKeys()[1] }, signin.ReasonSignature},
		{"rp-backchannel-rpinitlogout-wrong-iss", set("iss", "https://evil.example"), signin.ReasonIss},
		{"rp-backchannel-rpinitlogout-wrong-iss: none", drop("iss"), signin.ReasonIss},
		{"rp-backchannel-rpinitlogout-wrong-aud", set("aud", "somebody-else"), signin.ReasonAud},
		{"rp-backchannel-rpinitlogout-wrong-aud: none", drop("aud"), signin.ReasonAud},
		{"rp-backchannel-rpinitlogout-wrong-aud: somebody else too", set("aud", []string{"partner-desk", "somebody-else"}), signin.ReasonAud},
		{"one audience in a list", set("aud", []string{"partner-desk"}), ""},
		{"rp-backchannel-rpinitlogout-no-event", drop("events"), signin.ReasonEvent},
		{"rp-backchannel-rpinitlogout-no-event: an empty list", set("events", map[string]any{}), signin.ReasonEvent},
		{"rp-backchannel-rpinitlogout-wrong-event", set("events", map[string]any{logoutEvent + "2": map[string]any{}}), signin.ReasonEvent},
		{"rp-backchannel-rpinitlogout-wrong-event: no object", set("events", map[string]any{logoutEvent: "yes"}), signin.ReasonEvent},
		{"rp-backchannel-rpinitlogout-wrong-event: null", set("events", map[string]any{logoutEvent: nil}), signin.ReasonEvent},
		{"rp-backchannel-rpinitlogout-with-nonce", set("nonce", "n"), signin.ReasonNonce},
		{"rp-backchannel-rpinitlogout-with-nonce: null", set("nonce", nil), signin.ReasonNonce},

		{"R-15 typ: of an access token", typ("at+jwt", nil), signin.ReasonTyp},
		{"R-15 typ: of something else", typ("secevent+jwt", nil), signin.ReasonTyp},
		{"R-15 typ: called an ID token", typ("JWT", "ID"), signin.ReasonTyp},
		{"R-15 typ: called an access token", typ("JWT", "Bearer"), signin.ReasonTyp},
		{"typ: JWT", typ("JWT", nil), ""},
		{"typ: none", typ(nil, nil), ""},
		{"typ: as Keycloak has it", typ("JWT", "Logout"), ""},
		{"typ: in capitals", typ("Logout+JWT", nil), ""},
		{"R-15 iat missing", drop("iat"), signin.ReasonIat},
		{"R-15 iat old", times(-4*time.Minute, -30*time.Second), signin.ReasonExp},
		{"R-15 iat old, exp before it", times(-4*time.Minute, -5*time.Second-4*time.Minute), signin.ReasonExp},
		{"R-15 iat 2 min ahead", times(2*time.Minute, 3*time.Minute), signin.ReasonIat},
		{"iat half a minute ahead", times(30*time.Second, 150*time.Second), ""},
		{"R-15 exp missing", drop("exp"), signin.ReasonExp},
		{"R-15 exp more than 2 min ahead", times(0, 121*time.Second), signin.ReasonExp},
		{"R-15 exp a day ahead", times(0, 24*time.Hour), signin.ReasonExp},
		{"R-15 exp past", times(-3*time.Minute, -61*time.Second), signin.ReasonExp},
		{"exp past by less than the clocks may differ", times(-2*time.Minute, -30*time.Second), ""},
		{"R-15 sub and sid both missing", drop("sub", "sid"), signin.ReasonSub},
		{"R-15 sub and sid both empty", func(_ *desk, tok *demo.Token) { tok.Claims["sub"], tok.Claims["sid"] = "", "" }, signin.ReasonSub},
		{"a sid alone", drop("sub"), ""},
		{"a sub alone", drop("sid"), ""},
		{"a very long sid", set("sid", strings.Repeat("s", 256)), signin.ReasonSub},
		{"R-15 jti missing", drop("jti"), signin.ReasonJTI},
		{"a very long jti", set("jti", strings.Repeat("j", 256)), signin.ReasonJTI},
		{"sub is a number", set("sub", 7), signin.ReasonMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			out, err := d.logout(func(tok *demo.Token) { c.change(d, tok) })
			if c.reason != "" {
				d.refused(err, c.reason)
				if out != (session.Logout{}) {
					t.Errorf("names %+v", out)
				}
				return
			}
			if err != nil || out.Issuer != d.issuer || out.Token == "" || out.Subject == "" && out.SID == "" {
				t.Errorf("got %+v, %v", out, err)
			}
		})
	}
	t.Run("what it names", func(t *testing.T) {
		d := newDesk(t)
		out, err := d.logout(func(tok *demo.Token) { tok.Claims["jti"] = "j" })
		if diff := cmp.Diff(session.Logout{Issuer: d.issuer, Subject: "ada", SID: "sid-1", Token: "j", IssuedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, out); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("no token at all", func(t *testing.T) {
		d := newDesk(t)
		for _, raw := range []string{"", "x", "a.b.c", "..", strings.Repeat("a.", 40<<10)} {
			_, err := d.in.Logout(t.Context(), raw)
			d.refused(err, signin.ReasonMalformed)
		}
		if d.count("/keys") != 0 {
			t.Error("keys were fetched for what is no token")
		}
	})
	t.Run("R-14 an ID token is no logout token", func(t *testing.T) {
		d := newDesk(t)
		data, _, err := d.browser().signIn("ada")
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.in.Logout(t.Context(), data.Tokens.IDToken)
		d.refused(err, signin.ReasonEvent)
		_, err = d.in.Logout(t.Context(), data.Tokens.Access)
		d.refused(err, signin.ReasonIss)
	})
	t.Run("the provider's keys cannot be read", func(t *testing.T) {
		d := newDesk(t)
		raw, err := d.idp.LogoutToken("ada", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		d.down.Store(true)
		if _, err := d.in.Logout(t.Context(), raw); !errors.Is(err, signin.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("R-18 A-64 a flood with unknown kids causes one fetch of keys in 30 s", func(t *testing.T) {
		d := newDesk(t)
		if _, err := d.logout(nil); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			d.wait(31 * time.Second)
			before := d.count("/keys")
			for i := range 200 {
				_, err := d.logout(func(tok *demo.Token) {
					tok.Header["kid"] = "unknown-" + string(rune('a'+i%26)) + strings.Repeat("x", i)
				})
				d.refused(err, signin.ReasonSignature)
			}
			if n := d.count("/keys") - before; n != 1 {
				t.Errorf("%d fetches in one window, want 1", n)
			}
		}
		if _, err := d.logout(nil); err != nil {
			t.Errorf("a good token after the flood: %v", err)
		}
	})
}
