package signin

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"

	"github.com/partnerdesk/portal/web/session"
)

const (
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	logoutLife  = 2 * time.Minute // the longest that a provider may let a logout token live
	nameSize    = 255             // of sub, sid and jti
)

// logoutClaims are the members of a logout token that decide something.
type logoutClaims struct {
	Issuer   string                     `json:"iss"`
	Audience any                        `json:"aud"`
	Subject  string                     `json:"sub"`
	SID      string                     `json:"sid"`
	ID       string                     `json:"jti"`
	Type     string                     `json:"typ"`
	IssuedAt *float64                   `json:"iat"`
	Expiry   *float64                   `json:"exp"`
	Events   map[string]json.RawMessage `json:"events"`
	Nonce    json.RawMessage            `json:"nonce"`
}

// Logout checks a logout token, as the provider sends it when a session ended there
// (OpenID Connect Back-Channel Logout 1.0), and returns which sessions it names. That
// it comes once is the caller's to see to. The error is a *Refusal.
func (p *Provider) Logout(ctx context.Context, raw string) (session.Logout, error) {
	if len(raw) > idTokenSize {
		return session.Logout{}, refuse(ReasonMalformed)
	}
	d, err := p.discover(ctx)
	if err != nil {
		return session.Logout{}, err
	}
	watched := &watchedKeys{keys: d.keys}
	cfg := &oidc.Config{
		ClientID: p.cfg.ClientID, SupportedSigningAlgs: []string{oidc.RS256},
		Now: func() time.Time { return p.now().Add(-expGrace) },
	}
	verified, err := oidc.NewVerifier(p.cfg.Issuer, watched, cfg).VerifyLogout(ctx, raw)
	if err != nil {
		return session.Logout{}, p.whyNoLogout(raw, watched, err)
	}
	var c logoutClaims
	if verified.Claims(&c) != nil {
		return session.Logout{}, refuse(ReasonMalformed)
	}
	if err := p.checkLogout(raw, c); err != nil {
		return session.Logout{}, err
	}
	return session.Logout{Issuer: verified.Issuer, Subject: c.Subject, SID: c.SID, Token: c.ID, IssuedAt: verified.IssuedAt}, nil
}

// whyNoLogout names what VerifyLogout refused. Its errors tell no causes apart, so the
// claims are looked at once more; nobody believes them.
func (p *Provider) whyNoLogout(raw string, keys *watchedKeys, err error) error {
	switch {
	case !keys.called:
		return refuse(reasonUnread(raw))
	case errors.Is(keys.err, errNoKeys):
		return unavailable("the provider's signing keys cannot be read")
	case keys.err != nil:
		return refuse(ReasonSignature)
	}
	var c logoutClaims
	jws, parseErr := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if parseErr != nil || json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &c) != nil {
		return refuse(ReasonMalformed)
	}
	if err := p.checkLogout(raw, c); err != nil {
		return err
	}
	return refuse(ReasonMalformed)
}

// checkLogout holds every rule for a logout token but the signature, those of go-oidc
// included.
func (p *Provider) checkLogout(raw string, c logoutClaims) error {
	list, _ := c.Audience.([]any)
	var event map[string]json.RawMessage
	named := json.Unmarshal(c.Events[logoutEvent], &event) == nil && event != nil
	switch {
	case !logoutType(raw, c.Type):
		return refuse(ReasonTyp)
	case c.Issuer != p.cfg.Issuer:
		return refuse(ReasonIss)
	case c.Audience != p.cfg.ClientID && (len(list) != 1 || list[0] != p.cfg.ClientID):
		return refuse(ReasonAud)
	case !named:
		return refuse(ReasonEvent)
	case c.Nonce != nil:
		return refuse(ReasonNonce)
	case c.Subject == "" && c.SID == "" || len(c.Subject) > nameSize || len(c.SID) > nameSize:
		return refuse(ReasonSub)
	case c.ID == "" || len(c.ID) > nameSize:
		return refuse(ReasonJTI)
	}
	return p.checkLogoutTimes(c)
}

// checkLogoutTimes lets either clock be a minute ahead, and no token live longer than
// the two minutes that the specification recommends: so ten minutes of remembered ids
// are more than any token can be good for.
func (p *Provider) checkLogoutTimes(c logoutClaims) error {
	now, grace := float64(p.now().UnixMilli())/1000, expGrace.Seconds()
	switch {
	case c.IssuedAt == nil || *c.IssuedAt > now+grace:
		return refuse(ReasonIat)
	case c.Expiry == nil || *c.Expiry < now-grace || *c.Expiry-*c.IssuedAt > logoutLife.Seconds():
		return refuse(ReasonExp)
	case *c.IssuedAt < now-grace-logoutLife.Seconds():
		return refuse(ReasonIat)
	}
	return nil
}

// logoutType reports whether header and claims call the token a logout token, or call
// it nothing in particular, as some providers do. Its event tells it from the others then.
func logoutType(raw, claim string) bool {
	h, ok := header(raw)
	plain := h.Typ == "" || strings.EqualFold(h.Typ, "JWT")
	return ok && (plain || strings.EqualFold(h.Typ, "logout+jwt")) && (claim == "" || strings.EqualFold(claim, "Logout"))
}

// IsIssuer reports whether a front-channel logout is from this provider. Entra does not
// say from whom it is; there is one provider only.
func (p *Provider) IsIssuer(iss string) bool { return iss == "" || iss == p.cfg.Issuer }

// Issuer is the provider's name as it is configured.
func (p *Provider) Issuer() string { return p.cfg.Issuer }
