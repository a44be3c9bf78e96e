package peer

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	vera = "248289761001"
	wim  = "auth0|wim"
)

func TestSigningIn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	p := b.get("/customers?q=a")

	t.Run("V10.1.2 leads through the provider to the page asked for", func(t *testing.T) {
		if p.status != http.StatusOK || p.url.String() != origin+"/customers?q=a" {
			t.Fatalf("ended with %d at %s:\n%s", p.status, p.url, p.body)
		}
		if !strings.Contains(p.body, "Vera Visitor") {
			t.Error("the page does not say who is signed in")
		}
	})
	t.Run("asks with PKCE, a state and a nonce, and proves itself by the header", func(t *testing.T) {
		asked, redeemed := w.last(&w.authorize), w.last(&w.token)
		if asked.Get("code_challenge_method") != "S256" || len(asked.Get("code_challenge")) != 43 || len(redeemed.Get("code_verifier")) < 43 {
			t.Errorf("challenge %v, verifier of %d", asked, len(redeemed.Get("code_verifier")))
		}
		if len(asked.Get("state")) < 22 || len(asked.Get("nonce")) < 22 || asked.Get("response_type") != "code" {
			t.Errorf("asked with %v", asked)
		}
		if redeemed.Get("basic") != "yes" || redeemed.Has("client_secret") {
			t.Error("the client secret is in the form")
		}
		for _, part := range []string{"openid", "offline_access", scope} {
			if !slices.Contains(strings.Fields(asked.Get("scope")), part) {
				t.Errorf("scope %q without %s", asked.Get("scope"), part)
			}
		}
	})
	t.Run("Partner Center gets the person's token and no browser sees it", func(t *testing.T) {
		took := w.took()
		if len(took) != 1 {
			t.Fatalf("%d tokens", len(took))
		}
		if strings.Contains(p.body, took[0]) || strings.Contains(w.log.String(), took[0]) {
			t.Error("the token is in the page or the log")
		}
	})
	t.Run("roles come from the claim", func(t *testing.T) {
		if got := b.get("/changes").status; got != http.StatusOK {
			t.Errorf("Vera, an auditor, gets %d for the change log", got)
		}
		w.next = wim
		other := w.browser()
		if p := other.get("/help"); p.status != http.StatusOK || !strings.Contains(p.body, "Wim van der Linden") {
			t.Errorf("Wim gets %d", p.status)
		}
		if got := other.get("/changes").status; got != http.StatusForbidden {
			t.Errorf("Wim, a viewer, gets %d for the change log", got)
		}
	})
	t.Run("a code that somebody else was given opens nothing", func(t *testing.T) {
		thief := w.browser()
		thief.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/auth/callback" {
				return http.ErrUseLastResponse
			}
			return nil
		}
		thief.get("/help")
		before := len(w.requests(&w.token))
		victim := w.browser()
		if p := victim.get("/auth/callback?code=" + rand.Text() + "&state=" + rand.Text()); p.status == http.StatusOK || len(w.requests(&w.token)) != before {
			t.Errorf("the callback answered %d, %d calls for tokens", p.status, len(w.requests(&w.token))-before)
		}
	})
}

func TestRenewingTokens(t *testing.T) {
	w := newWorld(t)
	// In whole seconds, as the provider tells times.
	w.storage.life = 2 * time.Second
	b := w.browser()
	if p := b.find(); p.status != http.StatusOK {
		t.Fatalf("signing in ended with %d", p.status)
	}
	expire := func() { time.Sleep(w.storage.life + 100*time.Millisecond) }

	t.Run("an expired token is replaced, and the refresh token with it", func(t *testing.T) {
		for n := 1; n <= 2; n++ {
			expire()
			if p := b.find(); p.status != http.StatusOK || p.url.Host != "localhost:4711" {
				t.Fatalf("renewal %d: %d at %s", n, p.status, p.url)
			}
			if renewals, replays := w.storage.counted(); renewals != n || replays != 0 {
				t.Fatalf("%d renewals, %d refresh tokens used twice, want %d and 0", renewals, replays, n)
			}
		}
		if w.times(&w.expired) == 0 || len(w.took()) != 3 {
			t.Errorf("Partner Center refused %d times and took %d tokens, want 3", w.times(&w.expired), len(w.took()))
		}
		if w.last(&w.token).Get("basic") != "yes" {
			t.Error("the renewal does not prove itself by the header")
		}
	})
	t.Run("F-30 many requests at once renew one time", func(t *testing.T) {
		expire()
		before, _ := w.storage.counted()
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if p := b.find(); p.status != http.StatusOK {
					t.Errorf("one of them got %d", p.status)
				}
			})
		}
		all.Wait()
		if after, replays := w.storage.counted(); after != before+1 || replays != 0 {
			t.Errorf("%d renewals, %d refresh tokens used twice, want 1 and 0", after-before, replays)
		}
	})
	t.Run("R-21 a person whom the provider has disabled signs in again", func(t *testing.T) {
		w.storage.revoke(vera)
		expire()
		asked := w.times(&w.asked)
		if p := b.find(); p.status != http.StatusUnauthorized || !strings.Contains(p.body, `href="/auth/start`) {
			t.Errorf("answered %d, and no way to sign in again:\n%s", p.status, p.body)
		}
		if p := b.get("/auth/start"); p.status != http.StatusOK || w.times(&w.asked) != asked {
			t.Errorf("signing in again: %d at %s; asked %d times who it is, though the provider still knows", p.status, p.url, w.times(&w.asked)-asked)
		}
		if p := b.find(); p.status != http.StatusOK {
			t.Errorf("after that: %d at %s", p.status, p.url)
		}
	})
}

func TestChangingSigningKeys(t *testing.T) {
	w := newWorld(t)
	old, next := w.storage.signs, newKey("second")
	w.storage.set(func() { w.storage.published = []*key{old, next} })
	w.storage.life = 2 * time.Second
	b := w.browser()
	b.find()

	t.Run("a key that was announced signs from now on", func(t *testing.T) {
		w.storage.set(func() { w.storage.signs = next })
		if p := w.browser().find(); p.status != http.StatusOK {
			t.Errorf("a new sign-in ended with %d at %s", p.status, p.url)
		}
		time.Sleep(w.storage.life + 100*time.Millisecond)
		if p := b.find(); p.status != http.StatusOK || p.url.Host != "localhost:4711" {
			t.Errorf("the session from before: %d at %s", p.status, p.url)
		}
	})
	t.Run("one that nobody announced is not believed, and the next sign-in works again", func(t *testing.T) {
		w.storage.set(func() { w.storage.signs = newKey("second") })
		if p := w.browser().find(); p.status != http.StatusForbidden {
			t.Errorf("a sign-in with a foreign key under a known name ended with %d at %s", p.status, p.url)
		}
		w.storage.set(func() { w.storage.signs = next })
		if p := w.browser().find(); p.status != http.StatusOK {
			t.Errorf("then %d at %s", p.status, p.url)
		}
	})
}

func TestSigningOut(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get("/help")
	p := b.signOut()

	t.Run("of the portal alone", func(t *testing.T) {
		if p.url.Path != "/signin" || b.in() {
			t.Errorf("signing out ended at %s, still in: %v", p.url, b.in())
		}
		if w.storage.loginOf(vera) == nil || len(w.requests(&w.ended)) != 0 {
			t.Error("the provider's own session was ended too")
		}
		asked := w.times(&w.asked)
		if b.get("/help"); !b.in() || w.times(&w.asked) != asked {
			t.Errorf("signing in again: %v, asked %d times who it is", b.in(), w.times(&w.asked)-asked)
		}
	})
	t.Run("oidcc-rp-initiated-logout: and of the provider, from where it leads back", func(t *testing.T) {
		if !strings.Contains(b.signOut().body, `href="/auth/leave"`) {
			t.Fatal("the page offers no way to sign out of the provider")
		}
		p := b.get("/auth/leave")
		if p.status != http.StatusOK || p.url.Path != "/signin" || "http://"+p.url.Host != origin {
			t.Errorf("the provider led to %d at %s", p.status, p.url)
		}
		if state := w.last(&w.ended).Get("state"); len(state) < 22 || p.url.Query().Get("state") != state {
			t.Errorf("it was asked with the state %q and led to %s", state, p.url)
		}
		if got := w.last(&w.ended); got.Get("client_id") != "portal" || got.Get("post_logout_redirect_uri") != origin+"/signin" {
			t.Errorf("it was asked with %v", got)
		}
		if w.storage.loginOf(vera) != nil {
			t.Error("the provider's session goes on")
		}
		asked := w.times(&w.asked)
		if b.get("/help"); !b.in() || w.times(&w.asked) != asked+1 {
			t.Errorf("the next sign-in asked %d times who it is, want once", w.times(&w.asked)-asked)
		}
	})
	t.Run("the provider leads back to no other place", func(t *testing.T) {
		b.signOut()
		u, err := url.Parse(b.location("/auth/leave"))
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("post_logout_redirect_uri", "https://elsewhere.example/")
		u.RawQuery = q.Encode()
		if p := b.get(u.String()); p.status != http.StatusBadRequest {
			t.Errorf("it answered %d at %s: this provider does not check, so this test proves nothing", p.status, p.url)
		}
	})
}

// signed makes a token with the provider's key, its type in the header as given.
func (w *world) signed(k *key, typ string, claims any) string {
	w.t.Helper()
	options := &jose.SignerOptions{}
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: &jose.JSONWebKey{Key: k.private, KeyID: k.id}}, options)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := crypto.Sign(claims, signer)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// login is a person's session at the provider.
func (w *world) login(subject string) *login {
	w.t.Helper()
	l := w.storage.loginOf(subject)
	if l == nil {
		w.t.Fatalf("%s is not signed in at the provider", subject)
	}
	return l
}

// backChannel posts a logout token as the provider's server would, from no browser.
func (w *world) backChannel(token string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, origin+"/backchannel-logout", strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := w.browser().client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// The library makes logout tokens and leaves sending them to others. Ours has the type
// logout+jwt, one audience as text and both names; here are the other ways.
func TestLogoutTokensInOtherForms(t *testing.T) {
	w := newWorld(t)
	const event = "http://schemas.openid.net/event/backchannel-logout"
	soon := func() time.Time { return time.Now().Add(time.Minute) }
	made := func(subject, sid string) *oidc.LogoutTokenClaims {
		return oidc.NewLogoutTokenClaims(w.issuer, subject, oidc.Audience{"portal"}, soon(), rand.Text(), sid, 0)
	}
	plain := func(subject, sid string) map[string]any {
		return map[string]any{
			"iss": w.issuer, "aud": "portal", "sub": subject, "sid": sid, "jti": rand.Text(),
			"iat": float64(time.Now().UnixMilli()) / 1000, "exp": float64(soon().UnixMilli()) / 1000, "events": map[string]any{event: map[string]any{}},
		}
	}
	without := func(claims map[string]any, names ...string) map[string]any {
		for _, name := range names {
			delete(claims, name)
		}
		return claims
	}
	with := func(claims map[string]any, name string, value any) map[string]any {
		claims[name] = value
		return claims
	}

	b := w.browser()
	signedIn := func() bool {
		if b.get("/help"); !b.in() {
			// A logout counts for the sign-ins of its second, and this provider keeps its session.
			time.Sleep(time.Second)
			b.get("/help")
		}
		return b.in()
	}
	t.Run("end the session", func(t *testing.T) {
		for name, token := range map[string]func(l *login) string{
			"as the library makes and signs them: JWT, a list of audiences": func(l *login) string {
				signer, err := op.SignerFromKey(w.storage.signs)
				if err != nil {
					t.Fatal(err)
				}
				token, err := crypto.Sign(made(l.subject, l.sid), signer)
				if err != nil {
					t.Fatal(err)
				}
				return token
			},
			"without a type":            func(l *login) string { return w.signed(w.storage.signs, "", made(l.subject, l.sid)) },
			"the type in other letters": func(l *login) string { return w.signed(w.storage.signs, "Logout+JWT", made(l.subject, l.sid)) },
			"the subject alone":         func(l *login) string { return w.signed(w.storage.signs, "logout+jwt", made(l.subject, "")) },
			"the session alone":         func(l *login) string { return w.signed(w.storage.signs, "logout+jwt", made("", l.sid)) },
			"times with fractions":      func(l *login) string { return w.signed(w.storage.signs, "logout+jwt", plain(l.subject, l.sid)) },
			"the type as a claim (Keycloak)": func(l *login) string {
				return w.signed(w.storage.signs, "JWT", with(plain(l.subject, l.sid), "typ", "Logout"))
			},
			"a second event and claims that nobody knows": func(l *login) string {
				claims := with(plain(l.subject, l.sid), "events", map[string]any{event: map[string]any{"why": "bored"}, "https://example.com/other": map[string]any{}})
				return w.signed(w.storage.signs, "logout+jwt", with(claims, "trace_id", "7"))
			},
		} {
			t.Run(name, func(t *testing.T) {
				if !signedIn() {
					t.Fatal("not signed in")
				}
				raw := token(w.login(vera))
				if got := w.backChannel(raw); got != http.StatusOK || b.in() {
					t.Errorf("answered %d, still in: %v", got, b.in())
				}
				if got := w.backChannel(raw); got != http.StatusBadRequest {
					t.Errorf("R-15 the same token again: %d", got)
				}
			})
		}
	})

	t.Run("end nothing", func(t *testing.T) {
		if !signedIn() {
			t.Fatal("not signed in")
		}
		l := w.login(vera)
		foreign := newKey(w.storage.signs.id)
		unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"logout+jwt"}`)) + "." +
			base64.RawURLEncoding.EncodeToString(mustJSON(t, plain(l.subject, l.sid))) + "."
		for name, token := range map[string]string{
			"with a nonce":             w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "nonce", "n")),
			"for another client":       w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "aud", []string{"another"})),
			"for us and another":       w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "aud", []string{"portal", "another"})),
			"of another issuer":        w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "iss", w.issuer+"/")),
			"with no event":            w.signed(w.storage.signs, "logout+jwt", without(plain(l.subject, l.sid), "events")),
			"with the event as text":   w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "events", map[string]any{event: "yes"})),
			"that names nobody":        w.signed(w.storage.signs, "logout+jwt", without(plain(l.subject, l.sid), "sub", "sid")),
			"without an ID":            w.signed(w.storage.signs, "logout+jwt", without(plain(l.subject, l.sid), "jti")),
			"that was good yesterday":  w.signed(w.storage.signs, "logout+jwt", with(with(plain(l.subject, l.sid), "iat", time.Now().Add(-24*time.Hour).Unix()), "exp", time.Now().Add(-23*time.Hour).Unix())),
			"that is good for an hour": w.signed(w.storage.signs, "logout+jwt", with(plain(l.subject, l.sid), "exp", time.Now().Add(time.Hour).Unix())),
			"by a foreign key":         w.signed(foreign, "logout+jwt", plain(l.subject, l.sid)),
			"that nobody signed":       unsigned,
			"that is an ID token":      w.signed(w.storage.signs, "JWT", oidc.NewIDTokenClaims(w.issuer, vera, []string{"portal"}, soon(), time.Now(), "", "", nil, "portal", 0)),
			"that is an access token":  w.signed(w.storage.signs, "at+jwt", oidc.NewAccessTokenClaims(w.issuer, vera, []string{"portal"}, soon(), rand.Text(), "portal", 0)),
		} {
			if got := w.backChannel(token); got != http.StatusBadRequest {
				t.Errorf("%s: answered %d", name, got)
			}
		}
		if !b.in() {
			t.Error("one of them ended the session")
		}
	})
}
