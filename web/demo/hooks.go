package demo

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// Hooks change what the provider says, so that tests can make it hostile, slow or
// broken. Each may be nil; each is called just before the thing is sent and may
// change it in place.
type Hooks struct {
	// Before sees every request first. Returning true means it has answered.
	Before func(w http.ResponseWriter, r *http.Request) bool
	// Discovery gets the discovery document.
	Discovery func(doc map[string]any)
	// Keys gets the key set.
	Keys func(set *jose.JSONWebKeySet)
	// Callback gets the query of the redirect back to the client.
	Callback func(query url.Values)
	// IDToken gets each ID token before it is signed.
	IDToken func(t *Token)
	// AccessToken gets each access token before it is signed.
	AccessToken func(t *Token)
	// TokenAnswer gets the body of a good token answer; grantType tells which.
	TokenAnswer func(grantType string, body map[string]any)
}

// SetHooks replaces the hooks.
func (p *Provider) SetHooks(h Hooks) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hooks = h
}

func (p *Provider) hooked() Hooks {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hooks
}

// LogoutToken returns what the provider sends to its client when sessions of a person end
// there: all of them, or with a sid those of one sign-in. One of the two may be "". change
// may be nil; it gets the token before it is signed.
func (p *Provider) LogoutToken(subject, sid string, change func(*Token)) (string, error) {
	now := p.now()
	claims := map[string]any{
		"iss": p.options.Issuer, "aud": p.options.ClientID, "jti": text(16),
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	if subject != "" {
		claims["sub"] = subject
	}
	if sid != "" {
		claims["sid"] = sid
	}
	t := p.newToken(claims)
	t.Header["typ"] = "logout+jwt"
	if change != nil {
		change(t)
	}
	return t.sign()
}

// Rotate makes the provider sign with another key from now on and forget the old
// one. A nil key makes a new one.
func (p *Provider) Rotate(private *rsa.PrivateKey) error {
	if private == nil {
		made, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return fmt.Errorf("demo: make a key: %w", err)
		}
		private = made
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = signingKey{id: text(8), private: private}
	return nil
}

// RevokeAll makes every refresh token invalid, as an administrator does who
// revokes somebody's sessions.
func (p *Provider) RevokeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.refresh)
}
