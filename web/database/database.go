// Package database opens the portal's one database and brings its schema up to
// date. It knows engines, handles and transactions; what stands in the tables
// belongs to the stores (drafts, audit, submission, session, directory,
// presence). It is not for use outside the portal.
//
// Writes go one after the other through a single handle, each in a transaction
// that takes the write lock at once; reads have handles of their own and never
// wait for a write. A transaction that committed has reached the disk.
//
// The SQL of the stores stays inside what SQLite and PostgreSQL share: $1
// placeholders, CAST, times as integer microseconds UTC, booleans as 0 and 1,
// JSON and GUIDs as text.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrUnavailable reports that the database did not do its part: locked, full,
// read-only, gone, or too slow for the caller's deadline. Nothing was written
// by a Write that returns it.
var ErrUnavailable = errors.New("database unavailable")

// Reader is what reads go through: the reading handles, or a transaction.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is the open database. It is safe for concurrent use.
type DB struct {
	writer *sql.DB
	reader *sql.DB
}

// Open opens the database the URL names, "sqlite:PATH", and creates the file
// (mode 0600) if there is none. The schema is left as found: see Migrate.
// PostgreSQL URLs are refused, with a sentence that says so.
func Open(ctx context.Context, url string) (*DB, error) {
	engine, rest, _ := strings.Cut(url, ":")
	switch engine {
	case "sqlite":
		return openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return nil, errors.New("PostgreSQL is not supported yet: use sqlite:PATH")
	default:
		return nil, errors.New("the database URL must look like sqlite:PATH")
	}
}

// Write runs fn in a transaction that holds the write lock from its start, and
// commits if fn returns nil. Any error, fn's own included, leaves nothing
// behind; one that is the database's fault matches ErrUnavailable. fn may run
// SQL on tx only.
func (db *DB) Write(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return unavailable("begin", err)
	}
	defer tx.Rollback() // after a commit this does nothing; it also serves panics in fn
	if err := fn(tx); err != nil {
		return classify(err)
	}
	if err := tx.Commit(); err != nil {
		return unavailable("commit", err)
	}
	return nil
}

// Read returns the handles for reading. They see everything committed before
// the query began, and refuse to write.
func (db *DB) Read() Reader { return db.reader }

// Ping reports whether the database answers. It does not ask for the write lock,
// so however often it is called it holds nobody up.
func (db *DB) Ping(ctx context.Context) error {
	var tables int
	if err := db.reader.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return unavailable("ping the database", err)
	}
	return nil
}

// Close closes all handles. Transactions under way fail.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// Micros is how a time is stored: microseconds UTC, 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the time stored as micros, in UTC.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func unavailable(doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, doing, err)
}
