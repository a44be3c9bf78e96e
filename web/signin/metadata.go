package signin

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	metadataFor  = time.Hour       // how long a discovery document is good
	metadataWait = 2 * time.Second // between tries while there is none
)

// metadata is what we read of the discovery document besides go-oidc.
type metadata struct {
	JWKS       string   `json:"jwks_uri"`
	EndSession string   `json:"end_session_endpoint"`
	PKCE       []string `json:"code_challenge_methods_supported"`
	ClientAuth []string `json:"token_endpoint_auth_methods_supported"`
	Algs       []string `json:"id_token_signing_alg_values_supported"`
	NamesIss   bool     `json:"authorization_response_iss_parameter_supported"`
}

// discovered is a provider that can be used.
type discovered struct {
	metadata
	oauth oauth2.Config
	keys  *keySet
}

// discover returns the provider's metadata, read at most once an hour and, while
// it cannot be read, tried at most every two seconds for everybody together. A
// document that was good stays in use when a newer one cannot be had, and while
// somebody is asking for one: a provider that hangs must not stop those who have
// no need of it.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.found != nil && (p.asking || now.Sub(p.foundAt) < metadataFor) {
		return p.found, nil
	}
	if p.missed != nil && now.Sub(p.missedAt) < metadataWait {
		return p.found, p.unlessFound(p.missed)
	}
	d, err := p.ask(ctx)
	if err != nil {
		p.missed, p.missedAt = err, p.now()
		return p.found, p.unlessFound(err)
	}
	if p.found != nil && p.found.JWKS == d.JWKS {
		d.keys = p.found.keys
	}
	p.found, p.foundAt, p.missed = d, now, nil
	return d, nil
}

// ask fetches the document. Without a last good one the others have to wait, and
// keep the lock.
func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	if p.found != nil {
		p.asking = true
		p.mu.Unlock()
		defer func() {
			p.mu.Lock()
			p.asking = false
		}()
	}
	return p.fetchMetadata(ctx)
}

func (p *Provider) unlessFound(err error) error {
	if p.found != nil {
		return nil
	}
	return err
}

func (p *Provider) fetchMetadata(ctx context.Context) (*discovered, error) {
	if _, err := CheckIssuer(p.cfg.Issuer); err != nil {
		return nil, badMetadata("the issuer " + err.Error())
	}
	// Others wait for this call, so it does not end with one person's patience.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.cfg.Issuer)
	if err != nil {
		return nil, discoveryTrouble(err)
	}
	d := &discovered{}
	if err := provider.Claims(&d.metadata); err != nil {
		return nil, badMetadata("the discovery document cannot be read")
	}
	endpoint := provider.Endpoint()
	if err := d.check(p.cfg.Issuer, endpoint); err != nil {
		return nil, err
	}
	keyed := p.cfg.ClientKey != nil
	if keyed && len(d.ClientAuth) > 0 && !slices.Contains(d.ClientAuth, "private_key_jwt") {
		return nil, badMetadata("the provider does not take a client key in the place of a secret")
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if keyed || len(d.ClientAuth) > 0 && !slices.Contains(d.ClientAuth, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	d.oauth = oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret,
		Endpoint: endpoint, RedirectURL: p.cfg.BaseURL + CallbackPath, Scopes: p.scopes(),
	}
	d.keys = newKeySet(d.JWKS, p.client, p.now)
	return d, nil
}

func (d *discovered) check(issuer string, endpoint oauth2.Endpoint) error {
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, d.JWKS} {
		if !sameSafety(issuer, address) {
			return badMetadata("an endpoint of the discovery document is missing or not https")
		}
	}
	// Entra says nothing about PKCE and supports S256; saying only "plain" is a no.
	if len(d.PKCE) > 0 && !slices.Contains(d.PKCE, "S256") {
		return badMetadata("the provider does not support PKCE with S256")
	}
	if len(d.Algs) > 0 && !slices.Contains(d.Algs, oidc.RS256) {
		return badMetadata("the provider does not sign with RS256")
	}
	return nil
}

// discoveryTrouble keeps the provider's own text out: go-oidc quotes bodies.
func discoveryTrouble(err error) error {
	var mismatch *oidc.IssuerMismatchError
	if errors.As(err, &mismatch) {
		return badMetadata("the discovery document is of another issuer than the configured one")
	}
	var transport *url.Error
	if errors.As(err, &transport) {
		return unavailable("the discovery document could not be fetched: " + transport.Err.Error())
	}
	return unavailable("the provider did not answer with a discovery document")
}

func (p *Provider) scopes() []string {
	scopes := []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess}
	if p.cfg.Scope != "" {
		scopes = append(scopes, p.cfg.Scope)
	}
	return scopes
}
