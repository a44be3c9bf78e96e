package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

// Applied returns the customer's changes that were carried out, with their values,
// newest first, at most limit of them; none is an empty list.
func (t *Trail) Applied(ctx context.Context, customer pcclient.TenantID, limit int) ([]Record, error) {
	return t.list(ctx, `WHERE a.customer = $1 AND a.kind = $2 ORDER BY a.seq DESC LIMIT $3`, string(customer), string(Applied), limit)
}

// Has reports, inside the caller's transaction, whether a submission has an entry of
// that kind.
func (t *Trail) Has(ctx context.Context, tx *sql.Tx, submission string, kind Kind) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM audit WHERE submission = $1 AND kind = $2`, submission, kind).Scan(&n)
	return n > 0, err
}

// ForSubmission returns all entries of one submission, oldest first; none is an
// empty list.
func (t *Trail) ForSubmission(ctx context.Context, key string) ([]Record, error) {
	return t.list(ctx, `WHERE a.submission = $1 ORDER BY a.seq`, key)
}

func (t *Trail) list(ctx context.Context, rest string, args ...any) ([]Record, error) {
	return t.listFrom(ctx, t.db.Read(), rest, args...)
}

func (t *Trail) listFrom(ctx context.Context, db database.Reader, rest string, args ...any) ([]Record, error) {
	var list []Record
	for r, err := range t.records(ctx, db, true, rest, args...) {
		if sealed := new(unreadable); err != nil && !errors.As(err, &sealed) {
			return nil, fmt.Errorf("read the audit trail: %w", err)
		}
		list = append(list, r.Record)
	}
	return list, nil
}

// row is a record as stored: plain are the bytes its values hash covers.
type row struct {
	Record
	plain []byte
	key   string // by what they say, the values are sealed with it
}

// unreadable reports values that do not open; the row's facts come with it.
type unreadable struct {
	seq int64
	err error
}

func (e *unreadable) Error() string { return fmt.Sprintf("values of entry %d: %v", e.seq, e.err) }
func (e *unreadable) Unwrap() error { return e.err }

// records streams entries. Their values are opened, or it is only told whether there
// are any. rest is the end of the statement, written in this package.
func (t *Trail) records(ctx context.Context, db database.Reader, values bool, rest string, args ...any) iter.Seq2[*row, error] {
	// Not a join: PostgreSQL merges one from its beginning, for each page of a long trail.
	sealed := `COALESCE((SELECT v.sealed FROM audit_values v WHERE v.seq = a.seq), '')`
	if !values {
		sealed = `COALESCE((SELECT 'left out' FROM audit_values v WHERE v.seq = a.seq), '')`
	}
	statement := `
		SELECT a.seq, a.time, a.kind, a.via, a.submission, a.operator, a.operator_name, a.customer, a.fields, a.reason,
			a.request_id, a.correlation_id, a.upstream_code, a.values_hash, a.prev, a.hash, ` + sealed + `
		FROM audit a ` + rest
	return func(yield func(*row, error) bool) {
		rows, err := db.QueryContext(ctx, statement, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			r, err := t.scan(rows.Scan, values)
			if !yield(r, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

func (t *Trail) scan(scan func(...any) error, values bool) (*row, error) {
	r := &row{}
	e := &r.Entry
	var micros int64
	var fields, sealed string
	err := scan(&e.Seq, &micros, &e.Kind, &e.Via, &e.Submission, &e.Operator, &e.OperatorName, &e.Customer, &fields, &e.Reason,
		&e.RequestID, &e.CorrelationID, &e.UpstreamCode, &e.ValuesHash, &e.Prev, &e.Hash, &sealed)
	if err != nil {
		return r, err
	}
	e.Time = database.Time(micros)
	if json.Unmarshal([]byte(fields), &e.Fields) != nil || fieldsText(e.Fields) != fields {
		e.Fields = []string{fields} // altered by hand: Verify sees another hash, readers see what stands there
	}
	switch {
	case sealed == "" && e.ValuesHash == "":
		return r, nil
	case sealed == "":
		r.State = Deleted
		return r, nil
	case !values:
		r.State = LeftOut
		return r, nil
	}
	r.State, r.key = Unreadable, seal.KeyID(sealed)
	if r.plain, err = t.ring.Open(purpose, sealed, bound(*e)); err != nil {
		return r, &unreadable{e.Seq, err}
	}
	var v saltedValues
	if err := json.Unmarshal(r.plain, &v); err != nil {
		return r, &unreadable{e.Seq, err}
	}
	r.Values, r.State = v.Values, Kept
	return r, nil
}
