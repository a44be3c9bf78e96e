package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connections of one portal: four of them fit beside each other in the hundred that
// a PostgreSQL server allows by default.
const (
	pgWriters = 8
	pgReaders = 12
)

// How long each step may take. What waits for a lock gives up before its statement
// does, and that before the server counts as silent, so that the error says most.
const (
	dialLimit      = 500 * time.Millisecond // a TCP connection, and the answer of one that lay idle
	connectLimit   = 2 * time.Second        // with TLS and password
	lockLimit      = 3 * time.Second
	statementLimit = 4 * time.Second // of statements that write
	silenceLimit   = 5 * time.Second // without a byte from the server: reads may stream for longer
	commitLimit    = 5 * time.Second
	idleInTxLimit  = 10 * time.Second // what a portal that froze inside a transaction had locked is free then
)

// pgVersion is the oldest PostgreSQL that the schema and these limits are tested for.
const pgVersion = 140000

func openPostgres(ctx context.Context, url string) (*DB, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return nil, err
	}
	db := &DB{engine: serverEngine{config}, writer: pgHandle(config, forWriting), reader: pgHandle(config, forReading)}
	if err := checkPostgres(ctx, db.reader); err != nil {
		return nil, errors.Join(unavailable("connect", err), db.Close())
	}
	return db, nil
}

// checkPostgres refuses a server that cannot hold what the portal writes.
func checkPostgres(ctx context.Context, reader *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, silenceLimit)
	defer cancel()
	var version, encoding string
	err := reader.QueryRowContext(ctx, `SELECT current_setting('server_version_num'), current_setting('server_encoding')`).Scan(&version, &encoding)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(version); err == nil && n < pgVersion {
		return fmt.Errorf("this is PostgreSQL %d: %d or newer is needed", n/10000, pgVersion/10000)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database's encoding is %s: it must be UTF8", encoding)
	}
	return nil
}

// purpose is what a handle is for.
type purpose int

const (
	forReading purpose = iota
	forWriting
	forMigrating
)

func pgHandle(config *pgx.ConnConfig, use purpose) *sql.DB {
	config = config.Copy()
	config.ConnectTimeout = connectLimit
	silence := silenceLimit
	if use == forMigrating { // an index over a large table takes its time
		silence = 0
	}
	config.DialFunc = dialer(silence)
	for name, value := range pgSettings(use) {
		config.RuntimeParams[name] = value
	}
	handle := stdlib.OpenDB(*config, stdlib.OptionShouldPing(stale))
	size := map[purpose]int{forReading: pgReaders, forWriting: pgWriters, forMigrating: 1}[use]
	handle.SetMaxOpenConns(size)
	handle.SetMaxIdleConns(size)
	handle.SetConnMaxIdleTime(5 * time.Minute)
	handle.SetConnMaxLifetime(time.Hour) // after a failover nobody stays where he was
	return handle
}

// pgSettings are the session's, whatever the server's or the role's are.
func pgSettings(use purpose) map[string]string {
	settings := map[string]string{
		"default_transaction_isolation":       "read committed",
		"synchronous_commit":                  "on", // a commit has reached the disk
		"idle_in_transaction_session_timeout": millis(idleInTxLimit),
		"lock_timeout":                        millis(lockLimit),
		"statement_timeout":                   millis(statementLimit),
	}
	switch use {
	case forReading:
		settings["default_transaction_read_only"] = "on"
		settings["statement_timeout"] = "0" // see silenceLimit
	case forMigrating:
		settings["lock_timeout"], settings["statement_timeout"], settings["idle_in_transaction_session_timeout"] = "0", "0", "0"
	}
	return settings
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// stale asks a connection that lay idle whether it still leads anywhere. One that
// does not is closed by the asking, and then found closed.
func stale(ctx context.Context, p stdlib.ShouldPingParams) bool {
	if p.IdleDuration < time.Second {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	return p.Conn.Ping(ctx) != nil
}

// serverEngine is PostgreSQL.
type serverEngine struct{ config *pgx.ConnConfig }

// begin starts a transaction that ends with ctx until its commit begins, and not
// after: a commit cut short by a browser that left would be one whose end nobody knows.
func (serverEngine) begin(ctx context.Context, writer *sql.DB) (transaction, error) {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return transaction{}, err
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	leave := context.AfterFunc(ctx, cancel)
	tx, err := conn.BeginTx(own, nil)
	if err != nil {
		leave()
		cancel()
		return transaction{}, errors.Join(err, conn.Close())
	}
	commit := func() (lost bool, err error) {
		if !leave() {
			return false, ctx.Err()
		}
		defer time.AfterFunc(commitLimit, cancel).Stop()
		err = tx.Commit()
		return commitLost(err), err
	}
	end := func(err error) {
		tx.Rollback()
		leave()
		cancel()
		if readOnly(err) { // perhaps a server that was replaced: ask for the one of today
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		_ = conn.Close() // given back, whatever its state
	}
	return transaction{tx, commit, end}, nil
}

// commitLost reports whether the transaction may have been committed although its
// commit failed: nothing but the server's own refusal says that it was not. The
// driver's SafeToRetry is not asked: it calls a connection that broke while the
// answer was awaited one that was never used.
func commitLost(err error) bool {
	var server *pgconn.PgError
	switch {
	case err == nil, errors.Is(err, pgx.ErrTxCommitRollback), errors.Is(err, sql.ErrTxDone):
		return false
	case errors.As(err, &server):
		return server.SeverityUnlocalized != "ERROR" || server.Code == "40003"
	}
	return true
}

func readOnly(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "25006"
}

func (serverEngine) lock(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
	if err != nil {
		return fmt.Errorf("lock %s: %w", name, err)
	}
	return nil
}

func (serverEngine) folder() string { return "postgres" }

func (e serverEngine) migrator(*sql.DB) (*sql.DB, func()) {
	handle := pgHandle(e.config, forMigrating)
	return handle, func() { handle.Close() }
}

func (serverEngine) migrated() string {
	return `SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('migrations')`
}

func (serverEngine) shared() bool { return true }

func (e serverEngine) describe(ctx context.Context, tx *sql.Tx) (string, error) {
	var version, readOnly, encrypted string
	err := tx.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_setting('transaction_read_only'),
		CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) THEN 'with' ELSE 'without' END`).
		Scan(&version, &readOnly, &encrypted)
	if err != nil {
		return "", err
	}
	where := net.JoinHostPort(e.config.Host, strconv.Itoa(int(e.config.Port))) + "/" + e.config.Database
	if readOnly == "on" {
		return "", fmt.Errorf("%s can only be read: is it a standby?", where)
	}
	return fmt.Sprintf("%s, PostgreSQL %s, %s TLS", where, version, encrypted), nil
}

func postgresFault(err error) bool {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &server) || errors.As(err, &connect) || errors.As(err, &network) ||
		pgconn.Timeout(err) || pgconn.SafeToRetry(err) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// notAllowed says what to do about a role that may not change the schema.
func notAllowed(err error) error {
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code == "42501" {
		return fmt.Errorf("the schema is older than this portal, and this role may not change it: run portal migrate as the role that owns the tables: %w", err)
	}
	return err
}
