package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
)

const (
	drainFor    = 5 * time.Second  // a stopping portal waits for balancers to notice
	shutdownFor = 45 * time.Second // then for requests, and saves that run on without their browser
	sweepEvery  = time.Hour
)

// run is the map of the program: it opens the stores, builds the clients, puts the
// portal together, serves it on the listener, and takes it apart in reverse when
// ctx ends. demo is nil outside demo mode.
func run(ctx context.Context, settings Settings, listener net.Listener, log *slog.Logger, drain time.Duration, demo *handlers.Demo) error {
	defer listener.Close()
	db, err := database.Open(ctx, string(settings.DatabaseURL))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}

	transport := newTransport(settings.Roots)
	defer transport.CloseIdleConnections()
	upstream, err := pcclient.New(pcclient.Options{
		BaseURL:     settings.Cloud.API,
		Transport:   transport,
		Application: "Partner Desk",
	})
	if err != nil {
		return fmt.Errorf("set up Partner Center: %w", err)
	}
	trail := audit.New(db, settings.Keys, time.Now)
	versions := drafts.New(db, settings.Keys, time.Now)
	sessions := session.New(session.Options{DB: db, Ring: settings.Keys, Now: time.Now})
	here := presence.New(db, settings.Keys, time.Now)
	saves := submission.New(submission.Options{DB: db, Log: trail, Ring: settings.Keys, Events: log, SignInAgain: signin.ErrSignInAgain})
	signIn := newSignIn(settings, transport)
	watch := outside.New(outside.Options{Log: trail, Events: log})
	defer watch.Close() // before the database
	site := handlers.New(handlers.Options{
		BaseURL:        settings.BaseURL,
		TrustedProxies: settings.TrustedProxies,
		Upstream:       upstream,
		Database:       db,
		Keys:           settings.Keys,
		Sessions:       sessions,
		SignIn:         signIn,
		Drafts:         versions,
		Submissions:    saves,
		Audit:          trail,
		ValuesDays:     settings.ValuesDays,
		Outside:        watch,
		Recents:        directory.NewRecents(db, settings.Keys, time.Now),
		Presence:       here,
		Contact:        settings.Contact,
		ReasonRequired: settings.ReasonRequired,
		Zone:           settings.Location,
		Now:            time.Now,
		Log:            log,
		Demo:           demo,
	})

	server := newServer(site, settings, log)
	measured, err := measure(ctx, settings, saves, log)
	if err != nil {
		return err
	}
	swept := sweep(ctx, log, sessions, versions, here, oldValues{trail, settings.ValuesDays})
	var app *pcclient.Client
	if settings.RecoveryApp {
		app = upstream.As(signIn.AppTokenSource())
	}
	tended := tend(ctx, log, saves, app)
	served := make(chan error, 1)
	go func() {
		if settings.Certificate != nil {
			served <- server.ServeTLS(listener, "", "")
		} else {
			served <- server.Serve(listener)
		}
	}()
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
	<-measured
	log.Info("portal stopped")
	return err
}

func newSignIn(settings Settings, transport http.RoundTripper) *signin.Provider {
	return signin.New(signin.Config{
		Issuer:       settings.Issuer,
		ClientID:     settings.ClientID,
		ClientSecret: string(settings.ClientSecret),
		BaseURL:      settings.BaseURL.String(),
		Scope:        settings.Cloud.Scope,
		Tenants:      settings.Tenants,
		RolesClaim:   settings.RolesClaim,
		Roles:        settings.Roles,
		HTTPClient:   &http.Client{Transport: transport},
		Now:          time.Now,
		Ring:         settings.Keys,
	})
}

// listen opens an address and says in words when another program has it.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program: stop it or choose another address", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// newServer sets every limit an HTTP server has, because each one left out is a
// way to hold the portal open.
func newServer(h http.Handler, settings Settings, log *slog.Logger) *http.Server {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    32 << 10,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 100},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	// Otherwise "OPTIONS *" is answered past the handler, and past its headers.
	server.DisableGeneralOptionsHandler = true
	if settings.Certificate != nil {
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*settings.Certificate}}
	}
	return server
}

// sweep deletes what has outlived its time, once at the start and then hourly. The
// channel closes when it has stopped.
func sweep(ctx context.Context, log *slog.Logger, sessions *session.Store, versions *drafts.Store, here *presence.Store, values oldValues) <-chan struct{} {
	done := make(chan struct{})
	once := func() {
		if _, err := sessions.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Warn("dead sessions not swept", "error", err)
		}
		if _, err := versions.Sweep(ctx, time.Now().Add(-drafts.Lifetime)); err != nil && ctx.Err() == nil {
			log.Warn("old drafts not swept", "error", err)
		}
		if _, err := here.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Warn("closed forms not swept", "error", err)
		}
		if n, err := values.sweep(ctx); err != nil && ctx.Err() == nil {
			log.Warn("old audit values not deleted", "error", err)
		} else if n > 0 {
			log.Info("old audit values deleted", "entries", n)
		}
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			once()
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return done
}

// oldValues are the audit values that have outlived their days; 0 days are for ever.
type oldValues struct {
	trail *audit.Log
	days  int
}

func (v oldValues) sweep(ctx context.Context) (int64, error) {
	if v.days == 0 {
		return 0, nil
	}
	return v.trail.DeleteValues(ctx, time.Now().AddDate(0, 0, -v.days))
}
