package session_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
)

func TestLeases(t *testing.T) {
	databasetest.Both(t, func(t *testing.T) {
		p := newPlace(t)
		b, other := &browser{place: p}, &browser{place: p}
		b.signIn(ada())
		other.signIn(ada())
		there := p.open(p.keys) // another process
		leases := func() (n int) {
			if err := p.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM leases`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}

		release, ok, err := p.store.Lease(t.Context(), b.load())
		if err != nil || !ok {
			t.Fatalf("nobody has it: %v, %v", ok, err)
		}
		if _, ok, err := there.Lease(t.Context(), b.load()); ok || err != nil {
			t.Errorf("two have it: %v, %v", ok, err)
		}
		if free, ok, err := there.Lease(t.Context(), other.load()); !ok || err != nil {
			t.Errorf("another session's: %v, %v", ok, err)
		} else {
			free()
		}
		release()
		if n := leases(); n != 0 {
			t.Errorf("%d are left behind", n)
		}

		// A holder that died: its row stays as it is.
		p.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'dead', 1, $2)`,
			"tokens:"+b.load().ID(), p.now().Add(6*time.Second).UnixMicro())
		p.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ('customer:1', '', 7, 0)`)
		if _, ok, err := there.Lease(t.Context(), b.load()); ok || err != nil {
			t.Errorf("before it ran out: %v, %v", ok, err)
		}
		p.wait(6 * time.Second)
		release, ok, err = there.Lease(t.Context(), b.load())
		if err != nil || !ok {
			t.Fatalf("after it ran out: %v, %v", ok, err)
		}
		release()

		p.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ('tokens:gone', 'dead', 1, $1)`, p.now().UnixMicro())
		if _, err := p.store.Sweep(t.Context()); err != nil || leases() != 2 {
			t.Errorf("swept too early: %v", err)
		}
		p.wait(time.Minute)
		if _, err := p.store.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left sql.NullString
		if err := p.db.Read().QueryRowContext(t.Context(), `SELECT max(name) FROM leases`).Scan(&left); err != nil || left.String != "customer:1" || leases() != 1 {
			t.Errorf("%d left, %q, %v; want the customer's alone", leases(), left.String, err)
		}
	})
}
