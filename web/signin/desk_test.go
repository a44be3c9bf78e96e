package signin_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

const portal = "https://portal.example"

// testKeys saves the time of making keys for each provider.
var testKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

// desk is a portal's sign-in, the provider it trusts, and a clock for both.
type desk struct {
	*testing.T
	idp    *demo.Provider
	issuer string
	in     *signin.Provider
	store  *session.Store
	cfg    signin.Config
	calls  sync.Map // path → *atomic.Int64
	down   atomic.Bool

	mu      sync.Mutex
	clock   time.Time
	started time.Time // of a clock that goes on by itself

	url string
}

// newDesk lets tests change the configurations before they are used.
func newDesk(t *testing.T, change ...func(*signin.Config, *demo.Options)) *desk {
	t.Helper()
	d := &desk{T: t, clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	options := demo.Options{
		Issuer: server.URL, ClientID: "partner-desk", ClientSecret: "s3cret+/%",
		RedirectURIs: []string{portal + "/auth/callback"}, PostLogoutURIs: []string{portal + "/signin"},
		Key: testKeys()[0], Now: d.now,
	}
	d.cfg = signin.Config{
		Issuer: server.URL, ClientID: "partner-desk", ClientSecret: "s3cret+/%", BaseURL: portal,
		Scope: "https://api.partnercenter.microsoft.com/user_impersonation", Tenants: []string{demo.PartnerTenant},
		OwnPath: func(path string) bool { return path == "/" || strings.HasPrefix(path, "/customers") },
		Now:     d.now, Ring: ring,
	}
	for _, c := range change {
		c(&d.cfg, &options)
	}
	if d.idp, err = demo.NewProvider(options); err != nil {
		t.Fatal(err)
	}
	d.issuer, d.in = options.Issuer, signin.New(d.cfg)
	d.url = databasetest.URL(t)
	d.store = d.sessions(databasetest.OpenURL(t, d.url), d.cfg.Ring)
	return d
}

// leaseFor is short, for those who wait for its end.
const leaseFor = 300 * time.Millisecond

func (d *desk) sessions(db *database.DB, ring *seal.Ring) *session.Store {
	return session.New(session.Options{DB: db, Ring: ring, Now: d.now, Wait: 20 * time.Second, Lease: leaseFor})
}

// replica is another process of the portal, on the same database and with the same
// provider; with a ring of its own unless that is nil.
func (d *desk) replica(ring *seal.Ring) (*replica, *database.DB) {
	d.Helper()
	cfg := d.cfg
	if ring != nil {
		cfg.Ring = ring
	}
	db := databasetest.OpenURL(d.T, d.url)
	return &replica{in: signin.New(cfg), store: d.sessions(db, cfg.Ring)}, db
}

type replica struct {
	in    *signin.Provider
	store *session.Store
}

// ask loads the browser's session there, and asks its token source once.
func (r *replica) ask(b *browser, refused string) (string, error) {
	sess, err := r.store.Load(b.request(portal))
	if err != nil || sess == nil {
		return "", errors.Join(errors.New("nobody is signed in"), err)
	}
	return r.in.TokenSource(sess, r.store)(b.Context(), refused)
}

// ServeHTTP is the provider's server: it counts calls and can be down.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, _ := d.calls.LoadOrStore(r.URL.Path, &atomic.Int64{})
	n.(*atomic.Int64).Add(1)
	if d.down.Load() {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	d.idp.ServeHTTP(w, r)
}

func (d *desk) count(path string) int64 {
	n, _ := d.calls.LoadOrStore(path, &atomic.Int64{})
	return n.(*atomic.Int64).Load()
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.started.IsZero() {
		return d.clock.Add(time.Since(d.started))
	}
	return d.clock
}

// run makes the clock go on by itself.
func (d *desk) run() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.started = time.Now()
}

func (d *desk) wait(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = d.clock.Add(by)
}

// browser keeps cookies by name.
type browser struct {
	*desk
	cookies map[string]string
}

func (d *desk) browser() *browser { return &browser{desk: d, cookies: map[string]string{}} }

func (b *browser) request(target string) *http.Request {
	r := httptest.NewRequestWithContext(b.Context(), "GET", target, nil)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (b *browser) take(w *httptest.ResponseRecorder) {
	b.Helper()
	for _, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			b.Errorf("cookie %+v is not as it must be", c)
		}
		if len(c.Name)+len(c.Value) > 4096 {
			b.Errorf("cookie %s is too long for browsers", c.Name)
		}
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
}

func (b *browser) start(back string) string {
	b.Helper()
	w := httptest.NewRecorder()
	target, err := b.in.Start(w, b.request(portal+"/auth/start"), back, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.take(w)
	return target
}

func (b *browser) press(target, person string) string {
	b.Helper()
	callback, err := b.idp.Press(target, person)
	if err != nil {
		b.Fatal(err)
	}
	return callback
}

func (b *browser) finish(callback string) (session.Data, string, error) {
	w := httptest.NewRecorder()
	data, back, err := b.in.Finish(w, b.request(callback))
	b.take(w)
	return data, back, err
}

// signIn is the whole way, with the person's button pressed.
func (b *browser) signIn(person string) (session.Data, string, error) {
	b.Helper()
	return b.finish(b.press(b.start("/customers?search=contoso"), person))
}

// session signs Sam in and begins a session.
func (b *browser) session() *session.Session {
	b.Helper()
	data, _, err := b.signIn("sam")
	if err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := b.store.Begin(w, b.request(portal), data); err != nil {
		b.Fatal(err)
	}
	b.take(w)
	return b.load()
}

func (b *browser) load() *session.Session {
	b.Helper()
	sess, err := b.store.Load(b.request(portal))
	if err != nil {
		b.Fatal(err)
	}
	return sess
}

// refused fails unless err is a refusal for the reason, and looks for provider text.
func (d *desk) refused(err error, reason string) {
	d.Helper()
	var refusal *signin.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != reason {
		d.Errorf("got %v, want a refusal for %s", err, reason)
		return
	}
	if strings.Contains(err.Error(), "MARK") || strings.Contains(err.Error(), "demo provider") {
		d.Errorf("the provider's text shows: %v", err)
	}
}

// with is a query of the callback, changed.
func with(callback string, change func(url.Values)) string {
	u, err := url.Parse(callback)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	change(q)
	u.RawQuery = q.Encode()
	return u.String()
}

func clone(m map[string]string) map[string]string { return maps.Clone(m) }
