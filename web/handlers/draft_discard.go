package handlers

import (
	"errors"
	"net/http"

	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
)

// askDiscard shows what goes with a draft, before it does.
func (s *site) askDiscard(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	version, _, err := s.draftOf(v, customer)
	if err == nil && version.Over {
		err = drafts.ErrNotFound
	}
	if err != nil {
		return err
	}
	page := templates.DiscardPage{
		Page:     s.frame(v, "Discard draft, "+nameOf(version.Base, customer), templates.SectionCustomers),
		Customer: s.customerOf(customer, version.Base),
		Action:   discardPath(customer, version.Draft),
		CSRF:     v.session.FormToken(familyBilling, string(customer)),
		SavedAt:  s.on(version.SavedAt),
		KeepURL:  billingPath(customer, "", version.Draft),
	}
	for _, change := range merge.Changes(version.Base, version.Mine) {
		page.Changes = append(page.Changes, printedChange(change))
	}
	return show(v, http.StatusOK, page.View())
}

// discardDraft deletes a draft for good. One that is not there any more, as after a
// second press, is said to be so on the same page.
func (s *site) discardDraft(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	if !v.session.CheckFormToken(familyBilling, string(customer), v.one("csrf")) {
		return errFormToken
	}
	draft := v.QueryParam("draft")
	if err = drafts.ErrNotFound; isDraft(draft) {
		s.gone(v, customer, draft)
		err = s.Drafts.Discard(v.Request().Context(), v.operator.Key(), customer, draft)
	}
	if errors.Is(err, drafts.ErrNotFound) {
		page, err := s.customerPage(v, customer, bannerNoDraft)
		if err != nil {
			return err
		}
		return show(v, http.StatusNotFound, page.View())
	}
	if err != nil {
		return err
	}
	return v.redirect(customerPath(customer) + "?draft=discarded")
}
