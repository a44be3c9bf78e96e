package handlers

import (
	"errors"
	"strings"
	"unicode/utf8"

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
func (s *site) reasonWrong(v *visit, reason string) string {
	switch n := utf8.RuneCountInString(reason); {
	case n == 0 && s.ReasonRequired:
		return v.Say("reason.missing")
	case n > longestReason:
		return v.Say("reason.too-long", "most", longestReason, "length", n)
	}
	return ""
}

func (s *site) reasonField(v *visit, reason, wrong string) templates.Field {
	return templates.Field{
		Name: "reason", Label: v.Say("reason.label"), Hint: v.Say("reason.hint"),
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

// errLongReason reports a reason that is left to the page it was typed on.
var errLongReason = errors.New("the reason is too long to be kept")

// keepReason keeps a reason with the draft's latest version, when that is not the one
// it was typed for.
func (s *site) keepReason(v *visit, latest drafts.Version, reason string) error {
	if latest.Over || reason == latest.Why {
		return nil
	}
	if utf8.RuneCountInString(reason) > longestReason {
		return errLongReason
	}
	latest.Why = reason
	return s.keepCopy(v, latest)
}
