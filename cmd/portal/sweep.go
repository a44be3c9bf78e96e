package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/submission"
)

const sweepEvery = time.Hour

// sweeper deletes what has outlived its time.
type sweeper struct {
	sessions *session.Store
	drafts   *drafts.Store
	presence *presence.Store
	trail    *audit.Trail
	saves    *submission.Service
	days     int // after which audit values and ended saves go; 0: never
	now      func() time.Time
	log      *slog.Logger
}

// sweep is one round. What cannot be deleted now is left for the next.
func (s sweeper) sweep(ctx context.Context) {
	if _, err := s.sessions.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "dead sessions not swept", "error", err)
	}
	if _, err := s.drafts.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "old drafts not swept", "error", err)
	}
	if _, err := s.presence.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "closed forms not swept", "error", err)
	}
	if n, err := s.sweepValues(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "old audit values not deleted", "error", err)
	} else if n > 0 {
		s.log.InfoContext(ctx, "old audit values deleted", "entries", n)
	}
	if n, err := s.sweepSaves(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "old saves not deleted", "error", err)
	} else if n > 0 {
		s.log.InfoContext(ctx, "old saves deleted", "saves", n)
	}
}

func (s sweeper) sweepValues(ctx context.Context) (int64, error) {
	if s.days == 0 {
		return 0, nil
	}
	return s.trail.DeleteValues(ctx, s.now().AddDate(0, 0, -s.days))
}

func (s sweeper) sweepSaves(ctx context.Context) (int64, error) {
	if s.days == 0 {
		return 0, nil
	}
	return s.saves.Forget(ctx, s.now().AddDate(0, 0, -s.days))
}
