// Package database opens the portal's one database and brings its schema up to
// date. It knows engines, handles and transactions; what stands in the tables
// belongs to the stores (drafts, audit, submission, session, directory,
// presence). It is not for use outside the portal.
//
// There are two engines. SQLite is a file for one portal: writes go one after the
// other through a single handle, each in a transaction that takes the write lock
// at once; reads have handles of their own and never wait for a write. PostgreSQL
// is for several portals side by side: transactions run at once, each statement
// sees what was committed before it began (READ COMMITTED), and what must go in
// order takes a lock by name, see Lock. Either way a transaction that committed
// has reached the disk, and a database that hangs or is gone is an error within
// seconds.
//
// READ COMMITTED with locks, rather than SERIALIZABLE with retries, because the
// function given to Write then runs exactly once: it may fill variables around
// it, and no statement is undone and done again behind a store's back. The trail's
// numbers have to be given one after the other anyway. A store must therefore
// never write what it decided from a row read before: the condition belongs into
// the statement that writes, or the rows behind a lock.
//
// The SQL of the stores stays inside what both engines share: $1 placeholders,
// CAST, times as integer microseconds UTC, booleans as 0 and 1, JSON and GUIDs as
// text, and no NUL in a text, see Text.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrUnavailable reports that the database did not do its part: locked, full,
	// read-only, gone, or too slow for the caller's deadline. Nothing was written
	// by a Write that returns it, unless it is also ErrCommitUnknown.
	ErrUnavailable = errors.New("database unavailable")
	// ErrCommitUnknown reports that the connection was lost while a transaction was
	// being committed: all of it was written or nothing, and only a look can tell.
	// It matches ErrUnavailable too. SQLite never gives it.
	ErrCommitUnknown = fmt.Errorf("%w: the answer to a commit was lost", ErrUnavailable)
)

// Reader is what reads go through: the reading handles, or a transaction.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is the open database. It is safe for concurrent use.
type DB struct {
	engine engine
	writer *sql.DB
	reader *sql.DB
}

// engine is where SQLite and PostgreSQL differ.
type engine interface {
	// begin starts a transaction that may write. commit ends it well; lost tells of
	// its error that the transaction may have been committed all the same. The
	// transaction is rolled back by end if nothing else ended it.
	begin(ctx context.Context, writer *sql.DB) (transaction, error)
	lock(ctx context.Context, tx *sql.Tx, name string) error
	// folder holds the migrations; migrator is the handle they run on, which knows
	// no limits of time; migrated counts the tables named migrations.
	folder() string
	migrator(writer *sql.DB) (handle *sql.DB, done func())
	migrated() string
	shared() bool
	// now is the time that all portals on the database share.
	now(ctx context.Context, reader *sql.DB, local func() time.Time) (time.Time, error)
	describe(ctx context.Context, tx *sql.Tx) (string, error)
}

type transaction struct {
	*sql.Tx
	commit func() (lost bool, err error)
	end    func(error)
}

// Open opens the database the URL names: "sqlite:PATH", whose file is created
// (mode 0600) if there is none, or "postgres://…", which must answer. The schema
// is left as found: see Migrate. No error repeats the URL, which may hold a password.
func Open(ctx context.Context, url string) (*DB, error) {
	if err := CheckURL(url); err != nil {
		return nil, fmt.Errorf("the database URL %w", err)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	return openPostgres(ctx, url)
}

// Write runs fn in a transaction and commits if fn returns nil. fn runs once, and
// may run SQL on tx only. Any error, fn's own included, leaves nothing behind, but
// for one that matches ErrCommitUnknown; an error that is the database's fault
// matches ErrUnavailable. A commit once begun is seen to its end, whatever becomes
// of ctx.
//
// On SQLite the transaction holds the write lock from its start. On PostgreSQL
// others write at the same time: see Lock.
func (db *DB) Write(ctx context.Context, fn func(*sql.Tx) error) (err error) {
	tx, err := db.engine.begin(ctx, db.writer)
	if err != nil {
		return unavailable("begin", err)
	}
	defer func() { tx.end(err) }() // after a commit it rolls nothing back; it also serves panics in fn
	if err := fn(tx.Tx); err != nil {
		return classify(ctx, err)
	}
	lost, err := tx.commit()
	if lost {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	if err != nil {
		return unavailable("commit", err)
	}
	return nil
}

// Lock makes transactions that name the same lock go one after the other, from
// here to the end of tx. A statement after it sees what the one before it wrote.
// To keep two transactions from waiting for each other, those that touch the same
// rows take their lock before the rows. On SQLite, where transactions go one after
// the other anyway, it does nothing.
func (db *DB) Lock(ctx context.Context, tx *sql.Tx, name string) error {
	return db.engine.lock(ctx, tx, name)
}

// Read returns the handles for reading. They see everything committed before
// the query began, and refuse to write. Their errors are the engine's own: see Fault.
func (db *DB) Read() Reader { return db.reader }

// Shared reports whether other portals may use this database at the same time.
// Its being down then says nothing about this portal.
func (db *DB) Shared() bool { return db.engine.shared() }

// Ping reports whether the database answers. It does not ask for the write lock,
// so however often it is called it holds nobody up.
func (db *DB) Ping(ctx context.Context) error {
	var tables int
	if err := db.reader.QueryRowContext(ctx, db.engine.migrated()).Scan(&tables); err != nil {
		return unavailable("ping the database", err)
	}
	return nil
}

// Close closes all handles. Transactions under way fail.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// classify marks errors of the engine; errors a store made itself pass as they are,
// and so does the end of a caller that left.
func classify(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, ErrUnavailable), errors.Is(err, context.Canceled):
		return err
	case errors.Is(ctx.Err(), context.Canceled) && Fault(err):
		return fmt.Errorf("%w: %w", context.Canceled, err)
	case errors.Is(err, context.DeadlineExceeded), Fault(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// Fault reports whether an error is a database's own, as reads return it, or one
// that matches ErrUnavailable; and not one that a store made. A lost connection
// looks like any other, so ask for errors of the network elsewhere first.
func Fault(err error) bool {
	return errors.Is(err, ErrUnavailable) || sqliteFault(err) || postgresFault(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) ||
		err != nil && strings.Contains(err.Error(), "sql: database is closed") // it has no name
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

// Text is how a text that others wrote is stored where it is not sealed: PostgreSQL
// takes neither NUL nor broken UTF-8, so both become U+FFFD.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func unavailable(doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, doing, err)
}
