package submission

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

// Conditions of lists. They repeat those of the indexes, so that each list reads
// the few rows it shows.
const (
	isOpen      = `state IN ('recorded', 'in_doubt')`
	isNews      = `doubted = 1 AND closed_at = 0 AND state IN ('applied', 'not_applied', 'superseded')`
	isUnsettled = `(state IN ('recorded', 'in_doubt') OR state = 'superseded' AND closed_at = 0)`
)

// bounded: more open submissions than that are an outage, not a list.
const bounded = ` LIMIT 200`

// Open returns the operator's submissions that have no end yet, newest first;
// none is an empty list.
func (s *Service) Open(ctx context.Context, operatorKey string) ([]Submission, error) {
	return s.list(ctx, isOpen+` AND operator = $1 ORDER BY recorded_at DESC, key`, operatorKey)
}

// OpenFor returns the customer's submissions that have no end yet, whoever's they
// are, newest first; none is an empty list.
func (s *Service) OpenFor(ctx context.Context, customer pcclient.TenantID) ([]Submission, error) {
	return s.list(ctx, isOpen+` AND customer = $1 ORDER BY recorded_at DESC, key`, string(customer))
}

// Unsettled returns the operator's submissions that want somebody's eye, newest
// first: those without an end, and superseded ones that nobody has closed. An
// empty key stands for all operators.
func (s *Service) Unsettled(ctx context.Context, operatorKey string) ([]Submission, error) {
	return s.list(ctx, isUnsettled+` AND $1 IN ('', operator) ORDER BY recorded_at DESC, key`, operatorKey)
}

// News returns the operator's submissions that were in doubt and have come to an end
// which nobody has seen yet, newest first; none is an empty list.
func (s *Service) News(ctx context.Context, operatorKey string) ([]Submission, error) {
	return s.list(ctx, isNews+` AND operator = $1 ORDER BY recorded_at DESC, key`, operatorKey)
}

// list reads rows by a condition written in this package. One that does not open is
// left out, and told in an event, so that it does not hide the others.
func (s *Service) list(ctx context.Context, rest string, args ...any) ([]Submission, error) {
	rows, err := s.db.Read().QueryContext(ctx, `SELECT `+columns+` FROM submissions WHERE `+rest+bounded, args...)
	if err != nil {
		return nil, fmt.Errorf("list submissions: %w", err)
	}
	defer rows.Close()
	var list []Submission
	for rows.Next() {
		sub, err := s.scan(rows.Scan)
		if errors.Is(err, seal.ErrSealed) {
			s.log.ErrorContext(ctx, "submission.unreadable", "error", err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list submissions: %w", err)
		}
		list = append(list, sub)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list submissions: %w", err)
	}
	return list, nil
}

// Counts is how many submissions want somebody's eye.
type Counts struct {
	Recorded, InDoubt, Superseded int       // the last: not closed
	Oldest                        time.Time // when the oldest of them was recorded; zero when there is none
}

// Count counts them, for a gauge.
func (s *Service) Count(ctx context.Context) (Counts, error) {
	var c Counts
	var oldest int64
	err := s.db.Read().QueryRowContext(ctx, `
		SELECT COALESCE(sum(CASE state WHEN 'recorded' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state WHEN 'in_doubt' THEN 1 ELSE 0 END), 0),
			COALESCE(sum(CASE state WHEN 'superseded' THEN 1 ELSE 0 END), 0), COALESCE(min(recorded_at), 0)
		FROM submissions WHERE `+isUnsettled).Scan(&c.Recorded, &c.InDoubt, &c.Superseded, &oldest)
	if err != nil {
		return Counts{}, fmt.Errorf("count submissions: %w", err)
	}
	c.Oldest = database.Time(oldest)
	return c, nil
}
