package session

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

// ErrUsed reports that a logout token came before. Nothing was ended.
var ErrUsed = errors.New("logout token was used before")

// logoutsFor is how long a logout token is remembered, and whom it named: longer than
// signin takes one, and longer than a sign-in may be on its way here.
const logoutsFor = 10 * time.Minute

// Logout is what an identity provider says of sessions that are over: all of a person,
// or with an SID those of one sign-in there. One of Subject and SID may be "".
type Logout struct {
	Issuer, Subject, SID string
	// Token is the provider's id of the message, good for one Logout by whichever
	// portal on the database gets it. "" is a message that has none and may come again.
	Token string
	// IssuedAt is when the provider said so, by its clock. For a message that has no Token
	// it is not needed.
	IssuedAt time.Time
}

// EndNamed ends the sessions that the provider names and returns how many those were.
// A token counts as used once they are gone, so after an error the provider may send it
// again. A sign-in that it names as well, and that is on its way here, does not begin.
func (s *Store) EndNamed(ctx context.Context, out Logout) (ended int64, err error) {
	which, args := named(out)
	if which == "" {
		return 0, nil
	}
	if out.Token == "" {
		// Anybody can ask without one. What names nobody must not cost a write.
		if found, err := s.anyNamed(ctx, which, args); err != nil || !found {
			return 0, err
		}
	}
	statement := `DELETE FROM sessions WHERE ` + which //nolint:gosec // which is one of the texts of named
	err = s.write(ctx, "end from outside", func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lock(ctx, tx); err != nil {
			return err
		}
		if out.Token != "" {
			if err := s.use(ctx, tx, out); err != nil {
				return err
			}
			if err := s.remember(ctx, tx, out); err != nil {
				return err
			}
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

// named is the condition for the rows of a Logout, "" for none at all. Rows without an
// issuer are of portals older than that column, which had the same provider.
func named(out Logout) (which string, args []any) {
	switch {
	case out.SID != "" && out.Subject != "":
		return `sid = $1 AND issuer IN ($2, '') AND subject IN ($3, '')`, []any{out.SID, out.Issuer, out.Subject}
	case out.SID != "":
		return `sid = $1 AND issuer IN ($2, '')`, []any{out.SID, out.Issuer}
	case out.Subject != "":
		return `subject = $1 AND issuer = $2`, []any{out.Subject, out.Issuer}
	}
	return "", nil
}

func (s *Store) anyNamed(ctx context.Context, which string, args []any) (found bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	err = s.db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sessions WHERE `+which+`)`, args...).Scan(&found)
	if err != nil {
		return false, errors.Join(ErrStore, err)
	}
	return found, nil
}

// use notes the token, or reports that it is noted already.
func (s *Store) use(ctx context.Context, tx *sql.Tx, out Logout) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM logouts WHERE used_at <= $1`, database.Micros(s.now().Add(-logoutsFor))); err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO logouts (token, used_at) VALUES ($1, $2) ON CONFLICT (token) DO NOTHING`,
		hashed(out.Issuer, out.Token), database.Micros(s.now()))
	if err != nil {
		return err
	}
	if noted, err := result.RowsAffected(); err != nil || noted == 1 {
		return err
	}
	return ErrUsed
}

// remember notes whom a logout names, among the tokens: a sign-in of theirs may have its
// tokens already and no row yet.
func (s *Store) remember(ctx context.Context, tx *sql.Tx, out Logout) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO logouts (token, used_at) VALUES ($1, $2)
		ON CONFLICT (token) DO UPDATE SET used_at = excluded.used_at WHERE logouts.used_at < excluded.used_at`,
		hashed(out.Issuer, out.SID, out.Subject), database.Micros(out.IssuedAt))
	return err
}

// stillOn is ErrGone if the provider ended a sign-in before its row was made. Whom it named
// after a logout signed in anew, even where it kept its own session and that one's name.
func (s *Store) stillOn(ctx context.Context, tx *sql.Tx, d Data) error {
	issuer, subject := d.Operator.Issuer, d.Operator.Subject
	var over bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM logouts WHERE token IN ($1, $2, $3) AND used_at >= $4)`,
		hashed(issuer, d.SID, ""), hashed(issuer, d.SID, subject), hashed(issuer, "", subject), database.Micros(d.NamedAt)).Scan(&over)
	if err == nil && over {
		return ErrGone
	}
	return err
}

// hashed is what stands in the table for a token, or for whom one names.
func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
