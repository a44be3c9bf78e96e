package main

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"
)

// every does a round of some chore at once, and again each time the pause is over,
// until ctx ends. The channel closes when the last round has.
func every(ctx context.Context, pause time.Duration, log *slog.Logger, chore string, round func(context.Context)) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			roundOf(ctx, log, chore, round)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return done
}

// roundOf does one round. A panic ends the round, not the portal (F-41).
func roundOf(ctx context.Context, log *slog.Logger, chore string, round func(context.Context)) {
	defer func() {
		if recover() != nil { // the value may hold anything, so it is not logged
			log.ErrorContext(ctx, "panic in a chore", "chore", chore, "stack", string(debug.Stack()))
		}
	}()
	round(ctx)
}
