package main

import (
	"context"
	"fmt"

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

// open opens the database for a command that needs nothing else.
func (l DatabaseLocation) open(ctx context.Context) (*database.DB, error) {
	var ps Problems
	address := l.readDatabase(&ps)
	if len(ps) > 0 {
		return nil, ps
	}
	return database.Open(ctx, string(address))
}
