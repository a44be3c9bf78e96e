package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/session"
)

// TestLoad takes the load figures: what the portal does, as it is shipped and in a process
// of its own, beside the bar that was set for it. Figures are printed and never asserted;
// what fails is a request that is answered wrongly where none may be, or a broken
// invariant. Partner Center and the identity provider are simulated in this process, which
// asks too, so all share the machine's cores: the reference lines say how fast these were.
// Without LOAD, which names the figures, it is a short form that keeps it working.
func TestLoad(t *testing.T) {
	asked, long := os.LookupEnv("LOAD")
	size := sizes{seconds: 10, connections: 64, people: 300, customers: 1000 + special, sessions: 50_000, minutes: environment("MINUTES", 5), restarts: environment("RESTARTS", 20)}
	if !long {
		asked, size = "L-1 L-3 L-8 L-9 L-12", sizes{seconds: 1, connections: 8, people: 100, customers: 100 + special, sessions: 500}
	}
	table := &table{}
	table.reference()
	for _, f := range []struct {
		id, bar string
		take    func(*load) string
	}{
		{"L-1", "3,000 views/s of a customer, p99 50 ms, 0 errors, RSS 200 MB", (*load).views},
		{"L-2", "200 people search, Partner Center takes 100 ms: p95 160 ms, p99 250 ms, 0 errors", (*load).searches},
		{"L-3", "100 saves/s, Partner Center takes 50 ms: p99 500 ms", (*load).saves},
		{"L-4", "60 min at 100 requests/s: RSS, goroutines and descriptors grow by 2 % at most", (*load).soak},
		{"L-5", "3 times what it can do: 80 % of it still done, p99 twice, the rest 503 in 50 ms, normal after 10 s", (*load).overload},
		{"L-6", "2,000 slow connections beside: p99 twice", (*load).slowBeside},
		{"L-8", "50 sign-ins/s, p99 300 ms", (*load).signIns},
		{"L-9", "50,000 sessions: p99 of a look 2 ms, RSS 300 MB, sweep holds up a look for 10 ms", (*load).manySessions},
		{"L-10", "20 rolling restarts of 3 portals, 200 views/s and 20 forms/s: 0 failed, 0 lost", (*load).rolling},
		{"L-12", "ready 2 s after start, idle RSS 60 MB, binary 40 MB", (*load).startup},
	} {
		if !slices.Contains(strings.Fields(asked), f.id) && asked != "all" {
			continue
		}
		engines := []string{"SQLite"}
		switch {
		case f.id == "L-10":
			engines = []string{"PostgreSQL"}
		case f.id == "L-3" && long:
			engines = []string{"SQLite", "PostgreSQL"}
		}
		for _, engine := range engines {
			t.Run(f.id+" "+engine, func(t *testing.T) {
				url := databasetest.SQLiteURL
				if engine == "PostgreSQL" {
					url = databasetest.PostgresURL
				}
				l := &load{story: &story{fleet: newFleet(t, url(t), size.people, size.customers), chronicle: &chronicle{}}, sizes: size, t: t, bare: table.bare}
				l.program, l.settings = release(t), append(l.settings, "PORTAL_LOG_LEVEL=info", "PORTAL_TRUSTED_PROXIES=127.0.0.1/32,::1/128")
				l.wire.MaxIdleConnsPerHost = 512
				l.chronicle.shown = map[string]places{}
				table.row(f.id+" "+engine, f.bar, f.take(l))
			})
		}
	}
	t.Log(table)
}

// special are the first customers, some of which Partner Center refuses to save.
const special = 50

// ordinary is a customer whose billing profile can be saved.
func (l *load) ordinary(n int) pcclient.TenantID {
	return l.sim.Customers()[special+n%(l.customers-special)].ID
}

// sizes are how much of everything there is.
type sizes struct{ seconds, connections, people, customers, sessions, minutes, restarts int }

func (s sizes) time() time.Duration { return time.Duration(s.seconds) * time.Second }

// release is the portal as it is shipped.
var release = func() func(testing.TB) string {
	var once sync.Once
	var err error
	return func(t testing.TB) string {
		file := filepath.Join(filepath.Dir(crashable(t)), "release")
		if once.Do(func() { err = buildPortal(file, "") }); err != nil {
			t.Fatal(err)
		}
		return file
	}
}()

// table is what is printed in the end.
type table struct {
	strings.Builder
	bare float64 // bare pages a second
}

func (t *table) row(id, bar, got string) { fmt.Fprintf(t, "%-16s %s\n%16s %s\n", id, bar, "", got) }

// reference says what the machine does in the same minute: hashing on one core, and pages
// of 30 KiB by Echo and templ alone, as many at once as there are connections in L-1.
func (t *table) reference() {
	block, hashed := make([]byte, 1<<20), 0
	for began := time.Now(); time.Since(began) < 200*time.Millisecond; hashed++ {
		_ = sha256.Sum256(block)
	}
	bare := httptest.NewServer(barePage([]byte(strings.Repeat("a page of so many words\n", 1280))))
	defer bare.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	shots := crowded(64, 500*time.Millisecond, 0, func(int) int {
		status, _, _ := ask(context.Background(), client, asked{address: bare.URL})
		return status
	})
	t.bare = sum(shots).perSecond
	fmt.Fprintf(t, "\non %d cores; reference: SHA-256 %d MB/s on one, bare pages %s\n", runtime.NumCPU(), 5*hashed, sum(shots))
}

// load is one portal, or several, and those who ask it.
type load struct {
	*story
	sizes
	t       testing.TB
	seats   []*person
	replica *replica
	metrics string
	bare    float64
}

// begin starts a portal and signs people in.
func (l *load) begin(people int) {
	l.t.Helper()
	l.customer = l.sim.Customers()[0].ID
	l.chronicle.begin(l.sim)
	l.replica, l.metrics = l.another()
	l.seats = make([]*person, people)
	var all sync.WaitGroup
	for k := range 8 {
		all.Go(func() {
			for n := k; n < people; n += 8 {
				l.seats[n] = l.visitor(n)
				if err := l.seats[n].signIn(); err != nil {
					l.t.Error(err)
				}
			}
		})
	}
	if all.Wait(); l.t.Failed() {
		l.t.FailNow()
	}
}

// another starts one more portal, whose log goes to a file.
func (l *load) another() (r *replica, metrics string) {
	l.t.Helper()
	log, err := os.Create(filepath.Join(l.t.TempDir(), "log"))
	if err != nil {
		l.t.Fatal(err)
	}
	return l.startWith(log)
}

// visitor is a person at an address of their own.
func (l *load) visitor(n int) *person {
	p := l.person(n%len(l.fleet.people), l.chronicle)
	p.client.Transport = office{l.fleet, fmt.Sprintf("10.1.%d.%d", n/200, 1+n%200)}
	return p
}

// office is an address, as the proxy tells it.
type office struct {
	*fleet
	address string
}

func (f office) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == f.host {
		r = r.Clone(r.Context())
		r.Header.Set("X-Forwarded-For", f.address)
	}
	return f.fleet.RoundTrip(r)
}

// get asks for a page as the n-th person, and for nothing that it leads to. 0 is no answer.
func (l *load) get(n int, path string) (status int) {
	p := l.seats[n%len(l.seats)]
	r, err := http.NewRequest(http.MethodGet, l.origin+path, nil)
	if err != nil {
		l.t.Error(err)
		return 0
	}
	for _, c := range p.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := p.client.Transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0
	}
	return answer.StatusCode
}

// view asks for the page of one customer after the other.
func (l *load) view(n int) int {
	all := l.sim.Customers()
	return l.get(n, "/customers/"+string(all[n%len(all)].ID))
}

// shot is one request: when it should have begun, and how long after that it was answered.
type shot struct {
	at, took time.Duration
	status   int
}

// open begins requests at fixed times, however long others take.
func open(rate float64, during time.Duration, send func(n int) int) []shot {
	shots := make([]shot, int(math.Ceil(rate*during.Seconds())))
	var all sync.WaitGroup
	for begin, n := time.Now(), 0; n < len(shots); n++ {
		at := time.Duration(float64(n) / rate * float64(time.Second))
		time.Sleep(time.Until(begin.Add(at)))
		all.Go(func() {
			status := send(n)
			shots[n] = shot{at, time.Since(begin.Add(at)), status}
		})
	}
	all.Wait()
	return shots
}

// crowded lets so many people ask at once, each again after a pause.
func crowded(people int, during, pause time.Duration, send func(n int) int) []shot {
	var mu sync.Mutex
	var shots []shot
	var all sync.WaitGroup
	begin := time.Now()
	for k := range people {
		all.Go(func() {
			time.Sleep(pause * time.Duration(k) / time.Duration(people))
			for n := k; time.Since(begin) < during; n += people {
				began := time.Now()
				status := send(n)
				mu.Lock()
				shots = append(shots, shot{began.Sub(begin), time.Since(began), status})
				mu.Unlock()
				time.Sleep(pause)
			}
		})
	}
	all.Wait()
	return shots
}

// summary is what there is to say of requests.
type summary struct {
	n             int
	perSecond     float64
	p50, p95, p99 time.Duration
}

func (s summary) String() string {
	return fmt.Sprintf("%d at %.0f/s, p50 %s, p95 %s, p99 %s", s.n, s.perSecond, ms(s.p50), ms(s.p95), ms(s.p99))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// sum is about the requests that were answered with one of the statuses; none is all.
func sum(shots []shot, status ...int) (s summary) {
	var took []time.Duration
	var over time.Duration
	for _, shot := range shots {
		if over = max(over, shot.at+shot.took); len(status) == 0 || slices.Contains(status, shot.status) {
			took = append(took, shot.took)
		}
	}
	if slices.Sort(took); len(took) > 0 {
		s = summary{len(took), float64(len(took)) / over.Seconds(), took[len(took)/2], took[len(took)*95/100], took[len(took)*99/100]}
	}
	return s
}

// well is sum of what must all have gone well.
func (l *load) well(shots []shot) summary {
	l.t.Helper()
	good := sum(shots, http.StatusOK)
	if bad := len(shots) - good.n; bad > 0 {
		l.t.Errorf("%d of %d requests were not answered well, such as with %d", bad, len(shots), l.worst(shots))
	}
	return good
}

func (l *load) worst(shots []shot) int {
	return shots[slices.IndexFunc(shots, func(s shot) bool { return s.status != http.StatusOK })].status
}

// gauge reads one of the portal's metrics.
func (l *load) gauge(name string) float64 {
	l.t.Helper()
	_, page := l.ask(l.metrics)
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(page)
	if found == nil {
		l.t.Fatalf("the metrics do not tell of %s", name)
	}
	value, _ := strconv.ParseFloat(found[1], 64)
	return value
}

func (l *load) rss() string {
	return fmt.Sprintf("RSS %.0f MB", l.gauge("process_resident_memory_bytes")/1e6)
}

// most is how many views the portal draws a second when it is never without work.
func (l *load) most() summary {
	crowded(l.connections, l.time()/5, 0, l.view) // warm
	return l.well(crowded(l.connections, l.time(), 0, l.view))
}

func (l *load) views() string {
	l.begin(l.people)
	cpu := l.gauge("process_cpu_seconds_total")
	most := l.most()
	cpu = l.gauge("process_cpu_seconds_total") - cpu
	half := l.well(open(min(3000, most.perSecond/2), l.time(), l.view))
	return fmt.Sprintf("at most %.0f/s (%.0f for each second of the portal's CPU, and a bare page's %.0f); open loop: %s; %s", most.perSecond, float64(most.n)*1.2/cpu, l.bare, half, l.rss())
}

func (l *load) searches() string {
	l.begin(200)
	l.fault(pcsim.Fault{Path: "/v1/", Times: -1, DelayBeforeMs: 100})
	return l.well(crowded(200, l.time(), time.Second, func(n int) int { return l.get(n, "/customers?q="+string(rune('a'+n%26))) })).String()
}

// saves prepares reviews, and then measures from the press of Save to the page that tells
// of it.
func (l *load) saves() string {
	const rate = 100.0
	l.begin(min(100, l.people))
	edits, reviews := make([]*edited, int(rate)*l.seconds), make([]*webpage, int(rate)*l.seconds)
	var all sync.WaitGroup
	for k := range 8 {
		all.Go(func() {
			for n := k; n < len(edits); n += 8 {
				p := l.seats[n%len(l.seats)]
				e := &edited{operator: p.who.Name, customer: l.ordinary(n), typed: wishOf(n), last: map[string]told{}, by: p}
				l.chronicle.note(func(h *history) { h.edits = append(h.edits, e) })
				edits[n] = e
				reviews[n], _ = p.fill(e)
			}
		})
	}
	all.Wait()
	l.fault(pcsim.Fault{Path: "/v1/", Times: -1, DelayBeforeMs: 50})
	said := map[told]int{}
	shots := open(rate, l.time(), func(n int) int {
		e, form := edits[n], reviews[n].form("key")
		form.values.Set("do", "save")
		begun := time.Now()
		page, err := e.by.post(form)
		l.chronicle.note(func(*history) {
			said[tellingOf(page, err)]++
			e.presses = append(e.presses, attempt{form.values.Get("key"), begun, time.Now(), tellingOf(page, err), page.gist()})
		})
		if err != nil {
			return 0
		}
		return page.status
	})
	l.sim.ClearFaults()
	l.judge()
	return fmt.Sprintf("%s; %d of %d told to be saved; %s", sum(shots), said[toldSaved], len(shots), l.rss())
}

func (l *load) overload() string {
	l.begin(l.people)
	most := l.most()
	var health []shot
	var beside sync.WaitGroup
	over := make(chan struct{})
	beside.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(100 * time.Millisecond):
				began := time.Now()
				status, _ := l.ask("http://" + l.replica.address + "/healthz")
				health = append(health, shot{0, time.Since(began), status})
			}
		}
	})
	shots := open(3*most.perSecond, l.time(), l.view)
	close(over)
	beside.Wait()
	ended := time.Now()
	for sum(crowded(1, 500*time.Millisecond, 0, l.view), http.StatusOK).p95 > most.p99 && time.Since(ended) < time.Minute {
	}
	back := time.Since(ended)
	done, shed, answers := sum(shots, http.StatusOK), sum(shots, http.StatusServiceUnavailable), map[int]int{}
	for _, s := range shots {
		answers[s.status]++
	}
	return fmt.Sprintf("at most %.0f/s, p99 %s; of 3 times as much: %.0f %% of that done, %s (p99 %.1f times); all answers %v, 503 with p99 %s; health p99 %s; normal %.1f s after; %s",
		most.perSecond, ms(most.p99), 100*done.perSecond/most.perSecond, done, float64(done.p99)/float64(most.p99),
		answers, ms(shed.p99), ms(sum(health).p99), back.Seconds(), l.rss())
}

// slowBeside compares views with and without many who send their request byte by byte.
func (l *load) slowBeside() string {
	l.begin(l.people)
	rate := l.most().perSecond / 3
	alone := l.well(open(rate, l.time(), l.view))
	ctx, cancel := context.WithCancel(context.Background())
	var slow sync.WaitGroup
	for range 200 * min(10, l.seconds) {
		slow.Go(func() { dribble(ctx, l.replica.address, l.host) })
	}
	time.Sleep(500 * time.Millisecond)
	beside := l.well(open(rate, l.time(), l.view))
	cancel()
	slow.Wait()
	return fmt.Sprintf("alone %s; beside them %s (%.1f times); %s", alone, beside, float64(beside.p99)/float64(alone.p99), l.rss())
}

// dribble sends a request a few bytes a second, and begins anew whenever it is cut off.
func dribble(ctx context.Context, address, host string) {
	text := "GET /signin HTTP/1.1\r\nHost: " + host + "\r\nX-Slow: " + strings.Repeat("x", 1000)
	for ctx.Err() == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		for i := 0; err == nil && ctx.Err() == nil && i < len(text); i += 4 {
			_, err = io.WriteString(conn, text[i:i+4])
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
		if conn != nil {
			conn.Close()
		}
	}
}

func (l *load) signIns() string {
	l.begin(1)
	return l.well(open(50, l.time(), func(n int) int {
		page, err := l.visitor(n).tryToSignIn()
		if err != nil || page.url.Host != l.host {
			return 0
		}
		return page.status
	})).String()
}

// manySessions measures the store alone, on the database that the portal serves.
func (l *load) manySessions() string {
	l.begin(min(100, l.people))
	l.copySessions(l.sessions, "seen_at")
	store := session.New(session.Options{DB: l.db, Ring: l.ring})
	look := func(n int) int {
		r := httptest.NewRequest(http.MethodGet, l.origin+"/", nil)
		for _, c := range l.seats[n%len(l.seats)].jar.Cookies(r.URL) {
			r.AddCookie(c)
		}
		if sess, err := store.Look(r); err != nil || sess == nil {
			return 0
		}
		return http.StatusOK
	}
	looks := l.well(crowded(1, l.time()/2, 0, look))
	l.well(open(100, l.time()/2, l.view))
	l.copySessions(l.sessions/5, "0") // unused for long
	during := make(chan []shot)
	go func() { during <- crowded(1, l.time()/2, time.Millisecond, look) }()
	began := time.Now()
	swept, err := store.Sweep(context.Background())
	took := time.Since(began)
	if err != nil || swept < int64(l.sessions/5) {
		l.t.Errorf("%d swept, %v", swept, err)
	}
	longest := time.Duration(0)
	for _, s := range <-during {
		longest = max(longest, s.took)
	}
	return fmt.Sprintf("looks: %s; sweep of %d in %s, longest look meanwhile %s; %s", looks, swept, ms(took), ms(longest), l.rss())
}

// copySessions fills the table with sessions that nobody has the cookies of.
func (l *load) copySessions(n int, seen string) {
	l.t.Helper()
	err := l.db.Write(l.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < $1)
			INSERT INTO sessions (id, operator, issuer, subject, sid, version, signed_in_at, seen_at, sealed, late, about)
			SELECT $2 || '-' || n, operator || n, issuer, subject, sid || n, version, signed_in_at, `+seen+`, sealed, late, about
			FROM many, (SELECT * FROM sessions WHERE id NOT LIKE 'copy%' LIMIT 1) AS one`, n, "copy"+seen)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// soak asks for a bit of everything, and looks how the process grows after a fifth of the
// time.
func (l *load) soak() string {
	l.begin(l.people)
	all := time.Duration(l.minutes) * time.Minute
	something := func(n int) int {
		switch p := l.seats[n%len(l.seats)]; n % 20 {
		case 0:
			return l.get(n, "/customers?q="+string(rune('a'+n%26)))
		case 1:
			return l.get(n, "/")
		case 2:
			p.edit(l.ordinary(n), wishOf(n))
			return http.StatusOK
		}
		return l.view(n)
	}
	names := []string{"process_resident_memory_bytes", "go_goroutines", "process_open_fds"}
	read := func() (values []float64) {
		time.Sleep(5 * time.Second) // what is under way ends
		for _, name := range names {
			values = append(values, l.gauge(name))
		}
		return values
	}
	l.well(open(100, all/5, something))
	before := read()
	s := l.well(open(100, all-all/5, something))
	got := fmt.Sprintf("%d min: %s", l.minutes, s)
	for i, after := range read() {
		got += fmt.Sprintf("; %s %.0f, then %.0f (%+.1f %%)", names[i], before[i], after, 100*(after-before[i])/before[i])
	}
	return got
}

func (l *load) rolling() string {
	l.begin(l.people)
	for range 2 {
		l.another()
	}
	stop := make(chan struct{})
	var people sync.WaitGroup
	var views []shot
	people.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				views = append(views, open(200, time.Second, l.view)...)
			}
		}
	})
	for n := range 20 {
		people.Go(func() {
			for i := n; ; i += 20 {
				select {
				case <-stop:
					return
				default:
					l.seats[n].edit(l.ordinary(i), wishOf(i))
				}
			}
		})
	}
	for range l.restarts {
		old := l.pick()
		l.another()
		if err := l.stop(old); err != nil {
			l.t.Errorf("the portal ended with %v", err)
		}
	}
	close(stop)
	people.Wait()
	failed := l.failed.Load()
	l.judge()
	seen := l.well(views)
	return fmt.Sprintf("%d restarts: %d views, p99 %s; %d edits; %d requests failed", l.restarts, seen.n, ms(seen.p99), len(l.chronicle.edits), failed)
}

func (l *load) startup() string {
	began := time.Now()
	l.begin(0)
	took := time.Since(began)
	time.Sleep(time.Second)
	file, err := os.Stat(l.program)
	if err != nil {
		l.t.Fatal(err)
	}
	return fmt.Sprintf("ready after %s; %s; binary %.0f MB", ms(took), l.rss(), float64(file.Size())/1e6)
}
