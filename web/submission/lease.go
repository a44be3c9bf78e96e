package submission

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
)

// lease is the right to write to one customer. Its fence grows with every
// holder: who finds another fence in the row has lost the lease, whatever the
// clock says.
type lease struct {
	name, holder string
	fence        int64
}

var errLeaseLost = errors.New("the lease on the customer was lost")

func leaseName(customer pcclient.TenantID) string { return "customer:" + string(customer) }

// take tries to get the customer's lease for the submission whose key is
// holder, inside tx; ok is false while somebody else has it. The submission
// keeps the fence: without one it has certainly sent nothing. errSettled: it was
// given up for dead meanwhile, and must send nothing any more.
func (s *Service) take(ctx context.Context, tx *sql.Tx, customer pcclient.TenantID, holder string) (l lease, ok bool, err error) {
	now := s.now()
	l = lease{name: leaseName(customer), holder: holder}
	// The submission's row first, as whoever ends it does: then nobody waits in a circle.
	result, err := tx.ExecContext(ctx, `UPDATE submissions SET fence = fence WHERE key = $1 AND state = 'recorded'`, holder)
	if err := changedOne(result, err, errSettled); err != nil {
		return lease{}, false, err
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = leases.fence + 1, expires_at = excluded.expires_at
			WHERE leases.expires_at <= $4
		RETURNING fence`,
		l.name, l.holder, database.Micros(now.Add(s.leaseFor)), database.Micros(now)).Scan(&l.fence)
	if errors.Is(err, sql.ErrNoRows) {
		return lease{}, false, nil
	}
	if err != nil {
		return lease{}, false, err
	}
	if _, err = tx.ExecContext(ctx, `UPDATE submissions SET fence = $1 WHERE key = $2`, l.fence, holder); err != nil {
		return lease{}, false, err
	}
	return l, true, nil
}

// await gets the customer's lease, looking often at first and then less so.
// It gives up, with ok false, when the time is over.
func (s *Service) await(ctx context.Context, customer pcclient.TenantID, holder string, until time.Time) (l lease, ok bool, err error) {
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		free, err := s.leaseFree(ctx, customer)
		if err != nil {
			return lease{}, false, err
		}
		if free {
			err := s.db.Write(ctx, func(tx *sql.Tx) (err error) {
				l, ok, err = s.take(ctx, tx, customer, holder)
				return err
			})
			if err != nil || ok {
				return l, ok, err
			}
		}
		if !s.now().Before(until) {
			return lease{}, false, nil
		}
		if err := s.sleep(ctx, pause); err != nil {
			return lease{}, false, nil
		}
	}
}

func (s *Service) leaseFree(ctx context.Context, customer pcclient.TenantID) (bool, error) {
	var expires int64
	err := s.db.Read().QueryRowContext(ctx, `SELECT expires_at FROM leases WHERE name = $1`, leaseName(customer)).Scan(&expires)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return err == nil && expires <= database.Micros(s.now()), err
}

// check returns errLeaseLost unless the lease is still ours and not run out, and
// nobody has given the submission up for dead.
func (s *Service) check(ctx context.Context, l lease) error {
	var n int
	err := s.db.Read().QueryRowContext(ctx,
		`SELECT count(*) FROM leases l JOIN submissions s ON s.key = l.holder
		WHERE l.name = $1 AND l.holder = $2 AND l.fence = $3 AND l.expires_at > $4 AND s.state = 'recorded'`,
		l.name, l.holder, l.fence, database.Micros(s.now())).Scan(&n)
	if err == nil && n == 0 {
		return errLeaseLost
	}
	return err
}

// release ends whatever lease the submission holds on the customer. The row
// stays, with its fence.
func release(ctx context.Context, tx *sql.Tx, customer pcclient.TenantID, holder string) error {
	_, err := tx.ExecContext(ctx, `UPDATE leases SET holder = '', expires_at = 0 WHERE name = $1 AND holder = $2`,
		leaseName(customer), holder)
	return err
}
