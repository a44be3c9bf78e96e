package handlers_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/database/faultproxy"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
)

const (
	portalOrigin   = "https://portal.example"
	providerOrigin = "https://signin.example"
	upstreamOrigin = "https://partnercenter.example"
)

// testSite is the whole portal with a simulated Partner Center and the demo
// identity provider, in one process and without sockets: one portal, or several
// replicas on one database, which take turns.
type testSite struct {
	t       testing.TB
	o       settings
	sim     *pcsim.Simulator
	trail   *audit.Trail
	drafts  *drafts.Store
	db      *database.DB // what a test looks into; also the portal's, unless it is said otherwise
	url     string
	through string // how the portals reach it
	proxy   *faultproxy.Proxy
	ring    *seal.Ring
	hosts   hosts
	portal  http.Handler // the first
	log     *logged
	clock   *clock
	turns   *turns
	calls   atomic.Pointer[hook]
	strays  strays

	provider *demo.Provider
}

// strays are calls to hosts that nobody configured, of the portal or a person's browser. No
// story has any.
type strays struct {
	mu  sync.Mutex
	all []string
}

func (s *strays) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, r.URL.Host)
	return nil, fmt.Errorf("a call left for %s", r.URL.Host)
}

// providerKey signs the tokens of every test's provider: making one takes longer
// than most stories.
var providerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// clock is the portal's time: the real one, moved on by hand. Whoever sleeps by it
// wakes when it is moved far enough.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	moved chan struct{} // closed when it is moved on
}

func newClock() *clock { return &clock{moved: make(chan struct{})} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// stopped is a clock that only advance moves.
func (c *clock) stopped() func() time.Time {
	start := c.now()
	return func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return start.Add(c.ahead)
	}
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	close(c.moved)
	c.moved = make(chan struct{})
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	for until := c.now().Add(d); ; {
		c.mu.Lock()
		moved, rest := c.moved, time.Until(until.Add(-c.ahead))
		c.mu.Unlock()
		if rest <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(rest)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		case <-moved:
			timer.Stop()
		}
	}
}

// logged is everything the portal wrote to its log.
type logged struct {
	mu   sync.Mutex
	text []byte
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	return len(b), nil
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// serve runs a handler in the client's goroutine, as a connection would.
type serve struct{ http.Handler }

func (s serve) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	if r.Host != "" {
		in.Host = r.Host
	}
	in.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	in.RemoteAddr = "192.0.2.7:4711"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, in)
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

// settings of a test site; the zero value is the ordinary one.
type settings struct {
	settle     time.Duration
	wait       time.Duration
	demo       *handlers.Demo
	proxies    []netip.Prefix
	days       int             // after which values are deleted
	saveMaxAge time.Duration   // of a sign-in, to save
	reason     bool            // a reason is required
	apart      bool            // the portals have handles of their own on the database
	proxied    bool            // they reach it, which is PostgreSQL, through proxy
	limited    bool            // people are limited as in the product; else they may be as fast as tests are
	portfolios portfolio.Rules // by the groups of people
	customers  int             // more than 40, which there are without it
}

func newSite(t testing.TB) *testSite { return newSiteWith(t, settings{}) }

func newSiteWith(t testing.TB, o settings) *testSite {
	t.Helper()
	s := &testSite{t: t, o: o, log: &logged{}, clock: newClock(), hosts: hosts{}, turns: &turns{}}
	replicas := 1
	if strings.Contains(t.Name(), thirdTurn) {
		replicas, s.url, s.o.apart = 2, databasetest.PostgresURL(t), true
	} else {
		s.url = databasetest.URL(t)
	}
	s.through = s.url
	if o.proxied {
		s.proxy, s.through = databasetest.Behind(t, s.url)
	}
	var err error
	s.db = databasetest.OpenURL(t, s.url)
	s.ring, err = seal.ParseKeys(seal.NewKey())
	must(t, err)
	s.provider, err = demo.NewProvider(demo.Options{
		Key: providerKey(), Now: s.clock.now, Issuer: providerOrigin, ClientID: "portal", ClientSecret: "client-secret-of-the-test",
		RedirectURIs: []string{portalOrigin + "/auth/callback"}, PostLogoutURIs: []string{portalOrigin + "/signin"},
	})
	must(t, err)
	s.sim, err = pcsim.New(pcsim.Options{
		Customers: max(40, s.o.customers), Seed: 1, Now: s.clock.now, Issuer: providerOrigin, HTTPClient: &http.Client{Transport: s.hosts},
		Roles: demo.UpstreamRoles(), PartnerTenant: demo.PartnerTenant,
	})
	must(t, err)
	s.hosts["signin.example"] = serve{s.provider}
	s.hosts["partnercenter.example"] = s.sim.Transport()
	s.hosts["portal.example"] = s.turns
	s.hosts[""] = &s.strays
	s.trail = audit.New(s.db, s.ring, s.clock.now)
	s.drafts = drafts.New(s.db, s.ring, s.clock.now)
	for range replicas {
		s.turns.add(s.replica())
	}
	s.portal = s.turns.all[0].Handler
	t.Cleanup(s.invariants)
	return s
}

// everywhere runs stories three times: one portal on SQLite, one on PostgreSQL, and
// two replicas on one PostgreSQL that take turns and must be as one. During the third
// turn every site has two.
func everywhere(t *testing.T, stories func(t *testing.T)) {
	t.Helper()
	databasetest.Both(t, func(t *testing.T) { t.Parallel(); stories(t) })
	t.Run(thirdTurn, func(t *testing.T) { t.Parallel(); stories(t) })
}

const thirdTurn = "replicas"

// replica is one process of the portal.
type replica struct {
	http.Handler
	db    *database.DB
	saves *submission.Service
	dead  atomic.Bool
	died  chan struct{} // closed with the process
}

// replica starts one more portal on the site's database.
func (s *testSite) replica() *replica {
	s.t.Helper()
	r := &replica{db: s.db, died: make(chan struct{})}
	if s.o.apart || s.o.proxied {
		r.db = databasetest.OpenURL(s.t, s.through)
	}
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	upstream, err := pcclient.New(pcclient.Options{BaseURL: upstreamOrigin, Transport: wire{s, r}, Application: "Partner Desk", Now: s.clock.now, Sleep: briefly})
	must(s.t, err)
	base, err := url.Parse(portalOrigin)
	must(s.t, err)
	cloud, _ := pcclient.CloudNamed("global")
	trail := audit.New(r.db, s.ring, s.clock.now)
	refusals := outside.NewRefusals(s.clock.now)
	r.saves = submission.New(submission.Options{
		DB: r.db, Trail: trail, Ring: s.ring, Log: log, Settle: s.o.settle, Wait: s.o.wait, Now: s.clock.now, Sleep: s.clock.sleep, SignInAgain: signin.ErrSignInAgain,
		Refusals: refusals,
	})
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if r.dead.Load() {
			return
		}
		if err := r.saves.Drain(ctx); err != nil {
			s.t.Errorf("saves did not end: %v", err)
		}
	})
	watch := outside.New(outside.Options{Trail: trail, Log: log, Refusals: refusals, Now: s.clock.now})
	s.t.Cleanup(watch.Close)
	patience := 10 * time.Second // on a busy machine; stories of trouble have the product's
	if s.o.proxied {
		patience = 0
	}
	limiter := middleware.NewLimiter(s.clock.now, time.Microsecond)
	if s.o.limited {
		limiter = middleware.NewLimiter(s.clock.stopped(), time.Second)
	}
	r.Handler = handlers.New(handlers.Options{
		BaseURL: base, TrustedProxies: s.o.proxies, Upstream: upstream, Database: r.db, Ring: s.ring,
		Sessions: session.New(session.Options{DB: r.db, Ring: s.ring, Now: s.clock.now, Wait: patience}),
		SignIn: signin.New(signin.Config{
			Issuer: providerOrigin, ClientID: "portal", ClientSecret: "client-secret-of-the-test",
			BaseURL: portalOrigin, Scope: cloud.Scope, Tenants: []string{demo.PartnerTenant},
			PortfoliosClaim: "groups", Portfolios: s.o.portfolios.Values(),
			Confirm: time.Minute, SaveMaxAge: s.o.saveMaxAge,
			HTTPClient: &http.Client{Transport: s.hosts}, Now: s.clock.now, Ring: s.ring,
		}),
		Portfolios: s.o.portfolios, Facts: directory.NewFacts(r.db, s.ring, s.clock.now),
		Drafts: drafts.New(r.db, s.ring, s.clock.now), Submissions: r.saves, Trail: trail, ValuesDays: s.o.days, Outside: watch,
		Recents: directory.NewRecents(r.db, s.ring, s.clock.now), Preferences: preferences.New(r.db), Presence: presence.New(r.db, s.ring, s.clock.now),
		Limiter: limiter,
		Contact: "Marta Keller (team lead)", ReasonRequired: s.o.reason, Zone: time.UTC, Now: s.clock.now, Log: log, Demo: s.o.demo,
	})
	return r
}

// turns is a balancer without sticky sessions: no rhythm of requests, such as a form
// and the redirect after it, keeps to one replica.
type turns struct {
	mu   sync.Mutex
	all  []*replica
	many uint
}

func (b *turns) add(r *replica) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, r)
}

func (b *turns) next() *replica {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.many++
	living := slices.DeleteFunc(slices.Clone(b.all), func(r *replica) bool { return r.dead.Load() })
	if len(living) == 0 {
		return nil
	}
	return living[bits.OnesCount(b.many)%len(living)]
}

var errDown = errors.New("the portal is down")

// hook sees, and may answer, what a replica asks of Partner Center.
type hook func(r *replica, q *http.Request, next http.RoundTripper) (*http.Response, error)

// onCall puts a hook between the replicas and Partner Center.
func (s *testSite) onCall(h hook) { s.calls.Store(&h) }

// wire leads from one replica to Partner Center, as long as that replica lives.
type wire struct {
	s *testSite
	r *replica
}

func (w wire) RoundTrip(q *http.Request) (*http.Response, error) {
	var answer *http.Response
	err := errDown
	if w.r.dead.Load() {
		return nil, err
	}
	if h := w.s.calls.Load(); h != nil {
		answer, err = (*h)(w.r, q, w.s.hosts)
	} else {
		answer, err = w.s.hosts.RoundTrip(q)
	}
	if w.r.dead.Load() {
		return nil, errDown
	}
	return answer, err
}

// die ends a replica as a kill does: it reaches nothing any more, and nobody reaches it.
// The site needs settings.apart.
func (r *replica) die() {
	r.dead.Store(true)
	close(r.died)
	r.db.Close()
}

// restart replaces every replica by a new one, as an update does.
func (s *testSite) restart() {
	s.t.Helper()
	s.turns.mu.Lock()
	old := s.turns.all
	s.turns.all = nil
	s.turns.mu.Unlock()
	for _, r := range old {
		over, cancel := context.WithCancel(s.t.Context())
		cancel() // nobody waits for what is under way
		_ = r.saves.Drain(over)
		r.dead.Store(true)
	}
	for range old {
		s.turns.add(s.replica())
	}
}

// kinds are the kinds of a submission's entries in the trail, in order.
func (s *testSite) kinds(key string) string {
	s.t.Helper()
	records, err := s.trail.ForSubmission(s.t.Context(), key)
	must(s.t, err)
	var kinds []string
	for _, r := range records {
		kinds = append(kinds, string(r.Kind))
	}
	return strings.Join(kinds, " ")
}

// invariants holds every story against what must always be so: I-5, at most one
// application for each key, and I-7, an unbroken trail.
func (s *testSite) invariants() {
	s.strays.mu.Lock()
	defer s.strays.mu.Unlock()
	if len(s.strays.all) > 0 {
		s.t.Errorf("V1.3.6 calls left for %q", s.strays.all)
	}
	applied := map[string]int{}
	for _, r := range s.puts() {
		if id := r.Headers["MS-RequestId"]; r.Applied {
			if applied[id]++; applied[id] > 1 {
				s.t.Errorf("I-5 %s was applied %d times", id, applied[id])
			}
		}
	}
	if len(s.puts()) == 0 {
		return // a story of pages, and perhaps of a very long trail
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if n, err := s.trail.Verify(ctx); err != nil && !database.Fault(err) { // the story may have taken it away
		s.t.Errorf("I-7 the trail breaks after %d entries: %v", n, err)
	}
}

func (b *turns) RoundTrip(r *http.Request) (*http.Response, error) {
	to := b.next()
	if to == nil {
		return nil, errDown
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-to.died:
			cancel()
		case <-ctx.Done():
		}
	}()
	answer, err := serve{to}.RoundTrip(r.WithContext(ctx))
	if to.dead.Load() { // it died over this request
		return nil, errDown
	}
	answer.Request = r
	return answer, err
}

// briefly is how the client waits between tries: long enough to be a wait.
func briefly(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d / 100):
		return nil
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// anybody is a browser in which nobody is signed in.
func (s *testSite) anybody() *browser { return newBrowser(s.t, portalOrigin, s.hosts) }

// signIn is a browser in which one of the demo's people has signed in.
func (s *testSite) signIn(name string) *browser {
	s.t.Helper()
	b := s.anybody()
	s.signInWith(b, name)
	return b
}

func (s *testSite) signInWith(b *browser, name string) {
	s.t.Helper()
	if p := b.get("/auth/start").choose(name); p.status != http.StatusOK {
		s.t.Fatalf("%s could not sign in: %d %s", name, p.status, p.text())
	}
}
