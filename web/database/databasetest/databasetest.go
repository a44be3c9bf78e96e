// Package databasetest opens databases for tests of the stores, on both engines.
// It is not for use outside the portal.
package databasetest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/web/database"
)

// Each runs a suite on a migrated SQLite database and then on a PostgreSQL one,
// both of the test's own. Without PostgreSQL's programs the second is skipped, and
// with CI=true it fails.
func Each(t *testing.T, suite func(t *testing.T, db *database.DB)) {
	t.Helper()
	Both(t, func(t *testing.T) { suite(t, Open(t)) })
}

// Both is Each for suites that open their databases themselves: during the second
// turn Open and URL mean PostgreSQL.
func Both(t *testing.T, suite func(t *testing.T)) {
	t.Helper()
	t.Run("SQLite", suite)
	t.Run(secondTurn, suite)
}

const secondTurn = "PostgreSQL"

// Open returns a migrated database that goes away with the test: SQLite, but in the
// second turn of Both.
func Open(t testing.TB) *database.DB {
	t.Helper()
	return OpenURL(t, URL(t))
}

// URL names what Open opens; an SQLite file is not there yet.
func URL(t testing.TB) string {
	t.Helper()
	if slices.Contains(strings.Split(t.Name(), "/"), secondTurn) {
		return PostgresURL(t)
	}
	return SQLiteURL(t)
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
