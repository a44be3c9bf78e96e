// Package handlers draws the portal's pages: one file per page, all routes in
// one list. A handler reads the request, asks the packages below for an outcome
// and shows a page struct of web/templates. Failures are returned, and errors.go
// turns every one of them into a page.
//
// The package is part of the portal and not for use outside it.
package handlers

import (
	"context"
	"errors"
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
	draining func() bool
	reading  chan struct{} // holds one: whose turn it is to read for a download
	reports  atomic.Int64  // of what the policy stopped
}

// route is one address of the portal. Every field is needed: written without names, a
// route that leaves one out does not compile, and New panics over one that is empty.
type route struct {
	method, path string
	right        middleware.Right
	rate         middleware.Rate
	body         middleware.Body
	page         func(*visit) error
}

// declared reports whether a route says all that it has to.
func (rt route) declared() bool {
	withBody := rt.method == http.MethodPost && rt.body != middleware.NoBody
	without := rt.method == http.MethodGet && rt.body == middleware.NoBody
	return strings.HasPrefix(rt.path, "/") && rt.right.Known() && rt.rate.Known() && rt.body.Known() && (withBody || without) && rt.page != nil
}

// machine reports whether something else than a person's browser asks, or asks by itself:
// it comes from wherever it likes and proves itself, or changes nothing.
func (rt route) machine() bool {
	return rt.rate == middleware.RateMachine || rt.rate == middleware.RateReport
}

// routes is every address the portal answers. Static files come from a list of
// their own.
func (s *site) routes() []route {
	list := []route{
		{http.MethodGet, "/healthz", middleware.Public, middleware.RateHealth, middleware.NoBody, s.healthz},
		{http.MethodGet, "/readyz", middleware.Public, middleware.RateHealth, middleware.NoBody, s.readyz},

		{http.MethodGet, "/signin", middleware.Public, middleware.RatePublic, middleware.NoBody, s.signIn},
		{http.MethodGet, "/auth/start", middleware.Public, middleware.RatePublic, middleware.NoBody, s.startSignIn},
		{http.MethodGet, signin.CallbackPath, middleware.Public, middleware.RatePublic, middleware.NoBody, s.finishSignIn},
		{http.MethodGet, leavePath, middleware.Public, middleware.RatePublic, middleware.NoBody, s.leave},
		{http.MethodPost, "/signout", middleware.Public, middleware.RatePublic, middleware.FormBody, s.signOut},
		{http.MethodPost, "/backchannel-logout", middleware.Public, middleware.RateMachine, middleware.FormBody, s.backChannelLogout},
		{http.MethodGet, "/frontchannel-logout", middleware.Public, middleware.RateMachine, middleware.NoBody, s.frontChannelLogout},

		{http.MethodPost, middleware.ReportPath, middleware.Public, middleware.RateReport, middleware.ReportBody, s.countReport},

		{http.MethodGet, "/", middleware.View, middleware.RatePage, middleware.NoBody, s.home},
		{http.MethodGet, "/customers", middleware.View, middleware.RateSearch, middleware.NoBody, s.searchCustomers},
		{http.MethodGet, "/customers/:id", middleware.View, middleware.RatePage, middleware.NoBody, s.showCustomer},
		{http.MethodGet, "/customers/:id/history", middleware.View, middleware.RatePage, middleware.NoBody, s.showHistory},
		{http.MethodGet, "/customers/:id/history.csv", middleware.View, middleware.RateExport, middleware.NoBody, s.exportHistory},
		{http.MethodGet, "/customers/:id/history/:change", middleware.View, middleware.RatePage, middleware.NoBody, s.showChange},
		{http.MethodPost, "/customers/:id/history/:change/undo", middleware.Edit, middleware.RateForm, middleware.FormBody, s.undoChange},
		{http.MethodGet, "/changes", middleware.Audit, middleware.RatePage, middleware.NoBody, s.showChanges},
		{http.MethodGet, "/changes.csv", middleware.Audit, middleware.RateExport, middleware.NoBody, s.exportChanges},

		{http.MethodGet, "/customers/:id/billing", middleware.Edit, middleware.RatePage, middleware.NoBody, s.editBillingProfile},
		{http.MethodPost, "/customers/:id/billing", middleware.Edit, middleware.RateForm, middleware.FormBody, s.submitBillingProfile},
		{http.MethodPost, "/customers/:id/billing/check", middleware.Edit, middleware.RatePoll, middleware.FormBody, s.checkBillingProfile},
		{http.MethodGet, "/customers/:id/billing/review", middleware.Edit, middleware.RatePage, middleware.NoBody, s.reviewBillingProfile},
		{http.MethodPost, "/customers/:id/billing/review", middleware.Edit, middleware.RateForm, middleware.FormBody, s.saveBillingProfile},
		{http.MethodGet, "/customers/:id/billing/merge", middleware.Edit, middleware.RatePage, middleware.NoBody, s.mergeBillingProfile},
		{http.MethodPost, "/customers/:id/billing/merge", middleware.Edit, middleware.RateForm, middleware.FormBody, s.submitMerge},
		{http.MethodPost, "/customers/:id/draft", middleware.Edit, middleware.RateForm, middleware.FormBody, s.keepDraft},
		{http.MethodGet, "/customers/:id/draft/discard", middleware.Edit, middleware.RatePage, middleware.NoBody, s.askDiscard},
		{http.MethodPost, "/customers/:id/draft/discard", middleware.Edit, middleware.RateForm, middleware.FormBody, s.discardDraft},
		{http.MethodGet, "/customers/:id/saves/:key", middleware.Edit, middleware.RatePage, middleware.NoBody, s.showSave},
		{http.MethodPost, "/customers/:id/saves/:key/close", middleware.View, middleware.RateForm, middleware.FormBody, s.closeSave},
		{http.MethodGet, "/unsettled", middleware.Administer, middleware.RatePage, middleware.NoBody, s.showUnsettled},
		{http.MethodGet, "/help", middleware.View, middleware.RatePage, middleware.NoBody, s.showHelp},

		{http.MethodGet, "/settings", middleware.View, middleware.RatePage, middleware.NoBody, s.showSettings},
		{http.MethodPost, "/settings", middleware.View, middleware.RateForm, middleware.FormBody, s.saveSettings},
		{http.MethodGet, "/sessions", middleware.View, middleware.RatePage, middleware.NoBody, s.showSessions},
		{http.MethodPost, "/sessions/end", middleware.View, middleware.RateForm, middleware.FormBody, s.endSession},
		{http.MethodPost, "/sessions/end-others", middleware.View, middleware.RateForm, middleware.FormBody, s.endOtherSessions},
		{http.MethodGet, "/sessions/everybody", middleware.Administer, middleware.RatePage, middleware.NoBody, s.showEverybodysSessions},
		{http.MethodPost, "/sessions/everybody/end", middleware.Administer, middleware.RateForm, middleware.FormBody, s.endAnySession},
	}
	if s.Demo != nil {
		list = append(list,
			route{http.MethodPost, "/demo/colleague", middleware.View, middleware.RateForm, middleware.FormBody, s.demoColleague},
			route{http.MethodPost, "/demo/trouble", middleware.View, middleware.RateForm, middleware.FormBody, s.demoTrouble},
		)
	}
	return list
}

// Site is the portal as one handler.
type Site struct {
	http.Handler
	drain chan struct{}
	site  *site
}

// PolicyReports is how often browsers told this replica that the pages' policy stopped
// something. Anybody can say so: it is a figure to look at, and nothing follows from it.
func (s *Site) PolicyReports() int64 { return s.site.reports.Load() }

// Drain makes the site say that it is not ready, so that a balancer sends no new
// requests. It may be called once.
func (s *Site) Drain() { close(s.drain) }

// New builds the portal from its parts. It panics if a route does not declare all that it
// has to.
func New(o Options) *Site {
	drain := make(chan struct{})
	s := &site{Options: o, reading: make(chan struct{}, 1), draining: func() bool {
		select {
		case <-drain:
			return true
		default:
			return false
		}
	}}
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
	return &Site{drain: drain, site: s, Handler: inLanguage(middleware.Edge(middleware.Options{
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

// fragmentHeader is set by our scripts, which fetch a page to take a part of it. With any
// value, nobody is sent to the identity provider: see fromScript.
const fragmentHeader = "X-Fragment"

// The parts that are told apart here.
const (
	fragmentResult   = "result"   // whether a save has an outcome, or the session lives
	fragmentPresence = "presence" // who else has a form open, and whether somebody saved
	fragmentFind     = "find"     // what the find box offers
)

// fromScript reports whether a script of ours asks, for whatever part. A browser would not
// let it follow to another origin.
func fromScript(r *http.Request) bool { return r.Header.Get(fragmentHeader) != "" }

// fragment is the part of its page that the route is asked for, of those which count
// otherwise than the page does; "" is the page, whatever the header says.
func (rt route) fragment(r *http.Request) string {
	parts := map[string]string{
		"GET /":                         fragmentResult, // whether the session lives
		"GET /customers":                fragmentFind,
		"GET /customers/:id/billing":    fragmentPresence,
		"GET /customers/:id/saves/:key": fragmentResult,
	}
	if asked := r.Header.Get(fragmentHeader); asked == parts[rt.method+" "+rt.path] {
		return asked
	}
	return ""
}

// serve opens a route to those who have its right. A GET by nobody goes to the
// identity provider and comes back here; a POST by nobody gets a page, because
// browsers refuse to follow a form to another origin.
func (s *site) serve(rt route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := s.visit(c)
		r := c.Request()
		if !rt.machine() && !middleware.Fits(r) {
			return s.countAsNobody(v, errMisplaced)
		}
		if rt.body == middleware.FormBody {
			form, err := readForm(r)
			v.form = form
			if err != nil {
				return s.countAsNobody(v, err)
			}
		}
		if rt.right == middleware.Public {
			if err := s.limit(v, rt.rate, ""); err != nil {
				return err
			}
			return rt.page(v)
		}
		load := s.Sessions.Load
		fragment := rt.fragment(r)
		if fragment == fragmentResult || fragment == fragmentPresence {
			load = s.Sessions.Look // a page that polls is not a person who is there
		}
		sess, err := load(r)
		switch {
		case err != nil:
			return err
		case sess == nil, s.Portfolios != nil && sess.Operator.Portfolios == nil:
			// A session that began while there were no portfolios does not say which is theirs.
			if err := s.limit(v, middleware.RatePublic, ""); err != nil {
				return err
			}
			return s.byNobody(v, rt)
		}
		middleware.SetOperator(r.Context(), sess.Operator.Key())
		if err := s.limit(v, rateOf(rt, fragment), sess.Operator.Key()); err != nil {
			return err
		}
		s.enter(v, sess)
		setRounds(v, 0)
		v.Response().Header().Set(leftHeader, s.sessionLeft(v))
		if !rt.right.Allows(v.operator.Roles) {
			return errNoRight
		}
		if strings.Contains(rt.path, "/:id") {
			if v.customer, err = customerIn(c); err != nil {
				return err
			}
		}
		source := s.SignIn.TokenSource(sess, s.Sessions)
		v.upstream = s.Upstream.As(source)
		if !tellsItself(v, rt) {
			if err := s.reconfirm(v, source); err != nil {
				noteTokensOver(r.Context(), err)
				return s.sendToSignIn(v, err)
			}
		}
		if err = s.admit(v, rt.method == http.MethodPost); err == nil {
			if rt.method == http.MethodGet && fragment == "" {
				s.settleOwn(v)
			}
			err = rt.page(v)
		}
		if rt.method == http.MethodGet && fragment == "" && s.tokensOver(v, err) {
			noteTokensOver(r.Context(), err)
			return s.sendToSignIn(v, err)
		}
		return err
	}
}

// reconfirm asks for a token where none is needed as well: who was disabled or has other
// roles now must not go on reading what comes from the database alone, or end somebody's
// session. A provider that does not answer tells nothing.
func (s *site) reconfirm(v *visit, source pcclient.TokenSource) error {
	if _, err := source(v.Request().Context(), ""); s.tokensOver(v, err) {
		return err
	}
	return nil
}

// tellsItself reports whether a page deals by itself with a sign-in that ran out: what is
// sent of a billing profile, which is kept first, and the page of one save.
func tellsItself(v *visit, rt route) bool {
	save := v.Param("key") != ""
	return v.customer != "" && save == (rt.method == http.MethodGet)
}

// rateOf is the class of a request: what our scripts ask for by themselves, or at every
// key, is another one than the page it is a part of.
func rateOf(rt route, fragment string) middleware.Rate {
	switch fragment {
	case fragmentResult, fragmentPresence:
		return middleware.RatePoll
	case fragmentFind:
		return middleware.RateSearch
	}
	return rt.rate
}

// limit counts a request with those of the same person or, for "", of the same address.
func (s *site) limit(v *visit, class middleware.Rate, person string) error {
	whom := person
	if whom == "" {
		whom = middleware.Neighbourhood(v.RealIP())
	}
	if wait := s.Limiter.Take(class, whom); wait > 0 {
		middleware.SetReason(v.Request().Context(), "rate_"+string(class))
		return &tooFast{wait}
	}
	return nil
}

// countAsNobody counts what is refused before anybody asks who sent it as a request of
// nobody. It returns err, or that such requests come too fast.
func (s *site) countAsNobody(v *visit, err error) error {
	if fast := s.limit(v, middleware.RatePublic, ""); fast != nil {
		return fast
	}
	return err
}

// countReport counts that the policy of a page stopped something. What exactly is not
// read: it would hold addresses, and anybody could write them.
func (s *site) countReport(v *visit) error {
	s.reports.Add(1)
	return v.NoContent(http.StatusNoContent)
}

// byNobody answers for a page that needs somebody. A cookie that opened nothing goes,
// unless it still tells whose session just ended.
func (s *site) byNobody(v *visit, rt route) error {
	late, err := s.Sessions.Late(v.Request())
	if err != nil {
		return err
	}
	if late == nil {
		s.Sessions.Forget(v.Response(), v.Request())
	}
	if rt.method == http.MethodPost || fromScript(v.Request()) {
		return s.showSessionOver(v, rt, late)
	}
	return s.sendToSignIn(v, nil)
}

// freshSession is how soon after a sign-in another one would not help.
const freshSession = time.Minute

// tokensOver reports whether a page failed because the person's tokens cannot be
// renewed any more, and a new sign-in would bring better ones. Right after one it
// would only lead in a circle.
func (s *site) tokensOver(v *visit, err error) bool {
	return errors.Is(err, signin.ErrSignInAgain) && s.Now().Sub(v.session.SignedInAt) > freshSession
}

// noteTokensOver says in the log why, as far as that is known.
func noteTokensOver(ctx context.Context, err error) {
	reason := "tokens_over"
	if refusal := new(signin.Refusal); errors.As(err, &refusal) {
		reason += "_" + refusal.Reason
	}
	middleware.SetReason(ctx, reason)
}

func (s *site) healthz(v *visit) error { return v.String(http.StatusOK, "ok\n") }

// readyz asks for what only this replica can answer for: that it is not shutting
// down and that its own database is there. Partner Center being down does not make
// every replica unready, and neither does a database that all of them share: people
// are better served by a page that says so.
func (s *site) readyz(v *visit) error {
	if s.draining() {
		return v.String(http.StatusServiceUnavailable, "draining\n")
	}
	if s.Database.Shared() {
		return v.String(http.StatusOK, "ready\n")
	}
	if err := s.Database.Ping(v.Request().Context()); err != nil {
		return v.String(http.StatusServiceUnavailable, "database\n")
	}
	return v.String(http.StatusOK, "ready\n")
}
