package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
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

// newStory sets it on a database: see databasetest.URL.
func newStory(t testing.TB, databaseURL string) *story {
	s := &story{fleet: newFleet(t, databaseURL, 2, 2), chronicle: &chronicle{}}
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
	for _, v := range s.fleet.judge(s.chronicle) {
		s.t.Error(v)
	}
}

func (f *fleet) judge(c *chronicle) []violation {
	f.t.Helper()
	f.comeBack(c)
	if err := c.end(f.t.Context(), f.sim, f.db, f.ring); err != nil {
		f.t.Fatal(err)
	}
	f.collect(&c.history)
	f.excuses(&c.history)
	return check(&c.history)
}

// comeBack lets everybody look at their edits once more, each in their own time.
func (f *fleet) comeBack(c *chronicle) {
	until := time.Now().Add(patience)
	mine := map[*person][]*edited{}
	for _, e := range c.edits {
		mine[e.by] = append(mine[e.by], e)
	}
	var all sync.WaitGroup
	for p, edits := range mine {
		all.Go(func() {
			for _, e := range edits {
				p.comeBack(e, until)
			}
		})
	}
	all.Wait()
}

// collect adds what the portal wrote anywhere.
func (f *fleet) collect(h *history) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, log := range f.logs {
		h.outputs = append(h.outputs, output{name: "the log", text: log.String()})
	}
	f.grants.mu.Lock()
	defer f.grants.mu.Unlock()
	h.secrets, h.private = append(f.secrets, f.grants.secrets...), []string{marker}
}

// marker is part of every text that people type here.
const marker = "chaosmark"

// wantKilled waits for a replica's end, and fails unless it was the signal that
// cannot be caught.
func (f *fleet) wantKilled(r *replica) {
	f.t.Helper()
	f.wantGone(r)
	if !r.killed() {
		f.t.Errorf("the portal ended with %v; want it killed", r.err)
	}
}

// wantGone waits for a replica's end.
func (f *fleet) wantGone(r *replica) {
	f.t.Helper()
	select {
	case <-r.gone:
	case <-time.After(patience):
		f.t.Fatal("the portal did not come to the step at which it should end")
	}
	f.forget(r)
}

// killed reports whether a replica that is gone was killed. Read it after gone.
func (r *replica) killed() bool {
	var exit *exec.ExitError
	if !errors.As(r.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signal() == syscall.SIGKILL
}

// killing is a story in which the portal is killed.
type killing struct {
	name  string
	tell  func(*story)
	empty bool // the database has no tables yet
}

func (k killing) run(t *testing.T) {
	if k.empty {
		k.tell(newStory(t, databasetest.EmptyURL(t)))
	} else {
		k.tell(newStory(t, databasetest.URL(t)))
	}
}

// kills is how often each killing is told: make chaos wants more than once.
var kills = environment("KILLS", 1)

// tellAll tells every story on both engines, a few at once: they wait more than they work.
func tellAll(t *testing.T, killings ...killing) {
	t.Parallel()
	databasetest.Both(t, func(t *testing.T) {
		var mu sync.Mutex
		good := map[string]int{}
		free := make(chan struct{}, 5)
		var all sync.WaitGroup
		for range kills {
			for _, k := range killings {
				free <- struct{}{}
				all.Go(func() {
					defer func() { <-free }()
					if t.Run("F-38 "+k.name, k.run) {
						mu.Lock()
						defer mu.Unlock()
						good[k.name]++
					}
				})
			}
		}
		all.Wait()
		if kills > 1 {
			for _, k := range killings {
				t.Logf("F-38 %s: killed at %q %d times, I-1 to I-10 held %d times", path.Base(t.Name()), k.name, kills, good[k.name])
			}
		}
	})
}

// atOnceEach tells a story for each case, a few at once.
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

// environment is a number that whoever runs the tests may set.
func environment(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// F-38: the portal dies at every named step of a save, and comes back. What the
// person sees then is true, what they typed is saved or there, and the trail tells it.
func TestF38KilledWhileSaving(t *testing.T) {
	killings := []killing{{name: "page sent", tell: killedAfterThePage}}
	for _, c := range crashes {
		killings = append(killings, killing{name: c.name, tell: func(s *story) {
			doomed := s.start("CRASH_AT=" + c.point)
			edit := s.editUnder(c)
			s.wantKilled(doomed)
			s.start()
			edit.Wait()
			s.judge()
		}})
	}
	tellAll(t, killings...)
}

// editUnder lets somebody edit the customer in such a way that a save passes the step.
func (s *story) editUnder(c crashStep) *sync.WaitGroup {
	p := s.seat(0, s.chronicle)
	if c.prepare != nil {
		c.prepare(s)
	}
	var edit sync.WaitGroup
	edit.Go(func() { p.edit(s.customer, wishOf(1)) })
	return &edit
}

func killedAfterThePage(s *story) {
	doomed := s.start()
	p := s.seat(0, s.chronicle)
	e := p.edit(s.customer, wishOf(1))
	s.kill(doomed)
	s.start()
	if !slices.ContainsFunc(e.presses, func(a attempt) bool { return a.told == toldSaved }) { // of a double press, either
		s.t.Errorf("the pages said %v", e.presses)
	}
	s.judge()
}

// wishOf is what somebody types into a form: two items, in words nobody else uses.
func wishOf(n int) forms.Values {
	return forms.Values{"email": fmt.Sprintf("%s%d@customer.example", marker, n), "firstName": fmt.Sprintf("%s%d", marker, n)}
}

// F-38: the portal dies while somebody signs in, out, or has their token renewed.
func TestF38KilledOverASession(t *testing.T) {
	tellAll(t,
		killing{name: "mid session save: signing in", tell: killedWhileSigningIn},
		killing{name: "mid logout", tell: killedWhileSigningOut},
		killing{name: "mid refresh", tell: killedWhileRenewing},
		killing{name: "mid refresh while saving", tell: killedWhileRenewingForASave},
	)
}

func killedWhileSigningIn(s *story) {
	doomed := s.start("CRASH_AT=session begun")
	p := s.person(0, s.chronicle)
	if page, err := p.tryToSignIn(); err == nil {
		s.t.Errorf("the sign-in was answered: %d %s", page.status, page.text())
	}
	s.wantKilled(doomed)
	s.start()
	if err := p.signIn(); err != nil {
		s.t.Fatal(err)
	}
	p.edit(s.customer, wishOf(1))
	s.judge()
}

func killedWhileSigningOut(s *story) {
	doomed := s.start("CRASH_AT=session ended")
	p := s.seat(0, s.chronicle)
	stolen := s.person(0, s.chronicle)
	stolen.jar = p.jar.copy()
	stolen.client.Jar = stolen.jar
	if page, err := p.signOut(); err == nil {
		s.t.Errorf("the sign-out was answered: %d %s", page.status, page.text())
	}
	s.wantKilled(doomed)
	s.start()
	p.edit(s.customer, wishOf(1)) // nobody was told that the session has ended
	page, err := p.signOut()
	if err != nil || !page.shows("signed out") {
		s.t.Fatalf("the second sign-out: %v %s", err, page.text())
	}
	stolen.seeWhetherDead()
	if err := p.signIn(); err != nil { // to look at the edit once more
		s.t.Fatal(err)
	}
	s.judge()
}

func killedWhileRenewing(s *story) {
	doomed := s.start("CRASH_AT=refreshed")
	p := s.seat(0, s.chronicle)
	s.fault(pcsim.Fault{Method: "GET", Path: "/v1/customers/", Status: 401})
	if _, err := p.get("/customers/" + string(s.customer)); err == nil {
		s.t.Error("the portal answered")
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
}

func killedWhileRenewingForASave(s *story) {
	doomed := s.start("CRASH_AT=refreshed")
	p := s.seat(0, s.chronicle)
	s.fault(pcsim.Fault{Method: "PUT", Status: 401})
	var edit sync.WaitGroup
	edit.Go(func() { p.edit(s.customer, wishOf(1)) })
	s.wantKilled(doomed)
	s.start()
	edit.Wait()
	s.judge()
}

// F-38: the portal dies while it brings the schema up to date.
func TestF38KilledWhileMigrating(t *testing.T) {
	var killings []killing
	for _, nth := range []string{"1", "2"} {
		killings = append(killings, killing{empty: true, name: "mid migration " + nth, tell: func(s *story) {
			doomed, err := s.tryStart("CRASH_AT=migrated:" + nth)
			if !errors.Is(err, errDied) {
				s.t.Fatalf("the portal started: %v", err)
			}
			s.wantKilled(doomed)
			s.start()
			s.seat(0, s.chronicle).edit(s.customer, wishOf(1))
			s.judge()
		}})
	}
	tellAll(t, killings...)
}

// F-38: the portal dies while somebody downloads the change log. The browser is not
// given half a file for a whole one, and the next download is whole.
func TestF38KilledWhileExporting(t *testing.T) {
	tellAll(t, killing{name: "mid export", tell: func(s *story) {
		doomed := s.start("CRASH_AT=exporting")
		p := s.seat(0, s.chronicle)
		p.edit(s.customer, wishOf(1))
		if page, err := p.get("/changes.csv"); err == nil {
			s.t.Errorf("the file came in whole: %d, %d bytes", page.status, len(page.body))
		}
		s.wantKilled(doomed)
		s.start()
		page, err := p.get("/changes.csv")
		if err != nil || page.status != http.StatusOK || !strings.Contains(page.body, string(s.customer)) {
			s.t.Errorf("the next download: %v %+v", err, page)
		}
		s.judge()
	}})
}
