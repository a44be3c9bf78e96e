package drafts

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
)

// ending is how a version ended: what stands in the column `over`.
type ending int

const (
	running ending = iota
	saved          // its values, or later ones of its draft, stand upstream
	givenUp        // nothing of it was left: taken back in the form, or not chosen in a merge
)

// lock makes one after the other of what concerns an operator's drafts: two requests
// of one form, or of two tabs, may arrive at two portals at once.
func lock(ctx context.Context, db *database.DB, tx *sql.Tx, operator string) error {
	return db.Lock(ctx, tx, "drafts of "+operator)
}

// Finish ends a draft because the version of that key stands upstream: that one and
// those before it. What was typed later stays a draft. It is part of the transaction
// that commits the outcome, so that no draft offers to save again what is saved. A
// version that is gone ends nothing.
func Finish(ctx context.Context, db *database.DB, tx *sql.Tx, operator string, customer pcclient.TenantID, draft, key string) error {
	const upTo = `operator = $1 AND customer = $2 AND draft = $3 AND seq <= (SELECT seq FROM drafts WHERE key = $4 AND operator = $1)`
	if err := lock(ctx, db, tx, operator); err != nil {
		return fmt.Errorf("finish draft: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM drafts WHERE stage = 'typed' AND `+upTo, operator, string(customer), draft, key); err != nil {
		return fmt.Errorf("finish draft: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE drafts SET over = $5 WHERE `+upTo, operator, string(customer), draft, key, saved); err != nil {
		return fmt.Errorf("finish draft: %w", err)
	}
	return nil
}

// End ends the operator's draft because nothing of it is left to save. What was typed
// stays readable by its key, for a page that is still open.
func (s *Store) End(ctx context.Context, operator string, customer pcclient.TenantID, draft string) error {
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, s.db, tx, operator); err != nil {
			return err
		}
		return end(ctx, tx, Version{Operator: operator, Customer: customer, Draft: draft}, givenUp)
	})
	if err != nil {
		return fmt.Errorf("end draft: %w", err)
	}
	return nil
}

// end marks what the draft still has of versions.
func end(ctx context.Context, tx *sql.Tx, v Version, how ending) error {
	_, err := tx.ExecContext(ctx, `UPDATE drafts SET over = $4 WHERE operator = $1 AND customer = $2 AND draft = $3 AND over = 0`,
		v.Operator, string(v.Customer), v.Draft, how)
	return err
}

// Discard deletes every version of the operator's draft. ErrNotFound: there was none.
func (s *Store) Discard(ctx context.Context, operator string, customer pcclient.TenantID, draft string) error {
	gone, err := s.delete(ctx, operator, `DELETE FROM drafts WHERE operator = $1 AND customer = $2 AND draft = $3`, operator, string(customer), draft)
	if err != nil {
		return fmt.Errorf("discard draft: %w", err)
	}
	if gone == 0 {
		return ErrNotFound
	}
	return nil
}

// Sweep deletes what is older than Lifetime and returns how many versions went.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	gone, err := s.delete(ctx, "", `DELETE FROM drafts WHERE saved_at < $1`, s.oldest())
	if err != nil {
		return 0, fmt.Errorf("sweep drafts: %w", err)
	}
	return gone, nil
}

// delete runs a statement of this file about one operator or all, and counts what went.
func (s *Store) delete(ctx context.Context, operator, statement string, args ...any) (gone int64, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := lock(ctx, s.db, tx, operator); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		gone, err = result.RowsAffected()
		return err
	})
	return gone, err
}
