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
func (db *DB) Migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	err = db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, name := range names {
		if err := db.apply(ctx, name); err != nil {
			return fmt.Errorf("migrate: %s: %w", path.Base(name), err)
		}
	}
	return nil
}

func (db *DB) apply(ctx context.Context, file string) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(path.Base(file), ".sql")
	return db.Write(ctx, func(tx *sql.Tx) error {
		var done int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM migrations WHERE name = $1`, name).Scan(&done); err != nil || done > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO migrations (name, applied_at) VALUES ($1, $2)`, name, Micros(time.Now()))
		crash.At("migrated")
		return err
	})
}
