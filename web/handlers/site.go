// Package handlers draws the portal's pages: one file per page, all routes in
// one list. A handler reads the request, asks the packages below for an outcome
// and shows a page struct of web/templates. Failures are returned, and errors.go
// turns every one of them into a page.
//
// The package is part of the portal and not for use outside it.
package handlers

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/static"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/words"
)

// Options are the parts a site is made of. All are needed but Portfolios and Demo.
type Options struct {
	// BaseURL is the address people use, without a path.
	BaseURL *url.URL
	// TrustedProxies are the peers whose X-Forwarded-For is believed. The scheme is
	// BaseURL's whatever anybody sends.
	TrustedProxies []netip.Prefix
	// Upstream is Partner Center as nobody; each visit gets it as its operator.
	Upstream    *pcclient.Client
	Database    *database.DB
	Ring        *seal.Ring
	Sessions    *session.Store
	SignIn      *signin.Provider
	Drafts      *drafts.Store
	Submissions *submission.Service
	Trail       *audit.Trail
	// ValuesDays is after how many days audit values are deleted; 0: never.
	ValuesDays int
	Outside    *outside.Watch
	Recents    *directory.Recents
	// Portfolios say which customers people see; nil: everybody sees all.
	Portfolios portfolio.Rules
	Facts      *directory.Facts
	Presence   *presence.Store
	// Limiter counts how fast requests come.
	Limiter *middleware.Limiter
	// Preferences are what people chose in the settings.
	Preferences *preferences.Store
	// Contact is whom refusal pages name: a name, an address or both; may be "".
	Contact string
	// ReasonRequired makes people give a reason before they save.
	ReasonRequired bool
	// Zone is the time zone times are printed in for people who chose none.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Demo is set in demo mode only.
	Demo *Demo
}

// Demo is what the demo bar can do to the simulator.
type Demo struct {
	// ColleagueSaves lets somebody else change the customer's billing profile now.
	ColleagueSaves func(ctx context.Context, customer pcclient.TenantID) error
	// Trouble makes Partner Center "slow", "refuse" or "lose" the next answer.
	Trouble func(ctx context.Context, kind string) error
}

type site struct {
	Options
	draining atomic.Bool
	reading  chan struct{} // holds one: whose turn it is to read for a download
	reports  atomic.Int64  // of what the policy stopped
}

// Site is the portal as one handler.
type Site struct {
	http.Handler
	site *site
}

// Drain makes the site say that it is not ready, so that a balancer sends no new
// requests.
func (s *Site) Drain() { s.site.draining.Store(true) }

// New builds the portal from its parts. It panics if a route does not declare all that it
// has to.
func New(o Options) *Site {
	s := &site{Options: o, reading: make(chan struct{}, 1)}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = clientAddress(o.TrustedProxies)
	e.SchemeExtractor = func(*http.Request) string { return o.BaseURL.Scheme }
	e.HTTPErrorHandler = func(err error, c echo.Context) { s.showFailure(c, err) }
	machines := map[string]middleware.Body{}
	for _, rt := range s.routes() {
		if !rt.declared() {
			panic("handlers: " + rt.method + " " + rt.path + " does not declare all that a route has to")
		}
		if rt.method == http.MethodPost && rt.machine() {
			machines[rt.path] = rt.body
		}
		e.Add(rt.method, rt.path, s.serve(rt))
		if rt.method == http.MethodGet {
			e.Add(http.MethodHead, rt.path, s.serve(rt))
		}
	}
	return &Site{site: s, Handler: inLanguage(middleware.Edge(middleware.Options{
		BaseURL:  o.BaseURL,
		Machines: machines,
		Refuse:   s.showRefusal,
		Client:   e.IPExtractor,
		Now:      o.Now,
		Log:      o.Log,
	}, static.Handler(e)))}
}

// inLanguage answers in the language that the browser asks for, which is all there is to
// go by until somebody is known who chose one.
func inLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := words.Asked(r.Header.Get("Accept-Language"))
		next.ServeHTTP(w, r.WithContext(words.With(r.Context(), asked)))
	})
}

// clientAddress believes X-Forwarded-For from the listed proxies and from nobody
// else: Echo's own defaults, which trust every private network, are off.
func clientAddress(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, prefix := range trusted {
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP:   prefix.Addr().AsSlice(),
			Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
		}))
	}
	return withoutPorts(echo.ExtractIPFromXFFHeader(options...))
}

// withoutPorts takes away the ports that some proxies write behind addresses (Azure
// Application Gateway does). Echo gives up at one and names the proxy, for everybody.
func withoutPorts(extract echo.IPExtractor) echo.IPExtractor {
	return func(r *http.Request) string {
		told := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
		for i, one := range told {
			if at, err := netip.ParseAddrPort(strings.TrimSpace(one)); err == nil {
				told[i] = at.Addr().String()
			}
		}
		return extract(&http.Request{RemoteAddr: r.RemoteAddr, Header: http.Header{echo.HeaderXForwardedFor: {strings.Join(told, ",")}}})
	}
}
