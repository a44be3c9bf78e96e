package handlers

import (
	"net/http"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
)

// keptDraft is where a form went that was sent after its session's end.
type keptDraft struct {
	customer string // name, for people; "" when the form held nothing to keep
	back     string // where the person finds it after signing in
}

// keepLate puts a form that came after its session's end into the draft of the person
// whose session it was. nil: there was nothing to keep, or it could not be kept; then
// the page holds it. Nothing here reads Partner Center or signs anybody in.
func (s *site) keepLate(v *visit, late *session.Late) *keptDraft {
	ctx, operator := v.Request().Context(), late.Operator.Key()
	customer, err := customerIn(v)
	if err != nil || v.Request().Method != http.MethodPost || !late.CheckFormToken(familyBilling, string(customer), v.one("csrf")) {
		return nil
	}
	middleware.SetOperator(ctx, operator)
	// Apart from what the person sends: whoever has an old cookie must not hold them up.
	if s.limit(v, middleware.RateForm, "late:"+operator) != nil {
		return nil
	}
	var version drafts.Version
	page := ""
	switch path := v.Request().URL.Path; {
	case matches("/customers/:id/billing/review", path):
		page = "/review"
		version, err = s.keepLateReason(v, operator, customer)
	case matches("/customers/:id/billing/merge", path):
		page = "/merge"
		version, err = s.keepLateForm(v, operator, customer)
	case matches("/customers/:id/billing", path), matches("/customers/:id/draft", path):
		version, err = s.keepLateForm(v, operator, customer)
	default:
		return nil
	}
	if err != nil {
		middleware.SetError(ctx, err)
		return nil
	}
	kept := &keptDraft{back: billingPath(customer, page, version.Draft)}
	if something(version) {
		kept.customer = nameOf(version.Base, customer)
	}
	return kept
}

func (s *site) keepLateForm(v *visit, operator string, customer pcclient.TenantID) (drafts.Version, error) {
	version, err := s.typedVersion(v, operator, customer)
	if err != nil {
		return drafts.Version{}, err
	}
	return version, s.keepNext(v, version)
}

// keepLateReason keeps what a review page holds of typed text.
func (s *site) keepLateReason(v *visit, operator string, customer pcclient.TenantID) (drafts.Version, error) {
	version, err := s.postedVersion(v, operator, customer)
	if err != nil {
		return drafts.Version{}, err
	}
	latest, sub, err := s.latestOf(v.Request().Context(), operator, customer, version.Draft)
	if err != nil || done(sub) || !v.form.Has("reason") {
		return version, err
	}
	return version, s.keepReason(v, latest, postedReason(v))
}
