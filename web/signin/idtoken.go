package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/partnerdesk/portal/web/session"
)

const (
	idTokenSize = 32 << 10
	skew        = 5 * time.Minute // that the provider's clock may be ahead of ours
	expGrace    = time.Minute     // that ours may be ahead of the provider's
)

// claims are the members of an ID token that decide something. Members that are
// never followed or trusted (picture, groups, claim endpoints) are not read.
type claims struct {
	Subject    string          `json:"sub"`
	IssuedAt   *float64        `json:"iat"`
	AuthTime   *float64        `json:"auth_time"`
	Azp        *string         `json:"azp"`
	Methods    json.RawMessage `json:"amr"`
	Context    string          `json:"acr"`
	Type       string          `json:"typ"`
	Events     json.RawMessage `json:"events"`
	TenantID   string          `json:"tid"`
	ObjectID   string          `json:"oid"`
	SessionID  string          `json:"sid"`
	LoginHint  string          `json:"login_hint"` // Entra's name for what its logout_hint wants
	Name       string          `json:"name"`
	PreferName string          `json:"preferred_username"`
	Email      string          `json:"email"`
}

// identify checks the ID token of a sign-in and returns what it says of the person.
func (p *Provider) identify(ctx context.Context, d *discovered, token *oauth2.Token, t transaction) (session.Data, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return session.Data{}, refuse(ReasonNoIDToken)
	}
	verified, err := p.verify(ctx, d, raw, &oidc.Config{Now: func() time.Time { return p.now().Add(-expGrace) }})
	if err != nil {
		return session.Data{}, err
	}
	var c claims
	if err := verified.Claims(&c); err != nil {
		return session.Data{}, refuse(ReasonMalformed)
	}
	if err := p.checkClaims(verified, c, t); err != nil {
		return session.Data{}, err
	}
	if verified.AccessTokenHash != "" && verified.VerifyAccessToken(token.AccessToken) != nil {
		return session.Data{}, refuse(ReasonAtHash)
	}
	if len(p.cfg.Tenants) == 0 {
		// Only Entra vouches for these two; elsewhere people may choose such claims
		// themselves, and with them whose drafts they get.
		c.TenantID, c.ObjectID = "", ""
	}
	if len(c.SessionID) > nameSize {
		c.SessionID = "" // no name to end a session by
	}
	data := session.Data{SID: c.SessionID, NamedAt: verified.IssuedAt, Operator: session.Operator{
		Issuer: verified.Issuer, Subject: c.Subject,
		TenantID: strings.ToLower(c.TenantID), ObjectID: strings.ToLower(c.ObjectID),
		Name: label(c.Name, c.PreferName, c.Subject), Email: label(c.Email, c.PreferName),
		Roles: p.roles(verified), Portfolios: p.portfolios(verified),
	}}
	if len(c.LoginHint) <= hintSize {
		data.LogoutHint = c.LoginHint
	}
	if c.AuthTime != nil && within(*c.AuthTime, p.now(), math.MaxInt64) {
		data.AuthTime = time.UnixMilli(int64(*c.AuthTime * 1000))
	}
	return data, nil
}

// verify has go-oidc check signature, issuer, audience and, unless switched off,
// the times, and says by a reason of ours what was wrong.
func (p *Provider) verify(ctx context.Context, d *discovered, raw string, cfg *oidc.Config) (*oidc.IDToken, error) {
	if len(raw) > idTokenSize {
		return nil, refuse(ReasonMalformed)
	}
	cfg.ClientID, cfg.SupportedSigningAlgs = p.cfg.ClientID, []string{oidc.RS256}
	watched := &watchedKeys{keys: d.keys}
	verified, err := oidc.NewVerifier(p.cfg.Issuer, watched, cfg).Verify(ctx, raw)
	if err != nil {
		return nil, p.whyNot(raw, watched, err)
	}
	if !tokenType(raw) {
		return nil, refuse(ReasonTyp)
	}
	return verified, nil
}

// watchedKeys remembers why a signature did not hold; go-oidc drops the cause.
type watchedKeys struct {
	keys   *keySet
	called bool
	err    error
}

func (k *watchedKeys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	k.called = true
	payload, err := k.keys.verify(ctx, token)
	k.err = err
	return payload, err
}

// whyNot names what Verify refused, by repeating its checks in its order.
func (p *Provider) whyNot(raw string, keys *watchedKeys, err error) error {
	var expired *oidc.TokenExpiredError
	switch {
	case !keys.called:
		return refuse(reasonUnread(raw))
	case errors.Is(keys.err, errNoKeys):
		return unavailable("the provider's signing keys cannot be read")
	case keys.err != nil:
		return refuse(ReasonSignature)
	case errors.As(err, &expired) && expired.Expiry.Unix() <= 0:
		return refuse(ReasonExp)
	case errors.As(err, &expired):
		return untimely(ReasonExp)
	}
	var c struct {
		Issuer   string  `json:"iss"`
		Audience any     `json:"aud"`
		Before   float64 `json:"nbf"`
	}
	jws, parseErr := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if parseErr != nil || json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &c) != nil {
		return refuse(ReasonMalformed)
	}
	list, _ := c.Audience.([]any)
	switch {
	case c.Issuer != p.cfg.Issuer:
		return refuse(ReasonIss)
	case c.Audience != p.cfg.ClientID && !slices.Contains(list, any(p.cfg.ClientID)):
		return refuse(ReasonAud)
	case c.Before > 0:
		return untimely(ReasonNbf)
	}
	return refuse(ReasonMalformed)
}

// reasonUnread tells a token with another algorithm from what is no token.
func reasonUnread(raw string) string {
	head, ok := header(raw)
	if ok && head.Alg != "" && head.Alg != oidc.RS256 {
		return ReasonAlg
	}
	return ReasonMalformed
}

// checkClaims is what go-oidc leaves to its callers.
func (p *Provider) checkClaims(t *oidc.IDToken, c claims, began transaction) error {
	now := p.now()
	switch {
	case c.Subject == "" || len(c.Subject) > 255:
		return refuse(ReasonSub)
	case c.Events != nil || (c.Type != "" && !strings.EqualFold(c.Type, "ID") && !strings.EqualFold(c.Type, "JWT")):
		return refuse(ReasonTyp)
	case len(t.Audience) != 1 || t.Audience[0] != p.cfg.ClientID:
		return refuse(ReasonAud)
	case c.Azp != nil && *c.Azp != p.cfg.ClientID:
		return refuse(ReasonAzp)
	case c.IssuedAt == nil:
		return refuse(ReasonIat)
	// One from before the sign-in began was not made for it: 15 minutes at most.
	case !within(*c.IssuedAt, now, now.Sub(began.At)+skew):
		return untimely(ReasonIat)
	case began.Nonce == "" || subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(began.Nonce)) != 1:
		return refuse(ReasonNonce)
	case began.MaxAge > 0 && (c.AuthTime == nil || !within(*c.AuthTime, now, began.MaxAge+skew)):
		return refuse(ReasonAuthTime)
	}
	if !p.strong(c) {
		return refuse(ReasonFactors)
	}
	return p.checkTenant(c)
}

// strong reports whether the sign-in was as strong as the portal wants, by what the
// provider says of it. Methods that are no list of texts are none.
func (p *Provider) strong(c claims) bool {
	if len(p.cfg.Factors) == 0 {
		return true
	}
	var said []string
	if json.Unmarshal(c.Methods, &said) != nil {
		said = nil
	}
	return slices.ContainsFunc(append(said, c.Context), func(one string) bool { return one != "" && slices.Contains(p.cfg.Factors, one) })
}

// checkTenant holds Entra's rule: a person is a tenant and an object id in it.
func (p *Provider) checkTenant(c claims) error {
	if len(p.cfg.Tenants) == 0 {
		return nil
	}
	if c.TenantID == "" || !slices.ContainsFunc(p.cfg.Tenants, func(t string) bool { return strings.EqualFold(t, c.TenantID) }) {
		return refuse(ReasonTenant)
	}
	if c.ObjectID == "" {
		return refuse(ReasonOid)
	}
	return nil
}

// within reports whether a time in seconds is not in the future and not older than age.
func within(seconds float64, now time.Time, age time.Duration) bool {
	since := float64(now.UnixMilli())/1000 - seconds
	return since >= -skew.Seconds() && since <= age.Seconds()
}

// label is the first text that is not empty, cleaned for a page and a log line.
func label(texts ...string) string {
	for _, text := range texts {
		clean := strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
				return -1
			}
			return r
		}, text))
		if runes := []rune(clean); len(runes) > 200 {
			clean = string(runes[:200])
		}
		if clean != "" {
			return clean
		}
	}
	return ""
}
