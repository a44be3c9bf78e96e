package session

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
)

// read returns the session the reference opens, nil when there is none that lives.
func (s *Store) read(ctx context.Context, ref reference) (*Session, error) {
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	var version, seenAt int64
	var sealed string
	err := s.db.Read().QueryRowContext(ctx,
		`SELECT version, seen_at, sealed FROM sessions WHERE id = $1`, ref.row()).
		Scan(&version, &seenAt, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: read: %w", ErrStore, err)
	}
	var b blob
	if !s.open(purpose, ref, sealed, &b) {
		return nil, nil
	}
	// The sealed time counts, so that nobody stretches a session from the table.
	now := s.now()
	if now.Sub(b.SignedInAt) >= AbsoluteLimit || now.Sub(database.Time(seenAt)) >= IdleLimit {
		return nil, nil
	}
	sess := newSession(ref, b.data(), database.Time(seenAt))
	sess.version = version
	return sess, nil
}

// insert makes the row of a sign-in, in one transaction with the end of what it
// replaces.
func (s *Store) insert(r *http.Request, sess *Session) error {
	sealed, err := s.seal(purpose, sess.ref, sess.blob(sess.Tokens()))
	if err != nil {
		return err
	}
	late, err := s.seal(purposeLate, sess.ref, lateBlob{sess.Operator, sess.CSRF, sess.SignedInAt})
	if err != nil {
		return err
	}
	told, err := s.sealAbout(sess.ID(), about{sess.Operator.Name, browserOf(r.UserAgent())})
	if err != nil {
		return err
	}
	old, planted := referenceIn(r)
	operator := sess.Operator.Key()
	return s.write(r.Context(), "begin", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		if err := s.stillOn(ctx, tx, sess.Data); err != nil {
			return err
		}
		if planted {
			if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1`, old.row()); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE operator = $1 AND signed_in_at > $2 AND seen_at > $3 AND id NOT IN
			(SELECT id FROM sessions WHERE operator = $1 AND signed_in_at > $2 AND seen_at > $3
			ORDER BY seen_at DESC, signed_in_at DESC, id LIMIT $4)`,
			operator, s.bornBefore(), s.seenBefore(), MostOfOne-1); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, operator, issuer, subject, sid, version, signed_in_at, seen_at, sealed, late, about)
			VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10)`,
			sess.ID(), operator, sess.Operator.Issuer, sess.Operator.Subject, sess.SID,
			database.Micros(sess.SignedInAt), database.Micros(sess.seenAt), sealed, late, told)
		crash.At("session begun")
		return err
	})
}

// update replaces the blob if the row is there and at the version that was read.
// It never inserts: that is what keeps a dead session dead.
func (s *Store) update(ctx context.Context, sess *Session, t Tokens) error {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	sealed, err := s.seal(purpose, sess.ref, sess.blob(t))
	if err != nil {
		return err
	}
	err = s.write(ctx, "save", func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE sessions SET sealed = $1, version = version + 1
			WHERE id = $2 AND version = $3 AND signed_in_at > $4 AND seen_at > $5`,
			sealed, sess.ID(), sess.version, s.bornBefore(), s.seenBefore())
		if err != nil {
			return err
		}
		crash.At("session saved")
		if written, err := result.RowsAffected(); err != nil || written == 1 {
			return err
		}
		return s.whyNot(ctx, tx, sess)
	})
	if err != nil {
		return err
	}
	sess.tokens = t
	sess.version++
	return nil
}

// whyNot tells a session that ended from one that moved on.
func (s *Store) whyNot(ctx context.Context, tx *sql.Tx, sess *Session) error {
	var version int64
	err := tx.QueryRowContext(ctx, `SELECT version FROM sessions WHERE id = $1`, sess.ID()).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) || err == nil && version == sess.version {
		return ErrGone
	}
	if err != nil {
		return err
	}
	return ErrStale
}

// touch notes the last use. A failure costs a note, not the request: a database
// that can be read but not written keeps people signed in until the idle limit.
func (s *Store) touch(ctx context.Context, sess *Session) {
	now := s.now()
	sess.mu.Lock()
	due := now.Sub(sess.seenAt) >= noted
	if due {
		sess.seenAt = now
	}
	sess.mu.Unlock()
	if !due {
		return
	}
	_ = s.write(ctx, "touch", func(ctx context.Context, tx *sql.Tx) error {
		// A request that took its time must not wake a session that ended meanwhile.
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1 AND seen_at > $3`,
			database.Micros(now), sess.ID(), s.seenBefore())
		return err
	})
}

func (s *Store) remove(ctx context.Context, row string) error {
	return s.write(ctx, "end", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1`, row)
		crash.At("session ended")
		return err
	})
}

// Sweep empties the rows of sessions past their limits, tokens and all, and returns
// how many those were. What Late tells of them goes a day later. Dead rows open
// nothing; sweeping only gives away what is not needed any more.
func (s *Store) Sweep(ctx context.Context) (swept int64, err error) {
	err = s.write(ctx, "sweep", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE sessions SET sealed = '', about = '' WHERE sealed <> '' AND (signed_in_at <= $1 OR seen_at <= $2)`,
			s.bornBefore(), s.seenBefore())
		if err != nil {
			return err
		}
		if swept, err = result.RowsAffected(); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `DELETE FROM sessions WHERE signed_in_at <= $1 OR seen_at <= $2`,
			database.Micros(s.now().Add(-AbsoluteLimit-lateFor)), database.Micros(s.now().Add(-IdleLimit-lateFor))); err != nil {
			return err
		}
		return s.sweepLeases(ctx, tx)
	})
	return swept, err
}

// lock makes those who delete several rows wait for each other: two sign-ins of one
// person must see each other to keep the limit, and a sweep meets nobody half-way.
func (s *Store) lock(ctx context.Context, tx *sql.Tx) error { return s.db.Lock(ctx, tx, "sessions") }

func (s *Store) write(ctx context.Context, doing string, fn func(context.Context, *sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	err := s.db.Write(ctx, func(tx *sql.Tx) error { return fn(ctx, tx) })
	if err == nil || errors.Is(err, ErrGone) || errors.Is(err, ErrStale) || errors.Is(err, ErrUsed) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", ErrStore, doing, err)
}

func (s *Store) bornBefore() int64 { return database.Micros(s.now().Add(-AbsoluteLimit)) }

func (s *Store) seenBefore() int64 { return database.Micros(s.now().Add(-IdleLimit)) }
