// Package audit is the portal's own trail of what it was asked to change and
// what became of it: append-only, numbered without gaps, each entry chained to
// the one before. The facts of an entry can be read by anybody who may read the
// file; the values before and after are sealed, in a table of their own, so
// that they can be deleted one day without breaking the chain: it holds only
// their salted hash. It is not for use outside the portal.
//
// An entry is written in the same transaction as the state it tells of, so the
// two never disagree.
package audit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

// Kind tells what an entry reports about a submission.
type Kind string

// The kinds. Recorded is the intent, written before anything is sent; each
// submission has exactly one of Applied, Rejected, NotApplied and Superseded at
// the end, with Sent before it once the PUT went out, and InDoubt when an answer
// was lost. The others have no part in that order.
const (
	Recorded   Kind = "recorded"
	Sent       Kind = "sent"
	Applied    Kind = "applied"
	Rejected   Kind = "rejected"
	InDoubt    Kind = "in_doubt"
	NotApplied Kind = "not_applied"
	Superseded Kind = "superseded"

	Refused   Kind = "refused"   // the submission's key was used again with other values; nothing was done
	Closed    Kind = "closed"    // somebody looked at a superseded submission; the operator is who
	Overwrote Kind = "overwrote" // the submission, applied, replaced what an outsider had saved the instant before
	Outside   Kind = "outside"   // saved past this portal, as Partner Center's audit records tell
)

// Via says by which way a change came about.
type Via string

// The ways. The empty Via of older entries is ViaForm.
const (
	ViaForm    Via = "form"
	ViaUndo    Via = "undo"    // an edit that began with earlier values
	ViaOutside Via = "outside" // not through this portal
)

// Entry is the facts of one line of the trail. Seq, Prev and Hash are given by
// Append, and Time when it is zero; Fields are the form names that were changed.
type Entry struct {
	Seq                              int64
	Time                             time.Time
	Kind                             Kind
	Via                              Via
	Submission                       string
	Operator, OperatorName           string
	Customer                         pcclient.TenantID
	Fields                           []string
	Reason, RequestID, CorrelationID string
	UpstreamCode                     string
	ValuesHash, Prev, Hash           string
}

// Values are the texts of the changed fields by form name, before and after, and
// the reason the operator gave for the change, "" for none. Both maps nil: the
// entry has none, or they were deleted, or they do not open any more (Verify tells
// altered ones apart).
type Values struct {
	Before map[string]string `json:"before"`
	After  map[string]string `json:"after"`
	Why    string            `json:"why,omitempty"`
	// CustomerName is what the customer was called then, "" when that is not known.
	CustomerName string `json:"customerName,omitempty"`
	// By and ByAt are whose values Before are and when they were saved, where the
	// entry tells of two people: an overwritten save's.
	By   string    `json:"by,omitempty"`
	ByAt time.Time `json:"byAt,omitzero"`
	// AddressCheck is what was known of a changed address; nil when it was not checked.
	AddressCheck *AddressCheck `json:"addressCheck,omitempty"`
}

// AddressCheck is what Partner Center's address check said, and what the operator made
// of it.
type AddressCheck struct {
	Status string `json:"status"`           // in Partner Center's word: foreign text; "" when no answer came
	Choice string `json:"choice,omitempty"` // ChoiceTyped or ChoiceSuggested; "" when there was nothing to choose
}

// The choices of an address.
const (
	ChoiceTyped     = "typed"
	ChoiceSuggested = "suggested"
)

// State says what is there of an entry's values.
type State string

// The states. The empty State is that of an entry that never had values.
const (
	Kept       State = "kept"
	Deleted    State = "deleted"    // their time was over
	Unreadable State = "unreadable" // altered, or sealed with a key that is gone
	LeftOut    State = "left out"   // they are there, and were not asked for
)

// Record is an entry with its values.
type Record struct {
	Entry
	Values
	State State
}

// ValuesGone reports whether the entry had values that are gone: they were deleted
// when their time was over, or do not open any more.
func (r Record) ValuesGone() bool { return r.State == Deleted || r.State == Unreadable }

// Trail is the audit trail. It is safe for concurrent use.
type Trail struct {
	db   *database.DB
	ring *seal.Ring
	now  func() time.Time
}

// New returns the trail. now is time.Now outside tests.
func New(db *database.DB, ring *seal.Ring, now func() time.Time) *Trail {
	return &Trail{db: db, ring: ring, now: now}
}

// Append adds an entry inside the caller's transaction and returns it with its
// number and hashes. The entry exists when, and only when, tx commits.
func (t *Trail) Append(ctx context.Context, tx *sql.Tx, e Entry, v Values) (Entry, error) {
	if e.Time.IsZero() {
		e.Time = t.now()
	}
	e.Time = database.Time(database.Micros(e.Time))
	for _, foreign := range []*string{&e.Submission, &e.OperatorName, &e.Reason, &e.CorrelationID, &e.UpstreamCode} {
		*foreign = database.Text(*foreign) // the hash is over what is stored
	}
	if err := t.lock(ctx, tx); err != nil {
		return Entry{}, fmt.Errorf("append audit entry: %w", err)
	}
	err := tx.QueryRowContext(ctx, `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&e.Seq, &e.Prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Entry{}, fmt.Errorf("append audit entry: %w", err)
	}
	e.Seq++
	plain, err := salted(v)
	if err != nil {
		return Entry{}, fmt.Errorf("append audit entry: %w", err)
	}
	e.ValuesHash = hashOf(plain)
	e.Hash = e.hash()
	if err := t.insert(ctx, tx, e, plain); err != nil {
		return Entry{}, fmt.Errorf("append audit entry: %w", err)
	}
	return e, nil
}

// lock makes those who append wait for each other, to the end of tx: the next number
// is known once this one stands.
func (t *Trail) lock(ctx context.Context, tx *sql.Tx) error { return t.db.Lock(ctx, tx, "audit") }

func (t *Trail) insert(ctx context.Context, tx *sql.Tx, e Entry, plain []byte) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO audit (seq, time, kind, via, submission, operator, operator_name, customer, fields, reason,
			request_id, correlation_id, upstream_code, values_hash, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		e.Seq, database.Micros(e.Time), e.Kind, e.Via, e.Submission, e.Operator, e.OperatorName, string(e.Customer), fieldsText(e.Fields),
		e.Reason, e.RequestID, e.CorrelationID, e.UpstreamCode, e.ValuesHash, e.Prev, e.Hash)
	if err != nil || plain == nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_values (seq, sealed) VALUES ($1, $2)`,
		e.Seq, t.ring.Seal(purpose, plain, bound(e)))
	return err
}

// saltedValues is what is sealed and hashed. Without the salt somebody who has
// the file could try likely values against the hash.
type saltedValues struct {
	Salt []byte `json:"salt"`
	Values
}

// salted returns the bytes to seal and to hash, nil when there are no values.
func salted(v Values) ([]byte, error) {
	if v.Before == nil && v.After == nil {
		return nil, nil
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	return json.Marshal(saltedValues{salt, v})
}
