package handlers

import (
	"context"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/templates"
)

// rulesWait is how long a form waits for rules it can do without.
const rulesWait = 3 * time.Second

// rulesOf reads the rules of the country in some values. They assist; that they cannot be
// read stops nobody, since the upstream judges anyway.
func (s *site) rulesOf(v *visit, values forms.Values) (rules pcclient.CountryRules, known bool) {
	country := forms.Normal(forms.Country, values[forms.Country])
	if len(country) != 2 {
		return pcclient.CountryRules{}, false
	}
	ctx, cancel := context.WithTimeout(v.Request().Context(), rulesWait)
	defer cancel()
	rules, err := v.upstream.CountryRules.Get(ctx, country)
	if err != nil {
		s.warn(v, "country rules not read", err)
		return pcclient.CountryRules{ISO2Code: country}, false
	}
	return rules, true
}

// loadRules gives the form the rules of the country chosen in it. They are asked for once,
// also when they cannot be read.
func (s *site) loadRules(v *visit, e *edit) {
	if country := forms.Normal(forms.Country, e.values[forms.Country]); e.ruled != country {
		e.rules, e.hasRules = s.rulesOf(v, e.values)
		e.ruled = country
	}
}

func (s *site) showEdit(v *visit, status int, e edit, errs forms.Errors, banner *templates.Banner) error {
	return s.showEditNotes(v, status, e, errs, banner, nil)
}

func (s *site) showEditNotes(v *visit, status int, e edit, errs forms.Errors, banner *templates.Banner, notes []forms.Note) error {
	s.loadRules(v, &e)
	base, err := e.opened.seal(s.Ring, v.operator.Key(), e.customer)
	if err != nil {
		return err
	}
	if banner == nil && !e.hasRules {
		banner = v.banner(bannerNoRules)
	}
	page := templates.EditPage{
		Page:      s.frame(v, e.title(v), templates.SectionCustomers),
		Customer:  v.customerOf(e.customer, e.opened.Values),
		Action:    billingPath(e.customer, "", e.draft),
		ETag:      string(e.opened.ETag),
		Base:      base,
		CSRF:      v.session.FormToken(familyBilling, string(e.customer)),
		Banner:    banner,
		Unsettled: s.openFor(v, e.customer),
		Others:    s.here(v, e.customer, e.draft),
		Sections:  s.editSections(v, e, errs, notes),
		Country:   address.Place(e.values[forms.Country]).In(v.Language),
		Rules:     ruleFacts(v, e),
		Edit:      editFacts(v, e),
		Until:     v.clock(v.session.Until()),
		Left:      s.sessionLeft(v),
		CancelURL: customerPath(e.customer),
		Draft: templates.DraftState{
			KeepURL:    keepPath(e.customer, e.draft),
			DiscardURL: discardPath(e.customer, e.draft),
			KeptAt:     v.at(e.keptAt),
		},
	}
	page.Unkept = e.keptAt.IsZero() && len(forms.Changed(e.opened.Values, e.values)) > 0
	page.Hidden = e.hidden(page.Sections)
	if len(errs) > 0 && !e.refused {
		page.CheckURL = billingPath(e.customer, "/check", e.draft)
	}
	if !e.fresh {
		page.News = s.news(v, e.customer, e.opened, e.known)
	}
	if page.News.Told() && banner != nil && banner.Tone == templates.ToneInfo && !banner.Focus {
		page.Banner = nil // one at a time, and the news matter more than a greeting
	}
	return show(v, status, page.View())
}

func (e edit) title(v *visit) string {
	return v.Say("shell.of-customer", "title", v.Say("edit.title"), "customer", nameOf(e.opened.Values, e.customer))
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
