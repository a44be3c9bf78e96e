package main

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// DemoOptions is what `portal demo` can be told.
type DemoOptions struct {
	Listen    string `default:"localhost:8080" placeholder:"HOST:PORT" help:"Address of the portal."`
	IDPListen string `name:"idp-listen" default:"localhost:8081" placeholder:"HOST:PORT" help:"Address of the demo identity provider."`
	SimListen string `name:"sim-listen" default:"localhost:8082" placeholder:"HOST:PORT" help:"Address of the simulated Partner Center."`
	Customers int    `default:"250" placeholder:"N" help:"How many customers to make up."`
	Data      string `placeholder:"DIR" help:"Folder that keeps drafts, sessions and history between runs. Without it they are gone at the end."`

	// Out is where the addresses and the people are printed.
	Out io.Writer `kong:"-"`

	now    func() time.Time // the portal's clock; nil: time.Now
	second time.Duration    // as in Settings
}

type demoCommand struct {
	DemoOptions
}

// Help is shown below the usage of `portal demo --help`.
func (demoCommand) Help() string {
	return "Portal, identity provider and simulator run in this one process and need nothing else. " +
		"Nothing leaves this machine. Use Edge, Chrome or Firefox: Safari drops the sign-in cookie on http://localhost."
}

// Run starts the demo and returns after it has shut down.
func (cmd *demoCommand) Run(ctx context.Context, c console) error {
	cmd.Out = c.Out
	log := slog.New(slog.NewTextHandler(c.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return runDemo(ctx, cmd.DemoOptions, log)
}
