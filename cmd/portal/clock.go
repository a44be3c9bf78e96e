package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/partnerdesk/portal/web/database"
)

const (
	// clockEvery is how often the database's time is read: no steady clock drifts far in
	// a minute.
	clockEvery = time.Minute
	// aheadBy is how far the machine's clock may be off before somebody is told. Only the
	// portal's log goes by it.
	aheadBy = 5 * time.Second
)

func setClock(ctx context.Context, clock *database.Clock, log *slog.Logger) {
	if err := clock.Set(ctx); err != nil {
		if ctx.Err() == nil {
			log.WarnContext(ctx, "the database's time not read", "error", err)
		}
		return
	}
	tellAhead(log, clock)
}

func tellAhead(log *slog.Logger, clock *database.Clock) {
	if ahead := clock.Ahead(); ahead.Abs() > aheadBy {
		log.Warn("this machine's clock differs from the database's", "database_ahead_seconds", int(ahead.Seconds()))
	}
}
