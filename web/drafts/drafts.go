// Package drafts keeps what operators typed. A draft is one open form: each time it
// is sent, its values become a version of it that never changes, and whose key later
// names the submission that saves it. What is typed in between is kept as one typed
// version, which the next takes the place of. A draft is over once a version of it
// stands upstream or nothing in it differs from its base any more.
//
// The texts are sealed to operator, customer, draft and key, so neither the file nor
// somebody else's session shows them. It is not for use outside the portal.
package drafts

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

// Lifetime is how long a version can be read after it was saved.
const Lifetime = 14 * 24 * time.Hour

// Limits, far above what anybody has open: past them the oldest versions go. One that a
// newer one of its draft follows is needed by no save: a submission has its own values.
const (
	PerCustomer = 50    // typed, of one operator for one customer
	PerOperator = 200   // typed, of one operator
	PerDraft    = 50    // sent, of one draft
	InAll       = 5_000 // of one operator
)

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
	Over                 bool // set by the store: the draft ended with this version, or a later one
	ETag                 pcclient.ETag
	Base, Mine           forms.Values
	Check                *forms.AddressCheck // what the address check said last; nil when it was not asked
	Aside                map[string]string   // of typed versions: set aside by a change of country, as the form has it
	Merging              *Merging            // of typed versions: where a merge stood; nil for the form's own
	Via, Why             string
	OpenedAt, SavedAt    time.Time
}

// Merging is a merge page as it stood: the choices by item, what was typed for
// "Something else", and which values of the other side that was about.
type Merging struct {
	MineAt  time.Time         `json:"mineAt"` // when Mine was typed
	Theirs  forms.Values      `json:"theirs"`
	Choices map[string]string `json:"choices"`
	Other   forms.Values      `json:"other"`
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
	ETag    pcclient.ETag       `json:"etag"`
	Base    forms.Values        `json:"base"`
	Mine    forms.Values        `json:"mine"`
	Check   *forms.AddressCheck `json:"check,omitempty"`
	Aside   map[string]string   `json:"aside,omitempty"`
	Merging *Merging            `json:"merging,omitempty"`
	Via     string              `json:"via,omitempty"`
	Why     string              `json:"why,omitempty"`
}

// Put stores a new version and returns once it is on disk. A zero SavedAt
// becomes now, an empty Stage Sent. A key that exists already is an error; nothing is
// overwritten.
func (s *Store) Put(ctx context.Context, v Version) error {
	if v.Stage == "" {
		v.Stage = Sent
	}
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, s.db, tx, v.Operator); err != nil {
			return err
		}
		if err := s.insert(ctx, tx, v); err != nil {
			return err
		}
		return makeRoom(ctx, tx, v)
	})
	if err != nil {
		return fmt.Errorf("keep draft version: %w", err)
	}
	return nil
}

// Keep is Put for what was typed, in place of what the draft had typed before. Values
// that do not differ from their base are no draft: then nothing is kept, and what was
// sent of the draft before is given up with it. Values that the draft's latest version
// has already are not kept twice.
func (s *Store) Keep(ctx context.Context, v Version) error {
	v.Stage = Typed
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, s.db, tx, v.Operator); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE operator = $1 AND customer = $2 AND draft = $3 AND stage = 'typed'`,
			v.Operator, string(v.Customer), v.Draft); err != nil {
			return err
		}
		if v.Merging == nil && len(forms.Changed(v.Base, v.Mine)) == 0 {
			return end(ctx, tx, v, givenUp)
		}
		// A request that the form itself overtook must not make a draft of what is sent.
		if sent, how, err := s.before(ctx, tx, v); err != nil || how != givenUp && v.same(sent) {
			return err
		}
		if err := s.insert(ctx, tx, v); err != nil {
			return err
		}
		return makeRoom(ctx, tx, v)
	})
	if err != nil {
		return fmt.Errorf("keep what was typed: %w", err)
	}
	return nil
}

// before is the draft's latest version and how it ended; the zero version if it has none.
func (s *Store) before(ctx context.Context, tx *sql.Tx, v Version) (Version, ending, error) {
	latest, how, err := s.one(ctx, tx, `operator = $1 AND customer = $2 AND draft = $3 ORDER BY seq DESC LIMIT 1`,
		v.Operator, string(v.Customer), v.Draft)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return latest, how, err
}

// same reports whether another version says the same already.
func (v Version) same(other Version) bool {
	return other.Key != "" && v.Merging == nil && v.Why == other.Why && reflect.DeepEqual(v.Check, other.Check) &&
		len(forms.Changed(other.Base, v.Base)) == 0 && len(forms.Changed(other.Mine, v.Mine)) == 0
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, v Version) error {
	if v.SavedAt.IsZero() {
		v.SavedAt = s.now()
	}
	plain, err := json.Marshal(texts{v.ETag, v.Base, v.Mine, v.Check, v.Aside, v.Merging, v.Via, v.Why})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO drafts (key, draft, operator, customer, stage, opened_at, saved_at, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.Key, v.Draft, v.Operator, string(v.Customer), string(v.Stage), database.Micros(v.OpenedAt), database.Micros(v.SavedAt),
		s.ring.Seal(purpose, plain, bound(v)))
	return err
}

// makeRoom lets the oldest versions go that are past the limits.
func makeRoom(ctx context.Context, tx *sql.Tx, v Version) error {
	customer := string(v.Customer)
	if v.Stage == Typed {
		if err := keepNewest(ctx, tx, PerCustomer, `operator = $1 AND customer = $2 AND stage = 'typed'`, v.Operator, customer); err != nil {
			return err
		}
		return keepNewest(ctx, tx, PerOperator, `operator = $1 AND stage = 'typed'`, v.Operator)
	}
	if err := keepNewest(ctx, tx, PerDraft, `operator = $1 AND customer = $2 AND draft = $3 AND stage = 'sent'`, v.Operator, customer, v.Draft); err != nil {
		return err
	}
	return keepNewest(ctx, tx, InAll, `operator = $1`, v.Operator)
}

// keepNewest deletes all but the newest versions of a condition.
func keepNewest(ctx context.Context, tx *sql.Tx, most int, where string, args ...any) error {
	past := `(SELECT seq FROM drafts WHERE ` + where + ` ORDER BY seq DESC LIMIT 1 OFFSET ` + strconv.Itoa(most) + `)`
	_, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE `+where+` AND seq <= `+past, args...) //nolint:gosec // where is one of the texts of makeRoom
	return err
}

// Latest returns the newest version of the operator's draft for the customer,
// or ErrNotFound.
func (s *Store) Latest(ctx context.Context, operator string, customer pcclient.TenantID, draft string) (Version, error) {
	v, _, err := s.one(ctx, s.db.Read(), `operator = $1 AND customer = $2 AND draft = $3 AND saved_at >= $4 ORDER BY seq DESC LIMIT 1`,
		operator, string(customer), database.Text(draft), s.oldest())
	return v, err
}

// Get returns the operator's version of that key, or ErrNotFound.
func (s *Store) Get(ctx context.Context, operator, key string) (Version, error) {
	v, _, err := s.one(ctx, s.db.Read(), `operator = $1 AND key = $2 AND saved_at >= $3`, operator, database.Text(key), s.oldest())
	return v, err
}

func (s *Store) oldest() int64 { return database.Micros(s.now().Add(-Lifetime)) }

const columns = `key, draft, operator, customer, stage, over, opened_at, saved_at, sealed`

// one reads a version by a condition written in this package, and how it ended.
func (s *Store) one(ctx context.Context, from database.Reader, where string, args ...any) (Version, ending, error) {
	return s.scan(from.QueryRowContext(ctx, `SELECT `+columns+` FROM drafts WHERE `+where, args...).Scan)
}

func (s *Store) scan(scan func(...any) error) (Version, ending, error) {
	var v Version
	var end ending
	var opened, saved int64
	var sealed string
	err := scan(&v.Key, &v.Draft, &v.Operator, &v.Customer, &v.Stage, &end, &opened, &saved, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Version{}, running, ErrNotFound
	}
	if err != nil {
		return Version{}, running, fmt.Errorf("read draft version: %w", err)
	}
	v.Over, v.OpenedAt, v.SavedAt = end != running, database.Time(opened), database.Time(saved)

	plain, err := s.ring.Open(purpose, sealed, bound(v))
	var t texts
	if err == nil {
		err = json.Unmarshal(plain, &t)
	}
	if err != nil {
		return Version{}, running, fmt.Errorf("read draft version %s: %w", v.Key, err)
	}
	v.ETag, v.Base, v.Mine, v.Check, v.Aside, v.Merging, v.Via, v.Why = t.ETag, t.Base, t.Mine, t.Check, t.Aside, t.Merging, t.Via, t.Why
	return v, end, nil
}

func bound(v Version) []byte {
	b, _ := json.Marshal([]string{v.Operator, string(v.Customer), v.Draft, v.Key}) // strings always marshal
	return b
}
