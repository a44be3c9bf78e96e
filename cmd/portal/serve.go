package main

import (
	"context"
	"io"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/partnerdesk/portal/web/crash"
)

type serveCommand struct {
	Config
}

// Help is shown below the usage of `portal serve --help`.
func (serveCommand) Help() string {
	return "Secrets are taken from variables or files, not from flags, which others on the machine can read: " +
		"PORTAL_KEYS and PORTAL_OIDC_CLIENT_SECRET, each also with _FILE for the path of a file. " +
		"Outgoing calls honour HTTPS_PROXY and NO_PROXY."
}

// Run starts the portal and returns after it has shut down on SIGTERM or
// interrupt.
func (cmd *serveCommand) Run(ctx context.Context, c console) error {
	settings, err := cmd.Settings()
	if err != nil {
		return err
	}
	listener, err := listen(ctx, settings.Listen)
	if err != nil {
		return err
	}
	// Whoever reads the log may go away; a portal does not end with it.
	signal.Ignore(syscall.SIGPIPE)
	out := newLines(c.Out)
	defer out.Close()
	return run(ctx, settings, listener, newLog(out, settings.LogLevel), out.Lost, crash.Hasten(drainFor), nil)
}

// newLog writes one JSON object a line, in UTC, so that the lines of all machines sort.
func newLog(out io.Writer, level slog.Level) *slog.Logger {
	utc := func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.TimeValue(a.Value.Time().UTC())
		}
		return a
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: utc}))
}
