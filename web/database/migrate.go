package database

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/crash"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date and returns when it is. Each migration
// runs in a transaction of its own and is recorded by name, so two processes
// may start at once and a broken one leaves the last good schema behind.
// Migrations go forward only; names from a newer version are left alone.
//
// Where nothing is missing nothing is written, so a role that may not change the
// schema can start a portal on it.
func (db *DB) Migrate(ctx context.Context) error {
	missing, err := db.missing(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	handle, done := db.engine.migrator(db.writer)
	defer done()
	m := migration{&DB{engine: db.engine, writer: handle, reader: handle}}
	if err := m.prepare(ctx); err != nil {
		return notAllowed(fmt.Errorf("migrate: %w", err))
	}
	for _, file := range missing {
		if err := m.apply(ctx, file); err != nil {
			return notAllowed(fmt.Errorf("migrate: %s: %w", path.Base(file), err))
		}
	}
	return nil
}

// missing returns the files of the migrations that were not applied yet.
func (db *DB) missing(ctx context.Context) ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/"+db.engine.folder()+"/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var tables int
	if err := db.Read().QueryRowContext(ctx, db.engine.migrated()).Scan(&tables); err != nil {
		return nil, fmt.Errorf("look for the schema: %w", err)
	}
	if tables == 0 {
		return files, nil
	}
	rows, err := db.Read().QueryContext(ctx, `SELECT name FROM migrations`)
	if err != nil {
		return nil, fmt.Errorf("look for the schema: %w", err)
	}
	defer rows.Close()
	applied := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("look for the schema: %w", err)
		}
		applied[name] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for the schema: %w", err)
	}
	return slices.DeleteFunc(files, func(file string) bool { return applied[nameOf(file)] }), nil
}

// migration is the database while its schema changes, under one lock.
type migration struct{ *DB }

func (m migration) prepare(ctx context.Context) error {
	return m.locked(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)`)
		return err
	})
}

func (m migration) apply(ctx context.Context, file string) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	return m.locked(ctx, func(tx *sql.Tx) error {
		var done int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM migrations WHERE name = $1`, nameOf(file)).Scan(&done); err != nil || done > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO migrations (name, applied_at) VALUES ($1, $2)`, nameOf(file), Micros(time.Now()))
		crash.At("migrated")
		return err
	})
}

func (m migration) locked(ctx context.Context, fn func(*sql.Tx) error) error {
	return m.Write(ctx, func(tx *sql.Tx) error {
		if err := m.Lock(ctx, tx, "migrations"); err != nil {
			return err
		}
		return fn(tx)
	})
}

// nameOf is a migration's name: its file's without the ending.
func nameOf(file string) string { return strings.TrimSuffix(path.Base(file), ".sql") }
