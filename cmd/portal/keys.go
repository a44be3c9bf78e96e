package main

import (
	"fmt"

	"github.com/partnerdesk/portal/web/seal"
)

type keysCommands struct {
	New keysNewCommand `cmd:"" help:"Print a fresh key for PORTAL_KEYS."`
}

type keysNewCommand struct{}

// Help is shown below the usage of `portal keys new --help`.
func (keysNewCommand) Help() string {
	return "To change keys, put the new one before the old one with a comma between, and restart. " +
		"Keep the old one for as long as the values in the audit trail shall stay readable."
}

// Run prints the key, and nothing else, on standard output.
func (keysNewCommand) Run(c console) error {
	_, err := fmt.Fprintln(c.Out, seal.NewKey())
	return err
}
