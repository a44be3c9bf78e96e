package database_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/database/faultproxy"
)

// wire is a database on PostgreSQL that the test can make trouble on.
type wire struct {
	*faultproxy.Proxy
	t      *testing.T
	db     *database.DB // through the proxy
	direct *database.DB
}

func newWire(t *testing.T) *wire {
	t.Helper()
	url := databasetest.PostgresURL(t)
	proxy, through := databasetest.Behind(t, url)
	return &wire{proxy, t, databasetest.OpenURL(t, through), databasetest.OpenURL(t, url)}
}

func (w *wire) set(mode faultproxy.Mode) {
	w.t.Helper()
	if err := w.Set(mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) read(ctx context.Context) error {
	var n int
	return w.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM leases`).Scan(&n)
}

// well fails the test unless reads and writes work, perhaps at the second try.
func (w *wire) well(name string) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := errors.Join(w.read(w.t.Context()), insert(w.t.Context(), w.db, name))
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("it does not recover: %v", err)
		}
	}
}

func (w *wire) wantUnavailable(what string, err error) {
	w.t.Helper()
	if !database.Fault(err) || what == "write" && !errors.Is(err, database.ErrUnavailable) {
		w.t.Errorf("%s: %v; want the database's fault", what, err)
	}
	if errors.Is(err, database.ErrCommitUnknown) {
		w.t.Errorf("%s: %v; it was never committed", what, err)
	}
}

func TestF33TheServerIsInTrouble(t *testing.T) {
	t.Run("F-33 F-36 refused", func(t *testing.T) {
		w := newWire(t)
		w.set(faultproxy.Refuse)
		began := time.Now()
		w.wantUnavailable("read", w.read(t.Context()))
		w.wantUnavailable("write", insert(t.Context(), w.db, "x"))
		w.wantUnavailable("ping", w.db.Ping(t.Context()))
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it took %v to find out", took)
		}
		w.set(faultproxy.Pass)
		w.well("after")
	})
	t.Run("F-33 F-36 it hangs", func(t *testing.T) {
		w := newWire(t)
		w.well("before")
		w.set(faultproxy.Hang)
		var wg sync.WaitGroup
		for what, ask := range map[string]func(context.Context) error{
			"read": w.read, "ping": w.db.Ping, "write": func(ctx context.Context) error { return insert(ctx, w.db, "x") },
		} {
			for patience, limit := range map[time.Duration]time.Duration{300 * time.Millisecond: 2 * time.Second, time.Minute: 15 * time.Second} {
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					began := time.Now()
					if err := ask(ctx); err == nil {
						t.Errorf("%s: a hanging server answered", what)
					}
					if took := time.Since(began); took > limit {
						t.Errorf("%s by somebody with %v of patience took %v", what, patience, took)
					}
				})
			}
		}
		wg.Wait()
		w.set(faultproxy.Pass)
		w.well("after")
	})
	t.Run("F-36 it falls silent in the middle", func(t *testing.T) {
		w := newWire(t)
		began := time.Now()
		err := w.db.Write(t.Context(), func(tx *sql.Tx) error {
			w.set(faultproxy.Hang)
			_, err := tx.Exec(`DELETE FROM leases`)
			return err
		})
		w.wantUnavailable("write", err)
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("it took %v to find out", took)
		}
		w.set(faultproxy.Pass)
		w.well("after")
	})
	t.Run("F-33 F-36 it fails over: connections that lay idle are not noticed missing", func(t *testing.T) {
		w := newWire(t)
		w.well("before")
		time.Sleep(1100 * time.Millisecond)
		w.Reset()
		if err := errors.Join(w.read(t.Context()), insert(t.Context(), w.db, "after")); err != nil {
			t.Error(err)
		}
	})
	t.Run("F-33 read-only: reads go on", func(t *testing.T) {
		w := newWire(t)
		w.well("before")
		var name string
		if err := w.direct.Read().QueryRowContext(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
			t.Fatal(err)
		}
		databasetest.Exec(t, w.direct, `ALTER DATABASE `+name+` SET default_transaction_read_only = on`)
		w.Reset()
		time.Sleep(1100 * time.Millisecond)
		err := insert(t.Context(), w.db, "x")
		w.wantUnavailable("write", err)
		var server *pgconn.PgError
		if !errors.As(err, &server) || server.Code != "25006" {
			t.Errorf("write: %v; want SQLSTATE 25006", err)
		}
		if err := w.read(t.Context()); err != nil {
			t.Errorf("read: %v", err)
		}
		databasetest.Exec(t, w.direct, `ALTER DATABASE `+name+` SET default_transaction_read_only = off`)
		if err := insert(t.Context(), w.db, "after"); err != nil {
			t.Errorf("the connection to the read-only server was kept: %v", err)
		}
	})
}

func TestF36TheLinkIsLostDuringCommit(t *testing.T) {
	for name, c := range map[string]struct {
		cut  faultproxy.Cut
		rows int
	}{
		"F-36 before the server heard of it": {faultproxy.BeforeCommit, 1},
		"F-36 after the server did it":       {faultproxy.AfterCommit, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t)
			w.well("before")
			w.CutNext(c.cut)
			err := insert(t.Context(), w.db, "x")
			if !errors.Is(err, database.ErrCommitUnknown) || !errors.Is(err, database.ErrUnavailable) {
				t.Errorf("Write = %v; want it unknown", err)
			}
			if n := count(t, w.direct, "leases"); n != c.rows {
				t.Errorf("%d rows; want %d", n, c.rows)
			}
			w.well("after")
		})
	}
	t.Run("F-36 the server refuses: that is known", func(t *testing.T) {
		w := newWire(t)
		databasetest.Exec(t, w.direct, `ALTER TABLE audit_values ALTER CONSTRAINT audit_values_seq_fkey DEFERRABLE INITIALLY DEFERRED`)
		err := w.db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO audit_values (seq, sealed) VALUES (7, '')`)
			return err
		})
		w.wantUnavailable("write", err)
	})
	t.Run("F-45 a caller that leaves does not cut a commit short", func(t *testing.T) {
		w := newWire(t)
		w.well("before")
		ctx, leave := context.WithCancel(t.Context())
		err := w.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO leases (name, holder, fence, expires_at) VALUES ('x', 'me', 1, 0)`)
			w.Delay(300 * time.Millisecond)
			time.AfterFunc(100*time.Millisecond, leave)
			return err
		})
		if n := count(t, w.direct, "leases"); err != nil || n != 2 {
			t.Errorf("Write = %v with %d rows; want it done", err, n)
		}
	})
	t.Run("F-45 one that left before it began leaves nothing", func(t *testing.T) {
		w := newWire(t)
		ctx, leave := context.WithCancel(t.Context())
		err := w.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO leases (name, holder, fence, expires_at) VALUES ('x', 'me', 1, 0)`)
			leave()
			return err
		})
		if n := count(t, w.direct, "leases"); !errors.Is(err, context.Canceled) || errors.Is(err, database.ErrCommitUnknown) || n != 0 {
			t.Errorf("Write = %v with %d rows", err, n)
		}
	})
}

func TestF36OthersHoldWhatIsNeeded(t *testing.T) {
	t.Run("V15.4.3 F-36 two that wait for each other: one of them goes on", func(t *testing.T) {
		w := newWire(t)
		w.well("a")
		w.well("b")
		var both, wg sync.WaitGroup
		both.Add(2)
		errs := make([]error, 2)
		for i, names := range [][2]string{{"a", "b"}, {"b", "a"}} {
			wg.Go(func() {
				errs[i] = w.db.Write(t.Context(), func(tx *sql.Tx) error {
					if _, err := tx.Exec(`UPDATE leases SET fence = fence + 1 WHERE name = $1`, names[0]); err != nil {
						return err
					}
					both.Done()
					both.Wait()
					_, err := tx.Exec(`UPDATE leases SET fence = fence + 1 WHERE name = $1`, names[1])
					return err
				})
			})
		}
		wg.Wait()
		var server *pgconn.PgError
		if err := errors.Join(errs...); (errs[0] == nil) == (errs[1] == nil) || !errors.As(err, &server) || server.Code != "40P01" || !errors.Is(err, database.ErrUnavailable) {
			t.Errorf("they end with %v and %v", errs[0], errs[1])
		}
	})
	t.Run("F-36 a lock that is not given back in time", func(t *testing.T) {
		w := newWire(t)
		err := w.direct.Write(t.Context(), func(tx *sql.Tx) error {
			if err := w.direct.Lock(t.Context(), tx, "audit"); err != nil {
				return err
			}
			began := time.Now()
			w.wantUnavailable("write", w.db.Write(t.Context(), func(tx *sql.Tx) error { return w.db.Lock(t.Context(), tx, "audit") }))
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it waited %v", took)
			}
			return w.db.Write(t.Context(), func(tx *sql.Tx) error { return w.db.Lock(t.Context(), tx, "another") })
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("F-36 the server ends the session in the middle", func(t *testing.T) {
		w := newWire(t)
		err := w.db.Write(t.Context(), func(tx *sql.Tx) error {
			var pid int
			if err := tx.QueryRow(`SELECT pg_backend_pid()`).Scan(&pid); err != nil {
				return err
			}
			databasetest.Exec(t, w.direct, `SELECT pg_terminate_backend($1)`, pid)
			_, err := tx.Exec(`DELETE FROM leases`)
			return err
		})
		w.wantUnavailable("write", err)
	})
}

func TestAClosedDatabaseIsUnavailable(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		db.Close()
		if err := insert(t.Context(), db, "x"); !errors.Is(err, database.ErrUnavailable) {
			t.Errorf("write: %v", err)
		}
		var n int
		if err := db.Read().QueryRowContext(t.Context(), `SELECT 1`).Scan(&n); !database.Fault(err) {
			t.Errorf("read: %v", err)
		}
		for _, own := range []error{errors.New("the store's own"), sql.ErrNoRows, context.Canceled, context.DeadlineExceeded, nil} {
			if database.Fault(own) {
				t.Errorf("%v is called the database's fault", own)
			}
		}
	})
}

// A portal that freezes, or is cut off, holds nobody up for long, whatever the server's own settings are.
func TestASessionHasItsLimits(t *testing.T) {
	db := databasetest.OpenPostgres(t)
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for name, want := range map[string]string{
			"idle_in_transaction_session_timeout": "10s", "lock_timeout": "3s", "statement_timeout": "4s",
			"synchronous_commit": "on", "transaction_isolation": "read committed", "transaction_read_only": "off",
		} {
			var got string
			if err := tx.QueryRow(`SELECT current_setting($1)`, name).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %s, %v; want %s", name, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
