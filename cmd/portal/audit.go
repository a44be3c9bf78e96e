package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/web/audit"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Prove that no entry of the audit trail was changed or taken out."`
	Export auditExportCommand `cmd:"" help:"Write the audit trail as JSON lines or CSV."`
}

type auditVerifyCommand struct {
	DatabaseConfig
	Without []string `placeholder:"ID" help:"Ids of keys that are gone for good: values sealed with them are counted and not checked."`
	Noted   string   `placeholder:"N:HASH" help:"What an earlier verify printed to be noted: proves that the trail still holds those entries."`
}

// Help is shown below the usage of `portal audit verify --help`.
func (auditVerifyCommand) Help() string {
	return "A trail can be proved by itself to be unchanged inside, but not that nothing was cut off at its end, or that the whole was " +
		"not written anew by somebody who can. Keep what this command prints outside the database, and give it with --noted the next time. " +
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
	var noted audit.Head
	if cmd.Noted != "" {
		var err error
		if noted, err = audit.ParseHead(cmd.Noted); err != nil {
			return fmt.Errorf("--noted %w", err)
		}
	}
	db, err := openExisting(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	proof, err := audit.New(db, s.Ring, time.Now).Prove(ctx, noted, cmd.Without...)
	if broken := new(audit.BrokenError); errors.As(err, &broken) {
		return fmt.Errorf("%w (before it: %s in order)", err, entries(proof.Entries))
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("The audit trail is whole: %s.\n", entries(proof.Entries))
	if proof.Unchecked > 0 {
		text += fmt.Sprintf("Not checked, as their key is gone: the values of %s.\n", entries(proof.Unchecked))
	}
	if proof.Entries > 0 {
		text += fmt.Sprintf("To be noted: %s\n", proof.Head)
	}
	_, err = fmt.Fprint(c.Out, text)
	return err
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
