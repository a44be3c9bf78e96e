package handlers

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
)

// mergeBillingProfile opens the merge page of a draft. If nobody saved since, there
// is nothing to merge and review is the place.
func (s *site) mergeBillingProfile(v *visit) error {
	version, sub, err := s.draftOf(v)
	if errors.Is(err, drafts.ErrNotFound) {
		return v.redirect(customerPath(v.customer) + "/billing")
	}
	if err != nil {
		return err
	}
	if done(sub) {
		return v.redirect(savePath(v.customer, version.Key))
	}
	if version.Over {
		return v.redirect(billingPath(v.customer, "", version.Draft))
	}
	now, err := s.open(v, v.customer)
	if err != nil {
		return err
	}
	if len(forms.Changed(version.Base, now.Values)) == 0 {
		return v.redirect(billingPath(v.customer, "/review", version.Draft))
	}
	return s.showMerge(v, http.StatusOK, version, now, nil)
}

// decisions are the choices posted, with what was typed for "Something else".
type decisions struct {
	choices map[merge.Item]merge.Choice
	other   forms.Values      // as posted; what was not posted is the operator's own
	aside   map[string]string // set aside by a change of country, by wire name
	notes   []forms.Note
	missing map[merge.Item]bool
	errs    forms.Errors
	banner  *templates.Banner
	unkept  bool // none of it is in a draft
}

// submitMerge takes the choices and makes of them the draft's next version, on top
// of what the other person saved.
func (s *site) submitMerge(v *visit) error {
	theirs, badBase, err := s.postedBase(v)
	if err != nil {
		return err
	}
	// The choices are about the version that the page showed, even if the draft has
	// moved on in another tab.
	version, err := s.postedVersion(v, v.operator.Key(), v.customer)
	gone := errors.Is(err, drafts.ErrNotFound)
	if gone {
		version, err = s.Drafts.Latest(v.Request().Context(), v.operator.Key(), v.customer, v.QueryParam("draft"))
	}
	if err != nil {
		return err
	}
	typed, malformed := forms.Parse(v.form, append(choiceInputs(), ownInputs...)...)
	d := &decisions{choices: postedChoices(v), other: otherwise(typed, version.Mine, v.form), aside: forms.Aside(v.form)}
	if f := flawOf(v, badBase, malformed); f != nil {
		middleware.SetReason(v.Request().Context(), f.reason)
		d.errs, d.banner, d.unkept = forms.Unreadable(malformed, typed), f.banner, true
		return s.showMerge(v, f.status, version, theirs, d)
	}
	if gone {
		// What was typed went on in another tab, and took the place of what the page showed.
		d.banner = v.banner(bannerMovedOn)
		return s.showMerge(v, http.StatusConflict, version, theirs, d)
	}
	result := merge.Merge(version.Base, theirs.Values, version.Mine)
	switch do := v.one("do"); do {
	case "theirs", "mine":
		for _, line := range result.Clashes() {
			d.choices[line.Item] = merge.Choice(do)
		}
		return s.comeBack(v, http.StatusOK, version, theirs, d)
	case "country":
		s.fitOther(v, d)
		return s.comeBack(v, http.StatusOK, version, theirs, d)
	case "", "review":
		return s.decide(v, version, theirs, result, d)
	}
	d.banner = v.banner(bannerUnreadable)
	return s.showMerge(v, http.StatusBadRequest, version, theirs, d)
}

// comeBack draws the page again and keeps what was decided so far.
func (s *site) comeBack(v *visit, status int, version drafts.Version, theirs opened, d *decisions) error {
	return s.showMerge(v, status, s.keepMerging(v, version, theirs, d), theirs, d)
}

// otherwise is what stands in the inputs for "Something else": what was posted, and
// the operator's own where the page had no input.
func otherwise(typed, mine forms.Values, form url.Values) forms.Values {
	other := forms.Values{}
	for _, name := range forms.Names() {
		if other[name] = mine[name]; form.Has(name) {
			other[name] = typed[name]
		}
	}
	return other
}

// fitOther fits the address of "Something else" to the country typed in it, as the
// form does, and reports whether something had to be set aside.
func (s *site) fitOther(v *visit, d *decisions) bool {
	rules, _ := s.rulesOf(v, d.other)
	fitted, aside, notes := forms.CountryChange(d.other, d.aside, rules)
	moved := false
	for _, name := range merge.Address.Names() {
		moved = moved || d.other[name] != fitted[name]
		d.other[name] = fitted[name]
	}
	d.aside, d.notes = aside, notes
	return moved
}

// decide lays the choices over the merge, and asks for those that are missing.
func (s *site) decide(v *visit, version drafts.Version, theirs opened, result merge.Result, d *decisions) error {
	if drawn := d.aside["country"]; d.choices[merge.Address] == merge.ChoiceOther && drawn != "" &&
		drawn != forms.Normal(forms.Country, d.other[forms.Country]) && s.fitOther(v, d) {
		d.banner = v.banner(bannerCountry)
		return s.comeBack(v, http.StatusUnprocessableEntity, version, theirs, d)
	}
	merged, missing := result.Resolve(d.choices, d.other)
	if len(missing) == 0 {
		return s.keepMerged(v, version, theirs, merged, d)
	}
	d.missing = map[merge.Item]bool{}
	for _, item := range missing {
		d.missing[item] = true
	}
	return s.comeBack(v, http.StatusUnprocessableEntity, version, theirs, d)
}

// keepMerged checks the merged whole, since each part may fit and their country
// still not go with my phone number, and leads on to review.
func (s *site) keepMerged(v *visit, version drafts.Version, theirs opened, merged forms.Values, d *decisions) error {
	e := edit{customer: version.Customer, draft: version.Draft, opened: theirs, values: merged, check: version.Check}
	s.loadRules(v, &e)
	merged = forms.Canonical(merged, theirs.Values, e.rules)
	if d.errs = forms.Validate(merged, theirs.Values, e.rules); len(d.errs) > 0 {
		return s.comeBack(v, http.StatusUnprocessableEntity, version, theirs, d)
	}
	if len(forms.Changed(theirs.Values, merged)) == 0 {
		return s.showNothingLeft(v, version, v.banner(bannerNothingLeft))
	}
	e.values = merged
	s.checkAddress(v, &e)
	next, page, store := e.version(v.operator.Key(), s.Now()), "/review", s.putNext
	if e.unchosen() {
		page, store = "", s.keepNext // the form asks which address to save
	}
	if err := store(v, next); err != nil {
		middleware.SetError(v.Request().Context(), err)
		d.banner = v.banner(bannerNotStored)
		return s.showMerge(v, http.StatusServiceUnavailable, version, theirs, d)
	}
	return v.redirect(billingPath(version.Customer, page, version.Draft))
}

// postedChoices reads the radios. A value that is no choice counts as none, so that
// the page asks again.
func postedChoices(v *visit) map[merge.Item]merge.Choice {
	choices := map[merge.Item]merge.Choice{}
	for _, item := range merge.Items() {
		switch choice := merge.Choice(v.one("choice." + string(item))); choice {
		case merge.ChoiceTheirs, merge.ChoiceMine, merge.ChoiceOther:
			choices[item] = choice
		}
	}
	return choices
}
