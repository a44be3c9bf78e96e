package drafts

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/partnerdesk/portal/pcclient"
)

// most is how many drafts a list has, far above what anybody has unfinished: each is
// opened for it.
const most = 250

// List returns the operator's unfinished drafts, the latest version of each, those
// typed last first, and 250 at most. What cannot be read is left out and told in the error, so that
// one bad row does not hide the others.
func (s *Store) List(ctx context.Context, operator string) ([]Version, error) {
	return s.list(ctx, `d.operator = $1`, operator, s.oldest())
}

// Of is List for one customer.
func (s *Store) Of(ctx context.Context, operator string, customer pcclient.TenantID) ([]Version, error) {
	return s.list(ctx, `d.operator = $1 AND d.customer = $3`, operator, s.oldest(), string(customer))
}

// list reads by a condition written in this file; $2 is the oldest time.
func (s *Store) list(ctx context.Context, where string, args ...any) ([]Version, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM drafts d
		WHERE `+where+` AND d.over = 0 AND d.saved_at >= $2 AND d.seq =
			(SELECT max(l.seq) FROM drafts l WHERE l.operator = d.operator AND l.customer = d.customer AND l.draft = d.draft)
		ORDER BY d.saved_at DESC, d.seq DESC LIMIT `+strconv.Itoa(most), args...)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	defer rows.Close()
	var list []Version
	var trouble []error
	for rows.Next() {
		v, _, err := s.scan(rows.Scan)
		if err != nil {
			trouble = append(trouble, err)
			continue
		}
		list = append(list, v)
	}
	if err := errors.Join(append(trouble, rows.Err())...); err != nil {
		return list, fmt.Errorf("list drafts: %w", err)
	}
	return list, nil
}
