package handlers_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/outside"
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
// identity provider, in one process and without sockets.
type testSite struct {
	t      testing.TB
	sim    *pcsim.Simulator
	trail  *audit.Log
	drafts *drafts.Store
	db     *database.DB
	hosts  hosts
	portal http.Handler
	log    *logged
	clock  *clock

	provider *demo.Provider
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
	settle  time.Duration
	wait    time.Duration
	demo    *handlers.Demo
	proxies []netip.Prefix
	days    int  // after which values are deleted
	reason  bool // a reason is required
}

func newSite(t testing.TB) *testSite { return newSiteWith(t, settings{}) }

func newSiteWith(t testing.TB, o settings) *testSite {
	t.Helper()
	s := &testSite{t: t, log: &logged{}, clock: newClock(), db: databasetest.Open(t), hosts: hosts{}}
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ring, err := seal.ParseKeys(seal.NewKey())
	must(t, err)

	s.provider, err = demo.NewProvider(demo.Options{
		Key: providerKey(), Now: s.clock.now, Issuer: providerOrigin, ClientID: "portal", ClientSecret: "client-secret-of-the-test",
		RedirectURIs: []string{portalOrigin + "/auth/callback"}, PostLogoutURIs: []string{portalOrigin + "/signin"},
	})
	must(t, err)
	s.sim, err = pcsim.New(pcsim.Options{
		Customers: 40, Seed: 1, Now: s.clock.now, Issuer: providerOrigin, HTTPClient: &http.Client{Transport: s.hosts},
		Roles: demo.UpstreamRoles(), PartnerTenant: demo.PartnerTenant,
	})
	must(t, err)
	s.hosts["signin.example"] = serve{s.provider}
	s.hosts["partnercenter.example"] = s.sim.Transport()

	upstream, err := pcclient.New(pcclient.Options{BaseURL: upstreamOrigin, Transport: s.hosts, Application: "Partner Desk", Now: s.clock.now, Sleep: briefly})
	must(t, err)
	base, err := url.Parse(portalOrigin)
	must(t, err)
	cloud, _ := pcclient.CloudNamed("global")
	s.trail = audit.New(s.db, ring, s.clock.now)
	saves := submission.New(submission.Options{DB: s.db, Log: s.trail, Ring: ring, Events: log, Settle: o.settle, Wait: o.wait, Now: s.clock.now, Sleep: s.clock.sleep, SignInAgain: signin.ErrSignInAgain})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := saves.Drain(ctx); err != nil {
			t.Errorf("saves did not end: %v", err)
		}
	})
	watch := outside.New(outside.Options{Log: s.trail, Events: log, Now: s.clock.now})
	t.Cleanup(watch.Close)
	s.drafts = drafts.New(s.db, ring, s.clock.now)
	s.portal = handlers.New(handlers.Options{
		BaseURL: base, TrustedProxies: o.proxies, Upstream: upstream, Database: s.db, Keys: ring,
		Sessions: session.New(session.Options{DB: s.db, Ring: ring, Now: s.clock.now}),
		SignIn: signin.New(signin.Config{
			Issuer: providerOrigin, ClientID: "portal", ClientSecret: "client-secret-of-the-test",
			BaseURL: portalOrigin, Scope: cloud.Scope, Tenants: []string{demo.PartnerTenant},
			HTTPClient: &http.Client{Transport: s.hosts}, Now: s.clock.now, Ring: ring,
		}),
		Drafts: s.drafts, Submissions: saves, Audit: s.trail, ValuesDays: o.days, Outside: watch,
		Recents: directory.NewRecents(s.db, ring, s.clock.now), Presence: presence.New(s.db, ring, s.clock.now),
		Contact: "Marta Keller (team lead)", ReasonRequired: o.reason, Zone: time.UTC, Now: s.clock.now, Log: log, Demo: o.demo,
	})
	s.hosts["portal.example"] = serve{s.portal}
	return s
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
