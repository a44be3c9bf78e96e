package signin_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/signin"
)

// a provider that does not look at the verifier gives tokens for somebody else's
// code. The nonce is of another sign-in.
func TestR02AProviderWithoutPKCE(t *testing.T) {
	d := newDesk(t)
	attacker, victim := d.browser(), d.browser()
	stolen := attacker.press(attacker.start("/"), "ada")
	var token string
	d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { token, _ = body["id_token"].(string) }})
	if _, _, err := attacker.finish(stolen); err != nil {
		t.Fatal(err)
	}
	d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["id_token"] = token }})
	data, _, err := victim.signIn("sam")
	d.refused(err, signin.ReasonNonce)
	if data.Operator.Key() != "|" || data.Tokens.Access != "" {
		t.Errorf("%v is left", data)
	}
}

// what is no token, or far too much of one, is refused before it costs anything.
func TestR13GiantTokens(t *testing.T) {
	deflated := "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00iLCJ6aXAiOiJERUYifQ" // RSA-OAEP, A256GCM, zip DEF
	for name, c := range map[string]struct{ token, reason string }{
		"64 KB":                       {"eyJhbGciOiJSUzI1NiJ9." + strings.Repeat("A", 64<<10) + ".AAAA", signin.ReasonMalformed},
		"10^5 dots":                   {strings.Repeat(".", 100_000), signin.ReasonMalformed},
		"a thousand dots":             {strings.Repeat(".", 1000), signin.ReasonMalformed},
		"a header of 30 KB":           {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","x":"`+strings.Repeat("x", 20<<10)+`"}`)) + ".e30.AAAA", signin.ReasonSignature},
		"a header of braces":          {base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(`{"a":`, 4000))) + ".e30.AAAA", signin.ReasonMalformed},
		"a JWE, deflated":             {deflated + "." + strings.Repeat("A", 342) + ".AAAAAAAAAAAAAAAA." + strings.Repeat("A", 20<<10) + ".AAAAAAAAAAAAAAAAAAAAAA", signin.ReasonAlg},
		"a JWE of PBES2, 10^9 rounds": {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1000000000,"p2s":"AAAA"}`)) + ".AAAA.AAAA.AAAA.AAAA", signin.ReasonAlg},
		"JSON serialisation":          {`{"payload":"e30","signatures":[]}`, signin.ReasonMalformed},
		"not base64":                  {"%%%.e30.AAAA", signin.ReasonMalformed},
		"a number":                    {"7", signin.ReasonMalformed},
	} {
		for _, id := range []string{"R-13 ", "A-34 "} {
			t.Run(id+name, func(t *testing.T) {
				d := newDesk(t)
				if err := d.in.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
				b := d.browser()
				d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["id_token"] = c.token }})
				callback := b.press(b.start("/"), "ada")
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := time.Now()
				_, _, err := b.finish(callback)
				took := time.Since(began)
				runtime.ReadMemStats(&after)
				d.refused(err, c.reason)
				used := after.TotalAlloc - before.TotalAlloc
				own := uint64(4 * len(c.token)) // the answer itself, at the provider's end
				if used > 1<<20+own || took > 2*time.Second {
					t.Errorf("%d KB, in %v", used>>10, took)
				}
				t.Logf("%d bytes of token: %d KB, %v", len(c.token), used>>10, took)
			})
		}
	}
}

// one kind of token never does for another.
func TestR14OneTokenForAnother(t *testing.T) {
	t.Run("R-14 a refresh token as ID token", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { body["id_token"] = body["refresh_token"] }})
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonMalformed)
	})
	t.Run("R-14 the ID token of an earlier sign-in", func(t *testing.T) {
		d := newDesk(t)
		var first any
		d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) {
			if first == nil {
				first = body["id_token"]
			}
			body["id_token"] = first
		}})
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Fatal(err)
		}
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonNonce)
	})
	t.Run("R-14 an access token of ours with our audience and nonce", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Header["typ"] = "at+jwt" }})
		_, _, err := d.browser().signIn("ada")
		d.refused(err, signin.ReasonTyp)
	})
}

// an ID token is as old as the sign-in at most, give or take five minutes.
func TestR11OlderThanTheSignIn(t *testing.T) {
	for minutes, reason := range map[int]string{-4: "", -6: signin.ReasonIat, -12: signin.ReasonIat} {
		t.Run(fmt.Sprintf("R-11 %d min", minutes), func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
				tok.Claims["iat"] = d.now().Add(time.Duration(minutes) * time.Minute).Unix()
			}})
			_, _, err := d.browser().signIn("ada")
			if reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			d.refused(err, reason)
			var refusal *signin.Refusal
			if !errors.As(err, &refusal) || !refusal.Clock() {
				t.Error("nothing is said of the clocks")
			}
		})
	}
	t.Run("R-11 the person took eight minutes", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		target := b.start("/")
		d.wait(8 * time.Minute)
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Claims["iat"] = d.now().Add(-8 * time.Minute).Unix() }})
		if _, _, err := b.finish(b.press(target, "ada")); err != nil {
			t.Error(err)
		}
	})
}

// of a set of keys only those are used that can be trusted.
func TestR19OddKeySets(t *testing.T) {
	good := testKeys()[0]
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tooLong := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 16383), big.NewInt(1)), E: 65537}
	raw := func(d *desk, body string) {
		d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/keys" {
				_, _ = w.Write([]byte(body))
			}
			return r.URL.Path == "/keys"
		}})
	}
	for name, body := range map[string]string{
		"0 keys":           `{"keys":[]}`,
		"no list":          `{}`,
		"null":             `null`,
		"no JSON":          `<html>MARK</html>`,
		"an unknown kty":   `{"keys":[{"kty":"MARK","kid":"x"},{"kty":7},null,"x",{}]}`,
		"a symmetric key":  `{"keys":[{"kty":"oct","k":"AAAA","kid":"x"}]}`,
		"10 MB":            `{"keys":[{"kty":"RSA","x":"` + strings.Repeat("x", 10<<20) + `"}]}`,
		"exponent missing": `{"keys":[{"kty":"RSA","n":"AQAB"}]}`,
	} {
		t.Run("R-19 "+name+": no key at all", func(t *testing.T) {
			d := newDesk(t)
			raw(d, body)
			d.refused(d.in.Check(t.Context()), signin.ReasonUnavailable)
			_, _, err := d.browser().signIn("ada")
			d.refused(err, signin.ReasonUnavailable)
		})
		t.Run("R-19 "+name+": the last good set stays", func(t *testing.T) {
			d := newDesk(t)
			if _, _, err := d.browser().signIn("ada"); err != nil {
				t.Fatal(err)
			}
			raw(d, body)
			d.wait(2 * time.Hour)
			if _, _, err := d.browser().signIn("ada"); err != nil {
				t.Error(err)
			}
		})
	}
	for name, odd := range map[string]jose.JSONWebKey{
		"the same kid, another key":   {Key: testKeys()[1].Public()},
		"RSA of 1024 bit, same kid":   {Key: short.Public()},
		"RSA of 16384 bit, same kid":  {Key: tooLong},
		"for encryption, same kid":    {Key: testKeys()[1].Public(), Use: "enc"},
		"for another alg, same kid":   {Key: testKeys()[1].Public(), Algorithm: "PS256"},
		"symmetric, the same kid too": {Key: []byte(strings.Repeat("x", 64))},
	} {
		t.Run("R-19 beside the good one, "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{Keys: func(set *jose.JSONWebKeySet) {
				odd.KeyID = set.Keys[0].KeyID
				set.Keys = append([]jose.JSONWebKey{odd}, set.Keys...)
			}})
			if _, _, err := d.browser().signIn("ada"); err != nil {
				t.Error(err)
			}
		})
	}
	for name, odd := range map[string]jose.JSONWebKey{
		"for encryption":  {Key: good.Public(), Use: "enc"},
		"for another alg": {Key: good.Public(), Algorithm: "RS512"},
	} {
		t.Run("R-19 signed with a key published "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{Keys: func(set *jose.JSONWebKeySet) {
				odd.KeyID = set.Keys[0].KeyID
				set.Keys = []jose.JSONWebKey{odd, {Key: testKeys()[1].Public(), KeyID: "other"}}
			}})
			_, _, err := d.browser().signIn("ada")
			d.refused(err, signin.ReasonSignature)
		})
	}
}

// a provider whose certificate is not good for it gets nothing from us.
func TestR23BadCertificates(t *testing.T) {
	d := newDesk(t)
	server := httptest.NewUnstartedServer(d)
	server.Config.ErrorLog = nil
	server.StartTLS()
	t.Cleanup(server.Close)
	trusting := server.Client()
	for name, c := range map[string]struct {
		client *http.Client
		host   string
	}{
		"of an unknown authority": {nil, server.URL},
		"for another name":        {trusting, "https://localhost" + server.URL[strings.LastIndex(server.URL, ":"):]},
	} {
		for _, id := range []string{"R-23 ", "A-33 "} {
			t.Run(id+name, func(t *testing.T) {
				before := d.count("/.well-known/openid-configuration")
				cfg := d.cfg
				cfg.Issuer, cfg.HTTPClient = c.host, c.client
				d.refused(signin.New(cfg).Check(t.Context()), signin.ReasonUnavailable)
				if d.count("/.well-known/openid-configuration") != before {
					t.Error("it was asked all the same")
				}
			})
		}
	}
	t.Run("R-23 the right one is good", func(t *testing.T) {
		cfg := d.cfg
		cfg.Issuer, cfg.HTTPClient = server.URL, trusting
		var refusal *signin.Refusal // of the issuer in the document, which is another: TLS held
		if err := signin.New(cfg).Check(t.Context()); !errors.As(err, &refusal) || refusal.Reason != signin.ReasonMetadata {
			t.Error(err)
		}
	})
}

// nobody is followed to another place: not with a code, a secret or a token, and
// not for a document or keys.
func TestR23Redirects(t *testing.T) {
	for _, path := range []string{"/.well-known/openid-configuration", "/keys", "/token"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(fmt.Sprintf("R-23 A-39 %d at %s", status, path), func(t *testing.T) {
				var strayed int
				elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed++ }))
				defer elsewhere.Close()
				d := newDesk(t)
				b := d.browser()
				refresh := path == "/token"
				var target string
				if path != "/.well-known/openid-configuration" {
					target = b.start("/")
				}
				d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path != path {
						return false
					}
					to := d.issuer + "/twice"
					if status%2 == 0 {
						to = elsewhere.URL + "/"
					}
					http.Redirect(w, r, to, status)
					return true
				}})
				if target == "" {
					d.refused(d.in.Check(t.Context()), signin.ReasonUnavailable)
				} else if _, _, err := b.finish(b.press(target, "ada")); err == nil {
					t.Error("signed in")
				}
				if refresh {
					d.idp.SetHooks(demo.Hooks{})
					sess := b.session()
					d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
						if r.URL.Path != path {
							return false
						}
						http.Redirect(w, r, elsewhere.URL+"/", status)
						return true
					}})
					if _, err := b.ask(sess, sess.Tokens().Access); !errors.Is(err, signin.ErrUnavailable) {
						t.Errorf("a refresh: %v", err)
					}
				}
				if strayed != 0 || d.count("/twice") != 0 {
					t.Error("it was followed")
				}
			})
		}
	}
	t.Run("R-23 a downgrade: an https issuer names http endpoints, local ones too", func(t *testing.T) {
		for _, endpoint := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri"} {
			for _, address := range []string{"http://idp.example/x", "http://localhost:1/x", "HTTP://idp.example/x", "https://u:p@idp.example/x", "//idp.example/x", "", "https:///x"} {
				d := newDesk(t)
				server := httptest.NewTLSServer(d)
				d.idp.SetHooks(demo.Hooks{Discovery: func(doc map[string]any) {
					for name, value := range doc {
						if text, ok := value.(string); ok {
							doc[name] = strings.Replace(text, d.issuer, server.URL, 1)
						}
					}
					doc[endpoint] = address
				}})
				cfg := d.cfg
				cfg.Issuer, cfg.HTTPClient = server.URL, server.Client()
				d.refused(signin.New(cfg).Check(t.Context()), signin.ReasonMetadata)
				server.Close()
			}
		}
	})
}

// whatever becomes of the call, the old token serves while it is good, nobody is
// signed out, and the endpoint is left alone for a while.
func TestR22TheTokenEndpointInTrouble(t *testing.T) {
	for name, trouble := range map[string]func(w http.ResponseWriter, r *http.Request){
		"500":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"503 with a page":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "MARK", http.StatusServiceUnavailable) },
		"429":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
		"invalid_client":   func(w http.ResponseWriter, r *http.Request) { tokenSays(401, `{"error":"invalid_client"}`)(w, r) },
		"200 and no token": func(w http.ResponseWriter, r *http.Request) { tokenSays(200, `{}`)(w, r) },
		"a token of another type": func(w http.ResponseWriter, r *http.Request) {
			tokenSays(200, `{"access_token":"MARK","token_type":"mac","expires_in":3600}`)(w, r)
		},
		"reset": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		},
	} {
		t.Run("R-22 "+name, func(t *testing.T) {
			d := newDesk(t)
			b := d.browser()
			old := b.session().Tokens()
			b.waitOut(3 * time.Minute)
			d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/token" {
					trouble(w, r)
				}
				return r.URL.Path == "/token"
			}})
			sess := b.load()
			for range 3 {
				if got, err := b.ask(sess, ""); err != nil || got != old.Access {
					t.Fatalf("with 3 min left: %v", err)
				}
			}
			if n := d.count("/token"); n != 2 {
				t.Errorf("%d tries, want one and then a rest", n-1)
			}
			d.wait(4 * time.Minute)
			if _, err := b.ask(sess, ""); !errors.Is(err, signin.ErrUnavailable) || errors.Is(err, signin.ErrSignInAgain) || strings.Contains(err.Error(), "MARK") {
				t.Errorf("run out: %v, want ErrUnavailable", err)
			}
			if now := b.load(); now == nil || now.Tokens() != old {
				t.Error("signed out, or other tokens")
			}
		})
	}
	t.Run("R-22 slow: who has a good token does not wait for a colleague's tab", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		b.session()
		b.waitOut(3 * time.Minute)
		here, _ := b.replica(nil)
		there, _ := b.replica(nil)
		reached, release := b.holdToken()
		go func() { _, _ = here.ask(b, "") }()
		<-reached
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		sess, err := there.store.Load(b.request(portal))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := there.in.TokenSource(sess, there.store)(ctx, ""); err != nil {
			t.Error(err)
		}
		release()
	})
}

// state, nonce and verifier say nothing about each other, and the verifier does not
// leave the portal before the code is there.
func TestA32TheVerifierStaysHere(t *testing.T) {
	d := newDesk(t)
	b := d.browser()
	var verifier string
	d.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			_ = r.ParseForm()
			verifier = r.PostForm.Get("code_verifier")
		}
		return false
	}})
	target := b.start("/")
	kept := fmt.Sprint(b.cookies)
	if _, _, err := b.finish(b.press(target, "ada")); err != nil {
		t.Fatal(err)
	}
	challenge := sha256.Sum256([]byte(verifier))
	if len(verifier) < 43 || strings.Contains(target, verifier) || strings.Contains(kept, verifier) ||
		!strings.Contains(target, base64.RawURLEncoding.EncodeToString(challenge[:])) {
		t.Errorf("%d characters", len(verifier))
	}
}
