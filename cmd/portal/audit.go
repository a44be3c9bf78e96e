package main

import (
	"context"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/web/audit"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Prove that no entry of the audit trail was changed or taken out."`
}

type auditVerifyCommand struct {
	DatabaseConfig
}

// Help is shown below the usage of `portal audit verify --help`.
func (auditVerifyCommand) Help() string {
	return "Entries cut off at the end leave no trace: compare the count with one noted earlier. " +
		"The keys are needed to check the values; see portal serve --help for PORTAL_KEYS."
}

// Run walks the whole trail. A broken one is an error that names the first bad
// entry.
func (cmd *auditVerifyCommand) Run(ctx context.Context, c console) error {
	var s Settings
	var ps Problems
	if cmd.read(&s, &ps); len(ps) > 0 {
		return ps
	}
	db, err := cmd.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	entries, err := audit.New(db, s.Keys, time.Now).Verify(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Out, "The audit trail is whole: %d entries.\n", entries)
	return err
}
