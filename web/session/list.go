package session

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

const purposeAbout = "session about"

// about is what lists tell of a session. It is sealed with the portal's keys alone,
// because whoever reads a list has no cookie of the others.
type about struct {
	Name    string  `json:"name"`
	Browser Browser `json:"browser"`
}

// Listed is a session that lives, as lists tell of it.
type Listed struct {
	ID       string // as Session.ID
	Operator string // as Operator.Key
	// Name and Browser are empty for a session that an older portal began.
	Name       string
	Browser    Browser
	SignedInAt time.Time
	SeenAt     time.Time // to a minute
}

// OfOperator lists the person's sessions, the one used last first.
func (s *Store) OfOperator(ctx context.Context, operator string) ([]Listed, error) {
	return s.list(ctx, `operator = $3`, MostOfOne, operator)
}

// All lists the sessions of everybody, those used last first, and not more than most.
func (s *Store) All(ctx context.Context, most int) ([]Listed, error) {
	return s.list(ctx, `1 = 1`, most)
}

func (s *Store) list(ctx context.Context, which string, most int, args ...any) ([]Listed, error) {
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	rows, err := s.db.Read().QueryContext(ctx, `SELECT id, operator, signed_in_at, seen_at, about FROM sessions
		WHERE signed_in_at > $1 AND seen_at > $2 AND `+which+fmt.Sprintf(` ORDER BY seen_at DESC, id LIMIT %d`, most),
		append([]any{s.bornBefore(), s.seenBefore()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("%w: list: %w", ErrStore, err)
	}
	defer rows.Close()
	var list []Listed
	for rows.Next() {
		var one Listed
		var signedIn, seen int64
		var sealed string
		if err := rows.Scan(&one.ID, &one.Operator, &signedIn, &seen, &sealed); err != nil {
			return nil, fmt.Errorf("%w: list: %w", ErrStore, err)
		}
		one.SignedInAt, one.SeenAt = database.Time(signedIn), database.Time(seen)
		one.Name, one.Browser = s.openAbout(one.ID, sealed)
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%w: list: %w", ErrStore, err)
	}
	return list, nil
}

func (s *Store) sealAbout(row string, a about) (string, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	return s.ring.Seal(purposeAbout, plain, []byte(row)), nil
}

// openAbout is empty for what does not open: a list without a name still ends sessions.
func (s *Store) openAbout(row, sealed string) (string, Browser) {
	var a about
	plain, err := s.ring.Open(purposeAbout, sealed, []byte(row))
	if err != nil || json.Unmarshal(plain, &a) != nil {
		return "", Browser{}
	}
	return a.Name, a.Browser
}

// EndOf ends one session if it is the person's. It reports whether it did: a session
// of somebody else is none.
func (s *Store) EndOf(ctx context.Context, operator, id string) (bool, error) {
	ended, err := s.endBy(ctx, `DELETE FROM sessions WHERE id = $1 AND operator = $2`, id, operator)
	return ended > 0, err
}

// EndOthers ends the person's sessions but this one and returns how many those were.
func (s *Store) EndOthers(ctx context.Context, sess *Session) (int64, error) {
	return s.endBy(ctx, `DELETE FROM sessions WHERE operator = $1 AND id <> $2`, sess.Operator.Key(), sess.ID())
}

// EndAny ends a session of anybody, for administrators, and returns the key of whose it
// was; "" when there is none any more.
func (s *Store) EndAny(ctx context.Context, id string) (operator string, err error) {
	err = s.write(ctx, "end", func(ctx context.Context, tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `DELETE FROM sessions WHERE id = $1 RETURNING operator`, id)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&operator); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return operator, err
}

func (s *Store) endBy(ctx context.Context, statement string, args ...any) (ended int64, err error) {
	err = s.write(ctx, "end", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		ended, err = result.RowsAffected()
		return err
	})
	return ended, err
}
