package main

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/submission"
)

const (
	// tendEvery is how often a replica looks for saves whose process died. Those are
	// taken for dead after 30 s, so each is marked within a minute.
	tendEvery = 10 * time.Second
	// readEvery is how often the application, where it may, reads for those in doubt.
	readEvery = 30 * time.Second
)

// tend takes over what died with its process, at once and then every few seconds.
// With app, which reads as the application, it also settles what is in doubt; nil
// leaves that to the next person who looks. The channel closes when it has stopped.
func tend(ctx context.Context, log *slog.Logger, saves *submission.Service, app *pcclient.Client) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(crash.Hasten(tendEvery))
		defer tick.Stop()
		var read time.Time
		for {
			reads := app != nil && time.Since(read) >= crash.Hasten(readEvery)
			if reads {
				read = time.Now()
			}
			tendOnce(ctx, log, saves, app, reads)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return done
}

// tendOnce is one round. A panic ends the round, not the portal (F-41).
func tendOnce(ctx context.Context, log *slog.Logger, saves *submission.Service, app *pcclient.Client, reads bool) {
	defer func() {
		if recover() != nil {
			log.Error("panic while taking over saves", "stack", string(debug.Stack()))
		}
	}()
	if _, err := saves.Recover(ctx); err != nil && ctx.Err() == nil {
		log.Warn("saves of dead processes not taken over", "error", err)
	}
	if !reads {
		return
	}
	open, err := saves.Unsettled(ctx, "")
	if err != nil {
		if ctx.Err() == nil {
			log.Warn("unsettled saves not read", "error", err)
		}
		return
	}
	saves.SettleAll(ctx, app, open)
}
