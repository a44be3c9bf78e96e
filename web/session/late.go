package session

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

// lateFor is how long after its end a session is still known.
const lateFor = 24 * time.Hour

const purposeLate = "late session"

// lateBlob is what a row keeps for after the session's end: no token, and nothing that
// signs anybody in.
type lateBlob struct {
	Operator   Operator  `json:"operator"`
	CSRF       []byte    `json:"csrf"`
	SignedInAt time.Time `json:"signedInAt"`
}

// Late is a session that came to its end by itself, less than a day ago: whose it was,
// so that what the person had typed can be kept for them, and nothing else. Whoever
// holds its cookie is not signed in.
type Late struct {
	Operator Operator
	csrf     []byte
}

// CheckFormToken is Session.CheckFormToken for a form that the session handed out.
func (l *Late) CheckFormToken(family, customer, token string) bool {
	return checkFormToken(l.csrf, family, customer, token)
}

// Format hides everything but whose session it was.
func (l *Late) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "late session of %s", l.Operator.Key()) }

// Late returns the session that the request's cookie named until its idle or absolute
// limit. It is nil when there is none: never one, one that lives, one that somebody
// ended, or one that ended more than a day ago. The error is ErrStore.
func (s *Store) Late(r *http.Request) (*Late, error) {
	ref, ok := referenceIn(r)
	if !ok {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.wait)
	defer cancel()
	var seen int64
	var sealed string
	err := s.db.Read().QueryRowContext(ctx, `SELECT seen_at, late FROM sessions WHERE id = $1`, ref.row()).Scan(&seen, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: read late: %w", ErrStore, err)
	}
	var b lateBlob
	if !s.open(purposeLate, ref, sealed, &b) {
		return nil, nil
	}
	ended := b.SignedInAt.Add(AbsoluteLimit)
	if idle := database.Time(seen).Add(IdleLimit); idle.Before(ended) {
		ended = idle
	}
	if over := s.now().Sub(ended); over < 0 || over >= lateFor {
		return nil, nil
	}
	return &Late{Operator: b.Operator, csrf: b.CSRF}, nil
}
