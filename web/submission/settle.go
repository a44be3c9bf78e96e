package submission

import (
	"context"
	"errors"
	"log/slog"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
)

// look re-reads an open submission's customer once and reports whether that
// ended it; sub then has its end. It never sends anything.
func (s *Service) look(ctx context.Context, pc *pcclient.Client, sub *Submission) bool {
	// Only a read that began after the window can say that nothing came.
	over := !s.now().Before(sub.SentAt.Add(s.settle))
	now, _, err := pc.BillingProfiles.Get(ctx, sub.Customer)
	if err != nil {
		s.events.Log(ctx, slog.LevelWarn, "submission.look_failed", "submission", sub.Key, "operator", sub.Operator.Key, "error", err)
		return false
	}
	theirs := forms.FromBillingProfile(now)
	switch {
	case shows(theirs, sub.Wish, sub.Fields):
		sub.State = Applied
	case !over:
		return false
	case len(forms.Changed(sub.Base, theirs)) == 0:
		sub.State = NotApplied
	default:
		sub.State = Superseded
	}
	sub.Saved = theirs
	return true
}

// Settle looks upstream, with one read and no write, whether an open submission
// has come to an end, and returns it as it stands then. A settled one, and one
// whose save is still under way, are returned as they are. The caller makes sure
// that the person may see it (Get first) and that pc acts for that person.
func (s *Service) Settle(ctx context.Context, pc *pcclient.Client, key string) (Submission, error) {
	sub, err := s.one(ctx, `key = $1`, key)
	if err != nil || sub.State.Settled() || s.running(key) {
		return sub, err
	}
	open := sub
	if sub.State == Recorded {
		held, err := s.heldLease(ctx, key)
		if err != nil {
			return Submission{}, err
		}
		if !held {
			return s.neverSent(ctx, sub)
		}
		// Its process died, or could not write the end. It may have sent as late as
		// the end of its time.
		sub.SentAt = sub.RecordedAt.Add(s.limit)
	}
	if !s.look(ctx, pc, &sub) {
		return open, nil
	}
	if open.State == Recorded {
		sub.SentAt = open.SentAt // when it was sent is not known
	}
	return s.end(ctx, sub, open)
}

// neverSent ends an intent that waits for its customer, once its time is over:
// until then a process may be at work on it.
func (s *Service) neverSent(ctx context.Context, open Submission) (Submission, error) {
	if s.now().Before(open.RecordedAt.Add(s.limit)) {
		return open, nil
	}
	sub := open
	sub.rejected(NotSent, nil)
	return s.end(ctx, sub, open)
}

// end writes the end of an open submission; what somebody else wrote first stands.
func (s *Service) end(ctx context.Context, sub, open Submission) (Submission, error) {
	sub.SettledAt = s.micro()
	err := s.finish(ctx, sub, sub.Base)
	if errors.Is(err, errSettled) {
		return s.one(ctx, `key = $1`, sub.Key)
	}
	if err != nil {
		s.events.ErrorContext(ctx, "submission.outcome_not_written", "submission", sub.Key, "operator", sub.Operator.Key, "error", err)
		return open, nil
	}
	s.events.InfoContext(ctx, "submission.settled", "submission", sub.Key, "operator", sub.Operator.Key, "state", string(sub.State))
	return sub, nil
}

// heldLease reports whether the submission ever had its customer's lease.
func (s *Service) heldLease(ctx context.Context, key string) (bool, error) {
	var fence int64
	err := s.db.Read().QueryRowContext(ctx, `SELECT fence FROM submissions WHERE key = $1`, key).Scan(&fence)
	return fence > 0, err
}
