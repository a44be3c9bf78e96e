package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// longestReason is how many characters a reason may have: a sentence or a ticket, not
// a letter.
const longestReason = 500

// postedReason is the reason typed on the review page, "" without one.
func postedReason(v *visit) string { return strings.TrimSpace(cleaned(v.one("reason"))) }

// reasonWrong is what is wrong with a reason, "" if nothing is.
func (s *site) reasonWrong(reason string) string {
	switch n := utf8.RuneCountInString(reason); {
	case n == 0 && s.ReasonRequired:
		return "Enter a reason for this change"
	case n > longestReason:
		return fmt.Sprintf("Reason must be %d characters or less. It is %d.", longestReason, n)
	}
	return ""
}

func (s *site) reasonField(reason, wrong string) templates.Field {
	return templates.Field{
		Name: "reason", Label: "Reason for the change", Hint: "Such as a ticket number. It is kept in the history of this customer.",
		Value: reason, Error: wrong, Optional: !s.ReasonRequired,
	}
}

// reasonFor is the reason that goes with a version: the one its save was made with, if
// there was one, since that was typed last.
func reasonFor(version drafts.Version, sub submission.Submission) string {
	if sub.Key != "" {
		return sub.Why
	}
	return version.Why
}

// carry gives a draft's next version what the same edit, further on, takes over from
// the latest one: how the values came into it, and the reason. The first version, and
// one after a save, take over nothing.
func (s *site) carry(ctx context.Context, next *drafts.Version) error {
	latest, sub, err := s.latestOf(ctx, next.Operator, next.Customer, next.Draft)
	if errors.Is(err, drafts.ErrNotFound) {
		return nil
	}
	if err == nil && !latest.Over && !settledWell(sub) {
		next.Via, next.Why = latest.Via, reasonFor(latest, sub)
	}
	return err
}

// putNext stores a draft's next version, under a key of its own, with what it takes
// over from the one before.
func (s *site) putNext(v *visit, next drafts.Version) error {
	next.Key, next.Operator, next.SavedAt = pcclient.NewGUID(), v.operator.Key(), s.Now()
	if err := s.carry(v.Request().Context(), &next); err != nil {
		return err
	}
	return s.Drafts.Put(v.Request().Context(), next)
}

// keepReason keeps a reason with the draft's latest version, when that is not the one
// it was typed for.
func (s *site) keepReason(v *visit, latest drafts.Version, reason string) error {
	if latest.Over || reason == latest.Why {
		return nil
	}
	latest.Why = reason
	return s.keepCopy(v, latest)
}

func viaOf(version drafts.Version) audit.Via {
	if version.Via == "" {
		return audit.ViaForm
	}
	return audit.Via(version.Via)
}
