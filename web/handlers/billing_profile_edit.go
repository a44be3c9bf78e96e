package handlers

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// edit is a billing profile being edited: what the form was opened with and what
// stands in it now.
type edit struct {
	customer pcclient.TenantID
	draft    string
	opened   opened
	values   forms.Values
	aside    map[string]string // set aside by a change of country, by wire name
	rules    pcclient.CountryRules
	noRules  bool // the rules could not be read; only the upstream will judge
}

// editBillingProfile opens the form. Without a draft in the address it makes one
// up, so that each tab, Back and reload keeps its own.
func (s *site) editBillingProfile(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	draft := v.QueryParam("draft")
	if !isDraft(draft) {
		return v.redirect(billingPath(customer, "", newDraft()))
	}
	e := edit{customer: customer, draft: draft}
	version, err := s.unsavedVersion(v, customer, draft)
	switch {
	case err == nil:
		e.opened = opened{ETag: version.ETag, Values: version.Base, OpenedAt: version.OpenedAt}
		e.values = version.Mine
	case errors.Is(err, drafts.ErrNotFound):
		if e.opened, err = s.open(v, customer); err != nil {
			return err
		}
		if e.opened.ETag == "" {
			return s.showReadOnly(v, customer)
		}
		e.values = e.opened.Values
	default:
		return err
	}
	return s.showEdit(v, http.StatusOK, e, nil, nil)
}

// unsavedVersion is the draft's latest version, unless that version has been saved
// already: then the draft is over and the form opens afresh.
func (s *site) unsavedVersion(v *visit, customer pcclient.TenantID, draft string) (drafts.Version, error) {
	ctx, operator := v.Request().Context(), v.operator.Key()
	version, err := s.Drafts.Latest(ctx, operator, customer, draft)
	if err != nil {
		return drafts.Version{}, err
	}
	sub, err := s.Submissions.Get(ctx, operator, version.Key)
	switch {
	case errors.Is(err, submission.ErrNotFound):
		return version, nil
	case err != nil:
		return drafts.Version{}, err
	case sub.State == submission.Applied, sub.Reason == submission.AlreadySaved:
		return drafts.Version{}, drafts.ErrNotFound
	}
	return version, nil
}

// open reads the billing profile as it is now, to be the base of an edit.
func (s *site) open(v *visit, customer pcclient.TenantID) (opened, error) {
	profile, etag, err := v.upstream.BillingProfiles.Get(v.Request().Context(), customer)
	if err != nil {
		return opened{}, err
	}
	return opened{ETag: etag, Values: forms.FromBillingProfile(profile), OpenedAt: s.Now()}, nil
}

// submitBillingProfile takes the form back. Nothing is sent to the upstream here:
// the outcome is the form again, or a version of the draft to review.
func (s *site) submitBillingProfile(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	e := edit{customer: customer, draft: v.QueryParam("draft")}
	if !isDraft(e.draft) {
		e.draft = newDraft()
	}
	values, malformed := forms.Parse(v.form, ownInputs...)
	e.values, e.aside = values, forms.Aside(v.form)
	posted := func(name string) bool { _, ok := v.form[name]; return ok }

	e.opened, err = unsealOpened(s.Keys, v.operator.Key(), customer, v.one("base"), v.one("etag"))
	if err != nil {
		if e.opened, err = s.open(v, customer); err != nil {
			return err
		}
		e.keepUnposted(posted)
		if !v.session.CheckFormToken(familyBilling, string(customer), v.one("csrf")) {
			return s.showEdit(v, http.StatusForbidden, e, nil, bannerStaleForm)
		}
		middleware.SetReason(v.Request().Context(), "form_base")
		return s.showEdit(v, http.StatusBadRequest, e, nil, bannerBadBase)
	}
	e.keepUnposted(posted)
	if !v.session.CheckFormToken(familyBilling, string(customer), v.one("csrf")) {
		middleware.SetReason(v.Request().Context(), "form_token")
		return s.showEdit(v, http.StatusForbidden, e, nil, bannerStaleForm)
	}
	if malformed != nil {
		middleware.SetReason(v.Request().Context(), "form_malformed")
		return s.showEdit(v, http.StatusBadRequest, e, forms.Unreadable(malformed, e.values), bannerUnreadable)
	}
	switch do := v.one("do"); {
	case do == "country":
		return s.changeCountry(v, e)
	case strings.HasPrefix(do, "undo:"):
		name := strings.TrimPrefix(do, "undo:")
		e.values[name] = e.opened.Values[name]
		return s.showEdit(v, http.StatusOK, e, nil, nil)
	case do == "" || do == "review":
		return s.keepVersion(v, e)
	}
	return s.showEdit(v, http.StatusBadRequest, e, nil, bannerUnreadable)
}

// keepUnposted leaves alone what the form did not carry: only what was posted can
// be an edit.
func (e *edit) keepUnposted(posted func(name string) bool) {
	for _, name := range forms.Names() {
		if !posted(name) {
			e.values[name] = e.opened.Values[name]
		}
	}
}

// ownInputs are the inputs of our forms beside those of the billing profile.
var ownInputs = []string{"etag", "base", "key", "csrf", "do", "draft", "reason"}

func (s *site) changeCountry(v *visit, e edit) error {
	s.loadRules(v, &e)
	var notes []forms.Note
	e.values, e.aside, notes = forms.CountryChange(e.values, e.aside, e.rules)
	return s.showEditNotes(v, http.StatusOK, e, nil, nil, notes)
}

// keepVersion stores what was typed as the draft's next version, once the rules
// have nothing against it, and leads on to review.
func (s *site) keepVersion(v *visit, e edit) error {
	s.loadRules(v, &e)
	if drawn := e.aside["country"]; drawn != "" && drawn != forms.Normal(forms.Country, e.values[forms.Country]) {
		// The form was still drawn for the country before: what does not fit the new
		// one is set aside before anything is judged or kept.
		var notes []forms.Note
		if e.values, e.aside, notes = forms.CountryChange(e.values, e.aside, e.rules); len(notes) > 0 {
			return s.showEditNotes(v, http.StatusUnprocessableEntity, e, forms.Validate(e.values, e.opened.Values, e.rules), bannerCountry, notes)
		}
	}
	e.values = forms.Canonical(e.values, e.opened.Values, e.rules)
	if errs := forms.Validate(e.values, e.opened.Values, e.rules); len(errs) > 0 {
		return s.showEdit(v, http.StatusUnprocessableEntity, e, errs, nil)
	}
	if len(forms.Changed(e.opened.Values, e.values)) == 0 {
		return s.showEdit(v, http.StatusUnprocessableEntity, e, nil, bannerNothingChanged)
	}
	err := s.Drafts.Put(v.Request().Context(), drafts.Version{
		Key: pcclient.NewGUID(), Draft: e.draft, Operator: v.operator.Key(), Customer: e.customer,
		ETag: e.opened.ETag, Base: e.opened.Values, Mine: e.values, OpenedAt: e.opened.OpenedAt, SavedAt: s.Now(),
	})
	if err != nil {
		middleware.SetError(v.Request().Context(), err)
		return s.showEdit(v, http.StatusServiceUnavailable, e, nil, bannerNotStored)
	}
	return v.redirect(billingPath(e.customer, "/review", e.draft))
}

// loadRules reads the rules of the country chosen in the form. They assist; that
// they cannot be read stops nobody, since the upstream judges anyway.
func (s *site) loadRules(v *visit, e *edit) {
	e.rules, e.noRules = pcclient.CountryRules{}, true
	country := strings.ToUpper(strings.TrimSpace(e.values[forms.Country]))
	if len(country) != 2 {
		return
	}
	rules, err := v.upstream.CountryRules.Get(v.Request().Context(), country)
	if err != nil {
		s.Log.WarnContext(v.Request().Context(), "country rules not read", "country", country, "reference", s.reference(v), "error", err)
		e.rules.ISO2Code = country
		return
	}
	e.rules, e.noRules = rules, false
}

func (s *site) showEdit(v *visit, status int, e edit, errs forms.Errors, banner *templates.Banner) error {
	return s.showEditNotes(v, status, e, errs, banner, nil)
}

func (s *site) showEditNotes(v *visit, status int, e edit, errs forms.Errors, banner *templates.Banner, notes []forms.Note) error {
	s.loadRules(v, &e)
	base, err := sealOpened(s.Keys, v.operator.Key(), e.customer, e.opened)
	if err != nil {
		return err
	}
	if banner == nil && e.noRules {
		banner = bannerNoRules
	}
	page := templates.EditPage{
		Page:      s.frame(v, "Edit billing profile, "+nameOf(e.opened.Values, e.customer), templates.SectionCustomers),
		Customer:  s.customerOf(e.customer, e.opened.Values),
		Action:    billingPath(e.customer, "", e.draft),
		ETag:      string(e.opened.ETag),
		Base:      base,
		CSRF:      v.session.FormToken(familyBilling, string(e.customer)),
		Banner:    banner,
		Sections:  s.editSections(e, errs, notes),
		Country:   address.InSentence(e.values[forms.Country]),
		Rules:     ruleFacts(e.rules, e.noRules),
		Edit:      s.editFacts(e),
		Until:     s.clock(v.session.Until()),
		CancelURL: customerPath(e.customer),
	}
	page.Hidden = e.hidden(page.Sections)
	return show(v, status, page.View())
}

// hidden are the inputs nobody sees: what was set aside, and names that have no
// field in this country but were changed all the same, as a state is emptied.
func (e edit) hidden(sections []templates.FormSection) []templates.Hidden {
	var hidden []templates.Hidden
	aside := forms.DrawnFor(e.values, e.aside)
	for _, entry := range sortedNames(aside) {
		hidden = append(hidden, templates.Hidden{Name: forms.AsideInput(entry), Value: aside[entry]})
	}
	shown := map[string]bool{}
	for _, section := range sections {
		for _, field := range section.Fields {
			shown[field.Name] = true
		}
	}
	for _, name := range forms.Changed(e.opened.Values, e.values) {
		if !shown[name] {
			hidden = append(hidden, templates.Hidden{Name: name, Value: e.values[name]})
		}
	}
	return hidden
}

const draftBytes = 12

func newDraft() string {
	b := make([]byte, draftBytes)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(b)
}

func isDraft(draft string) bool {
	b, err := hex.DecodeString(draft)
	return err == nil && len(b) == draftBytes
}
