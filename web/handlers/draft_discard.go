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
	version, _, err := s.draftOf(v)
	if err == nil && version.Over {
		err = drafts.ErrNotFound
	}
	if err != nil {
		return err
	}
	page := templates.DiscardPage{
		Page:     s.frame(v, v.Say("discard.page", "customer", nameOf(version.Base, v.customer)), templates.SectionCustomers),
		Customer: v.customerOf(v.customer, version.Base),
		Action:   discardPath(v.customer, version.Draft),
		CSRF:     v.session.FormToken(familyBilling, string(v.customer)),
		SavedAt:  v.on(version.SavedAt),
		KeepURL:  billingPath(v.customer, "", version.Draft),
	}
	for _, change := range merge.Changes(version.Base, version.Mine) {
		page.Changes = append(page.Changes, v.printedChange(change))
	}
	return show(v, http.StatusOK, page.View())
}

// discardDraft deletes a draft for good. One that is not there any more, as after a
// second press, is said to be so on the same page.
func (s *site) discardDraft(v *visit) error {
	if !v.session.CheckFormToken(familyBilling, string(v.customer), v.one("csrf")) {
		return errFormToken
	}
	draft, err := v.QueryParam("draft"), drafts.ErrNotFound
	if isDraft(draft) {
		s.gone(v, v.customer, draft)
		err = s.Drafts.Discard(v.Request().Context(), v.operator.Key(), v.customer, draft)
	}
	if errors.Is(err, drafts.ErrNotFound) {
		page, err := s.customerPage(v, v.customer, v.banner(bannerNoDraft))
		if err != nil {
			return err
		}
		return show(v, http.StatusNotFound, page.View())
	}
	if err != nil {
		return err
	}
	return v.redirect(customerPath(v.customer) + "?draft=discarded")
}
