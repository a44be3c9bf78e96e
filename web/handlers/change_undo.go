package handlers

import (
	"maps"
	"net/http"
	"slices"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// undoState is what a sent undo form held that has to be shown again.
type undoState struct {
	chosen []merge.Item // nil: all, as the form opens
	err    string
}

// undoForm offers the values from before a change; nil when they are not known.
func (s *site) undoForm(v *visit, r audit.Record, state undoState) *templates.Undo {
	form := &templates.Undo{
		Action: changePath(r.Customer, r.Seq) + "/undo",
		CSRF:   v.session.FormToken(familyBilling, string(r.Customer)),
		Error:  state.err,
	}
	for _, change := range undoable(r) {
		form.Items = append(form.Items, templates.UndoItem{
			Name:    string(change.Item),
			Label:   v.Of(change.Item.Label()),
			Value:   v.printed(change.Item, change.Before),
			Checked: state.chosen == nil || slices.Contains(state.chosen, change.Item),
		})
	}
	if form.Items == nil {
		return nil
	}
	return form
}

// undoable are the items that a change can be undone in.
func undoable(r audit.Record) []merge.Change {
	if noBefore(r) {
		return nil
	}
	return merge.Changes(r.Before, r.After)
}

// undoChange starts an edit that has the values from before a change in it. Nothing is
// sent upstream: the edit is reviewed, checked for conflicts and saved like any other.
func (s *site) undoChange(v *visit) error {
	record, err := s.changeOf(v)
	if err != nil {
		return err
	}
	chosen, readable := postedItems(v, record)
	again := func(status int, reason string, banner *templates.Banner, err string) error {
		middleware.SetReason(v.Request().Context(), reason)
		return s.showChangePage(v, status, record, banner, undoState{chosen: chosen, err: err})
	}
	switch {
	case !v.session.CheckFormToken(familyBilling, string(record.Customer), v.one("csrf")):
		return again(http.StatusForbidden, "form_token", v.banner(bannerStaleUndo), "")
	case !readable:
		return again(http.StatusBadRequest, "form_malformed", v.banner(bannerUnreadableUndo), "")
	case len(undoable(record)) == 0:
		return again(http.StatusUnprocessableEntity, "values_gone", v.banner(bannerNothingKept), "")
	case len(chosen) == 0:
		return again(http.StatusUnprocessableEntity, "no_items", nil, v.Say("change.undo.none"))
	}
	now, err := s.open(v, record.Customer)
	if err != nil {
		return err
	}
	if now.ETag == "" {
		return s.showReadOnly(v, record.Customer)
	}
	wish := putBack(now.Values, record.Before, chosen)
	if len(forms.Changed(now.Values, wish)) == 0 {
		return again(http.StatusOK, "nothing_to_undo", v.banner(bannerSameAlready), "")
	}
	draft := newDraft()
	err = s.Drafts.Put(v.Request().Context(), drafts.Version{
		Key: pcclient.NewGUID(), Draft: draft, Operator: v.operator.Key(), Customer: record.Customer, Stage: drafts.Typed,
		ETag: now.ETag, Base: now.Values, Mine: wish, Via: string(audit.ViaUndo), Why: s.whyUndo(v, record), OpenedAt: now.OpenedAt, SavedAt: s.Now(),
	})
	if err != nil {
		middleware.SetError(v.Request().Context(), err)
		return again(http.StatusServiceUnavailable, "draft_not_kept", v.banner(bannerUndoNotStored), "")
	}
	return v.redirect(billingPath(record.Customer, "", draft))
}

// postedItems are the items chosen in the form, in page order. readable is false for a
// form that is none of ours: other inputs, an item that was not changed, or one twice.
func postedItems(v *visit, r audit.Record) (chosen []merge.Item, readable bool) {
	posted := v.form["item"]
	chosen = []merge.Item{}
	for _, change := range undoable(r) {
		if slices.Contains(posted, string(change.Item)) {
			chosen = append(chosen, change.Item)
		}
	}
	for name, values := range v.form {
		if name != "item" && (name != "csrf" || len(values) != 1) {
			return chosen, false
		}
	}
	return chosen, len(chosen) == len(posted)
}

// putBack lays the chosen items of earlier values over those of now, each item whole:
// an address mixed from two times would be wrong even if each of its lines is right.
func putBack(now forms.Values, earlier map[string]string, chosen []merge.Item) forms.Values {
	wish := maps.Clone(now)
	for _, item := range chosen {
		for _, name := range item.Names() {
			if wish[name] = earlier[name]; wish[name] == "" {
				delete(wish, name)
			}
		}
	}
	return wish
}

// whyUndo is the reason an undo is given, in the operator's words until they find better
// ones. The day is the portal's, since everybody reads it.
func (s *site) whyUndo(v *visit, r audit.Record) string {
	who := cleaned(r.OperatorName)
	if runes := []rune(who); len(runes) > 80 {
		who = string(runes[:79]) + "…"
	}
	day := words.M("time.date", v.partsOf(r.Time.In(s.Zone))...)
	if who == "" {
		return cleaned(v.Say("change.undo.reason-outside", "day", day))
	}
	return cleaned(v.Say("change.undo.reason", "who", who, "day", day))
}
