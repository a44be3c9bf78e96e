package handlers

import (
	"slices"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// waiting are the drafts that wait for the person: not those whose save is under way,
// which are told of as saves.
func waiting(list []drafts.Version, open []submission.Submission) []drafts.Version {
	return slices.DeleteFunc(list, func(v drafts.Version) bool {
		return slices.ContainsFunc(open, func(sub submission.Submission) bool { return sub.Key == v.Key })
	})
}

// draftsOf are the drafts of one customer that wait for the person, those typed last
// first. What cannot be read is left out: it stops no page.
func (s *site) draftsOf(v *visit, customer pcclient.TenantID) []drafts.Version {
	ctx, operator := v.Request().Context(), v.operator.Key()
	list, err := s.Drafts.Of(ctx, operator, customer)
	if err != nil {
		s.warn(v, "drafts not read", err)
	}
	if len(list) == 0 {
		return nil
	}
	open, err := s.Submissions.Open(ctx, operator)
	if err != nil {
		s.warn(v, "open saves not read", err)
	}
	return waiting(list, open)
}

func unfinished(v *visit, version drafts.Version) templates.Draft {
	return templates.Draft{
		CustomerName: nameOf(version.Base, version.Customer),
		Items:        v.Say("items-changed", "n", len(changedItems(version.Base, version.Mine))),
		At:           v.on(version.SavedAt),
		ContinueURL:  billingPath(version.Customer, "", version.Draft),
		DiscardURL:   discardPath(version.Customer, version.Draft),
	}
}

// draftNote tells on the customer's page of the draft typed last, and whether the
// profile moved since. entries are the customer's latest changes.
func (s *site) draftNote(v *visit, customer pcclient.TenantID, now forms.Values, entries []audit.Record) *templates.DraftNote {
	list := s.draftsOf(v, customer)
	if len(list) == 0 {
		return nil
	}
	draft := list[0]
	note := &templates.DraftNote{Draft: unfinished(v, draft), More: len(list) - 1}
	switch {
	case len(forms.Changed(draft.Base, now)) == 0:
		return note
	case nothingLeft(draft, opened{Values: now}):
		note.Moved = v.Say("customer.draft.same")
		return note
	}
	note.Moved = v.Say("customer.draft.moved-by-others")
	if slices.ContainsFunc(entries, func(e audit.Record) bool {
		return e.Operator == v.operator.Key() && e.Time.After(draft.OpenedAt)
	}) {
		note.Moved = v.Say("customer.draft.moved")
	}
	return note
}

// otherDraft tells on a form that opens afresh that another one waits; nil when none does.
func (s *site) otherDraft(v *visit, customer pcclient.TenantID) *templates.Banner {
	list := s.draftsOf(v, customer)
	if len(list) == 0 {
		return nil
	}
	draft := unfinished(v, list[0])
	return &templates.Banner{
		Tone:  templates.ToneInfo,
		Title: v.Say("customer.draft.waiting"),
		Text:  v.Say("customer.draft.fresh", "items", draft.Items, "at", draft.At.Text),
		Links: []templates.Link{{URL: draft.ContinueURL, Text: v.Say("draft.continue")}},
	}
}
