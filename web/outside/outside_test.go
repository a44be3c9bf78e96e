package outside_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/seal"
)

const ada, sam = "meridian|ada", "meridian|sam"

// post is a watch over a trail, with a simulated Partner Center before it. Its time
// stands still but for wait.
type post struct {
	*outside.Watch
	t     *testing.T
	trail *audit.Trail
	db    *database.DB
	sim   *pcsim.Simulator
	pc    *pcclient.Client
	wire  *wire
	out   *bytes.Buffer
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// wire stands between client and simulator; a hook may answer instead, and with two
// nils lets the call go on.
type wire struct {
	mu     sync.Mutex
	next   http.RoundTripper
	hook   func(*http.Request) (*http.Response, error)
	audits int // calls for audit records
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	hook := w.hook
	if strings.HasPrefix(r.URL.Path, "/v1/auditrecords") {
		w.audits++
	}
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

func (w *wire) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.audits
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, db: databasetest.Open(t), out: &bytes.Buffer{}, clock: &clock{at: time.Now().UTC().Truncate(time.Second)}}
	ring, err := seal.ParseKeys(seal.NewKey())
	must(t, err)
	p.trail = audit.New(p.db, ring, p.clock.now)
	p.sim, err = pcsim.New(pcsim.Options{Customers: 12, Seed: 1, Now: p.clock.now})
	must(t, err)
	p.wire = &wire{next: p.sim.Transport()}
	p.pc, err = pcclient.New(pcclient.Options{BaseURL: "http://upstream.example", Transport: p.wire, Now: p.clock.now,
		Token: func(context.Context, string) (string, error) { return "token", nil }})
	must(t, err)
	p.Watch = outside.New(outside.Options{Trail: p.trail, Now: p.clock.now, Log: slog.New(slog.NewTextHandler(p.out, nil))})
	t.Cleanup(p.Watch.Close)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// customer is one without a past in the simulator.
func (p *post) customer() pcclient.TenantID { return p.sim.Customers()[7].ID }

func (p *post) wait(d time.Duration) {
	p.clock.mu.Lock()
	defer p.clock.mu.Unlock()
	p.clock.at = p.clock.at.Add(d)
}

// elsewhere lets somebody save a city in Partner Center.
func (p *post) elsewhere(id pcclient.TenantID, by, city string) {
	p.t.Helper()
	p.wait(time.Second)
	must(p.t, p.sim.EditElsewhere(id, by, fmt.Appendf(nil, `{"defaultAddress":{"city":%q}}`, city)))
}

// write appends an entry of the portal's own.
func (p *post) write(e audit.Entry, v audit.Values) {
	p.t.Helper()
	must(p.t, p.db.Write(p.t.Context(), func(tx *sql.Tx) error {
		_, err := p.trail.Append(p.t.Context(), tx, e, v)
		return err
	}))
}

func (p *post) changes(f audit.Filter) []audit.Record {
	p.t.Helper()
	list, err := p.trail.Changes(p.t.Context(), f, audit.Place{}, 1000)
	must(p.t, err)
	return list
}

// cities lists what the trail says was saved, newest first.
func (p *post) cities(id pcclient.TenantID) []string {
	p.t.Helper()
	cities := []string{}
	for _, r := range p.changes(audit.Filter{Customer: id}) {
		cities = append(cities, r.After["defaultAddress.city"])
	}
	return cities
}

func (p *post) want(got, want outside.Sight, cities ...string) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("the look was %q, want %q; events:\n%s", got, want, p.out)
	}
	if diff := cmp.Diff(append([]string{}, cities...), p.cities(p.customer())); diff != "" {
		p.t.Errorf("cities in the trail (-want +got):\n%s", diff)
	}
}

func (p *post) look(operator string) outside.Sight {
	return p.Customer(p.t.Context(), p.pc, operator, p.customer())
}

func TestASaveElsewhereComesIntoTheTrail(t *testing.T) {
	databasetest.Both(t, testASaveElsewhereComesIntoTheTrail)
}

func testASaveElsewhereComesIntoTheTrail(t *testing.T) {
	p := newPost(t)
	id := p.customer()
	p.elsewhere(id, "ines@partner.example", "Faro")
	saved := p.clock.now()
	p.wait(30 * time.Minute)
	p.want(p.look(ada), outside.Seen, "Faro")

	r := p.changes(audit.Filter{Customer: id})[0]
	if r.Kind != audit.Outside || r.Via != audit.ViaOutside || r.OperatorName != "ines@partner.example" || r.Operator != "" || !r.Time.Equal(saved) || r.CorrelationID == "" {
		t.Errorf("the entry: %+v", r.Entry)
	}
	if diff := cmp.Diff([]string{"defaultAddress.city"}, r.Fields); diff != "" {
		t.Errorf("fields:\n%s", diff)
	}
	if r.Before["defaultAddress.city"] == "" || r.Before["defaultAddress.city"] == "Faro" || r.After["defaultAddress.addressLine1"] == "" {
		t.Errorf("the address is not kept whole: %v, %v", r.Before, r.After)
	}
	if n, err := p.trail.Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("I-7 Verify = %d, %v", n, err)
	}
}

func TestALookIsTakenOnceAMinute(t *testing.T) {
	p := newPost(t)
	p.elsewhere(p.customer(), "ines", "Faro")
	p.want(p.look(ada), outside.Seen, "Faro")
	p.elsewhere(p.customer(), "ines", "Lagos")
	p.want(p.look(ada), outside.Seen, "Faro")
	if p.wire.asked() != 1 {
		t.Errorf("Partner Center was asked %d times in a minute", p.wire.asked())
	}
	p.wait(time.Minute)
	p.want(p.look(ada), outside.Seen, "Lagos", "Faro")
	p.wait(time.Minute)
	p.want(p.look(ada), outside.Seen, "Lagos", "Faro")
}

// Whatever was saved while nobody looked, by whichever page, is found later: one look
// at everybody does not hide an older save from the other.
func TestLooksAtOneAndAtAllMissNothing(t *testing.T) {
	p := newPost(t)
	other := p.sim.Customers()[8].ID
	p.elsewhere(other, "ines", "Tavira")
	p.wait(20 * 24 * time.Hour)
	p.elsewhere(p.customer(), "ines", "Faro")
	p.want(p.look(ada), outside.Seen, "Faro")
	p.wait(time.Minute)
	if got := p.All(t.Context(), p.pc, ada); got != outside.Seen {
		t.Fatalf("All = %q", got)
	}
	if diff := cmp.Diff([]string{"Tavira"}, p.cities(other)); diff != "" {
		t.Errorf("the other customer's (-want +got):\n%s", diff)
	}
	// The simulator's past has four more saves of other customers.
	if n := len(p.changes(audit.Filter{Via: audit.ViaOutside})); n != 6 {
		t.Errorf("%d saves outside, want 6", n)
	}
}

func TestTwoReplicasKeepASaveOnce(t *testing.T) { databasetest.Both(t, testTwoReplicasKeepASaveOnce) }

func testTwoReplicasKeepASaveOnce(t *testing.T) {
	p := newPost(t)
	for i := range 30 {
		p.elsewhere(p.customer(), "ines", fmt.Sprintf("Faro %d", i))
	}
	var wg sync.WaitGroup
	for range 4 {
		replica := outside.New(outside.Options{Trail: p.trail, Now: p.clock.now})
		defer replica.Close()
		wg.Go(func() {
			if got := replica.Customer(t.Context(), p.pc, ada, p.customer()); got != outside.Seen {
				t.Errorf("the look was %q", got)
			}
		})
		wg.Go(func() { replica.All(t.Context(), p.pc, ada) })
	}
	wg.Wait()
	if n := len(p.cities(p.customer())); n != 30 {
		t.Errorf("%d entries for 30 saves", n)
	}
	if _, err := p.trail.Verify(t.Context()); err != nil {
		t.Errorf("I-7 Verify: %v", err)
	}
}

func TestOurOwnSavesAreNotImported(t *testing.T) { databasetest.Both(t, testOurOwnSavesAreNotImported) }

func testOurOwnSavesAreNotImported(t *testing.T) {
	p := newPost(t)
	id := p.customer()
	var correlation string
	save := func(city string) audit.Record {
		p.wait(time.Minute)
		profile, etag, err := p.pc.BillingProfiles.Get(t.Context(), id)
		must(t, err)
		old := profile.DefaultAddress.City
		profile.DefaultAddress.City = city
		ctx := pcclient.OnCall(t.Context(), func(id string) { correlation = id })
		_, _, err = p.pc.BillingProfiles.Update(ctx, id, etag, profile)
		must(t, err)
		// As the write path keeps it, whole address and all.
		whole := func(city string) map[string]string {
			a := profile.DefaultAddress
			return map[string]string{
				"defaultAddress.country": a.Country, "defaultAddress.region": a.Region, "defaultAddress.city": city, "defaultAddress.state": a.State,
				"defaultAddress.district": "", "defaultAddress.addressLine1": a.AddressLine1, "defaultAddress.addressLine2": a.AddressLine2,
				"defaultAddress.addressLine3": "", "defaultAddress.postalCode": a.PostalCode,
			}
		}
		return audit.Record{Values: audit.Values{Before: whole(old), After: whole(city)}, Entry: audit.Entry{
			Kind: audit.Applied, Submission: "s-" + city, Operator: ada, OperatorName: "Ada Admin", Customer: id,
			Fields: []string{"defaultAddress.city"}, CorrelationID: correlation,
		}}
	}
	known := save("Braga")
	p.write(audit.Entry{Kind: audit.Recorded, Submission: known.Submission, Customer: id}, audit.Values{})
	p.write(known.Entry, known.Values)
	p.want(p.look(ada), outside.Seen, "Braga")

	// The answer that counted went by another correlation ID than the one noted.
	p.wait(time.Minute)
	p.write(audit.Entry{Kind: audit.Recorded, Submission: "s-Porto", Customer: id, CorrelationID: "first-try"}, audit.Values{})
	retried := save("Porto")
	retried.CorrelationID = "first-try"
	p.write(retried.Entry, retried.Values)
	p.want(p.look(ada), outside.Seen, "Porto", "Braga")

	// Somebody else's is somebody else's, also when it says the same a day later.
	p.elsewhere(id, "ines", "Braga")
	p.wait(24 * time.Hour)
	p.elsewhere(id, "ines", "Porto")
	p.want(p.look(ada), outside.Seen, "Porto", "Braga", "Porto", "Braga")
}

// F-11: a save whose answer was lost, called not applied after the settle window, and
// carried out all the same later: nobody would know of it without the upstream's record.
func TestF11ASaveThatCameAfterItsWindowIsTold(t *testing.T) {
	databasetest.Both(t, testF11ASaveThatCameAfterItsWindowIsTold)
}

func testF11ASaveThatCameAfterItsWindowIsTold(t *testing.T) {
	p := newPost(t)
	id := p.customer()
	profile, etag, err := p.pc.BillingProfiles.Get(t.Context(), id)
	must(t, err)
	profile.DefaultAddress.City = "Faro"
	correlation := pcclient.NewGUID()
	for _, kind := range []audit.Kind{audit.Recorded, audit.InDoubt, audit.NotApplied} {
		p.write(audit.Entry{Kind: kind, Submission: "s1", RequestID: "s1", Customer: id, CorrelationID: correlation}, audit.Values{})
	}
	p.wait(time.Minute)
	_, _, err = p.pc.BillingProfiles.Update(pcclient.WithCorrelationID(t.Context(), correlation), id, etag, profile)
	must(t, err)
	p.want(p.look(ada), outside.Seen, "Faro")
	p.wait(time.Minute)
	p.want(p.look(ada), outside.Seen, "Faro")
	if got := p.changes(audit.Filter{Customer: id})[0]; got.Kind != audit.Outside || got.RequestID != "s1" {
		t.Errorf("it is %s, request %q", got.Kind, got.RequestID)
	}
}

func TestNothingIsImportedWhileASubmissionIsOpen(t *testing.T) {
	databasetest.Both(t, testNothingIsImportedWhileASubmissionIsOpen)
}

func testNothingIsImportedWhileASubmissionIsOpen(t *testing.T) {
	for _, end := range []audit.Kind{audit.Applied, audit.Rejected, audit.NotApplied, audit.Superseded} {
		t.Run(string(end), func(t *testing.T) {
			p := newPost(t)
			id, at := p.customer(), p.clock.now()
			p.write(audit.Entry{Kind: audit.Recorded, Submission: "s1", Customer: id, CorrelationID: "c1"}, audit.Values{})
			p.write(audit.Entry{Kind: audit.InDoubt, Submission: "s1", Customer: id, CorrelationID: "c1"}, audit.Values{})
			p.elsewhere(id, "ines", "Faro")
			for range 3 {
				p.want(p.look(ada), outside.Seen)
				if got := p.All(t.Context(), p.pc, ada); got != outside.Seen {
					t.Errorf("All = %q", got)
				}
				p.wait(30 * time.Hour) // longer than a look reaches back by itself
			}
			p.write(audit.Entry{Kind: end, Submission: "s1", Customer: id, CorrelationID: "c1", Time: at}, audit.Values{})
			p.look(ada)
			if n := len(p.changes(audit.Filter{Customer: id, Via: audit.ViaOutside})); n != 1 {
				t.Errorf("after the end %d saves are in the trail, want 1", n)
			}
		})
	}
}

func TestARefusalIsRememberedForThePerson(t *testing.T) {
	p := newPost(t)
	p.elsewhere(p.customer(), "ines", "Faro")
	must(t, p.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Times: -1, Status: http.StatusForbidden}))
	p.want(p.look(sam), outside.Closed)
	p.wait(9 * time.Minute)
	p.want(p.look(sam), outside.Closed)
	if got := p.All(t.Context(), p.pc, sam); got != outside.Closed || p.wire.asked() != 1 {
		t.Errorf("All = %q after %d calls, want closed after 1", got, p.wire.asked())
	}
	p.sim.ClearFaults()
	p.want(p.look(ada), outside.Seen, "Faro")
	p.want(p.look(sam), outside.Seen, "Faro") // thanks to Ada, for a minute
	p.wait(time.Minute)
	p.want(p.look(sam), outside.Seen, "Faro") // ten minutes are over, and Sam was made an admin agent
}

// However many people are refused, the portal remembers some of them only, and the newest.
func TestRefusalsAreForgottenWhenTheyAreMany(t *testing.T) {
	c := &clock{at: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	refusals := outside.NewRefusals(c.now)
	add := func(n int) {
		for i := range n {
			refusals.Add(fmt.Sprintf("meridian|%d", i))
		}
	}
	refusals.Add(sam)
	c.at = c.at.Add(9 * time.Minute)
	add(1999)
	if !refusals.Has(sam) || !refusals.Has("meridian|0") {
		t.Fatal("forgotten while there was room")
	}
	c.at = c.at.Add(time.Minute)
	refusals.Add(ada)
	if refusals.Has(sam) || !refusals.Has("meridian|0") || !refusals.Has(ada) {
		t.Error("what is long over makes room for what is new, alone")
	}
	add(2001)
	if refusals.Has("meridian|0") || !refusals.Has("meridian|2000") || refusals.Has(ada) {
		t.Error("more are remembered than there is room for, or the newest is not")
	}
}

func TestALookNeverHoldsAPageUp(t *testing.T) {
	p := newPost(t)
	p.elsewhere(p.customer(), "ines", "Faro")
	answer := make(chan struct{})
	var deadline time.Time
	p.wire.on(func(r *http.Request) (*http.Response, error) {
		deadline, _ = r.Context().Deadline()
		<-answer
		return nil, nil
	})
	begun := time.Now()
	page, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	p.want(p.Customer(page, p.pc, ada, p.customer()), outside.Failed)
	close(answer)
	p.Close() // waits for it
	p.want(p.look(ada), outside.Seen, "Faro")
	if limit := deadline.Sub(begun); limit > 5*time.Second+500*time.Millisecond {
		t.Errorf("a look may take %s", limit)
	}
	p.wait(time.Hour)
	p.want(p.look(ada), outside.Failed, "Faro") // closed: no new look
}

func TestAFailedLookIsAnEventAndNotTriedForAMinute(t *testing.T) {
	p := newPost(t)
	p.elsewhere(p.customer(), "ines-marker", "Faro-marker")
	p.wire.on(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	p.want(p.look(ada), outside.Failed)
	asked := p.wire.asked()
	p.wire.on(nil)
	p.want(p.look(ada), outside.Failed)
	if p.wire.asked() != asked || !strings.Contains(p.out.String(), "outside.not_read") {
		t.Errorf("asked %d times, then %d; events:\n%s", asked, p.wire.asked(), p.out)
	}
	p.wait(time.Minute)
	p.want(p.look(ada), outside.Seen, "Faro-marker")

	must(t, p.db.Close())
	p.elsewhere(p.customer(), "ines-marker", "Lagos-marker")
	p.wait(time.Minute)
	if got := p.look(ada); got != outside.Failed || !strings.Contains(p.out.String(), "outside.not_imported") {
		t.Errorf("without a database: %q; events:\n%s", got, p.out)
	}
	if strings.Contains(p.out.String(), "-marker") {
		t.Errorf("A-38 an event holds a value:\n%s", p.out)
	}
}
