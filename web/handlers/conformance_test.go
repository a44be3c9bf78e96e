package handlers_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/partnerdesk/portal/web/demo"
)

// module is one row of the OpenID Foundation's conformance suite for relying parties:
// oidcc-client-test- and its name, what the suite's provider does there, and what the
// portal must make of it.
type module struct {
	plan, name string
	provider   func(*suite) demo.Hooks
	event      string                        // the reason that the log gives; "" for a sign-in
	then       func(*suite, *browser, *page) // what else the row asks for
}

// modules can be read beside the list of the suite's modules. Left out is what the portal
// does not do: hybrid and implicit flows, form post, WebFinger, dynamic registration,
// request objects, mTLS, user info of any kind.
var modules = []module{
	{"Basic", "(base)", nil, "", nil},
	{"Basic", "invalid-iss", claim("iss", "https://other.example"), "iss", nil},
	{"Basic", "missing-sub", claim("sub", nil), "sub", nil},
	{"Basic", "invalid-aud", claim("aud", "another-client"), "aud", nil},
	{"Basic", "missing-iat", claim("iat", nil), "iat", nil},
	{"Basic", "kid-absent-single-jwks", idToken(noKid), "", nil},
	{"Basic", "kid-absent-multiple-jwks", func(*suite) demo.Hooks { return demo.Hooks{IDToken: noKid, Keys: oneMoreKey} }, "", nil}, // the specification lets us refuse, too
	{"Basic", "idtoken-sig-rs256", nil, "", nil},
	{"Basic", "idtoken-sig-none", idToken(func(t *demo.Token) { t.Alg = "none" }), "alg", nil}, // it lets us accept, from the token endpoint
	{"Basic", "invalid-sig-rs256", idToken(func(t *demo.Token) { t.Key = otherKey() }), "signature", nil},
	{"Basic", "userinfo-invalid-sub", withUserinfo, "", neverAsked("/userinfo")}, // user info is not asked for: nothing to mistake
	{"Basic", "nonce-invalid", claim("nonce", "another"), "nonce", nil},
	{"Basic", "scope-userinfo-claims", claim("name", "Ada of the claims"), "", func(s *suite, b *browser, p *page) {
		if scopes := strings.Fields(s.asked().Get("scope")); len(scopes) != 5 || strings.Join(scopes[:4], " ") != "openid profile email offline_access" {
			s.Errorf("asked for %q", scopes)
		}
		if !strings.Contains(p.body, "Ada of the claims") {
			s.Error("the name is not shown")
		}
	}},
	{"Basic", "client-secret-basic", nil, "", func(s *suite, _ *browser, _ *page) {
		for _, r := range s.tokenCalls {
			if user, password, basic := r.BasicAuth(); !basic || user != "portal" || password != "client-secret-of-the-test" || r.Form.Has("client_secret") || strings.Contains(r.URL.String(), "client-secret") {
				s.Errorf("the secret is not in the header alone: %v", r.URL)
			}
		}
	}},
	{"Config", "discovery-openid-config", func(s *suite) demo.Hooks {
		return demo.Hooks{Discovery: func(doc map[string]any) { doc["token_endpoint"] = providerOrigin + "/token?from=discovery" }}
	}, "", func(s *suite, _ *browser, _ *page) {
		if len(s.tokenCalls) != 1 || s.tokenCalls[0].URL.RawQuery != "from=discovery" {
			s.Error("the token endpoint is not the one of the document")
		}
	}},
	{"Config", "discovery-jwks-uri-keys", nil, "", func(s *suite, _ *browser, _ *page) {
		if n := s.count("/keys"); n != 1 {
			s.Errorf("the keys were fetched %d times", n)
		}
	}},
	{"Config", "discovery-issuer-mismatch", func(*suite) demo.Hooks {
		return demo.Hooks{Discovery: func(doc map[string]any) { doc["issuer"] = "https://other.example" }}
	}, "metadata", nil},
	{"Config", "idtoken-sig-none", idToken(func(t *demo.Token) { t.Alg = "none" }), "alg", nil},
	{"Config", "signing-key-rotation", nil, "", func(s *suite, _ *browser, _ *page) {
		must(s, s.provider.Rotate(otherKey()))
		s.clock.advance(time.Minute)
		s.signIn("Sam Sales").get("/").want(http.StatusOK)
	}},
	{"Config", "signing-key-rotation-just-before-signing", func(s *suite) demo.Hooks {
		return demo.Hooks{Callback: func(url.Values) { must(s, s.provider.Rotate(otherKey())) }}
	}, "", nil},
	{"Refresh", "refresh-token", nil, "", func(s *suite, b *browser, _ *page) {
		s.useUp(b).want(http.StatusOK, "Harbourline")
		if last := s.tokenCalls[len(s.tokenCalls)-1]; len(s.tokenCalls) != 2 || last.Form.Get("grant_type") != "refresh_token" {
			s.Errorf("%d calls of the token endpoint, the last %q", len(s.tokenCalls), last.Form.Get("grant_type"))
		}
	}},
	{"Refresh", "refresh-token-invalid-issuer", nil, "", endsWith("iss", "https://other.example")},
	{"Refresh", "refresh-token-invalid-sub", nil, "", endsWith("sub", "somebody-else")},
	{"Full", "missing-aud", claim("aud", nil), "aud", nil},
	{"Full", "invalid-sig-hs256", idToken(func(t *demo.Token) { t.Alg, t.Key = "HS256", []byte(strings.Repeat("client-secret-of-the-test", 2)) }), "alg", nil},
	{"Full", "invalid-sig-es256", idToken(func(t *demo.Token) { t.Alg, t.Key = "ES256", curveKey() }), "alg", nil},
	{"Full", "invalid-athash", claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "at_hash", nil},
	{"Full", "userinfo-bearer-header", withUserinfo, "", neverAsked("/userinfo")},
	{"Full", "aggregated-claims", idToken(func(t *demo.Token) {
		t.Claims["_claim_names"] = map[string]any{"roles": "src1", "name": "src1"}
		t.Claims["_claim_sources"] = map[string]any{"src1": map[string]any{"JWT": "eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbmlzdHJhdG9yIl19."}}
	}), "", nil},
	{"Full", "distributed-claims", idToken(func(t *demo.Token) {
		t.Claims["_claim_names"] = map[string]any{"roles": "src1"}
		t.Claims["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": providerOrigin + "/claims", "access_token": "x"}}
	}), "", neverAsked("/claims")},
	{"Login", "3rd-party-init-login", nil, "", func(s *suite, _ *browser, _ *page) { // not offered: no more than the portal's own link
		b := s.anybody()
		p := b.get("/auth/start?iss=https://other.example&login_hint=nora&target_link_uri=https://other.example/changes")
		if p.url.Host != "signin.example" || s.asked().Has("login_hint") || strings.Contains(p.url.RawQuery, "other.example") {
			s.Errorf("it decides something: %s", p.url)
		}
		if back := p.choose("Ada Admin").want(http.StatusOK); back.url.String() != portalOrigin+"/" {
			s.Errorf("A-02 it led to %s", back.url)
		}
	}},
	{"RP logout", "rp-init-logout", claim("login_hint", "opaque hint"), "", func(s *suite, b *browser, p *page) {
		out := p.choose("Sign out").want(http.StatusOK, "You are signed out", "may still be signed in to your work account")
		left := b.get(s.leaves(out)).want(http.StatusOK, "You are signed out", "left your work account in this browser too").hides("Sign out of your work account too")
		q := s.last("/signout").URL.Query()
		if q.Get("client_id") != "portal" || q.Get("post_logout_redirect_uri") != portalOrigin+"/signin" || len(q.Get("state")) != 43 || q.Get("logout_hint") != "opaque hint" || q.Has("id_token_hint") {
			s.Errorf("the provider was asked %v", q)
		}
		if s.sessions != 0 {
			s.Errorf("%d sessions were alive when the browser left", s.sessions)
		}
		if left.url.Query().Get("state") != q.Get("state") {
			s.Errorf("came back to %s", left.url)
		}
		s.wantEvents("/signin", "")
	}},
	{"RP logout", "rp-init-logout-other-state", nil, "", returnsWith("/signin?state=another")},
	{"RP logout", "rp-init-logout-no-state", nil, "", returnsWith("/signin")},
}

func TestConformance(t *testing.T) {
	for _, m := range modules {
		t.Run(m.plan+": oidcc-client-test-"+m.name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t)
			if m.provider != nil {
				s.hook(m.provider(s))
			} else {
				s.hook(demo.Hooks{})
			}
			b := s.anybody()
			p := b.get("/")
			if m.event == "metadata" {
				p.want(http.StatusServiceUnavailable, "Sign-in is not answering")
				s.wantEvents("/", m.event)
				return
			}
			p = p.choose("Ada Admin")
			s.wantEvents("/auth/callback", m.event)
			if m.event != "" {
				p.want(http.StatusForbidden, "The sign-in was not completed")
				if again := b.get("/"); again.url.Host != "signin.example" || s.alive() != 0 {
					t.Error("somebody is signed in")
				}
				return
			}
			if p.want(http.StatusOK); s.alive() != 1 {
				t.Errorf("%d sessions", s.alive())
			}
			if m.then != nil {
				m.then(s, b, p)
			}
		})
	}
}

// suite is a site whose provider does what a module says.
type suite struct {
	*testSite
	*testing.T
	calls      []*http.Request // of the provider, in order
	tokenCalls []*http.Request
	sessions   int // alive when the browser came to the provider's sign-out
}

func newSuite(t *testing.T) *suite { return &suite{testSite: newSite(t), T: t} }

// hook lets the provider do what the hooks say, and writes down what it is asked.
func (s *suite) hook(h demo.Hooks) {
	before := h.Before
	h.Before = func(w http.ResponseWriter, r *http.Request) bool {
		copied := r.Clone(r.Context())
		if r.URL.Path == "/token" {
			_ = r.ParseForm()
			copied.Form = r.PostForm
			s.tokenCalls = append(s.tokenCalls, copied)
		}
		if r.URL.Path == "/signout" {
			s.sessions = s.alive()
		}
		s.calls = append(s.calls, copied)
		return before != nil && before(w, r)
	}
	s.provider.SetHooks(h)
}

func (s *suite) count(path string) (n int) {
	for _, r := range s.calls {
		if r.URL.Path == path {
			n++
		}
	}
	return n
}

func (s *suite) last(path string) *http.Request {
	s.Helper()
	for i := len(s.calls) - 1; i >= 0; i-- {
		if s.calls[i].URL.Path == path {
			return s.calls[i]
		}
	}
	s.Fatalf("the provider's %s was not asked", path)
	return nil
}

// asked is what the last sign-in asked the provider for.
func (s *suite) asked() url.Values {
	s.Helper()
	for i := len(s.calls) - 1; i >= 0; i-- {
		if r := s.calls[i]; r.URL.Path == "/authorize" && r.Method == http.MethodGet {
			return r.URL.Query()
		}
	}
	s.Fatal("nobody was sent to the provider")
	return nil
}

func (s *suite) alive() (n int) {
	s.Helper()
	must(s, s.db.Read().QueryRowContext(s.Context(), `SELECT count(*) FROM sessions`).Scan(&n))
	return n
}

// wantEvents fails unless the log tells of exactly one request for the path that somebody
// came to by a redirect, with that reason.
func (s *suite) wantEvents(path, reason string) {
	s.Helper()
	var reasons []string
	for _, line := range bytes.Split([]byte(s.log.String()), []byte("\n")) {
		var e struct{ Msg, Path, Reason, Operator string }
		if json.Unmarshal(line, &e) != nil || e.Msg != "request" || e.Path != path {
			continue
		}
		reasons = append(reasons, e.Reason)
		if path == "/auth/callback" && (e.Operator == "") != (reason != "") {
			s.Errorf("the log names %q with reason %q", e.Operator, e.Reason)
		}
	}
	if len(reasons) == 0 || reasons[len(reasons)-1] != reason || path == "/auth/callback" && len(reasons) != 1 {
		s.Errorf("the log tells of %s %q, want one for %q", path, reasons, reason)
	}
}

// useUp lets the access token run out while the person works, and opens one page more.
func (s *suite) useUp(b *browser) *page {
	s.Helper()
	for range 3 {
		s.clock.advance(20 * time.Minute)
		b.stays()
	}
	s.clock.advance(6 * time.Minute)
	return b.get(overview(s.customer(harbourline)))
}

// leaves is where the signed-out page's link leads.
func (s *suite) leaves(p *page) string {
	s.Helper()
	a := p.find(func(n *node) bool {
		return n.Data == "a" && strings.Contains(inner(n), "Sign out of your work account too")
	})
	if a == nil {
		s.Fatal("no link to the provider's sign-out")
	}
	return attr(a, "href")
}

// endsWith renews the tokens and gets an ID token with another claim: the session ends,
// and the page asked for leads to a new sign-in.
func endsWith(name, value string) func(*suite, *browser, *page) {
	return func(s *suite, b *browser, _ *page) {
		s.hook(claim(name, value)(s))
		if p := s.useUp(b); p.url.Host != "signin.example" || s.alive() != 0 {
			s.Errorf("%s, and %d sessions", p.url, s.alive())
		}
		s.wantEvents(overview(s.customer(harbourline)), "tokens_over_"+name)
	}
}

// returnsWith signs out of the provider too, and comes back by another address than the
// provider was told.
func returnsWith(path string) func(*suite, *browser, *page) {
	return func(s *suite, b *browser, p *page) {
		out := p.choose("Sign out").want(http.StatusOK, "You are signed out")
		s.hook(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/signout" {
				return false
			}
			http.Redirect(w, r, portalOrigin+path, http.StatusSeeOther)
			return true
		}})
		b.get(s.leaves(out)).want(http.StatusOK, "You are signed out", "may still be signed in").hides("left your work account")
		s.wantEvents("/signin", "logout_state")
		b.get("/signin").want(http.StatusOK, "Sign in with your work account")
		s.wantEvents("/signin", "")
	}
}

func idToken(change func(*demo.Token)) func(*suite) demo.Hooks {
	return func(*suite) demo.Hooks { return demo.Hooks{IDToken: change} }
}

// claim sets a claim of the ID token, or takes it away.
func claim(name string, value any) func(*suite) demo.Hooks {
	return idToken(func(t *demo.Token) {
		if t.Claims[name] = value; value == nil {
			delete(t.Claims, name)
		}
	})
}

func noKid(t *demo.Token) { delete(t.Header, "kid") }

func oneMoreKey(set *jose.JSONWebKeySet) {
	set.Keys = append([]jose.JSONWebKey{{Key: otherKey().Public(), KeyID: "another"}}, set.Keys...)
}

func withUserinfo(*suite) demo.Hooks {
	return demo.Hooks{Discovery: func(doc map[string]any) { doc["userinfo_endpoint"] = providerOrigin + "/userinfo" }}
}

func neverAsked(path string) func(*suite, *browser, *page) {
	return func(s *suite, b *browser, _ *page) {
		s.useUp(b).want(http.StatusOK)
		if n := s.count(path); n != 0 {
			s.Errorf("%s was asked %d times", path, n)
		}
	}
}

var made atomic.Pointer[rsa.PrivateKey]

// otherKey is a key that the provider does not publish, made once.
func otherKey() *rsa.PrivateKey {
	if key := made.Load(); key != nil {
		return key
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	made.CompareAndSwap(nil, key)
	return made.Load()
}

func curveKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// V16.3.1: a sign-in that is refused leaves one event with its reason, no session, and
// nothing of what the provider wrote, on the page or in the log.
func TestRefusedSignInsLeaveOneEvent(t *testing.T) {
	query := func(change func(url.Values)) func(*suite) demo.Hooks {
		return func(*suite) demo.Hooks { return demo.Hooks{Callback: change} }
	}
	answer := func(change func(map[string]any)) func(*suite) demo.Hooks {
		return func(*suite) demo.Hooks {
			return demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { change(body) }}
		}
	}
	for _, row := range []struct {
		name     string
		provider func(*suite) demo.Hooks
		status   int
		event    string
		tokens   int // calls of the token endpoint
	}{
		{"R-01 without state", query(func(q url.Values) { q.Del("state") }), http.StatusBadRequest, "state", 0},
		{"R-01 unknown state", query(func(q url.Values) { q.Set("state", "MARK") }), http.StatusBadRequest, "transaction_missing", 0},
		{"R-01 older than 10 min", func(s *suite) demo.Hooks {
			return demo.Hooks{Callback: func(url.Values) { s.clock.advance(11 * time.Minute) }}
		}, http.StatusForbidden, "transaction_expired", 0},
		{"R-02 another code", query(func(q url.Values) { q.Set("code", "MARK") }), http.StatusForbidden, "code", 1},
		{"R-04 iss wrong", query(func(q url.Values) { q.Set("iss", "https://MARK.example") }), http.StatusForbidden, "iss_parameter", 0},
		{"R-06 access_denied", query(func(q url.Values) { q.Set("error", "access_denied"); q.Set("error_description", "<b>MARK</b>") }), http.StatusForbidden, "denied", 0},
		{"R-06 login_required", query(func(q url.Values) { q.Set("error", "login_required") }), http.StatusForbidden, "login_required", 0},
		{"R-06 unknown", query(func(q url.Values) { q.Set("error", "<script>MARK</script>") }), http.StatusForbidden, "provider_error", 0},
		{"R-07 no id_token", answer(func(m map[string]any) { delete(m, "id_token") }), http.StatusForbidden, "no_id_token", 1},
		{"R-07 token_type", answer(func(m map[string]any) { m["token_type"] = "MARK" }), http.StatusForbidden, "token_type", 1},
		{"R-08 tid", claim("tid", "MARK"), http.StatusForbidden, "tenant", 1},
		{"R-09 oid", claim("oid", nil), http.StatusForbidden, "oid", 1},
		{"R-11 iat", claim("iat", 1), http.StatusForbidden, "iat", 1},
		{"R-12 azp", claim("azp", "MARK"), http.StatusForbidden, "azp", 1},
		{"R-13 64 KB", claim("padding", strings.Repeat("MARK", 16<<10)), http.StatusForbidden, "malformed", 1},
		{"R-14 typ", idToken(func(t *demo.Token) { t.Header["typ"] = "at+jwt" }), http.StatusForbidden, "typ", 1},
		{"R-22 500", func(*suite) demo.Hooks {
			return demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/token" {
					http.Error(w, "MARK", http.StatusInternalServerError)
				}
				return r.URL.Path == "/token"
			}}
		}, http.StatusServiceUnavailable, "provider_unavailable", 1},
	} {
		t.Run("V16.3.1 "+row.name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t)
			s.hook(row.provider(s))
			b := s.anybody()
			p := b.get("/").choose("Ada Admin").want(row.status)
			s.wantEvents("/auth/callback", row.event)
			if len(s.tokenCalls) != row.tokens || s.alive() != 0 {
				t.Errorf("%d calls of the token endpoint, %d sessions", len(s.tokenCalls), s.alive())
			}
			if strings.Contains(p.body, "MARK") || strings.Contains(s.log.String(), "MARK") {
				t.Error("the provider's words show")
			}
		})
	}
}

// nothing that an address says decides where signing out leads.
func TestA02SigningOutLeadsNowhereElse(t *testing.T) {
	s := newSuite(t)
	s.hook(demo.Hooks{})
	const evil = "?post_logout_redirect_uri=https://evil.example&redirect=//evil.example&return=//evil.example&state=signed-out&client_id=evil"
	b := s.signIn("Ada Admin")
	f := b.get("/").formAt("/signout")
	f.action.RawQuery = evil[1:]
	if out := f.press().want(http.StatusOK, "You are signed out"); out.url.String() != portalOrigin+"/signin?state=signed-out" {
		t.Errorf("signing out led to %s", out.url)
	}
	if left := b.get(leavePath + evil); left.url.Scheme+"://"+left.url.Host+left.url.Path != portalOrigin+"/signin" {
		t.Errorf("leaving led to %s", left.url)
	}
	if q := s.last("/signout").URL.Query(); q.Get("post_logout_redirect_uri") != portalOrigin+"/signin" || q.Get("client_id") != "portal" || len(q) != 3 {
		t.Errorf("the provider was asked %v", q)
	}
	if p := b.get("/signin" + evil).want(http.StatusOK); strings.Contains(p.body, "evil") {
		t.Error("the page repeats it")
	}
}

const leavePath = "/auth/leave"
