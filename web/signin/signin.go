// Package signin is the portal's side of signing in: an OpenID Connect relying
// party for one configured issuer, and the keeper of the person's upstream token
// afterwards. It is not for use outside the portal.
//
// Start sends the browser to the provider; what the answer must fit (state,
// nonce, PKCE verifier, where to go afterwards) travels in a sealed cookie of its
// own, so nothing is stored for people who never come back. Finish spends that
// cookie, redeems the code and checks the ID token: go-oidc checks signature,
// issuer, audience and expiry, idtoken.go all the rest. Handlers then begin the
// session; TokenSource renews its tokens while it lives.
//
// Nothing the provider writes reaches a page or the log: every refusal is a
// reason code of ours.
package signin

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/partnerdesk/portal/web/seal"
)

// CallbackPath is where the provider sends the browser back to.
const CallbackPath = "/auth/callback"

// SignedOutPath is where the provider sends the browser after somebody signed out there.
const SignedOutPath = "/signin"

// Config says which provider to trust, and for what.
type Config struct {
	Issuer       string // exactly as the provider announces itself; see CheckIssuer
	ClientID     string
	ClientSecret string
	ClientKey    *ClientKey // instead of the secret
	BaseURL      string     // of the portal, without a path
	Scope        string     // of the upstream API, asked for in the same sign-in; "" for none
	Tenants      []string   // allowed Entra tenant ids; none: the issuer alone decides

	RolesClaim string            // of the ID token; "" means roles
	Roles      map[string]string // claim value → portal role; nil: values are role names

	PortfoliosClaim string   // of the ID token; "" means RolesClaim
	Portfolios      []string // the values of it that give customers, sorted; nil: none does

	// MaxAge asks for a sign-in at the provider no older than this; zero does not ask.
	MaxAge time.Duration
	// SaveMaxAge is how long ago people may have signed in at the provider when they save;
	// zero: any time ago.
	SaveMaxAge time.Duration
	// Confirm is how old the provider's last word about a person may be when they ask for
	// something; zero: as old as their access token.
	Confirm time.Duration
	// Factors are values of the claims amr and acr of which the ID token must have one,
	// such as "mfa" (RFC 8176); none asks nothing.
	Factors []string
	// OwnPath reports whether a path, without its query, is a page to come back
	// to. Nil accepts any path on the portal; the caller then checks.
	OwnPath func(path string) bool

	// HTTPClient gives its Transport; time limit, size cap and the refusal to
	// follow redirects are this package's. Nil: a transport of its own.
	HTTPClient *http.Client
	Now        func() time.Time // nil: time.Now
	Ring       *seal.Ring
}

// Provider signs people in with one identity provider. It is safe for concurrent
// use and calls the provider only when it must, so the portal starts without it.
type Provider struct {
	cfg    Config
	now    func() time.Time
	client *http.Client
	spent  spent
	flying flights

	mu        sync.Mutex // guards discovery
	found     *discovered
	foundAt   time.Time
	asking    bool // somebody fetches a newer document
	missed    error
	missedAt  time.Time
	downMu    sync.Mutex
	downUntil time.Time // token endpoint: no early renewals before this
}

// New returns a Provider. It makes no call and checks nothing: CheckIssuer tells
// beforehand whether the issuer can be used, and every sign-in tells again.
func New(c Config) *Provider {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.RolesClaim == "" {
		c.RolesClaim = "roles"
	}
	if c.PortfoliosClaim == "" {
		c.PortfoliosClaim = c.RolesClaim
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	return &Provider{cfg: c, now: c.Now, client: newClient(c.HTTPClient)}
}

// Check reports whether somebody could sign in now: the discovery document can be
// read and used, and the provider has keys. The error is a *Refusal.
func (p *Provider) Check(ctx context.Context) error {
	d, err := p.discover(ctx)
	if err != nil {
		return err
	}
	if _, err := d.keys.current(ctx, false); err != nil {
		return unavailable("no signing keys could be read")
	}
	return nil
}
