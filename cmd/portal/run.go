package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
)

const (
	drainFor    = 5 * time.Second  // a stopping portal waits for balancers to notice
	shutdownFor = 45 * time.Second // then for requests, and saves that run on without their browser
)

// run is the map of the program: it opens the stores, builds the clients, puts the
// portal together, serves it on the listener, and takes it apart in reverse when
// ctx ends. lost counts the lines that the log lost; demo is nil outside demo mode.
func run(ctx context.Context, settings Settings, listener net.Listener, log *slog.Logger, lost func() int64, drain time.Duration, demo *handlers.Demo) error {
	defer listener.Close()
	db, err := database.Open(ctx, string(settings.DatabaseURL))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	machine := settings.Now
	if machine == nil {
		machine = time.Now
	}
	clock, err := database.NewClock(ctx, db, machine)
	if err != nil {
		return err
	}
	now := clock.Now
	tellAhead(log, clock)

	transport := &renewed{roots: settings.Roots, now: time.Now}
	defer transport.CloseIdleConnections()
	upstream, err := pcclient.New(pcclient.Options{
		BaseURL:     settings.Cloud.API,
		Transport:   transport,
		Application: "Partner Desk",
	})
	if err != nil {
		return fmt.Errorf("set up Partner Center: %w", err)
	}
	trail := audit.New(db, settings.Ring, now)
	if err := trail.Opens(ctx); err != nil {
		// It may have been taken away on purpose, after a leak.
		log.WarnContext(ctx, "keys do not open what is stored", "error", err)
	}
	versions := drafts.New(db, settings.Ring, now)
	sessions := session.New(session.Options{DB: db, Ring: settings.Ring, Now: now})
	here := presence.New(db, settings.Ring, now)
	refusals := outside.NewRefusals(now)
	saves := submission.New(submission.Options{DB: db, Trail: trail, Ring: settings.Ring, Log: log, SignInAgain: signin.ErrSignInAgain, Refusals: refusals, Now: now})
	signIn := newSignIn(settings, transport, now)
	watch := outside.New(outside.Options{Trail: trail, Log: log, Refusals: refusals, Now: now})
	defer watch.Close() // before the database
	site := handlers.New(handlers.Options{
		BaseURL:        settings.BaseURL,
		TrustedProxies: settings.TrustedProxies,
		Upstream:       upstream,
		Database:       db,
		Ring:           settings.Ring,
		Sessions:       sessions,
		SignIn:         signIn,
		Drafts:         versions,
		Submissions:    saves,
		Trail:          trail,
		ValuesDays:     settings.ValuesDays,
		Outside:        watch,
		Recents:        directory.NewRecents(db, settings.Ring, now),
		Portfolios:     settings.Portfolios,
		Facts:          directory.NewFacts(db, settings.Ring, now),
		Presence:       here,
		Limiter:        middleware.NewLimiter(now, cmp.Or(settings.Second, crash.Hasten(time.Second))),
		Preferences:    preferences.New(db),
		Contact:        settings.Contact,
		ReasonRequired: settings.ReasonRequired,
		Zone:           settings.Location,
		Now:            now,
		Log:            log,
		Demo:           demo,
	})

	server := newServer(site, settings, log)
	measured, err := measure(ctx, settings.MetricsListen, metrics(saves, site.PolicyReports, lost, now, log), log)
	if err != nil {
		return err
	}
	sweeper := sweeper{sessions: sessions, drafts: versions, presence: here, trail: trail, saves: saves, days: settings.ValuesDays, now: now, log: log}
	swept := every(ctx, sweepEvery, log, "deleting what is old", sweeper.sweep)
	timed := every(ctx, clockEvery, log, "reading the time", func(ctx context.Context) { setClock(ctx, clock, log) })
	tender := &tender{saves: saves, log: log}
	if settings.RecoveryApp {
		tender.app = upstream.As(signIn.AppTokenSource())
	}
	tended := every(ctx, crash.Hasten(tendEvery), log, "taking over saves", tender.tend)
	served := serve(server, listener)
	log.Info("portal started", "address", listener.Addr().String(), "base_url", settings.BaseURL.String(), "version", version())
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	log.Info("portal stopping")
	site.Drain()
	time.Sleep(drain)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), crash.Hasten(shutdownFor))
	defer cancel()
	err = errors.Join(server.Shutdown(stopping), saves.Drain(stopping))
	<-swept
	<-tended
	<-timed
	<-measured
	log.Info("portal stopped")
	return err
}

func newSignIn(settings Settings, transport http.RoundTripper, now func() time.Time) *signin.Provider {
	return signin.New(signin.Config{
		Issuer:       settings.Issuer,
		ClientID:     settings.ClientID,
		ClientSecret: string(settings.ClientSecret),
		ClientKey:    settings.ClientKey,
		BaseURL:      settings.BaseURL.String(),
		Scope:        settings.Cloud.Scope,
		MaxAge:       settings.MaxAge,
		SaveMaxAge:   settings.SaveMaxAge,
		Confirm:      settings.Confirm,
		Factors:      settings.Factors,
		Tenants:      settings.Tenants,
		RolesClaim:   settings.RolesClaim,
		Roles:        settings.Roles,

		PortfoliosClaim: settings.PortfoliosClaim,
		Portfolios:      settings.Portfolios.Values(),

		HTTPClient: &http.Client{Transport: transport},
		Now:        now,
		Ring:       settings.Ring,
	})
}
