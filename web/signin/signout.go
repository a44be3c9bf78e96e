package signin

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"

	"github.com/partnerdesk/portal/web/session"
)

const (
	leavingCookie = "__Host-portal-leaving" // holds the state of a sign-out under way at the provider
	leaverCookie  = "__Host-portal-leaver"  // holds who may want to sign out there
	hintPurpose   = "logout-hint"
	hintSize      = 1 << 10
)

// CanLeave reports whether the provider has a page at which people sign out of it.
func (p *Provider) CanLeave(ctx context.Context) bool { return p.endSession(ctx) != nil }

// NoteLeaver keeps for a while who just signed out of the portal, for Leave. Of whom the
// provider gave no hint it keeps nothing.
func (p *Provider) NoteLeaver(w http.ResponseWriter, sess *session.Session) {
	if sess.LogoutHint != "" {
		sealed := p.cfg.Ring.Seal(hintPurpose, []byte(sess.LogoutHint), nil)
		http.SetCookie(w, transactionCookie(leaverCookie, sealed, transactionFor))
	}
}

// leaver takes the hint that NoteLeaver kept; "" for none.
func (p *Provider) leaver(w http.ResponseWriter, r *http.Request) string {
	cookies := r.CookiesNamed(leaverCookie)
	if len(cookies) == 0 {
		return ""
	}
	http.SetCookie(w, transactionCookie(leaverCookie, "", 0))
	hint, err := p.cfg.Ring.Open(hintPurpose, cookies[0].Value, nil)
	if err != nil || len(cookies) > 1 {
		return ""
	}
	return string(hint)
}

// Leave returns the address at which the person signs out of the provider too, and
// from there comes back to the portal's signed-out page with the state that Returned
// looks for. It is "" when the provider has none or cannot be asked.
//
// The provider knows the portal by its client id, and who is leaving by the hint that it
// gave for that, if it did: else it may ask. The ID token, which it would take as a hint
// too, stays in the portal: addresses are written down in many places.
func (p *Provider) Leave(w http.ResponseWriter, r *http.Request) string {
	u := p.endSession(r.Context())
	if u == nil {
		return ""
	}
	state := secret()
	http.SetCookie(w, transactionCookie(leavingCookie, state, transactionFor))
	query := u.Query()
	query.Set("client_id", p.cfg.ClientID)
	query.Set("post_logout_redirect_uri", p.cfg.BaseURL+SignedOutPath)
	query.Set("state", state)
	if hint := p.leaver(w, r); hint != "" {
		query.Set("logout_hint", hint)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Returned reports whether the request ends a sign-out that Leave began in this browser,
// and whether its state is the one that went out. Either way it is over.
func (p *Provider) Returned(w http.ResponseWriter, r *http.Request) (left, fits bool) {
	cookies := r.CookiesNamed(leavingCookie)
	if len(cookies) == 0 {
		return false, false
	}
	http.SetCookie(w, transactionCookie(leavingCookie, "", 0))
	state := one(r.URL.Query(), "state")
	return true, len(cookies) == 1 && state != "" && subtle.ConstantTimeCompare([]byte(state), []byte(cookies[0].Value)) == 1
}

func (p *Provider) endSession(ctx context.Context) *url.URL {
	d, err := p.discover(ctx)
	if err != nil || d.EndSession == "" || !sameSafety(p.cfg.Issuer, d.EndSession) {
		return nil
	}
	u, err := url.Parse(d.EndSession)
	if err != nil {
		return nil
	}
	return u
}
