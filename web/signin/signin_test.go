package signin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

func TestSignIn(t *testing.T) {
	t.Run("V10.2.3 base: oidcc-client-test, client-secret-basic, discovery-openid-config", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		var secretInBody bool
		d.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				_ = r.ParseForm()
				_, _, basic := r.BasicAuth()
				secretInBody = !basic || r.PostForm.Has("client_secret")
			}
			return false
		}})
		target := b.start("/customers?search=contoso")
		asked, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		q := asked.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("response_mode") != "query" || q.Get("response_type") != "code" ||
			q.Get("scope") != "openid profile email offline_access https://api.partnercenter.microsoft.com/user_impersonation" ||
			len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || len(q.Get("code_challenge")) != 43 {
			t.Errorf("asked %v", q)
		}
		data, back, err := b.finish(b.press(target, "ada"))
		if err != nil {
			t.Fatal(err)
		}
		ada := demo.People()[0]
		want := session.Operator{
			Issuer: d.issuer, Subject: ada.Subject, TenantID: demo.PartnerTenant, ObjectID: ada.ObjectID,
			Name: "Ada Admin", Email: "ada.admin@partner.example", Roles: []string{"administrator", "auditor", "editor"},
		}
		if diff := cmp.Diff(want, data.Operator); diff != "" {
			t.Error(diff)
		}
		tok := data.Tokens
		if tok.Access == "" || tok.Refresh == "" || tok.IDToken == "" || data.SID == "" || !tok.Expiry.Equal(d.now().Add(65*time.Minute)) {
			t.Errorf("expiry %v, sid %q", tok.Expiry, data.SID)
		}
		if back != "/customers?search=contoso" || len(b.cookies) != 0 || secretInBody {
			t.Errorf("back to %q, cookies %v, secret in body %v", back, b.cookies, secretInBody)
		}
		if err := d.in.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if d.count("/.well-known/openid-configuration") != 1 || d.count("/keys") != 1 {
			t.Error("discovery or keys were fetched more than once")
		}
	})
	t.Run("the secret goes in the body if the provider knows only that", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{Discovery: func(doc map[string]any) {
			doc["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"}
		}})
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a v1 answer with numbers as strings", func(t *testing.T) {
		d := newDesk(t, func(_ *signin.Config, o *demo.Options) { o.StringNumbers = true })
		data, _, err := d.browser().signIn("ada")
		if err != nil || !data.Tokens.Expiry.Equal(d.now().Add(65*time.Minute)) {
			t.Errorf("expiry %v, %v", data.Tokens.Expiry, err)
		}
	})
	t.Run("no role: named, but not let in", func(t *testing.T) {
		d := newDesk(t)
		data, _, err := d.browser().signIn("nora")
		d.refused(err, signin.ReasonNoRole)
		if data.Operator.Name != "Nora Norole" || data.Tokens != (session.Tokens{}) {
			t.Errorf("got %v", data)
		}
	})
	t.Run("roles by another claim and mapping", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) {
			c.RolesClaim, c.Roles = "groups", map[string]string{"G-1": "editor", "G-2": "viewer", "G-3": "editor"}
		})
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["groups"] = []string{"G-3", "G-1", "editor", "G-9"} }})
		data, _, err := d.browser().signIn("ada")
		if diff := cmp.Diff([]string{"editor"}, data.Operator.Roles); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("R-10 group overage gives no role and causes no call", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.RolesClaim = "groups" })
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
			delete(tok.Claims, "groups")
			tok.Claims["_claim_names"] = map[string]any{"groups": "src1"}
			tok.Claims["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": d.issuer + "/overage"}}
		}})
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonNoRole)
		if d.count("/overage") != 0 {
			t.Error("the claim endpoint was called")
		}
	})
	t.Run("R-10 nor a portfolio, in either way of telling overage", func(t *testing.T) {
		for _, claims := range []map[string]any{
			{"hasgroups": true},
			{"_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://signin.example/overage"}}},
			{"groups": map[string]any{"mine": true}},
			{"groups": "MINE"},
			{"groups": nil},
		} {
			d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.PortfoliosClaim, c.Portfolios = "groups", []string{"mine"} })
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
				delete(tok.Claims, "groups")
				maps.Copy(tok.Claims, claims)
			}})
			data, _, err := d.browser().signIn("ada")
			if err != nil || data.Operator.Portfolios == nil || len(data.Operator.Portfolios) != 0 {
				t.Errorf("%v: %#v, %v", claims, data.Operator.Portfolios, err)
			}
			if d.count("/overage") != 0 {
				t.Error("the claim endpoint was called")
			}
		}
	})
	t.Run("portfolios by their own claim, those alone that have a rule", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) {
			c.PortfoliosClaim, c.Portfolios = "groups", []string{"G-1", "G-2", "editor"}
		})
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["groups"] = []string{"G-2", "G-9", "G-1", "G-2"} }})
		data, _, err := d.browser().signIn("ada")
		if diff := cmp.Diff([]string{"G-1", "G-2"}, data.Operator.Portfolios); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("portfolios by the claim of the roles, and none where none are used", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Portfolios = []string{"editor"} })
		if data, _, err := d.browser().signIn("ada"); err != nil || !slices.Equal(data.Operator.Portfolios, []string{"editor"}) {
			t.Errorf("%v, %v", data.Operator.Portfolios, err)
		}
		if data, _, err := newDesk(t).browser().signIn("ada"); err != nil || data.Operator.Portfolios != nil {
			t.Errorf("%v, %v", data.Operator.Portfolios, err)
		}
	})
	t.Run("V8.4.1 the other tenant's person is refused", func(t *testing.T) {
		d := newDesk(t)
		_, _, err := d.browser().signIn("otto")
		d.refused(err, signin.ReasonTenant)
	})
	t.Run("hostile names are cleaned", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
			tok.Claims["name"] = "A\x1b[31mda\u202e\r\n" + strings.Repeat("x", 400)
		}})
		data, _, err := d.browser().signIn("ada")
		if name := data.Operator.Name; err != nil || !strings.HasPrefix(name, "A[31mda") || len([]rune(name)) != 200 {
			t.Errorf("got %q, %v", name, err)
		}
	})
}

func TestIDTokenChecks(t *testing.T) {
	foreign := testKeys()[1]
	minutes := func(n int) func(*desk, *demo.Token, string) {
		return func(d *desk, tok *demo.Token, claim string) {
			tok.Claims[claim] = d.now().Add(time.Duration(n) * time.Minute).Unix()
		}
	}
	set := func(claim string, value any) func(*desk, *demo.Token) {
		return func(_ *desk, tok *demo.Token) { tok.Claims[claim] = value }
	}
	drop := func(claim string) func(*desk, *demo.Token) {
		return func(_ *desk, tok *demo.Token) { delete(tok.Claims, claim) }
	}
	at := func(claim string, n int) func(*desk, *demo.Token) {
		return func(d *desk, tok *demo.Token) { minutes(n)(d, tok, claim) }
	}
	es256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		change func(*desk, *demo.Token)
		reason string // "" means signed in
	}{
		{"invalid-iss", set("iss", "https://evil.example"), signin.ReasonIss},
		{"invalid-iss: with a slash", func(d *desk, tok *demo.Token) { tok.Claims["iss"] = d.issuer + "/" }, signin.ReasonIss},
		{"missing-sub", drop("sub"), signin.ReasonSub},
		{"missing-sub: empty", set("sub", ""), signin.ReasonSub},
		{"V9.2.3 V10.5.4 invalid-aud", set("aud", "somebody-else"), signin.ReasonAud},
		{"V9.2.3 V10.5.4 missing-aud", drop("aud"), signin.ReasonAud},
		{"V9.2.3 V10.5.4 R-12 several audiences", set("aud", []string{"partner-desk", "another"}), signin.ReasonAud},
		{"R-12 one audience in a list", set("aud", []string{"partner-desk"}), ""},
		{"V9.2.3 V10.5.4 R-12 A-31 azp foreign", set("azp", "another"), signin.ReasonAzp},
		{"R-12 azp ours", set("azp", "partner-desk"), ""},
		{"missing-iat", drop("iat"), signin.ReasonIat},
		{"V9.2.1 R-11 iat 6 min ahead", at("iat", 6), signin.ReasonIat},
		{"R-11 iat 4 min ahead", at("iat", 4), ""},
		{"V9.2.1 R-11 iat 16 min old", at("iat", -16), signin.ReasonIat},
		{"V9.2.1 R-11 nbf 6 min ahead", at("nbf", 6), signin.ReasonNbf},
		{"V9.2.1 R-11 expired 2 min ago", at("exp", -2), signin.ReasonExp},
		{"R-11 expired this minute", func(d *desk, tok *demo.Token) { tok.Claims["exp"] = d.now().Add(-30 * time.Second).Unix() }, ""},
		{"missing exp", drop("exp"), signin.ReasonExp},
		{"V10.5.1 nonce-invalid", set("nonce", "another"), signin.ReasonNonce},
		{"V10.5.1 nonce missing", drop("nonce"), signin.ReasonNonce},
		{"invalid-athash", set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), signin.ReasonAtHash},
		{"at_hash missing is fine", drop("at_hash"), ""},
		{"V9.1.1 V9.1.2 idtoken-sig-none", func(_ *desk, tok *demo.Token) { tok.Alg = "none" }, signin.ReasonAlg},
		{"V9.1.1 V6.8.2 invalid-sig-rs256", func(_ *desk, tok *demo.Token) { tok.Key = foreign }, signin.ReasonSignature},
		{"V9.1.2 invalid-sig-hs256", func(_ *desk, tok *demo.Token) {
			tok.Alg, tok.Key = "HS256", []byte(strings.Repeat("s3cret+/%", 4))
		}, signin.ReasonAlg},
		{"V9.1.2 invalid-sig-es256", func(_ *desk, tok *demo.Token) { tok.Alg, tok.Key = "ES256", es256 }, signin.ReasonAlg},
		{"V9.1.2 PS256 is not on our list", func(_ *desk, tok *demo.Token) { tok.Alg = "PS256" }, signin.ReasonAlg},
		{"kid-absent-single-jwks", func(_ *desk, tok *demo.Token) { delete(tok.Header, "kid") }, ""},
		{"R-14 a logout token", func(_ *desk, tok *demo.Token) { tok.Header["typ"] = "logout+jwt" }, signin.ReasonTyp},
		{"V9.2.2 R-14 an access token", func(_ *desk, tok *demo.Token) { tok.Header["typ"] = "at+jwt" }, signin.ReasonTyp},
		{"V9.2.2 R-14 a logout token by its events", set("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}), signin.ReasonTyp},
		{"R-14 a logout token by its typ claim", set("typ", "Logout"), signin.ReasonTyp},
		{"R-08 tid outside the list", set("tid", "00000000-0000-0000-0000-000000000000"), signin.ReasonTenant},
		{"R-08 tid missing", drop("tid"), signin.ReasonTenant},
		{"R-08 tid in capitals", set("tid", strings.ToUpper(demo.PartnerTenant)), ""},
		{"R-09 oid missing", drop("oid"), signin.ReasonOid},
		{"R-13 64 KB", set("padding", strings.Repeat("x", 64<<10)), signin.ReasonMalformed},
		{"A-35 picture and profile are never fetched", func(d *desk, tok *demo.Token) {
			tok.Claims["picture"], tok.Claims["profile"] = d.issuer+"/picture", d.issuer+"/profile"
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { c.change(d, tok) }})
			data, _, err := d.browser().signIn("ada")
			if c.reason != "" {
				d.refused(err, c.reason)
				if data.Tokens != (session.Tokens{}) || data.Operator.Name != "" {
					t.Error("a refused sign-in leaves data")
				}
			} else if err != nil {
				t.Error(err)
			}
			if d.count("/picture")+d.count("/profile") != 0 {
				t.Error("an address in the token was called")
			}
		})
	}
	t.Run("R-13 10^5 dots", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["id_token"] = strings.Repeat(".", 100_000) }})
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonMalformed)
	})
	t.Run("V9.2.2 R-14 the access token as ID token", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["id_token"] = body["access_token"] }})
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonIss)
	})
	t.Run("R-09 without a list of tenants oid may be missing, and email is no key", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Tenants = nil })
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { delete(tok.Claims, "oid") }})
		data, _, err := d.browser().signIn("ada")
		if want := d.issuer + "|" + demo.People()[0].Subject; err != nil || data.Operator.Key() != want {
			t.Errorf("key %q, %v", data.Operator.Key(), err)
		}
	})
	t.Run("V6.8.1 V10.5.2 A-30 without a list of tenants nobody becomes somebody else by tid and oid", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Tenants = nil })
		keys := map[string]bool{}
		for _, person := range []string{"ada", "sam"} {
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["tid"], tok.Claims["oid"] = "chosen", "alike" }})
			data, _, err := d.browser().signIn(person)
			if err != nil {
				t.Fatal(err)
			}
			keys[data.Operator.Key()] = true
		}
		if len(keys) != 2 {
			t.Errorf("two people, one key: %v", keys)
		}
	})
	t.Run("V6.8.4 V7.6.1 R-11 auth_time older than asked", func(t *testing.T) {
		for minutes, reason := range map[int]string{-10: "", -40: signin.ReasonAuthTime} {
			d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.MaxAge = 30 * time.Minute })
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { at("auth_time", minutes)(d, tok) }})
			if asked, err := url.Parse(d.browser().start("/")); err != nil || asked.Query().Get("max_age") != "1800" {
				t.Errorf("asked %v, %v", asked, err)
			}
			if _, _, err := d.browser().signIn("ada"); reason == "" && err != nil {
				t.Error(err)
			} else if reason != "" {
				d.refused(err, reason)
			}
		}
	})
}

// A sign-in that the provider does not call strong enough is none, where that is asked for.
func TestV633FactorsAreDemanded(t *testing.T) {
	for name, c := range map[string]struct {
		factors []string
		claims  map[string]any
		reason  string
	}{
		"V6.3.3 nothing is asked":       {nil, map[string]any{"amr": []string{"pwd"}}, ""},
		"V6.3.3 two factors":            {[]string{"mfa"}, map[string]any{"amr": []string{"pwd", "mfa"}}, ""},
		"V6.3.3 by the context":         {[]string{"mfa", "urn:strong"}, map[string]any{"acr": "urn:strong", "amr": []string{"pwd"}}, ""},
		"V6.3.3 one factor":             {[]string{"mfa"}, map[string]any{"amr": []string{"pwd"}}, signin.ReasonFactors},
		"V6.3.3 nothing is said":        {[]string{"mfa"}, map[string]any{"amr": nil}, signin.ReasonFactors},
		"V6.3.3 another spelling":       {[]string{"mfa"}, map[string]any{"amr": []string{"MFA", "mfa2"}}, signin.ReasonFactors},
		"V6.3.3 not a list":             {[]string{"mfa"}, map[string]any{"amr": "mfa"}, signin.ReasonFactors},
		"V6.3.3 a list of other things": {[]string{"mfa"}, map[string]any{"amr": []any{1, "mfa"}}, signin.ReasonFactors},
		"V6.3.3 nothing is no strength": {[]string{"mfa"}, map[string]any{"acr": "", "amr": []string{""}}, signin.ReasonFactors},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(o *signin.Config, _ *demo.Options) { o.Factors = c.factors })
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
				for name, value := range c.claims {
					tok.Claims[name] = value
				}
			}})
			if _, _, err := d.browser().signIn("ada"); c.reason == "" && err != nil {
				t.Error(err)
			} else if c.reason != "" {
				d.refused(err, c.reason)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	t.Run("signing-key-rotation", func(t *testing.T) {
		d := newDesk(t)
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Fatal(err)
		}
		if err := d.idp.Rotate(testKeys()[1]); err != nil {
			t.Fatal(err)
		}
		d.wait(31 * time.Second)
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Error(err)
		}
	})
	t.Run("signing-key-rotation-just-before-signing", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		target := b.start("/")
		if err := d.idp.Rotate(testKeys()[1]); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.finish(b.press(target, "ada")); err != nil {
			t.Error(err)
		}
	})
	t.Run("R-18 F-27 unknown keys cause one fetch in 30 s", func(t *testing.T) {
		d := newDesk(t)
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Fatal(err)
		}
		d.wait(31 * time.Second)
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Header["kid"] = "unknown" }})
		for range 5 {
			_, _, err := d.browser().signIn("ada")
			d.refused(err, signin.ReasonSignature)
		}
		if n := d.count("/keys"); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
	t.Run("R-19 F-27 bad keys are passed over, the last good set is kept a day", func(t *testing.T) {
		d := newDesk(t)
		small, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		d.idp.SetHooks(demo.Hooks{Keys: func(set *jose.JSONWebKeySet) {
			set.Keys = append([]jose.JSONWebKey{{Key: small.Public(), KeyID: "small"}, {Key: []byte("symmetric key of no use"), KeyID: "oct"}}, set.Keys...)
			set.Keys = append(set.Keys, set.Keys[2])
		}})
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Fatal(err)
		}
		d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/keys" {
				http.Error(w, "gone", http.StatusInternalServerError)
			}
			return r.URL.Path == "/keys"
		}})
		d.wait(23 * time.Hour)
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Errorf("after 23 h: %v", err)
		}
		d.wait(2 * time.Hour)
		_, _, err = d.browser().signIn("ada")
		d.refused(err, signin.ReasonUnavailable)
	})
	t.Run("R-19 a published key too small to trust", func(t *testing.T) {
		d := newDesk(t)
		small, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		d.idp.SetHooks(demo.Hooks{
			IDToken: func(tok *demo.Token) { tok.Key, tok.Header["kid"] = small, "small" },
			Keys: func(set *jose.JSONWebKeySet) {
				set.Keys = append(set.Keys, jose.JSONWebKey{Key: small.Public(), KeyID: "small"})
			},
		})
		_, _, err = d.browser().signIn("ada")
		d.refused(err, signin.ReasonSignature)
	})
	t.Run("kid-absent-multiple-jwks", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{
			IDToken: func(tok *demo.Token) { delete(tok.Header, "kid") },
			Keys: func(set *jose.JSONWebKeySet) {
				set.Keys = append([]jose.JSONWebKey{{Key: testKeys()[1].Public(), KeyID: "another"}}, set.Keys...)
			},
		})
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Error(err)
		}
	})
}

func TestMetadata(t *testing.T) {
	cases := []struct {
		name   string
		change func(doc map[string]any)
		reason string
	}{
		{"discovery-issuer-mismatch", func(doc map[string]any) { doc["issuer"] = "https://MARK.example" }, signin.ReasonMetadata},
		{"R-03 only plain", func(doc map[string]any) { doc["code_challenge_methods_supported"] = []string{"plain"} }, signin.ReasonMetadata},
		{"R-03 silence about PKCE", func(doc map[string]any) { delete(doc, "code_challenge_methods_supported") }, ""},
		{"no RS256", func(doc map[string]any) { doc["id_token_signing_alg_values_supported"] = []string{"ES256"} }, signin.ReasonMetadata},
		{"no token endpoint", func(doc map[string]any) { delete(doc, "token_endpoint") }, signin.ReasonMetadata},
		{"V12.3.1 R-23 an endpoint without TLS", func(doc map[string]any) { doc["token_endpoint"] = "http://MARK.example/token" }, signin.ReasonMetadata},
		{"R-23 an odd scheme", func(doc map[string]any) { doc["jwks_uri"] = "file:///etc/passwd" }, signin.ReasonMetadata},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{Discovery: c.change})
			err := d.in.Check(t.Context())
			if c.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			d.refused(err, c.reason)
			if !errors.Is(err, signin.ErrUnavailable) {
				t.Error("does not match ErrUnavailable")
			}
		})
	}
	for name, answer := range map[string]func(w http.ResponseWriter){
		"R-23 a redirect":         func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); w.WriteHeader(302) },
		"no JSON":                 func(w http.ResponseWriter) { w.Write([]byte("MARK")) },
		"more than 1 MiB":         func(w http.ResponseWriter) { w.Write([]byte(`{"issuer":"` + strings.Repeat("x", 2<<20) + `"}`)) },
		"404 with a telling body": func(w http.ResponseWriter) { w.WriteHeader(404); w.Write([]byte("MARK")) },
	} {
		t.Run("discovery answers with "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool { answer(w); return true }})
			d.refused(d.in.Check(t.Context()), signin.ReasonUnavailable)
			if d.count("/elsewhere") != 0 {
				t.Error("the redirect was followed")
			}
		})
	}
	t.Run("F-26 a provider that hangs holds up one person, not everybody", func(t *testing.T) {
		d := newDesk(t)
		if err := d.in.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.wait(2 * time.Hour)
		reached, release := make(chan struct{}, 8), make(chan struct{})
		d.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
				reached <- struct{}{}
				<-release
			}
			return false
		}})
		first := make(chan string, 1)
		go func() { first <- d.browser().start("/") }()
		<-reached
		second := make(chan string, 1)
		go func() { second <- d.browser().start("/") }()
		select {
		case target := <-second:
			if target == "" {
				t.Error("no sign-in by the last good document")
			}
		case <-time.After(5 * time.Second):
			t.Error("the second person waits for the first one's call")
		}
		close(release)
		if target := <-first; target == "" {
			t.Error("no sign-in for the first person")
		}
	})
	t.Run("F-26 the provider comes back", func(t *testing.T) {
		d := newDesk(t)
		d.down.Store(true)
		d.refused(d.in.Check(t.Context()), signin.ReasonUnavailable)
		d.refused(d.in.Check(t.Context()), signin.ReasonUnavailable)
		if n := d.count("/.well-known/openid-configuration"); n != 1 {
			t.Errorf("%d tries at once, want 1", n)
		}
		d.down.Store(false)
		d.wait(2 * time.Second)
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Error(err)
		}
		d.down.Store(true)
		d.wait(2 * time.Hour)
		if target := d.browser().start("/"); target == "" {
			t.Error("the last good document was dropped")
		}
	})
}

func TestR08Issuers(t *testing.T) { t.Run("V10.5.3", testR08Issuers) }

func testR08Issuers(t *testing.T) {
	for issuer, good := range map[string]bool{
		"https://login.microsoftonline.com/" + demo.PartnerTenant + "/v2.0": true,
		"https://idp.example":     true,
		"http://localhost:8081":   true,
		"http://127.0.0.1:8081":   true,
		"http://idp.example":      false,
		"ftp://idp.example":       false,
		"idp.example":             false,
		"":                        false,
		"https://:443":            false,
		"https://idp.example?x=1": false,
		"https://idp.example#x":   false,
		"https://u@idp.example":   false,
		"https://login.microsoftonline.com/common/v2.0":        false,
		"https://login.microsoftonline.com/organizations/v2.0": false,
		"https://login.microsoftonline.com/Consumers/v2.0":     false,
		"https://login.microsoftonline.com/{tenantid}/v2.0":    false,
	} {
		t.Run("R-08 "+issuer, func(t *testing.T) {
			if _, err := signin.CheckIssuer(issuer); (err == nil) != good {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("R-08 refused at sign-in too", func(t *testing.T) {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Issuer = "https://login.microsoftonline.com/common/v2.0" })
		d.refused(d.in.Check(t.Context()), signin.ReasonMetadata)
	})
}
