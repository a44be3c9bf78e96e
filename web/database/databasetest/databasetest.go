// Package databasetest opens databases for tests of the stores, on both engines.
// It is not for use outside the portal.
package databasetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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

// URL names what Open opens.
func URL(t testing.TB) string {
	t.Helper()
	if slices.Contains(strings.Split(t.Name(), "/"), secondTurn) {
		return PostgresURL(t)
	}
	return SQLiteURL(t)
}

// EmptyURL is URL before any migration.
func EmptyURL(t testing.TB) string {
	t.Helper()
	if slices.Contains(strings.Split(t.Name(), "/"), secondTurn) {
		return EmptyPostgresURL(t)
	}
	return EmptySQLiteURL(t)
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

// SQLiteURL names a migrated file of the test's own.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	file, err := migratedFile()
	if err != nil {
		t.Fatalf("make an SQLite file: %v", err)
	}
	path := strings.TrimPrefix(EmptySQLiteURL(t), "sqlite:")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// EmptySQLiteURL names a file of the test's own, which is not there yet.
func EmptySQLiteURL(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch(), "partnerdesk-sqlite-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return "sqlite:" + filepath.Join(dir, "portal.db")
}

// scratch is where databases of tests go: into memory, where the system offers that
// and has a gigabyte left. They need not outlive a power cut, and would make each
// other wait for the disk.
func scratch() string {
	const memory = "/dev/shm"
	var room syscall.Statfs_t
	if err := syscall.Statfs(memory, &room); err != nil || room.Bavail*uint64(room.Bsize) < 1<<30 {
		return "/tmp" // not TMPDIR, which another user, as PostgreSQL's server is, may not enter
	}
	return memory
}

// migratedFile is what a migrated file holds. It is made once, as a copy costs a
// fraction of migrating.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp(scratch(), "partnerdesk-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "portal.db")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := database.Open(ctx, "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Migrate(ctx), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
