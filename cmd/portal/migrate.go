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
	var ps Problems
	address := cmd.readDatabase(&ps)
	if len(ps) > 0 {
		return ps
	}
	db, err := database.Open(ctx, string(address))
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

// openExisting opens the database for a command that only looks: it makes no file.
func openExisting(ctx context.Context, address Secret) (*database.DB, error) {
	if path, missing := missingFile(address); missing {
		return nil, fmt.Errorf("%s does not exist: PORTAL_DATABASE_URL names the database, as for serve", path)
	}
	return database.Open(ctx, string(address))
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
