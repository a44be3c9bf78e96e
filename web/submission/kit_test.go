package submission_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/submission"
)

var (
	ada = submission.Operator{Key: "meridian|ada", Name: "Ada Admin"}
	sam = submission.Operator{Key: "meridian|sam", Name: "Sam Sales"}
)

const profiles = "/v1/customers/" // every billing profile's path begins so

// clock is a time that passes only while somebody sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// wire stands between client and simulator; a hook may answer instead.
type wire struct {
	mu   sync.Mutex
	next http.RoundTripper
	hook func(*http.Request) (*http.Response, error) // nil, nil: go on
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	hook := w.hook
	w.mu.Unlock()
	if hook != nil {
		if resp, err := hook(r); resp != nil || err != nil {
			return resp, err
		}
	}
	return w.next.RoundTrip(r)
}

func (w *wire) on(hook func(*http.Request) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook = hook
}

// desk is a portal's write path on a database of its own, with a simulator behind it.
type desk struct {
	t     testing.TB
	clock *clock // nil: real time
	sim   *pcsim.Simulator
	wire  *wire
	pc    *pcclient.Client
	db    *database.DB
	url   string
	trail *audit.Trail
	ring  *seal.Ring
	svc   *submission.Service
	out   *lockedBuffer

	sent   []submission.Request // everything ever given to save
	seeded map[pcclient.TenantID]forms.Values
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// newDesk returns a desk whose time stands still but for sleeps. Changes of the
// options come last.
func newDesk(t testing.TB, change ...func(*desk, *submission.Options)) *desk {
	t.Helper()
	d := &desk{t: t, clock: &clock{now: time.Now().Add(-time.Hour).UTC()}, out: &lockedBuffer{}, url: databasetest.URL(t)}
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	d.ring = ring
	d.db = databasetest.OpenURL(t, d.url)
	o := submission.Options{
		DB: d.db, Ring: ring, Now: d.clock.Now, Sleep: d.clock.Sleep,
		Log: slog.New(slog.NewJSONHandler(d.out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(d, &o)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	if d.sim, err = pcsim.New(pcsim.Options{Customers: 12, Seed: 1, Now: now}); err != nil {
		t.Fatal(err)
	}
	d.seeded = map[pcclient.TenantID]forms.Values{}
	for _, c := range d.sim.Customers() {
		d.seeded[c.ID], _ = d.open(c.ID)
	}
	d.wire = &wire{next: d.sim.Transport()}
	d.pc, err = pcclient.New(pcclient.Options{
		BaseURL: "http://upstream.example", Transport: d.wire, Now: o.Now, Sleep: o.Sleep,
		Token: func(_ context.Context, refused string) (string, error) { return "another-than-" + refused, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	d.trail = audit.New(d.db, ring, now)
	o.Trail = d.trail
	d.svc = submission.New(o)
	return d
}

// realTime makes the desk's clock the real one and its waits short.
func realTime(settle time.Duration) func(*desk, *submission.Options) {
	return func(d *desk, o *submission.Options) {
		d.clock, o.Now, o.Sleep, o.Settle, o.Limit = nil, nil, nil, settle, 20*time.Second
	}
}

// customer returns the n-th customer of the simulator.
func (d *desk) customer(n int) pcclient.TenantID { return d.sim.Customers()[n].ID }

// open reads the form of a customer as an operator would.
func (d *desk) open(customer pcclient.TenantID) (forms.Values, pcclient.ETag) {
	d.t.Helper()
	raw, ok := d.sim.BillingProfile(customer)
	if !ok {
		d.t.Fatalf("no customer %s", customer)
	}
	p, etag, err := pcclient.ParseBillingProfile(raw)
	if err != nil {
		d.t.Fatal(err)
	}
	return forms.FromBillingProfile(p), etag
}

// edit opens a customer's form and types over some fields: "email", "new@…", …
func (d *desk) edit(who submission.Operator, customer pcclient.TenantID, typed ...string) submission.Request {
	d.t.Helper()
	base, etag := d.open(customer)
	wish := forms.Values{}
	for name, text := range base {
		wish[name] = text
	}
	for i := 0; i < len(typed); i += 2 {
		wish[typed[i]] = typed[i+1]
	}
	return submission.Request{
		Key: pcclient.NewGUID(), Draft: "draft", Operator: who, Customer: customer, ETag: etag, Base: base, Wish: wish,
	}
}

func (d *desk) save(r submission.Request) submission.Submission {
	d.t.Helper()
	got, err := d.svc.Save(d.t.Context(), d.pc, r)
	if err != nil {
		d.t.Fatalf("Save: %v", err)
	}
	d.sent = append(d.sent, r)
	return got
}

// takeItAs makes the upstream store each PUT with a patch of its own over it, and
// answer with that.
func (d *desk) takeItAs(patch string) {
	d.wire.on(func(req *http.Request) (*http.Response, error) {
		if req.Method != http.MethodPut {
			return nil, nil
		}
		resp, err := d.sim.Transport().RoundTrip(req)
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
		id, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, profiles), "/")
		d.elsewhere(pcclient.TenantID(id), patch)
		get := req.Clone(req.Context())
		get.Method, get.Body, get.ContentLength = http.MethodGet, nil, 0
		return d.sim.Transport().RoundTrip(get)
	})
}

// puts returns the PUTs the upstream received.
func (d *desk) puts() []pcsim.Request {
	var list []pcsim.Request
	for _, r := range d.sim.Journal().Requests {
		if r.Method == http.MethodPut {
			list = append(list, r)
		}
	}
	return list
}

// want checks the state and reason of a submission.
func want(t testing.TB, got submission.Submission, state submission.State, reason submission.Reason) {
	t.Helper()
	if got.State != state || got.Reason != reason {
		t.Errorf("the submission is %s %q; want %s %q", got.State, got.Reason, state, reason)
	}
	if got.State.Settled() == got.SettledAt.IsZero() {
		t.Errorf("a submission that is %s has settled at %v", got.State, got.SettledAt)
	}
}

// invariants checks I-1 to I-7 from the upstream's journal, the trail and the rows.
func (d *desk) invariants() {
	d.t.Helper()
	if _, err := d.trail.Verify(d.t.Context()); err != nil {
		d.t.Errorf("I-7 %v", err)
	}
	journal := d.sim.Journal()
	intents := map[string]time.Time{}
	for _, r := range d.sent {
		trail, err := d.trail.ForSubmission(d.t.Context(), r.Key)
		if err != nil {
			d.t.Fatal(err)
		}
		d.oneEnd(r, trail)
		if len(trail) > 0 {
			intents[r.Key] = trail[0].Time
		}
		d.truth(r, trail, journal)
	}
	for _, r := range journal.Requests {
		if r.Method != http.MethodPut {
			continue
		}
		if at, ok := intents[r.Headers["MS-RequestId"]]; !ok || at.After(r.Time.Add(time.Microsecond)) {
			d.t.Errorf("I-1 a PUT at %v without an older intent: %s", r.Time, r.Headers["MS-RequestId"])
		}
	}
	d.nothingLost(journal)
}

// nothingLost checks I-6: each of our versions was sent for the version just
// before it, and differs from that one in nothing but its submission's fields.
func (d *desk) nothingLost(journal pcsim.Journal) {
	d.t.Helper()
	ours, ifMatch := map[string]submission.Request{}, map[string]string{}
	for _, r := range d.sent {
		ours[r.Key] = r
	}
	for _, r := range journal.Requests {
		if r.Applied {
			ifMatch[r.Headers["MS-RequestId"]] = r.Headers["If-Match"]
		}
	}
	before := maps.Clone(d.seeded)
	for _, v := range journal.Versions {
		now := content(d.t, v.Profile)
		if r, ok := ours[v.RequestID]; ok {
			if sentFor := ifMatch[r.Key]; sentFor != `"`+string(v.BaseETag)+`"` {
				d.t.Errorf("I-6 %s was sent for version %s and applied onto %s", r.Key, sentFor, v.BaseETag)
			}
			if got, want := forms.Changed(before[v.Customer], now), forms.Changed(r.Base, r.Wish); !slices.Equal(got, want) {
				d.t.Errorf("I-6 %s changed %q upstream; its operator wished %q", r.Key, got, want)
			}
		}
		before[v.Customer] = now
	}
	for customer, last := range before {
		if now, _ := d.open(customer); len(forms.Changed(last, now)) != 0 {
			d.t.Errorf("I-6 %s has another content than its last version", customer)
		}
	}
}

// oneEnd checks I-2: exactly one end, or open and shown to its operator.
func (d *desk) oneEnd(r submission.Request, trail []audit.Record) {
	d.t.Helper()
	ends := 0
	order := map[audit.Kind]int{audit.Recorded: 0, audit.Sent: 1, audit.InDoubt: 2}
	last := -1
	for i, e := range trail {
		place, known := order[e.Kind]
		switch e.Kind {
		case audit.Refused, audit.Overwrote, audit.Closed:
			continue
		case audit.Applied, audit.Rejected, audit.NotApplied, audit.Superseded:
			ends++
			place, known = 3, true
		}
		if !known || place <= last || (i == 0) != (place == 0) {
			d.t.Errorf("I-7 entry %d of its submission is %s", i+1, e.Kind)
		}
		last = place
		if i > 0 && e.Time.Before(trail[0].Time) {
			d.t.Errorf("I-7 entry %s is older than its intent", e.Kind)
		}
	}
	open, err := d.svc.Open(d.t.Context(), r.Operator.Key)
	if err != nil {
		d.t.Fatal(err)
	}
	shown := slices.ContainsFunc(open, func(s submission.Submission) bool { return s.Key == r.Key })
	if len(trail) == 0 || ends > 1 || (ends == 1) == shown {
		d.t.Errorf("I-2 submission %s: %d entries, %d ends, shown as open: %v", r.Key, len(trail), ends, shown)
	}
}

// truth checks I-3, I-4 and I-5 against the upstream's history.
func (d *desk) truth(r submission.Request, trail []audit.Record, journal pcsim.Journal) {
	d.t.Helper()
	var made []pcsim.Version
	for _, v := range journal.Versions {
		if v.RequestID == r.Key {
			made = append(made, v)
		}
	}
	if len(made) > 1 {
		d.t.Errorf("I-5 submission %s was applied %d times", r.Key, len(made))
	}
	for _, name := range forms.Changed(r.Base, r.Wish) {
		for _, v := range made {
			if got := content(d.t, v.Profile)[name]; forms.Normal(name, got) != forms.Normal(name, r.Wish[name]) {
				d.t.Errorf("I-3 the version of %s has %s = %q; want %q", r.Key, name, got, r.Wish[name])
			}
		}
	}
	switch end := trail[len(trail)-1].Kind; end {
	case audit.Applied:
		if len(made) != 1 {
			d.t.Errorf("I-3 %s is called applied; the upstream has %d versions of it", r.Key, len(made))
		}
	case audit.Rejected, audit.NotApplied:
		if len(made) != 0 {
			d.t.Errorf("I-4 %s is called %s; the upstream has a version of it", r.Key, end)
		}
	}
}

func content(t testing.TB, raw json.RawMessage) forms.Values {
	t.Helper()
	p, _, err := pcclient.ParseBillingProfile(raw)
	if err != nil {
		t.Fatal(err)
	}
	return forms.FromBillingProfile(p)
}

// exec changes the database behind the portal's back.
func (d *desk) exec(statement string, args ...any) {
	d.t.Helper()
	err := d.db.Write(d.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
