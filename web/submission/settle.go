package submission

import (
	"context"
	"errors"
	"log/slog"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
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
		// Its process died, or could not write the end. It may have sent as late as
		// the end of its time, and until then may still be at work elsewhere: an
		// intent waiting for the customer has not been sent for sure.
		sub.SentAt = sub.RecordedAt.Add(s.limit)
		mine, err := s.holds(ctx, sub)
		if err != nil {
			return Submission{}, err
		}
		if !mine && s.now().Before(sub.SentAt) {
			return open, nil
		}
	}
	if !s.look(ctx, pc, &sub) {
		return open, nil
	}
	sub.SettledAt = s.micro()
	if open.State == Recorded {
		sub.SentAt = open.SentAt // when it was sent is not known
	}
	err = s.finish(ctx, sub, sub.Base)
	if errors.Is(err, errSettled) {
		return s.one(ctx, `key = $1`, key)
	}
	if err != nil {
		s.events.ErrorContext(ctx, "submission.outcome_not_written", "submission", key, "operator", sub.Operator.Key, "error", err)
		return open, nil
	}
	s.events.InfoContext(ctx, "submission.settled", "submission", key, "operator", sub.Operator.Key, "state", string(sub.State))
	return sub, nil
}

// holds reports whether the customer's lease is, or was last, the submission's.
func (s *Service) holds(ctx context.Context, sub Submission) (bool, error) {
	var n int
	err := s.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM leases WHERE name = $1 AND holder = $2 AND expires_at > $3`,
		leaseName(sub.Customer), sub.Key, database.Micros(s.now())).Scan(&n)
	return n > 0, err
}
