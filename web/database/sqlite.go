package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"modernc.org/sqlite" // also registers the driver
)

// readers bounds the reading handles; each holds a page cache of its own.
const readers = 8

func openSQLite(ctx context.Context, path string) (*DB, error) {
	// SQLite gives its journal files the mode of the database file, so creating
	// that one first keeps all of them private.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	err = errors.Join(ownersAlone(file), file.Close())
	if err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}

	writer, err := sql.Open("sqlite", dsn(path, "_txlock=immediate",
		"_pragma=busy_timeout(5000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", dsn(path, "_pragma=busy_timeout(5000)", "_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)

	db := &DB{engine: fileEngine{path}, writer: writer, reader: reader}
	if err := checkSQLite(ctx, writer); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// ownersAlone takes other people's rights off a file that was there before, such
// as one brought back from a backup. Where that is not ours to do, it is an error.
func ownersAlone(file *os.File) error {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return file.Chmod(info.Mode().Perm() &^ 0o077)
}

// checkSQLite refuses a file that is no database, and one whose file system
// cannot keep the promise of a commit (WAL needs shared memory; some network
// mounts have none and SQLite then silently uses another mode).
func checkSQLite(ctx context.Context, writer *sql.DB) error {
	var mode, state string
	if err := writer.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("this file system does not support write-ahead logging (journal mode %s)", mode)
	}
	// A large file is looked at for a second only: a start must stay quick.
	look, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	err := writer.QueryRowContext(look, `PRAGMA quick_check(1)`).Scan(&state)
	if err != nil && look.Err() == nil {
		return err
	}
	if err == nil && state != "ok" {
		return errors.New("the file is damaged: restore the last backup, or recover what is left with: sqlite3 FILE .recover")
	}
	return nil
}

func dsn(path string, options ...string) string {
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: strings.Join(options, "&")}).String()
}

// fileEngine is SQLite.
type fileEngine struct{ path string }

func (fileEngine) begin(ctx context.Context, writer *sql.DB) (transaction, error) {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return transaction{}, err
	}
	return transaction{
		Tx:     tx,
		commit: func() (lost bool, err error) { return false, tx.Commit() },
		end:    func(error) { tx.Rollback() },
	}, nil
}

func (fileEngine) lock(context.Context, *sql.Tx, string) error { return nil }

func (fileEngine) folder() string { return "sqlite" }

func (fileEngine) migrator(writer *sql.DB) (*sql.DB, func()) { return writer, func() {} }

func (fileEngine) migrated() string {
	return `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'`
}

func (fileEngine) shared() bool { return false }

func (e fileEngine) describe(context.Context, *sql.Tx) (string, error) { return e.path, nil }

func sqliteFault(err error) bool {
	var engine *sqlite.Error
	return errors.As(err, &engine)
}
