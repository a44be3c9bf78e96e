package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
)

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
// way to hold the portal open. Without a certificate it serves those alone who may speak
// plain http with it.
func newServer(h http.Handler, settings Settings, log *slog.Logger) *http.Server {
	if settings.Certificate == nil && settings.BaseURL != nil && settings.BaseURL.Scheme == "https" {
		h = behindProxy(h, settings, log)
	}
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

// behindProxy serves this machine and the listed proxies. What comes past them came in plain
// text, and learns that instead of a page; health is asked by orchestrators, by address.
func behindProxy(h http.Handler, settings Settings, log *slog.Logger) http.Handler {
	say := func(w http.ResponseWriter, _ *http.Request, status int) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintf(w, "The portal is at %s. In plain http it answers its proxy alone, which its operator names in PORTAL_TRUSTED_PROXIES.\n", settings.BaseURL)
	}
	refused := middleware.Edge(middleware.Options{
		BaseURL: settings.BaseURL,
		Refuse:  say,
		Log:     log,
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		middleware.SetReason(r.Context(), "plain_http")
		say(w, r, http.StatusMisdirectedRequest)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := netip.ParseAddrPort(r.RemoteAddr)
		address := peer.Addr().Unmap().WithZone("")
		listed := func(proxy netip.Prefix) bool { return proxy.Contains(address) }
		if address.IsLoopback() || middleware.IsHealth(r.URL.EscapedPath()) || slices.ContainsFunc(settings.TrustedProxies, listed) {
			h.ServeHTTP(w, r)
			return
		}
		refused.ServeHTTP(w, r)
	})
}

// serve begins to serve, with TLS if the server has a certificate. The channel gets
// what ended it.
func serve(server *http.Server, listener net.Listener) <-chan error {
	ended := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			ended <- server.ServeTLS(listener, "", "")
		} else {
			ended <- server.Serve(listener)
		}
	}()
	return ended
}

// serveUntil serves until ctx ends, then gives the requests under way five
// seconds.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	served := serve(server, listener)
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return server.Close()
	}
	return nil
}
