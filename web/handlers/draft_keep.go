package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
)

// keptHeader tells a script the time of day when its form was kept; it is missing when the
// form holds nothing to keep.
const keptHeader = "X-Draft-Kept"

// keepDraft keeps a form while somebody is typing in it: the values are decoded and
// not judged. Whatever is refused, the draft stays as it was.
func (s *site) keepDraft(v *visit) error {
	if !v.session.CheckFormToken(familyBilling, string(v.customer), v.one("csrf")) {
		return errFormToken
	}
	version, err := s.typedVersion(v, v.operator.Key(), v.customer)
	if err != nil {
		return err
	}
	if err := s.keepNext(v, version); err != nil {
		return err
	}
	return v.NoContent(http.StatusNoContent)
}

// tellKept says in the answer that a version was kept, unless it held nothing.
func (s *site) tellKept(v *visit, version drafts.Version) {
	if something(version) {
		v.Response().Header().Set(keptHeader, version.SavedAt.In(v.zone).Format("15:04")) // a header is ASCII
	}
}

// typedVersion is the posted edit or merge form as a version of the draft in the
// address. It asks nothing of Partner Center. errBadForm is a form that is not as
// this portal made it.
func (s *site) typedVersion(v *visit, operator string, customer pcclient.TenantID) (drafts.Version, error) {
	draft := v.QueryParam("draft")
	if !isDraft(draft) {
		return drafts.Version{}, errBadForm
	}
	base, err := unsealOpened(s.Ring, operator, customer, v.one("base"), v.one("etag"))
	if errors.Is(err, errBase) {
		err = fmt.Errorf("%w: %w", errBadForm, err)
	}
	if err != nil {
		return drafts.Version{}, err
	}
	if v.form.Has("key") {
		return s.typedMerge(v, operator, customer, base)
	}
	values, err := forms.Parse(v.form, editInputs()...)
	if err != nil {
		return drafts.Version{}, fmt.Errorf("%w: %w", errBadForm, err)
	}
	e := edit{customer: customer, draft: draft, opened: base, values: values, aside: forms.Aside(v.form)}
	e.keepUnposted(v.form)
	if choice := v.one(inputAddress); choice != "" {
		latest, err := s.Drafts.Latest(v.Request().Context(), operator, customer, draft)
		if err == nil {
			e.check = ticked(latest.Check, e.values, choice)
		} else if !errors.Is(err, drafts.ErrNotFound) {
			return drafts.Version{}, err
		}
	}
	return e.version(operator, s.Now()), nil
}

// typedMerge is typedVersion for the merge page.
func (s *site) typedMerge(v *visit, operator string, customer pcclient.TenantID, theirs opened) (drafts.Version, error) {
	version, err := s.postedVersion(v, operator, customer)
	if errors.Is(err, drafts.ErrNotFound) {
		version, err = s.Drafts.Latest(v.Request().Context(), operator, customer, v.QueryParam("draft"))
	}
	if err != nil {
		return drafts.Version{}, err
	}
	typed, err := forms.Parse(v.form, append(choiceInputs(), ownInputs...)...)
	if err != nil {
		return drafts.Version{}, fmt.Errorf("%w: %w", errBadForm, err)
	}
	d := &decisions{choices: postedChoices(v), other: otherwise(typed, version.Mine, v.form), aside: forms.Aside(v.form)}
	return s.undecided(version, theirs, d), nil
}

// undecided is a version with where its merge stands. A typed one keeps its key, which
// the page being looked at names.
func (s *site) undecided(version drafts.Version, theirs opened, d *decisions) drafts.Version {
	merging := &drafts.Merging{MineAt: mineAt(version), Theirs: theirs.Values, Choices: map[string]string{}, Other: d.other}
	for item, choice := range d.choices {
		merging.Choices[string(item)] = string(choice)
	}
	if version.Stage != drafts.Typed {
		version.Key = pcclient.NewGUID()
	}
	version.Stage, version.Merging, version.Aside, version.SavedAt = drafts.Typed, merging, d.aside, s.Now()
	return version
}

// mineAt is when a version's own values were typed, whatever was chosen since.
func mineAt(version drafts.Version) (at time.Time) {
	if version.Merging != nil {
		return version.Merging.MineAt
	}
	return version.SavedAt
}

// decided is where the merge of a version stood, as far as it still holds: what was
// chosen about a value that changed once more is to be chosen again.
func decided(version drafts.Version, theirs opened) *decisions {
	d := &decisions{choices: map[merge.Item]merge.Choice{}, other: version.Mine}
	if version.Merging == nil {
		return d
	}
	d.other, d.aside = version.Merging.Other, version.Aside
	moved := changedItems(version.Merging.Theirs, theirs.Values)
	for item, choice := range version.Merging.Choices {
		if !slices.Contains(moved, merge.Item(item)) {
			d.choices[merge.Item(item)] = merge.Choice(choice)
		}
	}
	return d
}

// keepTyped keeps a form that comes back to the person, so that a tab that is closed
// then costs nothing. That it cannot be kept stops nothing: the page holds it all.
func (s *site) keepTyped(v *visit, e *edit) {
	version := e.version(v.operator.Key(), s.Now())
	if s.keep(v, version) && something(version) {
		e.keptAt = version.SavedAt
	}
}

// keepMerging is keepTyped for the merge page: what was decided so far. It returns the
// version that the page is about from now on.
func (s *site) keepMerging(v *visit, version drafts.Version, theirs opened, d *decisions) drafts.Version {
	if kept := s.undecided(version, theirs, d); s.keep(v, kept) {
		return kept
	}
	return version
}

func (s *site) keep(v *visit, version drafts.Version) bool {
	if err := s.keepNext(v, version); err != nil {
		s.warn(v, "typed text not kept", err)
		return false
	}
	return true
}
