package signin

import (
	"context"
	"net/url"
)

// EndSessionURL is the address at which the person can sign out of the provider
// too, and from there back to the portal's signed-out page. It is "" when the
// provider has none or cannot be asked: only the portal's session ends then.
func (p *Provider) EndSessionURL(ctx context.Context, idToken string) string {
	d, err := p.discover(ctx)
	if err != nil || d.EndSession == "" || !sameSafety(p.cfg.Issuer, d.EndSession) {
		return ""
	}
	u, err := url.Parse(d.EndSession)
	if err != nil {
		return ""
	}
	query := u.Query()
	query.Set("client_id", p.cfg.ClientID)
	query.Set("post_logout_redirect_uri", p.cfg.SignedOutURL)
	if idToken != "" {
		query.Set("id_token_hint", idToken)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
