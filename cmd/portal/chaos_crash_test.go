package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
)

// crashes are the steps of a save at which the portal is killed, and what makes a save
// pass them.
var crashes = []crashStep{
	{"validated", "validated", nil},
	{"intent written", "recorded", nil},
	{"waiting for the customer", "queued", (*story).occupy},
	{"re-read done", "reread", nil},
	{"bytes sent, and on their way", "sent", (*story).delay},
	{"bytes sent, and arrived", "sent", (*story).dawdle},
	{"answer read", "answered", nil},
	{"answer lost", "doubted", (*story).lose},
	{"outcome written", "settled", nil},
}

type crashStep struct {
	name, point string
	prepare     func(*story)
}

// story is one person, one customer and a portal that goes down under them.
type story struct {
	*fleet
	customer  pcclient.TenantID
	chronicle *chronicle
}

func newStory(t testing.TB) *story {
	s := &story{fleet: newSQLiteFleet(t, 2, 2), chronicle: &chronicle{}}
	s.customer = s.sim.Customers()[0].ID
	s.chronicle.begin(s.sim)
	s.chronicle.shown = map[string]places{}
	return s
}

func (s *story) fault(f pcsim.Fault) {
	s.t.Helper()
	if err := s.sim.AddFaults(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) delay()  { s.fault(pcsim.Fault{Method: "PUT", DelayBeforeMs: 300}) }
func (s *story) dawdle() { s.fault(pcsim.Fault{Method: "PUT", DelayAfterMs: 300}) }

func (s *story) lose() {
	none := 0
	s.fault(pcsim.Fault{Method: "PUT", CutAfterBytes: &none})
}

// occupy lets somebody else hold the customer for a while.
func (s *story) occupy() {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'somebody', 7, $2)`,
			"customer:"+string(s.customer), database.Micros(time.Now().Add(2*time.Second)))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// patience is how long a look may take that waits for an end. Nothing waits so long
// unless it is broken.
const patience = 90 * time.Second

// judge lets everybody come back, and holds what is then known against the invariants.
func (s *story) judge() {
	s.t.Helper()
	until := time.Now().Add(patience)
	for _, e := range s.chronicle.edits {
		e.by.comeBack(e, until)
	}
	if err := s.chronicle.end(s.t.Context(), s.sim, s.db, s.ring); err != nil {
		s.t.Fatal(err)
	}
	s.collect(&s.chronicle.history)
	for _, v := range check(&s.chronicle.history) {
		s.t.Error(v)
	}
}

// collect adds what the portal wrote anywhere.
func (f *fleet) collect(h *history) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, log := range f.logs {
		h.outputs = append(h.outputs, output{name: "the log", text: log.String()})
	}
	h.secrets, h.private = f.secrets, []string{marker}
}

// marker is part of every text that people type here.
const marker = "chaosmark"

// wantKilled waits for a replica's end, and fails unless it was the signal that
// cannot be caught.
func (f *fleet) wantKilled(r *replica) {
	f.t.Helper()
	<-r.gone
	f.forget(r)
	exit, ok := r.err.(*exec.ExitError)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		f.t.Errorf("the portal ended with %v; want it killed", r.err)
	}
}

// F-38: the portal dies at every named step of a save, and comes back. What the
// person sees then is true, what they typed is saved or there, and the trail tells it.
func TestF38KilledWhileSaving(t *testing.T) {
	t.Parallel()
	atOnceEach(t, crashes, func(c crashStep) string { return "F-38 " + c.name }, func(t *testing.T, c crashStep) {
		s := newStory(t)
		doomed := s.start("PORTAL_CRASH_AT=" + c.point)
		p := s.seat(0, s.chronicle)
		if c.prepare != nil {
			c.prepare(s)
		}
		var edit sync.WaitGroup
		edit.Go(func() { p.edit(s.customer, wishOf(1)) })
		s.wantKilled(doomed)
		s.start()
		edit.Wait()
		s.judge()
	})
}

// F-38: the portal dies after its page went out.
func TestF38KilledAfterThePage(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	doomed := s.start()
	p := s.seat(0, s.chronicle)
	e := p.edit(s.customer, wishOf(1))
	s.kill(doomed)
	s.start()
	if said := e.presses[len(e.presses)-1].told; said != toldSaved {
		t.Errorf("F-38 page sent: the page said %q", said)
	}
	s.judge()
}

// wishOf is what somebody types into a form: two items, in words nobody else uses.
func wishOf(n int) forms.Values {
	return forms.Values{"email": fmt.Sprintf("%s%d@customer.example", marker, n), "firstName": fmt.Sprintf("%s%d", marker, n)}
}

// F-38: the portal dies while somebody signs in, out, or has their token renewed.
func TestF38KilledOverASession(t *testing.T) {
	t.Parallel()
	t.Run("F-38 mid session save: signing in", func(t *testing.T) {
		s := newStory(t)
		doomed := s.start("PORTAL_CRASH_AT=session begun")
		p := s.person(0, s.chronicle)
		if page, err := p.tryToSignIn(); err == nil {
			t.Errorf("the sign-in was answered: %d %s", page.status, page.text())
		}
		s.wantKilled(doomed)
		s.start()
		if err := p.signIn(); err != nil {
			t.Fatal(err)
		}
		p.edit(s.customer, wishOf(1))
		s.judge()
	})
	t.Run("F-38 mid logout", func(t *testing.T) {
		s := newStory(t)
		doomed := s.start("PORTAL_CRASH_AT=session ended")
		p := s.seat(0, s.chronicle)
		stolen := s.person(0, s.chronicle)
		stolen.jar = p.jar.copy()
		stolen.client.Jar = stolen.jar
		if page, err := p.signOut(); err == nil {
			t.Errorf("the sign-out was answered: %d %s", page.status, page.text())
		}
		s.wantKilled(doomed)
		s.start()
		p.edit(s.customer, wishOf(1)) // nobody was told that the session has ended
		page, err := p.signOut()
		if err != nil || !page.shows("signed out") {
			t.Fatalf("the second sign-out: %v %s", err, page.text())
		}
		stolen.seeWhetherDead()
		p.who = s.people[0]
		if err := p.signIn(); err != nil { // to look at the edit once more
			t.Fatal(err)
		}
		s.judge()
	})
	t.Run("F-38 mid refresh", func(t *testing.T) {
		s := newStory(t)
		doomed := s.start("PORTAL_CRASH_AT=refreshed")
		p := s.seat(0, s.chronicle)
		s.fault(pcsim.Fault{Method: "GET", Path: "/v1/customers/", Status: 401})
		if _, err := p.get("/customers/" + string(s.customer)); err == nil {
			t.Error("the portal answered")
		}
		s.wantKilled(doomed)
		s.start()
		p.edit(s.customer, wishOf(1)) // the old token is good still
		// Its refresh token was spent by the process that died, so now the person has
		// to sign in once more.
		p.excuse = "the provider ended it: its refresh token came twice"
		s.fault(pcsim.Fault{Method: "GET", Path: "/v1/customers/", Status: 401})
		p.edit(s.customer, wishOf(2))
		s.judge()
	})
	t.Run("F-38 mid refresh while saving", func(t *testing.T) {
		s := newStory(t)
		doomed := s.start("PORTAL_CRASH_AT=refreshed")
		p := s.seat(0, s.chronicle)
		s.fault(pcsim.Fault{Method: "PUT", Status: 401})
		var edit sync.WaitGroup
		edit.Go(func() { p.edit(s.customer, wishOf(1)) })
		s.wantKilled(doomed)
		s.start()
		edit.Wait()
		s.judge()
	})
}

// F-38: the portal dies while it brings the schema up to date.
func TestF38KilledWhileMigrating(t *testing.T) {
	t.Parallel()
	for _, nth := range []string{"1", "2"} {
		t.Run("F-38 mid migration "+nth, func(t *testing.T) {
			s := newStory(t)
			doomed, err := s.tryStart("PORTAL_CRASH_AT=migrated:" + nth)
			if !errors.Is(err, errDied) {
				t.Fatalf("the portal started: %v", err)
			}
			s.wantKilled(doomed)
			s.start()
			s.seat(0, s.chronicle).edit(s.customer, wishOf(1))
			s.judge()
		})
	}
}

// atOnceEach runs a story for each case, a few at once: they wait more than they work.
func atOnceEach[C any](t *testing.T, cases []C, name func(C) string, story func(*testing.T, C)) {
	free := make(chan struct{}, 5)
	var all sync.WaitGroup
	for _, c := range cases {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			t.Run(name(c), func(t *testing.T) { story(t, c) })
		})
	}
	all.Wait()
}
