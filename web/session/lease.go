package session

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

// leasesOfTokens are the names of these leases in the table that others use too.
const leasesOfTokens = "tokens:"

// Lease takes the right to renew the session's tokens, which one process on the
// database has at a time: a refresh token works once. ok is false while another has
// it; what that one stored is then there for Reload, or soon will be.
//
// The right is renewed until release gives it back, so a slow provider does not lose
// it, and a process that died keeps others from renewing for a few seconds only. It
// does not guard the row, its version does that. The error is ErrStore.
func (s *Store) Lease(ctx context.Context, sess *Session) (release func(), ok bool, err error) {
	l := lease{store: s, name: leasesOfTokens + sess.ID(), holder: newReference().row()}
	if free, err := l.free(ctx); err != nil || !free {
		return nil, false, err
	}
	if ok, err = l.take(ctx); err != nil || !ok {
		return nil, false, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.hold(ctx)
	}()
	return func() {
		cancel()
		<-ended
		l.giveBack(context.WithoutCancel(ctx))
	}, true, nil
}

type lease struct {
	store        *Store
	name, holder string
}

// free spares the many that wait a transaction each.
func (l lease) free(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, l.store.wait)
	defer cancel()
	var expires int64
	err := l.store.db.Read().QueryRowContext(ctx, `SELECT expires_at FROM leases WHERE name = $1`, l.name).Scan(&expires)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, errors.Join(ErrStore, err)
	}
	return expires <= database.Micros(l.store.now()), nil
}

func (l lease) take(ctx context.Context) (ok bool, err error) {
	err = l.store.write(ctx, "lease", func(ctx context.Context, tx *sql.Tx) error {
		now := l.store.now()
		result, err := tx.ExecContext(ctx, `INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1, expires_at = excluded.expires_at
				WHERE leases.expires_at <= $4`,
			l.name, l.holder, database.Micros(now.Add(l.store.lease)), database.Micros(now))
		if err != nil {
			return err
		}
		taken, err := result.RowsAffected()
		ok = taken == 1
		return err
	})
	return ok && err == nil, err
}

// hold renews the lease well before its end. A failure is no reason to stop the work:
// the answer that is waited for may hold a token that is not given twice.
func (l lease) hold(ctx context.Context) {
	tick := time.NewTicker(l.store.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_ = l.store.write(ctx, "renew lease", func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE leases SET expires_at = $1 WHERE name = $2 AND holder = $3`,
				database.Micros(l.store.now().Add(l.store.lease)), l.name, l.holder)
			return err
		})
	}
}

// giveBack removes the row, so that no session leaves one behind. If that fails the
// lease runs out by itself, and Sweep takes it.
func (l lease) giveBack(ctx context.Context) {
	_ = l.store.write(ctx, "end lease", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM leases WHERE name = $1 AND holder = $2`, l.name, l.holder)
		return err
	})
}

// sweepLeases takes those of processes that died, whose session nobody used again.
func (s *Store) sweepLeases(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM leases WHERE name LIKE $1 AND expires_at <= $2`,
		leasesOfTokens+"%", database.Micros(s.now().Add(-s.lease)))
	return err
}
