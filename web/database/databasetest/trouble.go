package databasetest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/faultproxy"
)

// Break makes every statement of a kind ("INSERT", "UPDATE OF state") fail on a
// table's rows, as on a full disk, until mend is called; from any goroutine.
func Break(t testing.TB, db *database.DB, kind, table string) (mend func()) {
	t.Helper()
	if db.Shared() {
		Exec(t, db, `CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$;
			CREATE TRIGGER broken BEFORE `+kind+` ON `+table+` FOR EACH ROW EXECUTE FUNCTION broken()`)
		return func() { Exec(t, db, `DROP TRIGGER broken ON `+table) }
	}
	Exec(t, db, `CREATE TRIGGER broken_`+table+` BEFORE `+kind+` ON `+table+` BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	return func() { Exec(t, db, `DROP TRIGGER broken_`+table) }
}

// Exec changes the database behind the portal's back; from any goroutine.
func Exec(t testing.TB, db *database.DB, statement string, args ...any) {
	t.Helper()
	err := db.Write(context.WithoutCancel(t.Context()), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// Behind puts a proxy that makes trouble in front of a PostgreSQL database, and
// returns the URL that leads through it. It goes away with the test.
func Behind(t testing.TB, url string) (*faultproxy.Proxy, string) {
	t.Helper()
	proxy, err := faultproxy.New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	return proxy, proxy.URL(url)
}
