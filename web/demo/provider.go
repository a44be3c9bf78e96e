// Package demo is the identity provider of demo mode and its people: a small
// OpenID Provider that speaks like Entra, asks for no password and remembers
// nobody. Tests use the same provider with Hooks, which make it lie. What
// `portal serve` runs does not import it. It is not for use outside the portal.
//
// A sign-in moves through authorize (a page with one button per person), the
// token endpoint (code + PKCE, then rotating refresh tokens) and end_session. The
// ID token is shaped like Entra's v2, the access token like Partner Center's v1.
package demo

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options of a Provider. Issuer, ClientID, ClientSecret and RedirectURIs are needed.
type Options struct {
	Issuer         string // where the provider is served, a path included if there is one
	ClientID       string
	ClientSecret   string
	RedirectURIs   []string // exact
	PostLogoutURIs []string // exact

	// People are who can sign in; nil means the demo's.
	People []Person
	// Audience of access tokens; "" means Partner Center's.
	Audience string
	// StringNumbers makes the numbers of token answers strings, as the v1
	// endpoint of Entra does.
	StringNumbers bool
	// Key signs tokens; nil makes a new one. Tests share one, as making it is slow.
	Key *rsa.PrivateKey
	Now func() time.Time // nil: time.Now
}

// Provider is the identity provider, an http.Handler. It is safe for concurrent use.
type Provider struct {
	options Options
	now     func() time.Time
	handler http.Handler

	mu      sync.Mutex // guards what follows
	hooks   Hooks
	key     signingKey
	codes   map[string]grant
	refresh map[string]grant // live refresh tokens
	spent   map[string]grant // refresh tokens that were redeemed
}

// NewProvider returns a provider for one client. Errors name the option.
func NewProvider(o Options) (*Provider, error) {
	issuer, err := url.Parse(o.Issuer)
	if err != nil || issuer.Host == "" || strings.HasSuffix(o.Issuer, "/") {
		return nil, errors.New("demo: Issuer must be an address without a slash at its end")
	}
	if o.ClientID == "" || o.ClientSecret == "" || len(o.RedirectURIs) == 0 {
		return nil, errors.New("demo: ClientID, ClientSecret and RedirectURIs are needed")
	}
	if o.Audience == "" {
		o.Audience = "https://api.partnercenter.microsoft.com"
	}
	if o.People == nil {
		o.People = People()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Provider{options: o, now: o.Now, codes: map[string]grant{}, refresh: map[string]grant{}, spent: map[string]grant{}}
	if o.Key == nil {
		if o.Key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("demo: make a key: %w", err)
		}
	}
	p.key = signingKey{id: text(8), private: o.Key}
	p.handler = http.StripPrefix(issuer.Path, p.routes())
	return p, nil
}

func (p *Provider) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.jwks)
	mux.HandleFunc("GET /authorize", p.authorizePage)
	mux.HandleFunc("POST /authorize", p.authorizePressed)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /signout", p.signOut)
	mux.HandleFunc("POST /signout", p.signOut)
	mux.HandleFunc("GET /demo.css", p.stylesheet)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

// ServeHTTP answers a request, under the strict headers every page here gets.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if before := p.hooked().Before; before != nil && before(w, r) {
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	p.handler.ServeHTTP(w, r)
}

// policy lets forms lead back to the client: browsers apply form-action to the
// redirect that answers a form too.
func (p *Provider) policy() string {
	targets := "'self'"
	for _, uri := range append(p.options.RedirectURIs, p.options.PostLogoutURIs...) {
		if u, err := url.Parse(uri); err == nil && !strings.Contains(targets, u.Scheme+"://"+u.Host) {
			targets += " " + u.Scheme + "://" + u.Host
		}
	}
	return "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action " + targets
}

func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	issuer := p.options.Issuer
	doc := map[string]any{
		"issuer":                 issuer,
		"authorization_endpoint": issuer + "/authorize",
		"token_endpoint":         issuer + "/token",
		"jwks_uri":               issuer + "/keys",
		"end_session_endpoint":   issuer + "/signout",

		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token", "client_credentials"},
		"subject_types_supported":                        []string{"pairwise"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_post", "client_secret_basic"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"scopes_supported":                               []string{"openid", "profile", "email", "offline_access"},
	}
	if hook := p.hooked().Discovery; hook != nil {
		hook(doc)
	}
	answer(w, http.StatusOK, doc)
}

// text returns n random bytes as text.
func text(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
