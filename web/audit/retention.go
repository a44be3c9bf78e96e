package audit

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

// sweepBatch is how many values one transaction deletes, and how many entries one
// look weighs.
const (
	sweepBatch = 500
	sweepLook  = 5000
)

// DeleteValues deletes the values of entries older than a time and returns of how many.
// The entries stay, and Verify finds them whole. Those of a submission that has no end
// yet are kept: settling it needs them.
func (t *Trail) DeleteValues(ctx context.Context, before time.Time) (deleted int64, _ error) {
	for after := int64(0); ; {
		expired, last, err := t.expired(ctx, before, after)
		if err != nil {
			return deleted, fmt.Errorf("find old audit values: %w", err)
		}
		for part := range slices.Chunk(expired, sweepBatch) {
			n, err := t.deleteValues(ctx, part)
			if err != nil {
				return deleted, fmt.Errorf("delete old audit values: %w", err)
			}
			deleted += n
		}
		if after = last; after == 0 {
			return deleted, nil
		}
	}
}

// expired looks at the next values and returns the numbers of those to delete. The
// last number looked at is where to go on, 0 at the end.
func (t *Trail) expired(ctx context.Context, before time.Time, after int64) (seqs []int64, last int64, err error) {
	rows, err := t.db.Read().QueryContext(ctx, `
		SELECT v.seq, CASE WHEN a.time < $1 AND NOT (
			EXISTS (SELECT 1 FROM audit r WHERE r.submission = a.submission AND r.kind = 'recorded')
			AND NOT EXISTS (SELECT 1 FROM audit e WHERE e.submission = a.submission AND e.kind IN `+endKinds+`)
		) THEN 1 ELSE 0 END
		FROM audit_values v JOIN audit a ON a.seq = v.seq
		WHERE v.seq > $2 AND a.seq > $2 ORDER BY v.seq LIMIT $3`, database.Micros(before), after, sweepLook)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var old int
		if err := rows.Scan(&last, &old); err != nil {
			return nil, 0, err
		}
		if old == 1 {
			seqs = append(seqs, last)
		}
	}
	return seqs, last, rows.Err()
}

func (t *Trail) deleteValues(ctx context.Context, seqs []int64) (n int64, err error) {
	err = t.db.Write(ctx, func(tx *sql.Tx) error {
		del, err := tx.PrepareContext(ctx, `DELETE FROM audit_values WHERE seq = $1`)
		if err != nil {
			return err
		}
		defer func() { _ = del.Close() }()
		for _, seq := range seqs {
			result, err := del.ExecContext(ctx, seq)
			if err != nil {
				return err
			}
			one, err := result.RowsAffected()
			if err != nil {
				return err
			}
			n += one
		}
		return nil
	})
	return n, err
}
