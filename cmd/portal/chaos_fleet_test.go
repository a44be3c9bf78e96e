package main

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/faultproxy"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/seal"
)

// haste divides the portal's long waits: the settle window is 4.5 s, a save may
// take 6 s, a stop 2.25 s.
const haste = 20

// fleet is one portal in as many processes as are wanted, with a simulated Partner
// Center and an identity provider in this one. People reach the processes by one
// address, as through a balancer.
type fleet struct {
	t        testing.TB
	sim      *pcsim.Simulator
	grants   *grants
	people   []demo.Person
	origin   string // what people have in the address bar; nobody listens there
	host     string
	settings []string // PORTAL_… of all processes
	program  string   // what the processes run; "" is the portal with crash points
	ring     *seal.Ring
	db       *database.DB      // the portal's database as this process sees it
	link     *faultproxy.Proxy // between the portal and its database; nil on SQLite
	wire     *http.Transport

	failed atomic.Int64 // requests that got no answer or one of trouble

	mu       sync.Mutex
	replicas []*replica // those that take requests
	all      []*replica
	next     int
	logs     []*syncBuffer
	secrets  []string // that the portal was told or given
}

// replica is one `portal serve`.
type replica struct {
	command *exec.Cmd
	address string
	log     *syncBuffer
	gone    chan struct{} // closed when it has ended
	stopped bool          // it was asked to end; read after gone
	err     error         // how; read after gone
}

// clientSecret is what the fleet's portals prove themselves with.
const clientSecret = "client-secret-6f0f3f1d9b"

var fleetKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// newFleet returns a fleet of no replicas on a database.
func newFleet(t testing.TB, databaseURL string, people, customers int) *fleet {
	t.Helper()
	f := &fleet{t: t, people: crowd(people), origin: "http://localhost:4711", host: "localhost:4711", wire: &http.Transport{DisableCompression: true}}
	key := seal.NewKey()
	var err error
	if f.ring, err = seal.ParseKeys(key); err != nil {
		t.Fatal(err)
	}
	idp, api := loopback(t), loopback(t)
	provider, err := demo.NewProvider(demo.Options{
		Issuer: addressOf(idp), ClientID: "portal", ClientSecret: clientSecret, People: f.people, Key: fleetKey(),
		RedirectURIs: []string{f.origin + "/auth/callback"}, PostLogoutURIs: []string{f.origin + "/signin"},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.grants = &grants{Handler: provider, owners: map[string]string{}, refused: map[string][]time.Time{}}
	roles := map[string]pcsim.Role{}
	for _, person := range f.people {
		roles[person.ObjectID] = person.Upstream
	}
	if f.sim, err = pcsim.New(pcsim.Options{Customers: customers, Issuer: addressOf(idp), Roles: roles, PartnerTenant: demo.PartnerTenant}); err != nil {
		t.Fatal(err)
	}
	serveOn(t, idp, f.grants)
	serveOn(t, api, f.sim)
	through := databaseURL
	if strings.HasPrefix(databaseURL, "postgres:") {
		if f.link, err = faultproxy.New(databaseURL); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.link.Close() })
		through = f.link.URL(databaseURL)
	}
	f.settings = []string{
		"PORTAL_LISTEN=localhost:0", "PORTAL_BASE_URL=" + f.origin, "PORTAL_DATABASE_URL=" + through, "PORTAL_KEYS=" + key,
		"PORTAL_OIDC_ISSUER=" + addressOf(idp), "PORTAL_OIDC_CLIENT_ID=portal", "PORTAL_OIDC_CLIENT_SECRET=" + clientSecret,
		"PORTAL_UPSTREAM_URL=" + addressOf(api), "PORTAL_LOG_LEVEL=debug", fmt.Sprintf("CRASH_HASTE=%d", haste),
	}
	f.secrets = []string{clientSecret, key}
	if f.db, err = database.Open(t.Context(), databaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.killAll()
		f.wire.CloseIdleConnections()
		f.db.Close()
		if t.Failed() {
			f.tellLogs()
		}
	})
	return f
}

// crowd is n people who may save, admin agents and administrators all.
func crowd(n int) []demo.Person {
	list := make([]demo.Person, n)
	for i := range list {
		list[i] = demo.Person{
			Key: fmt.Sprintf("p%d", i), Name: fmt.Sprintf("Person %d", i), Email: fmt.Sprintf("person%d@partner.example", i),
			TenantID: demo.PartnerTenant, ObjectID: pcclient.NewGUID(), Subject: fmt.Sprintf("subject-of-person-%d", i),
			Roles: []string{"editor", "auditor", "administrator"}, MFA: true, Upstream: pcsim.Admin,
		}
	}
	return list
}

func loopback(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func addressOf(listener net.Listener) string {
	return fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
}

func serveOn(t testing.TB, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
}

// start runs one more replica and returns when it takes requests. More settings may
// name a crash point; errDied is then a replica that died before it was ready.
func (f *fleet) start(more ...string) *replica {
	f.t.Helper()
	r, err := f.tryStart(more...)
	if err != nil {
		f.t.Fatalf("%v:\n%s", err, r.log)
	}
	return r
}

var errDied = errors.New("the portal ended before it was ready")

func (f *fleet) tryStart(more ...string) (*replica, error) {
	f.t.Helper()
	r := f.launch([]string{"serve"}, more...)
	select {
	case <-r.gone:
		return r, errDied
	case <-r.ready():
	case <-time.After(time.Minute):
		return r, errors.New("the portal is not ready after a minute")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas = append(f.replicas, r)
	return r, nil
}

// launch runs the portal with a command line of its own.
func (f *fleet) launch(args []string, more ...string) *replica {
	f.t.Helper()
	r := &replica{command: exec.Command(f.portal(), args...), log: &syncBuffer{}, gone: make(chan struct{})}
	r.command.Env = slices.Concat(os.Environ(), f.settings, more)
	r.command.Stderr = r.log
	out, err := r.command.StdoutPipe()
	if err == nil {
		err = r.command.Start()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.mu.Lock()
	f.logs = append(f.logs, r.log)
	f.all = append(f.all, r)
	f.mu.Unlock()
	go func() {
		defer close(r.gone)
		_, _ = io.Copy(r.log, out)
		r.err = r.command.Wait()
	}()
	return r
}

func (f *fleet) portal() string {
	if f.program != "" {
		return f.program
	}
	return crashable(f.t)
}

// ready closes once the log says where the portal listens.
func (r *replica) ready() <-chan struct{} {
	found := make(chan struct{})
	go func() {
		for ; ; time.Sleep(5 * time.Millisecond) {
			select {
			case <-r.gone:
				return
			default:
			}
			if r.address = listensAt(r.log.String()); r.address != "" {
				close(found)
				return
			}
		}
	}()
	return found
}

func listensAt(log string) string {
	for lines := bufio.NewScanner(strings.NewReader(log)); lines.Scan(); {
		var event struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &event) == nil && event.Msg == "portal started" {
			return event.Address
		}
	}
	return ""
}

// kill ends a replica as a power cut would.
func (f *fleet) kill(r *replica) {
	f.forget(r)
	_ = r.command.Process.Kill()
	<-r.gone
}

// stop asks a replica to end, and returns how it did. The balancer has noticed by then
// that it is not ready any more.
func (f *fleet) stop(r *replica) error {
	f.mu.Lock()
	r.stopped = true
	f.mu.Unlock()
	_ = r.command.Process.Signal(syscall.SIGTERM)
	f.forget(r)
	<-r.gone
	return r.err
}

// forget sends no more requests to a replica.
func (f *fleet) forget(r *replica) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas = slices.DeleteFunc(f.replicas, func(other *replica) bool { return other == r })
}

func (f *fleet) killAll() {
	f.mu.Lock()
	all := slices.Clone(f.all)
	f.mu.Unlock()
	for _, r := range all {
		f.kill(r)
	}
}

// RoundTrip is the balancer: a request for the portal goes to one of its replicas,
// and to another one only if it could not be handed over.
func (f *fleet) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != f.host {
		return f.wire.RoundTrip(request)
	}
	err := errNobody
	for range 4 {
		r := f.pick()
		if r == nil {
			break
		}
		outgoing := request.Clone(request.Context())
		outgoing.URL.Host, outgoing.Host = r.address, f.host
		if request.GetBody != nil {
			if outgoing.Body, err = request.GetBody(); err != nil {
				return nil, err
			}
		}
		var answer *http.Response
		answer, err = f.wire.RoundTrip(outgoing)
		if err == nil {
			if answer.Request = request; answer.StatusCode >= http.StatusInternalServerError {
				f.failed.Add(1)
			}
			return answer, nil
		}
		if op := new(net.OpError); !errors.As(err, &op) || op.Op != "dial" {
			f.failed.Add(1)
			return nil, err
		}
		f.forget(r)
	}
	return nil, err
}

var errNobody = errors.New("no replica takes requests")

func (f *fleet) pick() *replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.replicas) == 0 {
		return nil
	}
	f.next++
	return f.replicas[f.next%len(f.replicas)]
}

// tellLogs prints the ends of the latest logs.
func (f *fleet) tellLogs() {
	const most, latest = 6000, 5
	f.mu.Lock()
	defer f.mu.Unlock()
	older := max(0, len(f.logs)-latest)
	for i, log := range f.logs[older:] {
		text := log.String()
		f.t.Logf("log of process %d:\n%s", older+i+1, text[max(0, len(text)-most):])
	}
}
