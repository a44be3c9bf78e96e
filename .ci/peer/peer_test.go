package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	origin = "http://localhost:4711" // in the address bar; nobody listens there
	scope  = "https://api.partnercenter.microsoft.com/user_impersonation"
)

// portalBinary is the portal as it is built for everybody.
var portalBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "peer")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "portal")
	build := exec.Command("go", "build", "-C", "../..", "-o", binary, "./cmd/portal")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the portal: %w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	// The provider's library writes to the one logger of the process.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	code := m.Run()
	if binary, err := portalBinary(); err == nil {
		os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

// world is the portal in a process of its own, the foreign provider and a guarded
// Partner Center.
type world struct {
	t       *testing.T
	issuer  string
	storage *storage
	portal  string // where it listens
	log     *buffer
	next    string // who sits down at a browser that the provider does not know

	mu        sync.Mutex
	authorize []url.Values // what the portal asked the provider for
	token     []url.Values
	ended     []url.Values
	asked     int      // how often somebody had to say who they are
	bearers   []string // the tokens that Partner Center took, each once
	expired   int      // and how often it refused one that had expired
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel() // stories spend their time waiting for tokens to expire
	binary, err := portalBinary()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, log: &buffer{}, next: "248289761001"}
	provider := httptest.NewUnstartedServer(nil)
	w.issuer = atLocalhost("http://" + provider.Listener.Addr().String())
	w.storage = newStorage(client{
		id: "portal", secret: "a made-up secret", scope: scope, issuer: w.issuer,
		redirect: origin + "/auth/callback", signedOut: origin + "/signin",
	})
	foreign, err := op.NewProvider(&op.Config{CodeMethodS256: true, GrantTypeRefreshToken: true}, w.storage, op.StaticIssuer(w.issuer), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	provider.Config.Handler = w.watched(foreign)
	provider.Start()
	t.Cleanup(provider.Close)

	simulated := w.run(binary, []string{"simulate", "--listen", "localhost:0", "--customers", "5"}, nil, `on (http://\S+)`)
	partnerCenter := httptest.NewServer(w.guarded(simulated))
	t.Cleanup(partnerCenter.Close)

	out, err := exec.Command(binary, "keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	w.portal = w.run(binary, []string{"serve"}, []string{
		"PORTAL_LISTEN=localhost:0", "PORTAL_BASE_URL=" + origin, "PORTAL_KEYS=" + strings.TrimSpace(string(out)),
		"PORTAL_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "portal.db"), "PORTAL_LOG_LEVEL=debug",
		"PORTAL_OIDC_ISSUER=" + w.issuer, "PORTAL_OIDC_CLIENT_ID=portal", "PORTAL_OIDC_CLIENT_SECRET=" + w.storage.client.secret,
		"PORTAL_UPSTREAM_URL=" + atLocalhost(partnerCenter.URL), "PORTAL_UPSTREAM_SCOPE=" + scope,
	}, `"portal started".*"address":"([^"]+)"`)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the portal's log:\n%s", w.log)
		}
	})
	return w
}

// atLocalhost is an address as the portal takes it without TLS.
func atLocalhost(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// run starts a command of the portal and returns what its output says by the pattern.
func (w *world) run(binary string, args, env []string, pattern string) string {
	w.t.Helper()
	said := &buffer{}
	if args[0] == "serve" {
		said = w.log
	}
	command := exec.Command(binary, args...)
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		w.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = command.Wait()
	}()
	w.t.Cleanup(func() {
		_ = command.Process.Kill()
		<-gone
	})
	find := regexp.MustCompile(pattern)
	for range 3000 {
		if found := find.FindStringSubmatch(said.String()); found != nil {
			return found[1]
		}
		select {
		case <-gone:
			w.t.Fatalf("portal %s ended at once:\n%s", args[0], said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	w.t.Fatalf("portal %s did not start:\n%s", args[0], said)
	return ""
}

// watched is the provider with what the library leaves to others: the page where
// people say who they are, and the cookie by which it knows them later.
func (w *world) watched(foreign http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", foreign)
	mux.HandleFunc("/authorize", func(rw http.ResponseWriter, r *http.Request) {
		w.note(&w.authorize, r.URL.Query())
		foreign.ServeHTTP(rw, r)
	})
	mux.HandleFunc("/oauth/token", func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		if _, _, basic := r.BasicAuth(); basic {
			form.Set("basic", "yes")
		}
		w.note(&w.token, form)
		r.Body = io.NopCloser(bytes.NewReader(body))
		foreign.ServeHTTP(rw, r)
	})
	mux.HandleFunc("/end_session", func(rw http.ResponseWriter, r *http.Request) {
		w.note(&w.ended, r.URL.Query())
		if cookie, err := r.Cookie("login"); err == nil {
			r = r.WithContext(context.WithValue(r.Context(), endedKey{}, cookie.Value))
		}
		foreign.ServeHTTP(rw, r)
	})
	mux.HandleFunc("/login", func(rw http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		if cookie, err := r.Cookie("login"); err != nil || !w.storage.answer(id, cookie.Value) {
			w.mu.Lock()
			w.asked++
			w.mu.Unlock()
			fresh := w.storage.signIn(w.next)
			http.SetCookie(rw, &http.Cookie{Name: "login", Value: fresh, Path: "/", HttpOnly: true})
			w.storage.answer(id, fresh)
		}
		http.Redirect(rw, r, w.issuer+"/authorize/callback?id="+url.QueryEscape(id), http.StatusSeeOther)
	})
	return mux
}

// guarded is a simulated Partner Center behind somebody who looks at each token as
// the real one would: made by this provider, for this client, and not expired.
func (w *world) guarded(simulated string) http.Handler {
	target, err := url.Parse(simulated)
	if err != nil {
		w.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		var c jwt.Claims
		token, err := jwt.ParseSigned(bearer, []jose.SignatureAlgorithm{jose.RS256})
		if err == nil {
			keys, _ := w.storage.KeySet(r.Context())
			err = fmt.Errorf("no key %q", token.Headers[0].KeyID)
			for _, k := range keys {
				if k.ID() == token.Headers[0].KeyID {
					err = token.Claims(k.Key(), &c)
				}
			}
		}
		if err == nil {
			err = c.ValidateWithLeeway(jwt.Expected{Issuer: w.issuer, AnyAudience: jwt.Audience{"portal"}}, 0)
		}
		w.mu.Lock()
		if err != nil {
			w.expired++
		} else if len(w.bearers) == 0 || w.bearers[len(w.bearers)-1] != bearer {
			w.bearers = append(w.bearers, bearer)
		}
		w.mu.Unlock()
		if err != nil {
			rw.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(rw, r)
	})
}

func (w *world) note(list *[]url.Values, values url.Values) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*list = append(*list, values)
}

// last is the newest of them.
func (w *world) last(list *[]url.Values) url.Values {
	all := w.requests(list)
	if len(all) == 0 {
		return url.Values{}
	}
	return all[len(all)-1]
}

// browser is somebody's, without scripts; it keeps cookies by host and sends those of
// the portal to http://localhost though they are Secure, as browsers do.
type browser struct {
	w      *world
	client *http.Client
}

func (w *world) browser() *browser {
	dialer := &net.Dialer{}
	wire := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if "http://"+address == origin {
			address = w.portal
		}
		return dialer.DialContext(ctx, network, address)
	}}
	w.t.Cleanup(wire.CloseIdleConnections)
	return &browser{w, &http.Client{Transport: wire, Jar: jar{}, Timeout: 20 * time.Second}}
}

type jar map[string]string // host and name → value

func (j jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		if j[u.Host+" "+c.Name] = c.Value; c.MaxAge < 0 {
			delete(j, u.Host+" "+c.Name)
		}
	}
}

func (j jar) Cookies(u *url.URL) (list []*http.Cookie) {
	for key, value := range j {
		if name, mine := strings.CutPrefix(key, u.Host+" "); mine {
			list = append(list, &http.Cookie{Name: name, Value: value})
		}
	}
	return list
}

// page is what a request ended at.
type page struct {
	status   int
	url      *url.URL
	location string
	body     string
}

func (b *browser) get(address string) page { return b.do(http.MethodGet, address, nil) }

func (b *browser) do(method, address string, form url.Values) page {
	b.w.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = origin + address
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return page{answer.StatusCode, answer.Request.URL, answer.Header.Get("Location"), string(body)}
}

var formToken = regexp.MustCompile(`action="/signout"[^>]*>\s*<input[^>]*name="csrf"[^>]*value="([^"]+)"`)

func (b *browser) signOut() page {
	b.w.t.Helper()
	found := formToken.FindStringSubmatch(b.get("/help").body)
	if found == nil {
		b.w.t.Fatal("the page has no form to sign out")
	}
	return b.do(http.MethodPost, "/signout", url.Values{"csrf": {found[1]}})
}

// in reports whether a page opens without a word to the provider.
func (b *browser) in() bool {
	b.w.t.Helper()
	return b.location("/help") == ""
}

// location is where an address leads to, without going there; "" if it is a page.
func (b *browser) location(address string) string {
	b.w.t.Helper()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { b.client.CheckRedirect = nil }()
	return b.get(address).location
}

// find looks for customers, which the portal asks Partner Center for.
func (b *browser) find() page {
	b.w.t.Helper()
	return b.get("/customers?q=a")
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// took lists the tokens that Partner Center took.
func (w *world) took() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.bearers)
}

// times is how often something has happened.
func (w *world) times(count *int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return *count
}

// requests lists what the provider was asked at one of its addresses.
func (w *world) requests(list *[]url.Values) []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(*list)
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
