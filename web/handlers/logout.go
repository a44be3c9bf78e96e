package handlers

import (
	"errors"
	"net/http"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

// backChannelLogout ends what a logout token of the identity provider names. The
// provider's server posts it, so no cookie and no form token come along: the signature
// is all there is to go by, and all that counts.
func (s *site) backChannelLogout(v *visit) error {
	ctx := v.Request().Context()
	out, err := s.SignIn.Logout(ctx, v.one("logout_token"))
	var ended int64
	if err == nil {
		ended, err = s.Sessions.EndNamed(ctx, out)
	}
	var refusal *signin.Refusal
	switch {
	case err == nil:
		s.Log.InfoContext(ctx, "sessions ended by the identity provider", "reference", s.reference(v), "by", "back channel", "ended", ended)
		return v.NoContent(http.StatusOK)
	case errors.Is(err, signin.ErrUnavailable), errors.Is(err, session.ErrStore):
		return tryLater(v, err)
	case errors.As(err, &refusal):
		middleware.SetReason(ctx, "logout_"+refusal.Reason)
	case errors.Is(err, session.ErrUsed):
		middleware.SetReason(ctx, "logout_used")
	default:
		return err
	}
	return v.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_request"})
}

// frontChannelLogout ends the sessions of one sign-in at the provider. The provider's
// page opens it in a frame in the person's browser, which sends no cookie there, so the
// session is found by the provider's name for it. That name is as good as secret; who
// guesses learns nothing, since the answer is always the same.
func (s *site) frontChannelLogout(v *visit) error {
	query, ctx := v.Request().URL.Query(), v.Request().Context()
	middleware.FramedBy(v.Response(), s.SignIn.Issuer())
	if len(query["sid"]) != 1 || query.Get("sid") == "" || len(query["iss"]) > 1 {
		return v.NoContent(http.StatusBadRequest)
	}
	if v.Request().Method != http.MethodGet { // a HEAD must change nothing
		return v.NoContent(http.StatusOK)
	}
	if !s.SignIn.IsIssuer(query.Get("iss")) {
		middleware.SetReason(ctx, "logout_iss")
		return v.NoContent(http.StatusOK)
	}
	ended, err := s.Sessions.EndNamed(ctx, session.Logout{Issuer: s.SignIn.Issuer(), SID: query.Get("sid")})
	if err != nil {
		return tryLater(v, err)
	}
	if ended > 0 {
		s.Log.InfoContext(ctx, "sessions ended by the identity provider", "reference", s.reference(v), "by", "front channel", "ended", ended)
	}
	return v.NoContent(http.StatusOK)
}

// tryLater answers a machine, or a frame that nobody sees: there is no page to draw.
func tryLater(v *visit, err error) error {
	middleware.SetError(v.Request().Context(), err)
	v.Response().Header().Set("Retry-After", retryAfter(soon))
	return v.NoContent(http.StatusServiceUnavailable)
}
