package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/session"
)

const (
	renewEarly = 5 * time.Minute  // a token with less left is renewed before use
	justIssued = 30 * time.Second // a short-lived token is not renewed at every use
	backOff    = 15 * time.Second // after the token endpoint failed
	patience   = 2 * time.Second  // for a renewal, while the old token is good

	// How often those who wait for another process look whether it is done.
	firstLook = 5 * time.Millisecond
	lastLook  = 100 * time.Millisecond
)

// TokenSource returns the session's upstream token, renewed when less than five
// minutes are left, when the upstream refused it, or when the provider last gave its
// word for the person longer ago than Config.Confirm: by renewing tokens it tells whether
// they were disabled or have other rights now. While the old token is good, a
// provider that does not answer is not waited for. However many requests of a
// session ask at once, of however many portals on the database, one renewal runs; it
// outlives the request that began it, and the new tokens are in the store before
// anybody uses them.
//
// Errors match ErrSignInAgain when only a new sign-in helps, ErrUnavailable when
// the provider does not answer and the old token is no longer good, and
// session.ErrStore when the tokens could not be read or kept.
func (p *Provider) TokenSource(sess *session.Session, store *session.Store) pcclient.TokenSource {
	return func(ctx context.Context, refused string) (string, error) {
		// The second round is for a caller that joined a renewal begun by somebody
		// whose token had not been refused.
		for range 2 {
			if t := sess.Tokens(); p.good(t, refused) {
				return t.Access, nil
			}
			t, err := p.patiently(ctx, sess, store, refused)
			if err != nil {
				return "", err
			}
			if t.Access != refused {
				return t.Access, nil
			}
		}
		return "", fmt.Errorf("the upstream refused the renewed token: %w", ErrSignInAgain)
	}
}

// patiently joins the renewal of the session's tokens, or begins it. Who has a token that
// is good does not wait long.
func (p *Provider) patiently(ctx context.Context, sess *session.Session, store *session.Store, refused string) (session.Tokens, error) {
	old := sess.Tokens()
	usable := p.usable(old, refused)
	if usable && (old.Refresh == "" || p.endpointDown()) {
		return old, nil
	}
	wait := ctx
	if usable {
		short, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		wait = short
	}
	fresh, err := p.flying.do(wait, sess.ID(), func(ctx context.Context) (session.Tokens, error) {
		return p.renewed(ctx, sess, store, refused)
	})
	if err != nil && usable && wait.Err() != nil && ctx.Err() == nil {
		p.noteDown() // the next one need not wait at all
		return old, nil
	}
	return fresh, err
}

// good reports whether the token can be used without a thought of renewing it.
func (p *Provider) good(t session.Tokens, refused string) bool {
	if t.Access == "" || t.Access == refused {
		return false
	}
	now := p.now()
	if p.cfg.Confirm > 0 && !now.Before(t.IssuedAt.Add(p.cfg.Confirm)) {
		return false
	}
	return now.Before(t.Expiry.Add(-renewEarly)) || now.Before(t.IssuedAt.Add(justIssued))
}

// renewed reads the session again, as somebody may have been faster, and renews
// its tokens if they still need it and no other process is about to.
func (p *Provider) renewed(ctx context.Context, sess *session.Session, store *session.Store, refused string) (session.Tokens, error) {
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		if err := store.Reload(ctx, sess); err != nil {
			return session.Tokens{}, ended(err)
		}
		old := sess.Tokens()
		if p.good(old, refused) {
			return old, nil
		}
		usable := p.usable(old, refused)
		if usable && (old.Refresh == "" || p.endpointDown()) {
			return old, nil
		}
		release, ours, err := store.Lease(ctx, sess)
		switch {
		case ours:
			defer release()
			return p.renewAlone(ctx, sess, store, refused)
		case usable: // whoever has the lease, or the database, may need its time
			return old, nil
		case err != nil:
			return session.Tokens{}, err
		}
		select {
		case <-ctx.Done():
			return session.Tokens{}, fmt.Errorf("%w: another process renews the tokens", ErrUnavailable)
		case <-time.After(pause):
		}
	}
}

func (p *Provider) usable(t session.Tokens, refused string) bool {
	return t.Access != "" && t.Access != refused && p.now().Before(t.Expiry)
}

// renewAlone renews the tokens under the lease, if nobody did just before it was ours.
func (p *Provider) renewAlone(ctx context.Context, sess *session.Session, store *session.Store, refused string) (session.Tokens, error) {
	if err := store.Reload(ctx, sess); err != nil {
		return session.Tokens{}, ended(err)
	}
	old := sess.Tokens()
	if p.good(old, refused) {
		return old, nil
	}
	fresh, err := p.renew(ctx, old.Refresh)
	switch {
	case errors.Is(err, ErrSignInAgain):
		return p.afterInvalidGrant(ctx, sess, store, old, err)
	case err != nil && p.usable(old, refused):
		return old, nil
	case err != nil:
		return session.Tokens{}, err
	}
	if err := p.checkRenewed(ctx, sess, fresh.IDToken); err != nil {
		return session.Tokens{}, errors.Join(err, store.Destroy(ctx, sess))
	}
	if fresh.IDToken == "" {
		fresh.IDToken = old.IDToken
	}
	return p.keep(ctx, sess, store, old, fresh)
}

// keep stores the tokens. If another process stored newer ones meanwhile, those count.
func (p *Provider) keep(ctx context.Context, sess *session.Session, store *session.Store, old, fresh session.Tokens) (session.Tokens, error) {
	crash.At("refreshed")
	err := store.SaveTokens(ctx, sess, fresh)
	if errors.Is(err, session.ErrStore) {
		// The provider has dropped the old refresh token: losing the new one would
		// cost the person the session.
		err = store.SaveTokens(ctx, sess, fresh)
	}
	if errors.Is(err, session.ErrStale) {
		if err = store.Reload(ctx, sess); err == nil && sess.Tokens() == old {
			err = store.SaveTokens(ctx, sess, fresh) // something else of the session had changed
		}
	}
	if err != nil {
		return session.Tokens{}, ended(err)
	}
	return sess.Tokens(), nil
}

// afterInvalidGrant looks once whether another process has renewed the tokens: a
// refresh token works one time only. Else the refusal stands.
func (p *Provider) afterInvalidGrant(ctx context.Context, sess *session.Session, store *session.Store, old session.Tokens, refusal error) (session.Tokens, error) {
	if err := store.Reload(ctx, sess); err != nil {
		return session.Tokens{}, ended(err)
	}
	if now := sess.Tokens(); now.Refresh != old.Refresh {
		return now, nil
	}
	return session.Tokens{}, refusal
}

func ended(err error) error {
	if errors.Is(err, session.ErrGone) {
		return fmt.Errorf("%w: %w", ErrSignInAgain, err)
	}
	return err
}

// renew redeems a refresh token. x/oauth2's own refresh sends no scope, which the
// v2 endpoint wants; its client credentials flow sends what it is told.
func (p *Provider) renew(ctx context.Context, refresh string) (session.Tokens, error) {
	if refresh == "" {
		return session.Tokens{}, ErrSignInAgain
	}
	d, err := p.discover(ctx)
	if err != nil {
		p.noteDown()
		return session.Tokens{}, err
	}
	params, err := p.proof(d)
	if err != nil {
		return session.Tokens{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if params == nil {
		params = url.Values{}
	}
	params.Set("grant_type", "refresh_token")
	params.Set("refresh_token", refresh)
	grant := clientcredentials.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret,
		TokenURL: d.oauth.Endpoint.TokenURL, AuthStyle: d.oauth.Endpoint.AuthStyle, Scopes: p.scopes(),
		EndpointParams: params,
	}
	token, err := grant.Token(p.withClient(ctx))
	if err != nil {
		return session.Tokens{}, p.renewTrouble(err)
	}
	if token.TokenType == "" || token.Type() != "Bearer" {
		p.noteDown()
		return session.Tokens{}, fmt.Errorf("%w: not a bearer token", ErrUnavailable)
	}
	if !p.wholeScope(token) {
		return session.Tokens{}, fmt.Errorf("%w: the renewed token is good for less", ErrSignInAgain)
	}
	return tokensOf(token, p.now()), nil
}

// renewTrouble keeps the provider's text out and tells what a new sign-in cures
// from what waiting cures.
func (p *Provider) renewTrouble(err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) {
		switch answer.ErrorCode {
		case "invalid_grant", "interaction_required", "login_required", "consent_required", "access_denied":
			return demandOf(answer)
		}
	}
	p.noteDown()
	return fmt.Errorf("%w: the tokens could not be renewed", ErrUnavailable)
}

func (p *Provider) noteDown() {
	p.downMu.Lock()
	defer p.downMu.Unlock()
	p.downUntil = p.now().Add(backOff)
}

func (p *Provider) endpointDown() bool {
	p.downMu.Lock()
	defer p.downMu.Unlock()
	return p.now().Before(p.downUntil)
}

// checkRenewed refuses a new ID token of anybody but the session's operator, and
// one that gives other rights: a session keeps those it began with. Its
// times are left alone: a wrong clock must not end running sessions. When the
// keys cannot be read, the direct answer of the token endpoint has to do.
func (p *Provider) checkRenewed(ctx context.Context, sess *session.Session, raw string) error {
	if raw == "" {
		return nil
	}
	d, err := p.discover(ctx)
	if err != nil {
		return nil
	}
	verified, err := p.verify(ctx, d, raw, &oidc.Config{SkipExpiryCheck: true})
	if err != nil && !errors.Is(err, ErrUnavailable) {
		return fmt.Errorf("%w: the renewed ID token: %w", ErrSignInAgain, err)
	}
	if err == nil && p.rightsMoved(verified, sess) {
		return fmt.Errorf("%w: the person's rights were changed", ErrSignInAgain)
	}
	var c struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
	}
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &c) != nil ||
		c.Issuer != sess.Operator.Issuer || c.Subject != sess.Operator.Subject {
		return fmt.Errorf("%w: the renewed ID token names somebody else: %w", ErrSignInAgain, refuse(ReasonSub))
	}
	return nil
}
