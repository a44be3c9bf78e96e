// Package drafts keeps what operators typed: each time the edit or merge form is
// sent, its values become one version of that form's draft. A version never
// changes; its key later names the submission that saves it. The texts are
// sealed to operator, customer, draft and key, so neither the file nor somebody
// else's session shows them. It is not for use outside the portal.
package drafts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

// Lifetime is how long a version can be read after it was saved.
const Lifetime = 14 * 24 * time.Hour

const purpose = "draft version"

// ErrNotFound reports that there is no such version for this operator: never
// made, too old, or somebody else's. The three look alike on purpose.
var ErrNotFound = errors.New("draft not found")

// Stage tells how far a version got: only sent ones were checked and can be saved.
type Stage string

// Typed is a version kept while somebody typed, or when a session ended; Sent one
// that went through the form and was checked.
const (
	Typed Stage = "typed"
	Sent  Stage = "sent"
)

// Version is the form as it stood once. Base is what the form was opened with (nil
// when that was lost), Mine what was typed over it, ETag the hint of the billing
// profile's version that Base was read at. Via says how the values came into the
// form, as the audit trail names it ("" is by hand); Why is the reason given.
type Version struct {
	Key, Draft, Operator string
	Customer             pcclient.TenantID
	Stage                Stage
	ETag                 pcclient.ETag
	Base, Mine           forms.Values
	Via, Why             string
	OpenedAt, SavedAt    time.Time
}

// Store keeps versions in the portal's database. It is safe for concurrent use.
type Store struct {
	db   *database.DB
	ring *seal.Ring
	now  func() time.Time
}

// New returns the store. now is time.Now outside tests.
func New(db *database.DB, ring *seal.Ring, now func() time.Time) *Store {
	return &Store{db: db, ring: ring, now: now}
}

type texts struct {
	ETag pcclient.ETag `json:"etag"`
	Base forms.Values  `json:"base"`
	Mine forms.Values  `json:"mine"`
	Via  string        `json:"via,omitempty"`
	Why  string        `json:"why,omitempty"`
}

// Put stores a new version and returns once it is on disk. A zero SavedAt
// becomes now, an empty Stage Sent. A key that exists already is an error; nothing is overwritten.
func (s *Store) Put(ctx context.Context, v Version) error {
	if v.SavedAt.IsZero() {
		v.SavedAt = s.now()
	}
	if v.Stage == "" {
		v.Stage = Sent
	}
	plain, err := json.Marshal(texts{v.ETag, v.Base, v.Mine, v.Via, v.Why})
	if err != nil {
		return fmt.Errorf("keep draft version: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO drafts (key, draft, operator, customer, stage, opened_at, saved_at, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			v.Key, v.Draft, v.Operator, string(v.Customer), string(v.Stage), database.Micros(v.OpenedAt), database.Micros(v.SavedAt),
			s.ring.Seal(purpose, plain, bound(v)))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep draft version: %w", err)
	}
	return nil
}

// Latest returns the newest version of the operator's draft for the customer,
// or ErrNotFound.
func (s *Store) Latest(ctx context.Context, operator string, customer pcclient.TenantID, draft string) (Version, error) {
	return s.one(ctx, `operator = $1 AND customer = $2 AND draft = $3 AND saved_at >= $4 ORDER BY seq DESC LIMIT 1`,
		operator, string(customer), draft, s.oldest())
}

// Get returns the operator's version of that key, or ErrNotFound.
func (s *Store) Get(ctx context.Context, operator, key string) (Version, error) {
	return s.one(ctx, `operator = $1 AND key = $2 AND saved_at >= $3`, operator, key, s.oldest())
}

// Sweep deletes what was saved before that time and returns how many versions went.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int64, error) {
	var gone int64
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE saved_at < $1`, database.Micros(before))
		if err != nil {
			return err
		}
		gone, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep drafts: %w", err)
	}
	return gone, nil
}

func (s *Store) oldest() int64 { return database.Micros(s.now().Add(-Lifetime)) }

// one reads a version by a condition written in this file.
func (s *Store) one(ctx context.Context, where string, args ...any) (Version, error) {
	var v Version
	var opened, saved int64
	var sealed string
	row := s.db.Read().QueryRowContext(ctx,
		`SELECT key, draft, operator, customer, stage, opened_at, saved_at, sealed FROM drafts WHERE `+where, args...)
	err := row.Scan(&v.Key, &v.Draft, &v.Operator, &v.Customer, &v.Stage, &opened, &saved, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, ErrNotFound
	}
	if err != nil {
		return Version{}, fmt.Errorf("read draft version: %w", err)
	}
	v.OpenedAt, v.SavedAt = database.Time(opened), database.Time(saved)

	plain, err := s.ring.Open(purpose, sealed, bound(v))
	if err != nil {
		return Version{}, fmt.Errorf("read draft version %s: %w", v.Key, err)
	}
	var t texts
	if err := json.Unmarshal(plain, &t); err != nil {
		return Version{}, fmt.Errorf("read draft version %s: %w", v.Key, err)
	}
	v.ETag, v.Base, v.Mine, v.Via, v.Why = t.ETag, t.Base, t.Mine, t.Via, t.Why
	return v, nil
}

func bound(v Version) []byte {
	b, _ := json.Marshal([]string{v.Operator, string(v.Customer), v.Draft, v.Key}) // strings always marshal
	return b
}
