package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// edit is a billing profile being edited: what the form was opened with and what
// stands in it now.
type edit struct {
	customer pcclient.TenantID
	draft    string
	opened   opened
	values   forms.Values
	aside    map[string]string   // set aside by a change of country, by wire name
	check    *forms.AddressCheck // what the address check said last; nil when it was not asked
	rules    pcclient.CountryRules
	hasRules bool      // if not, they could not be read, and only the upstream will judge
	ruled    string    // the country that rules and hasRules tell of
	fresh    bool      // opened is the billing profile as it is now
	refused  bool      // the complaints are the upstream's; ours do not tell when they are met
	known    string    // the save by somebody else that was told of and put aside
	keptAt   time.Time // when the values were kept as a draft; zero when they are not
}

// editBillingProfile opens the form. Without a draft in the address it makes one
// up, so that each tab, Back and reload keeps its own.
func (s *site) editBillingProfile(v *visit) error {
	if v.Request().Header.Get(fragmentHeader) == fragmentPresence {
		return s.showPresence(v)
	}
	draft := v.QueryParam("draft")
	if !isDraft(draft) {
		return v.redirect(billingPath(v.customer, "", newDraft()))
	}
	version, sub, err := s.draftOf(v)
	switch {
	case err == nil && !version.Over && !settledWell(sub):
		return s.resume(v, version, sub)
	case err != nil && !errors.Is(err, drafts.ErrNotFound):
		return err
	}
	e := edit{customer: v.customer, draft: draft}
	if e.opened, err = s.open(v, v.customer); err != nil {
		return err
	}
	if e.opened.ETag == "" {
		return s.showReadOnly(v, v.customer)
	}
	e.values, e.fresh = e.opened.Values, true
	s.touch(v, v.customer, nameOf(e.values, v.customer))
	if movedMark(v) != "" {
		return s.showEdit(v, http.StatusOK, e, nil, v.banner(bannerDraftOver))
	}
	return s.showEdit(v, http.StatusOK, e, nil, s.otherDraft(v, v.customer))
}

// resume opens the form of a draft. If somebody saved since, the merge page comes
// first, unless the person wants to go on typing. That this cannot be told now stops
// nobody: review asks again.
func (s *site) resume(v *visit, version drafts.Version, sub submission.Submission) error {
	e := edit{
		customer: version.Customer, draft: version.Draft, values: version.Mine, aside: version.Aside, check: version.Check, keptAt: version.SavedAt,
		opened: opened{ETag: version.ETag, Values: version.Base, OpenedAt: version.OpenedAt},
	}
	if v.QueryParam("keep") == "" && (sub.Key == "" || sub.State.Settled()) {
		switch now, err := s.open(v, version.Customer); {
		case err != nil && !failureOf(err).retry:
			return err
		case err != nil:
			s.warn(v, "draft not compared", err)
		case len(forms.Changed(version.Base, now.Values)) == 0:
			e.fresh = true
		case nothingLeft(version, now):
			return s.showSameSaved(v, version, now)
		default:
			return v.redirect(billingPath(version.Customer, "/merge", version.Draft))
		}
	}
	errs, banner := refusedBefore(v, sub)
	e.refused = len(errs) > 0
	switch {
	case version.Stage != drafts.Typed, e.unchosen(): // the question says where this stands
	case movedMark(v) != "":
		banner = v.banner(bannerFormMoved)
	case version.Via == string(audit.ViaUndo):
		banner = v.banner(bannerEarlierValues)
	default:
		banner = v.banner(bannerRestored(v.on(version.SavedAt).Text))
	}
	return s.showEditNotes(v, http.StatusOK, e, errs, banner, s.fitCountry(v, &e))
}

// fitCountry fits the form to its country if it was still drawn for the one before,
// and says what moved.
func (s *site) fitCountry(v *visit, e *edit) (notes []forms.Note) {
	s.loadRules(v, e)
	if drawn := e.aside["country"]; drawn != "" && drawn != forms.Normal(forms.Country, e.values[forms.Country]) {
		e.values, e.aside, notes = forms.CountryChange(e.values, e.aside, e.rules)
	}
	return notes
}

// refusedBefore is what the upstream had against these values when they were saved:
// complaints at the fields it named, else its words above the form; nothing when it
// was not asked or did not mind.
func refusedBefore(v *visit, sub submission.Submission) (forms.Errors, *templates.Banner) {
	if sub.Reason != submission.Invalid {
		return nil, nil
	}
	errs, sentence := forms.UpstreamErrors(sub.UpstreamCode, sub.UpstreamText, sub.Wish)
	if sentence.ID == "" {
		return errs, nil
	}
	banner := &templates.Banner{Tone: templates.ToneCare, Title: v.Of(sentence)}
	if quote := forms.UpstreamQuote(sub.UpstreamText); quote != "" {
		banner.Text = v.Say("banner.refused.text", "quote", quote)
	}
	return nil, banner
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
	e := edit{customer: v.customer, draft: v.QueryParam("draft")}
	if !isDraft(e.draft) {
		e.draft = newDraft()
	}
	values, malformed := forms.Parse(v.form, editInputs()...)
	e.values, e.aside, e.known = values, forms.Aside(v.form), v.one("known")
	opened, badBase, err := s.postedBase(v)
	if err != nil {
		return err
	}
	e.opened, e.fresh = opened, badBase
	e.keepUnposted(v.form)
	if f := flawOf(v, badBase, malformed); f != nil {
		middleware.SetReason(v.Request().Context(), f.reason)
		return s.showEdit(v, f.status, e, forms.Unreadable(malformed, e.values), f.banner)
	}
	s.recallCheck(v, &e)
	switch do := v.one("do"); {
	case do == "country":
		return s.changeCountry(v, e)
	case strings.HasPrefix(do, "undo:"):
		name := strings.TrimPrefix(do, "undo:")
		e.values[name] = e.opened.Values[name]
		s.keepTyped(v, &e)
		return s.showEdit(v, http.StatusOK, e, nil, nil)
	case strings.HasPrefix(do, "keep:"):
		e.known = strings.TrimPrefix(do, "keep:")
		s.keepTyped(v, &e)
		return s.showEdit(v, http.StatusOK, e, nil, nil)
	case do == "merge":
		return s.mergeNow(v, e)
	case do == "" || do == "review":
		return s.keepVersion(v, e)
	}
	return s.showEdit(v, http.StatusBadRequest, e, nil, v.banner(bannerUnreadable))
}

// keepUnposted leaves alone what the form did not carry: only what was posted can
// be an edit.
func (e *edit) keepUnposted(form url.Values) {
	for _, name := range forms.Names() {
		if !form.Has(name) {
			e.values[name] = e.opened.Values[name]
		}
	}
}

func (s *site) changeCountry(v *visit, e edit) error {
	s.loadRules(v, &e)
	var notes []forms.Note
	e.values, e.aside, notes = forms.CountryChange(e.values, e.aside, e.rules)
	s.keepTyped(v, &e)
	return s.showEditNotes(v, http.StatusOK, e, nil, nil, notes)
}

// mergeNow keeps what is typed as it stands, checked or not, and leads on to the
// merge page. With nothing typed there is nothing to merge, and the form opens afresh.
func (s *site) mergeNow(v *visit, e edit) error {
	now, err := s.open(v, e.customer)
	if err != nil {
		return err
	}
	switch {
	case len(forms.Changed(e.opened.Values, now.Values)) == 0:
		e.fresh = true
		return s.showEdit(v, http.StatusOK, e, nil, v.banner(bannerNothingToMerge))
	case len(forms.Changed(e.opened.Values, e.values)) == 0:
		s.keepTyped(v, &e) // which ends a draft that was made of this form before
		s.gone(v, e.customer, e.draft)
		return v.redirect(customerPath(e.customer) + "/billing")
	}
	err = s.keepNext(v, e.version(v.operator.Key(), s.Now()))
	if err != nil {
		middleware.SetError(v.Request().Context(), err)
		return s.showEdit(v, http.StatusServiceUnavailable, e, nil, v.banner(bannerNotStored))
	}
	return v.redirect(billingPath(e.customer, "/merge", e.draft))
}

// keepVersion stores what was typed as the draft's next version, once the rules
// have nothing against it and it is clear which address to save, and leads on to review.
func (s *site) keepVersion(v *visit, e edit) error {
	if notes := s.fitCountry(v, &e); len(notes) > 0 {
		// The form was still drawn for the country before: what does not fit the new
		// one is set aside before anything is judged or kept.
		s.keepTyped(v, &e)
		return s.showEditNotes(v, http.StatusUnprocessableEntity, e, forms.Validate(e.values, e.opened.Values, e.rules), v.banner(bannerCountry), notes)
	}
	errs, changed := e.judge(v.one(inputAddress)), len(forms.Changed(e.opened.Values, e.values)) > 0
	if len(errs) == 0 && changed {
		s.checkAddress(v, &e)
	}
	if len(errs) > 0 || !changed || e.unchosen() {
		s.keepTyped(v, &e)
		var banner *templates.Banner
		if !changed && len(errs) == 0 {
			banner = v.banner(bannerNothingChanged)
		}
		return s.showEdit(v, http.StatusUnprocessableEntity, e, errs, banner)
	}
	if err := s.putNext(v, e.version(v.operator.Key(), s.Now())); err != nil {
		middleware.SetError(v.Request().Context(), err)
		return s.showEdit(v, http.StatusServiceUnavailable, e, nil, v.banner(bannerNotStored))
	}
	return v.redirect(billingPath(e.customer, "/review", e.draft))
}

// judge holds the form to the rules, in the spelling that would be saved and with the
// address chosen in it.
func (e *edit) judge(choice string) forms.Errors {
	e.values = forms.Canonical(e.values, e.opened.Values, e.rules)
	e.choose(choice)
	errs := forms.Validate(e.values, e.opened.Values, e.rules)
	if e.unchosen() {
		errs = append(errs, forms.FieldError{Name: inputAddress, Text: words.M("wrong.address")})
	}
	return errs
}

// version is the form as the next version of its draft.
func (e edit) version(operator string, at time.Time) drafts.Version {
	return drafts.Version{
		Key: pcclient.NewGUID(), Draft: e.draft, Operator: operator, Customer: e.customer, ETag: e.opened.ETag,
		Base: e.opened.Values, Mine: e.values, Check: e.check, Aside: e.aside, OpenedAt: e.opened.OpenedAt, SavedAt: at,
	}
}
