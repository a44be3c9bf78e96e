package main

import (
	"context"
	"log/slog"
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

// tender takes over what died with its process. With app, which reads as the
// application, it also settles what is in doubt; nil leaves that to the next person
// who looks.
type tender struct {
	saves *submission.Service
	app   *pcclient.Client
	log   *slog.Logger
	read  time.Time // when app last did
}

// tend is one round.
func (t *tender) tend(ctx context.Context) {
	if _, err := t.saves.Recover(ctx); err != nil && ctx.Err() == nil {
		t.log.WarnContext(ctx, "saves of dead processes not taken over", "error", err)
	}
	if t.app == nil || time.Since(t.read) < crash.Hasten(readEvery) {
		return
	}
	t.read = time.Now()
	open, err := t.saves.Unsettled(ctx, "")
	if err != nil {
		if ctx.Err() == nil {
			t.log.WarnContext(ctx, "unsettled saves not read", "error", err)
		}
		return
	}
	t.saves.SettleAll(ctx, t.app, open)
}
