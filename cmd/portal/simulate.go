package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

type simulateCommand struct {
	Listen    string `default:"localhost:8082" placeholder:"HOST:PORT" help:"Address to listen on."`
	Customers int    `default:"250" placeholder:"N" help:"How many customers to make up."`
	Seed      uint64 `default:"1" placeholder:"N" help:"The same seed gives the same customers."`
	Issuer    string `placeholder:"URL" help:"Issuer whose access tokens are accepted. Without it any bearer token is an admin agent."`
}

// Help is shown below the usage of `portal simulate --help`.
func (simulateCommand) Help() string {
	return "The API is under /v1/ and behaves like Partner Center's: ETags, paging, validation, refusals. " +
		"Under /_sim/ it can be told to misbehave and asked what it saw. Everything is kept in memory and gone at the end."
}

// Run serves the simulator until it is told to stop.
func (cmd *simulateCommand) Run(ctx context.Context, c console) error {
	if cmd.Customers < 1 {
		return errors.New("--customers must be at least 1")
	}
	sim, err := pcsim.New(pcsim.Options{
		Customers:   cmd.Customers,
		Seed:        cmd.Seed,
		Issuer:      cmd.Issuer,
		DefaultRole: pcsim.Admin,
		Log:         slog.New(slog.NewTextHandler(c.Err, nil)),
	})
	if err != nil {
		return err
	}
	listener, err := listen(ctx, cmd.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "Simulated Partner Center with %d customers on http://%s\n", cmd.Customers, listener.Addr())
	server := &http.Server{Handler: sim, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 75 * time.Second}
	return serveUntil(ctx, server, listener)
}
