package submission

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

const (
	// beatEvery is how often a process says that it is at work on a submission, and
	// aliveFor how long it is believed. A save that ends before the first beat costs
	// no write for it.
	beatEvery = 10 * time.Second
	aliveFor  = 30 * time.Second
)

// beat keeps the submission's alive_until ahead, while it is recorded, until the
// returned function is called. A beat that cannot be written is left out: if all of
// them are, others take the process for dead, and it sends nothing any more.
func (r *run) beat(ctx context.Context) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go func() {
		for tick := time.NewTicker(r.s.beatEvery); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			until := database.Micros(r.s.now().Add(r.s.aliveFor))
			err := r.s.db.Write(ctx, func(tx *sql.Tx) error {
				result, err := tx.ExecContext(ctx, `UPDATE submissions SET alive_until = $1 WHERE key = $2 AND state = 'recorded'`, until, r.sub.Key)
				return changedOne(result, err, errSettled)
			})
			switch {
			case err == nil:
				r.alive.Store(until)
			case !errors.Is(err, errSettled) && ctx.Err() == nil:
				r.s.log.WarnContext(ctx, "submission.beat", "submission", r.sub.Key, "error", err)
			}
		}
	}()
	return stop
}

// Recover takes over what died with its process: an intent that never had its
// customer's lease sent nothing and is rejected; any other is in doubt from now
// on, on every page that lists such. It reads and sends nothing upstream: that
// needs a person's token, see Settle. It returns how many it took over; several
// processes may try at once, one of them succeeds.
func (s *Service) Recover(ctx context.Context) (int, error) {
	dead, err := s.list(ctx, `state = 'recorded' AND alive_until <= $1 ORDER BY recorded_at`, database.Micros(s.now()))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, sub := range dead {
		if s.running(sub.Key) {
			continue // its beats fail, that is all
		}
		after, err := s.bury(ctx, sub)
		if err != nil {
			return n, fmt.Errorf("recover submission %s: %w", sub.Key, err)
		}
		if after.State != Recorded {
			n++
		}
	}
	return n, nil
}

// bury ends what is known of a recorded submission whose process is dead, and
// returns it as it stands then. One whose process lives is returned as it is.
func (s *Service) bury(ctx context.Context, sub Submission) (Submission, error) {
	var dead Submission
	err := s.db.Write(ctx, func(tx *sql.Tx) (err error) {
		dead, err = s.buryIn(ctx, tx, sub)
		return err
	})
	if errors.Is(err, errSettled) { // it lives, or somebody else was first
		return s.one(ctx, `key = $1`, sub.Key)
	}
	if err != nil {
		return sub, err
	}
	s.event(ctx, slog.LevelWarn, "submission.taken_over", dead)
	return dead, nil
}

func (s *Service) buryIn(ctx context.Context, tx *sql.Tx, sub Submission) (Submission, error) {
	now := s.micro()
	var fence int64
	err := tx.QueryRowContext(ctx, `UPDATE submissions SET alive_until = 0 WHERE key = $1 AND state = 'recorded' AND alive_until <= $2 RETURNING fence`,
		sub.Key, database.Micros(now)).Scan(&fence)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return sub, errSettled
	case err != nil:
		return sub, err
	case fence == 0:
		sub.CorrelationID, sub.SettledAt = "", now
		sub.rejected(NotSent, nil)
		return sub, s.finishIn(ctx, tx, sub, nil, time.Time{})
	}
	// Nothing is sent for a submission that is not recorded any more, so now is the
	// latest moment at which the PUT may have gone out.
	sub.State, sub.SentAt, sub.Doubted = InDoubt, now, true
	return sub, s.doubtIn(ctx, tx, sub, time.Time{})
}
