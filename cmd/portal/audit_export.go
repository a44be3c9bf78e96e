package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

type auditExportCommand struct {
	DatabaseConfig
	Format   string `default:"jsonl" enum:"jsonl,csv" help:"jsonl, a JSON object on each line, or csv for spreadsheets."`
	From     string `placeholder:"TIME" help:"First day, 2026-05-04, or exact time, 2026-05-04T12:00:00Z."`
	To       string `placeholder:"TIME" help:"Last day, or the exact time before which to stop."`
	Customer string `placeholder:"GUID" help:"Tenant ID of the one customer to export."`
	Values   bool   `help:"Export what stood there before and after each change, too. Needs the keys."`
}

// Help is shown below the usage of `portal audit export --help`.
func (auditExportCommand) Help() string {
	return "Entries of every kind come in the order of their numbers, with times in UTC. Values that were deleted are said to be. " +
		"A trail that is broken is written all the same, with what is wrong beside the entry; the command then ends with 1."
}

// Run writes the entries to the console, and how many there were beside it.
func (cmd *auditExportCommand) Run(ctx context.Context, c console) error {
	s, span, err := cmd.settings()
	if err != nil {
		return err
	}
	db, err := openExisting(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	out := bufio.NewWriterSize(c.Out, 64<<10)
	n, err := audit.New(db, s.Ring, time.Now).Export(ctx, cmd.writer(out), span)
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Err, "%s.\n", entries(n))
	return err
}

func (cmd *auditExportCommand) writer(out *bufio.Writer) audit.EntryWriter {
	switch {
	case cmd.Format != "csv":
		return audit.NewJSONLines(out)
	case cmd.Values:
		return audit.NewTable(out, forms.Names())
	}
	return audit.NewTable(out, nil)
}

// settings are what the command was told. Keys are asked for only to open values.
func (cmd *auditExportCommand) settings() (s Settings, span audit.Span, err error) {
	var ps Problems
	if cmd.Values {
		cmd.read(&s, &ps)
	} else {
		s.DatabaseURL = cmd.readDatabase(&ps)
	}
	if len(ps) > 0 {
		return s, span, ps
	}
	span.Values = cmd.Values
	if span.From, err = timeFlag(cmd.From, 0); err != nil {
		return s, span, fmt.Errorf("--from %w", err)
	}
	if span.To, err = timeFlag(cmd.To, 1); err != nil {
		return s, span, fmt.Errorf("--to %w", err)
	}
	if cmd.Customer == "" {
		return s, span, nil
	}
	if span.Customer, err = pcclient.ParseTenantID(cmd.Customer); err != nil {
		return s, span, errors.New("--customer must be a tenant ID, such as 5b0c7e1e-2f64-4a0d-9a53-7d1f0f3be8a1")
	}
	return s, span, nil
}

// timeFlag reads an exact time, or a day in UTC, of which it returns the beginning that
// many days later.
func timeFlag(text string, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, days), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("must be a day like 2026-05-04 or a time like 2026-05-04T12:00:00Z")
	}
	return at, nil
}
