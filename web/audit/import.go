package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
)

// importBatch bounds how long an import holds the write lock.
const importBatch = 100

// Import appends saves made past this portal, of kind Outside, each once however
// often and by however many it is called. A save's Submission is the upstream's id
// of it. Saves of ours among them, known by their correlation ID, are left out, but
// for those that ended as not carried out: the upstream knows better, and their entry
// names the submission in RequestID.
//
// While a submission on a customer has no end, nobody can tell whose a new save is:
// those of that customer are returned as waiting, and nothing of them is kept.
func (t *Trail) Import(ctx context.Context, saves []Record) (added int, waiting []Record, err error) {
	var fresh []Record
	for _, save := range saves {
		known, err := t.knows(ctx, t.db.Read(), save, saves)
		if err != nil {
			return 0, nil, fmt.Errorf("import changes: %w", err)
		}
		if !known {
			fresh = append(fresh, save)
		}
	}
	fresh, waiting, err = t.apart(ctx, fresh)
	if err != nil {
		return 0, nil, fmt.Errorf("import changes: %w", err)
	}
	for part := range slices.Chunk(fresh, importBatch) {
		n, err := t.appendUnknown(ctx, part, saves)
		if err != nil {
			return added, waiting, fmt.Errorf("import changes: %w", err)
		}
		added += n
	}
	return added, waiting, nil
}

// appendUnknown asks again under the trail's lock: somebody else may have been faster.
func (t *Trail) appendUnknown(ctx context.Context, part, all []Record) (added int, err error) {
	err = t.db.Write(ctx, func(tx *sql.Tx) error {
		if err := t.lock(ctx, tx); err != nil {
			return err
		}
		for _, save := range part {
			known, err := t.knows(ctx, tx, save, all)
			if err != nil {
				return err
			}
			if known {
				continue
			}
			if save.RequestID, err = late(ctx, tx, save); err != nil {
				return err
			}
			if _, err := t.Append(ctx, tx, save.Entry, save.Values); err != nil {
				return err
			}
			added++
		}
		return nil
	})
	return added, err
}

// knows reports whether a save is in the trail already, or is ours. all are the saves
// it came with.
func (t *Trail) knows(ctx context.Context, db database.Reader, save Record, all []Record) (bool, error) {
	var known int
	err := db.QueryRowContext(ctx, `
		SELECT CASE WHEN EXISTS (SELECT 1 FROM audit WHERE kind = 'outside' AND submission = $1)
			OR EXISTS (SELECT 1 FROM audit c WHERE c.correlation_id = $2 AND c.correlation_id <> '' AND c.customer = $3
				AND NOT EXISTS (SELECT 1 FROM audit e WHERE e.submission = c.submission AND e.kind IN ('not_applied', 'rejected')))
		THEN 1 ELSE 0 END`, save.Submission, save.CorrelationID, string(save.Customer)).Scan(&known)
	if err != nil || known == 1 {
		return err == nil, err
	}
	return t.ours(ctx, db, save, all)
}

// late is the request ID of a submission of ours that this save is, though it ended as
// not carried out; "" when it is none.
func late(ctx context.Context, tx *sql.Tx, save Record) (requestID string, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT request_id FROM audit WHERE correlation_id = $1 AND correlation_id <> '' AND customer = $2 AND kind IN ('not_applied', 'rejected')
		ORDER BY seq LIMIT 1`, save.CorrelationID, string(save.Customer)).Scan(&requestID)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return requestID, err
}

// clockSkew is how far the upstream's clock may be from ours.
const clockSkew = 5 * time.Minute

// ours reports whether a save is one of ours that the upstream keeps under another
// correlation ID than we noted, as when the last of several tries was not the one
// that counted: a submission that nothing else explains, under way at that time, with
// the very values.
func (t *Trail) ours(ctx context.Context, db database.Reader, save Record, all []Record) (bool, error) {
	list, err := t.listFrom(ctx, db, `WHERE a.customer = $1 AND a.time >= $2 AND a.kind IN ('applied', 'superseded') AND `+changeKinds+
		` ORDER BY a.time, a.seq LIMIT 5`, string(save.Customer), database.Micros(save.Time.Add(-clockSkew)))
	if err != nil {
		return false, err
	}
	for _, r := range list {
		explained := slices.ContainsFunc(all, func(o Record) bool { return o.CorrelationID == r.CorrelationID })
		if explained || !slices.Equal(r.Fields, save.Fields) || r.After != nil && !maps.Equal(r.After, save.After) {
			continue
		}
		var begun int64
		err := db.QueryRowContext(ctx, `SELECT min(time) FROM audit WHERE submission = $1`, r.Submission).Scan(&begun)
		if err != nil || !database.Time(begun).After(save.Time.Add(clockSkew)) {
			return err == nil, err
		}
	}
	return false, nil
}

// apart sets aside the saves of customers on whom a submission has no end yet.
func (t *Trail) apart(ctx context.Context, saves []Record) (settled, waiting []Record, err error) {
	open := map[pcclient.TenantID]bool{}
	for _, r := range saves {
		if _, asked := open[r.Customer]; !asked {
			if open[r.Customer], err = t.open(ctx, r.Customer); err != nil {
				return nil, nil, err
			}
		}
		if open[r.Customer] {
			waiting = append(waiting, r)
		} else {
			settled = append(settled, r)
		}
	}
	return settled, waiting, nil
}

// open reports whether a submission on a customer has an intent and no end.
func (t *Trail) open(ctx context.Context, customer pcclient.TenantID) (bool, error) {
	var open int
	err := t.db.Read().QueryRowContext(ctx, `
		SELECT CASE WHEN EXISTS (SELECT 1 FROM audit r WHERE r.customer = $1 AND r.kind = 'recorded' AND NOT EXISTS (
			SELECT 1 FROM audit e WHERE e.submission = r.submission AND e.kind IN `+endKinds+`))
		THEN 1 ELSE 0 END`, string(customer)).Scan(&open)
	return open == 1, err
}
