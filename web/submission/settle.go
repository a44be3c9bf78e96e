package submission

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
)

// look re-reads an open submission's customer once and reports whether that
// ended it; sub then has its end. It never sends anything.
func (s *Service) look(ctx context.Context, pc *pcclient.Client, sub *Submission) bool {
	// Only a read that began after the window can say that nothing came.
	over := !s.now().Before(sub.SentAt.Add(s.settle))
	now, _, err := pc.BillingProfiles.Get(ctx, sub.Customer)
	if err != nil {
		s.event(ctx, slog.LevelWarn, "submission.look_failed", *sub, "error", err)
		return false
	}
	theirs := forms.FromBillingProfile(now)
	switch {
	case forms.Agree(theirs, sub.Wish, sub.Fields...):
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
// whose save is still under way here, are returned as they are. The caller makes
// sure that the person may see it (Get first) and that pc acts for that person.
func (s *Service) Settle(ctx context.Context, pc *pcclient.Client, key string) (Submission, error) {
	sub, err := s.one(ctx, `key = $1`, key)
	if err != nil || sub.State.Settled() || s.running(key) {
		return sub, err
	}
	if sub.State == Recorded {
		if sub, err = s.bury(ctx, sub); err != nil || sub.State != InDoubt {
			return sub, err // still at work elsewhere, or it never was
		}
	}
	open := sub
	if !s.look(ctx, pc, &sub) {
		return open, nil
	}
	if sub.State == Applied {
		if wait, err := s.byAnother(ctx, &sub); err != nil || wait {
			return open, err
		}
	}
	end, err := s.end(ctx, sub, open)
	if err == nil && end.State == Applied {
		s.lookForOverwritten(ctx, pc, end, end.Base)
	}
	return end, err
}

// byAnother takes it back that a submission was applied if nobody knows that it was
// ever sent, its process having died, and the trail knows who saved those values. wait
// is true while another submission for the same values is open that may have: its end
// tells.
func (s *Service) byAnother(ctx context.Context, sub *Submission) (wait bool, err error) {
	if sent, err := s.knownSent(ctx, sub.Key); err != nil || sent {
		return false, err
	}
	// The open ones before the trail, so that none comes to its end unseen in between.
	if wait, err := s.contested(ctx, *sub); err != nil || wait {
		return wait, err
	}
	latest, err := s.trail.Applied(ctx, sub.Customer, 1)
	if err != nil || len(latest) == 0 || latest[0].Time.Before(sub.RecordedAt) {
		return false, err
	}
	if names := only(sub.Fields, latest[0].Fields); len(names) > 0 && forms.Agree(latest[0].After, sub.Wish, names...) {
		sub.rejected(AlreadySaved, nil)
	}
	return false, nil
}

// contested reports whether another open submission wants the same of the customer, and
// is at work or known to have been sent.
func (s *Service) contested(ctx context.Context, sub Submission) (bool, error) {
	others, err := s.OpenFor(ctx, sub.Customer)
	if err != nil {
		return false, err
	}
	for _, other := range others {
		names := only(sub.Fields, other.Fields)
		if other.Key == sub.Key || len(names) == 0 || !forms.Agree(other.Wish, sub.Wish, names...) {
			continue
		}
		if other.State == Recorded {
			return true, nil
		}
		if sent, err := s.knownSent(ctx, other.Key); err != nil || sent {
			return sent, err
		}
	}
	return false, nil
}

// knownSent reports whether the trail tells that a submission went out.
func (s *Service) knownSent(ctx context.Context, key string) (bool, error) {
	trail, err := s.trail.ForSubmission(ctx, key)
	return slices.ContainsFunc(trail, func(r audit.Record) bool { return r.Kind == audit.Sent }), err
}

// SettleAll is Settle for each of the list that is open, for as long as ctx lasts.
// What cannot be looked at stays as it was: a later look will do.
func (s *Service) SettleAll(ctx context.Context, pc *pcclient.Client, list []Submission) []Submission {
	after := slices.Clone(list)
	for i, sub := range after {
		if sub.State.Settled() || ctx.Err() != nil {
			continue
		}
		settled, err := s.Settle(ctx, pc, sub.Key)
		if err != nil {
			s.event(ctx, slog.LevelWarn, "submission.look_failed", sub, "error", err)
			continue
		}
		after[i] = settled
	}
	return after
}

// Seen notes that the operator was shown the end of a submission that had been in
// doubt, so that Home need not tell of it any more. A superseded one wants more than
// a glance: see Close.
func (s *Service) Seen(ctx context.Context, operatorKey, key string) error {
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE submissions SET closed_at = $1
			WHERE key = $2 AND operator = $3 AND closed_at = 0 AND doubted = 1 AND state IN ('applied', 'not_applied')`,
			database.Micros(s.now()), key, operatorKey)
		return err
	})
	if err != nil {
		return fmt.Errorf("note a submission as seen: %w", err)
	}
	return nil
}

// Close notes that somebody has looked at a superseded submission, so that lists
// let go of it, and who that was. Closing it again, or one in another state, does
// nothing.
func (s *Service) Close(ctx context.Context, by Operator, key string) error {
	sub, err := s.one(ctx, `key = $1`, key)
	if err != nil || sub.State != Superseded || !sub.ClosedAt.IsZero() {
		return err
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		now := s.now()
		result, err := tx.ExecContext(ctx, `UPDATE submissions SET closed_at = $1 WHERE key = $2 AND closed_at = 0`, database.Micros(now), key)
		if err := changedOne(result, err, errSettled); err != nil {
			return err
		}
		closed := entry(sub, audit.Closed, now)
		closed.Operator, closed.OperatorName = by.Key, by.Name
		_, err = s.trail.Append(ctx, tx, closed, audit.Values{})
		return err
	})
	if err != nil && !errors.Is(err, errSettled) {
		return fmt.Errorf("close a submission: %w", err)
	}
	return nil
}

// forgetBatch is how many rows one transaction of Forget deletes.
const forgetBatch = 500

// Forget deletes submissions that ended before a time, with what was asked for and what
// came of it, and returns how many. The trail keeps that they were. Kept are those that
// want somebody's eye or tell news, and all for as long as their draft can be sent again.
func (s *Service) Forget(ctx context.Context, before time.Time) (gone int64, _ error) {
	if last := s.now().Add(-drafts.Lifetime); before.After(last) {
		before = last
	}
	for {
		var n int64
		err := s.db.Write(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, `DELETE FROM submissions WHERE key IN (SELECT key FROM submissions
				WHERE settled_at > 0 AND settled_at < $1 AND NOT (`+isUnsettled+`) AND NOT (`+isNews+`) LIMIT $2)`, database.Micros(before), forgetBatch)
			if err != nil {
				return err
			}
			n, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return gone, fmt.Errorf("forget old submissions: %w", err)
		}
		if gone += n; n < forgetBatch {
			return gone, nil
		}
	}
}

// end writes the end of an open submission; what somebody else wrote first stands.
func (s *Service) end(ctx context.Context, sub, open Submission) (Submission, error) {
	sub.SettledAt = s.micro()
	err := s.finish(ctx, sub, sub.Base, time.Time{})
	if errors.Is(err, errSettled) {
		return s.one(ctx, `key = $1`, sub.Key)
	}
	if err != nil {
		s.event(ctx, slog.LevelError, "submission.outcome_not_written", sub, "error", err)
		return open, nil
	}
	s.event(ctx, slog.LevelInfo, "submission.settled", sub)
	return sub, nil
}
