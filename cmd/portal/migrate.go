package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/partnerdesk/portal/web/database"
)

type migrateCommand struct {
	DatabaseLocation
}

// Run applies what is missing; on a database that is up to date it does nothing.
func (cmd *migrateCommand) Run(ctx context.Context, c console) error {
	db, err := cmd.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.Out, "The database is up to date.")
	return err
}

// openExisting is open for a command that only looks: it makes no file.
func (l DatabaseLocation) openExisting(ctx context.Context) (*database.DB, error) {
	if path, missing := missingFile(l.readDatabase(new(Problems))); missing {
		return nil, fmt.Errorf("%s does not exist: PORTAL_DATABASE_URL names the database, as for serve", path)
	}
	return l.open(ctx)
}

// missingFile reports whether the address names a file that is not there.
func missingFile(address Secret) (path string, missing bool) {
	path, isFile := strings.CutPrefix(string(address), "sqlite:")
	if !isFile {
		return "", false
	}
	_, err := os.Stat(path)
	return path, errors.Is(err, os.ErrNotExist)
}

// open opens the database for a command that needs nothing else.
func (l DatabaseLocation) open(ctx context.Context) (*database.DB, error) {
	var ps Problems
	address := l.readDatabase(&ps)
	if len(ps) > 0 {
		return nil, ps
	}
	return database.Open(ctx, string(address))
}
