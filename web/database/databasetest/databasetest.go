// Package databasetest opens databases for tests of the stores, on both engines.
// It is not for use outside the portal.
package databasetest

import (
	"path/filepath"
	"testing"

	"github.com/partnerdesk/portal/web/database"
)

// Each runs a suite on a migrated SQLite database and then on a PostgreSQL one,
// both of the test's own. Without PostgreSQL's programs the second is skipped, and
// with CI=true it fails.
func Each(t *testing.T, suite func(t *testing.T, db *database.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { suite(t, OpenURL(t, url)) })
}

// EachURL is Each for suites that open the database by themselves, perhaps twice.
func EachURL(t *testing.T, suite func(t *testing.T, url string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { suite(t, SQLiteURL(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { suite(t, PostgresURL(t)) })
}

// Open returns a migrated SQLite database that goes away with the test.
func Open(t testing.TB) *database.DB {
	t.Helper()
	return OpenURL(t, SQLiteURL(t))
}

// OpenPostgres returns a migrated PostgreSQL database that goes away with the test.
func OpenPostgres(t testing.TB) *database.DB {
	t.Helper()
	return OpenURL(t, PostgresURL(t))
}

// OpenURL opens and migrates a database, and closes it with the test.
func OpenURL(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), url)
	if err != nil {
		t.Fatalf("open a test database: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the test database: %v", err)
	}
	return db
}

// SQLiteURL names a file of the test's own, which is not there yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "portal.db")
}
