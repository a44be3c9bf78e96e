package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

const (
	// settleWait is how long a page waits for looks at saves that are not its subject.
	settleWait = 2 * time.Second
	// settleListWait is that of the administrators' list.
	settleListWait = 8 * time.Second
)

// settleOwn looks whether the person's saves without an end have come to one, since
// after a crash only their own visit brings a token to look with. Most people have
// none, which costs one small read. What cannot be looked at waits for the next visit.
func (s *site) settleOwn(v *visit) {
	ctx, cancel := context.WithTimeout(v.Request().Context(), settleWait)
	defer cancel()
	open, err := s.Submissions.Open(ctx, v.operator.Key())
	if err != nil {
		s.warn(v, "open saves not read", err)
		return
	}
	// The page of one save looks at that one by itself.
	open = slices.DeleteFunc(open, func(sub submission.Submission) bool { return sub.Key == v.Param("key") })
	s.Submissions.SettleAll(ctx, v.upstream, open)
}

// openFor are the customer's saves without an end, after a look upstream as the person:
// whoever may see the customer can settle them.
func (s *site) openFor(v *visit, customer pcclient.TenantID) []templates.Unsettled {
	ctx, cancel := context.WithTimeout(v.Request().Context(), settleWait)
	defer cancel()
	open, err := s.Submissions.OpenFor(ctx, customer)
	if err != nil {
		s.warn(v, "open saves not read", err)
		return nil
	}
	var shown []templates.Unsettled
	for _, sub := range s.Submissions.SettleAll(ctx, v.upstream, open) {
		if !sub.State.Settled() {
			shown = append(shown, s.unsettled(v, sub))
		}
	}
	return shown
}

// unsettled is a save as lists show it to the person.
func (s *site) unsettled(v *visit, sub submission.Submission) templates.Unsettled {
	own := sub.Operator.Key == v.operator.Key()
	u := templates.Unsettled{
		CustomerName: nameOf(sub.Wish, sub.Customer),
		CustomerURL:  customerPath(sub.Customer),
		Who:          sub.Operator.Name,
		Items:        v.Say("items", "n", len(changedItems(sub.Base, sub.Wish))),
		At:           v.moment(sub.RecordedAt),
		Standing:     templates.StandingUnknown,
	}
	if own {
		u.You, u.URL = true, savePath(sub.Customer, sub.Key)
	}
	switch sub.State {
	case submission.Recorded:
		u.Standing = templates.StandingRunning
	case submission.Applied:
		u.Standing, u.Settled = templates.StandingSaved, v.moment(sub.SettledAt)
	case submission.NotApplied:
		u.Standing, u.Settled = templates.StandingNotSaved, v.moment(sub.SettledAt)
	case submission.Superseded:
		u.Standing = templates.StandingOvertaken
		if own || v.may(middleware.Administer) {
			u.CloseAction, u.CloseCSRF = savePath(sub.Customer, sub.Key)+"/close", v.session.FormToken(familySaves, string(sub.Customer))
		}
	}
	return u
}

// showUnsettled lists everybody's unsettled saves for administrators, after a look at
// each.
func (s *site) showUnsettled(v *visit) error {
	ctx, cancel := context.WithTimeout(v.Request().Context(), settleListWait)
	defer cancel()
	list, err := s.Submissions.Unsettled(ctx, "")
	if err != nil {
		return err
	}
	list = s.saved(v, list)
	page := templates.UnsettledPage{Page: s.frame(v, v.Say("unsettled.title"), templates.SectionUnsettled)}
	for _, sub := range s.Submissions.SettleAll(ctx, v.upstream, list) {
		if !sub.State.Settled() || sub.State == submission.Superseded {
			page.Saves = append(page.Saves, s.unsettled(v, sub))
		}
	}
	return show(v, http.StatusOK, page.View())
}

// closeSave notes that a person has looked at an overtaken save: its own, or an
// administrator. To anybody else there is no such save.
func (s *site) closeSave(v *visit) error {
	if !v.session.CheckFormToken(familySaves, string(v.customer), v.one("csrf")) {
		return errFormToken
	}
	ctx := v.Request().Context()
	sub, err := s.Submissions.Find(ctx, v.Param("key"))
	if err != nil {
		return err
	}
	own := sub.Operator.Key == v.operator.Key()
	if sub.Customer != v.customer || !own && !v.may(middleware.Administer) {
		return submission.ErrNotFound
	}
	if err := s.Submissions.Close(ctx, submission.Operator{Key: v.operator.Key(), Name: v.operator.Name}, sub.Key); err != nil {
		return err
	}
	if own {
		return v.redirect(customerPath(v.customer))
	}
	return v.redirect("/unsettled")
}
