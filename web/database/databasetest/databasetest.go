// Package databasetest opens databases for tests of the stores. It is not for
// use outside the portal.
package databasetest

import (
	"path/filepath"
	"testing"

	"github.com/partnerdesk/portal/web/database"
)

// Open returns a migrated database in a file of its own that goes away with the test.
func Open(t testing.TB) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatalf("open a test database: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the test database: %v", err)
	}
	return db
}
