package main

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// F-39: the portal is asked to stop at every named step of a save. It sees the save
// through and ends well, and whoever pressed Save finds out what became of it.
func TestF39StoppedWhileSaving(t *testing.T) {
	t.Parallel()
	databasetest.Both(t, func(t *testing.T) {
		atOnceEach(t, crashes, func(c crashStep) string { return "F-39 " + c.name }, func(t *testing.T, c crashStep) {
			s := newStory(t, databasetest.URL(t))
			stopped := s.start("CRASH_POLITE=1", "CRASH_AT="+c.point)
			edit := s.editUnder(c)
			s.wantGone(stopped)
			if stopped.err != nil {
				t.Errorf("the portal ended with %v", stopped.err)
			}
			s.start()
			edit.Wait()
			s.judge()
		})
	})
}

// F-39: a save that takes longer than a stop may is cut short, and in doubt until the
// next portal's people look.
func TestF39StoppedForTooLong(t *testing.T) {
	t.Parallel()
	s := newStory(t, databasetest.SQLiteURL(t))
	stopped := s.start("CRASH_POLITE=1", "CRASH_AT=sent")
	p := s.seat(0, s.chronicle)
	s.fault(pcsim.Fault{Method: "PUT", DelayAfterMs: 20000})
	var edit sync.WaitGroup
	edit.Go(func() { p.edit(s.customer, wishOf(1)) })
	s.wantGone(stopped)
	if stopped.killed() {
		t.Errorf("the portal was killed: %v", stopped.err)
	}
	s.start()
	edit.Wait()
	s.judge()
	if s.tells(audit.InDoubt) != 1 || s.tells(audit.Applied) != 1 {
		t.Errorf("F-39 the trail does not tell of the doubt and its end: %+v", s.chronicle.trail)
	}
}

// tells is how many entries of a kind there are.
func (s *story) tells(kind audit.Kind) int {
	n := 0
	for _, e := range s.chronicle.trail {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// F-40: one process after the other is replaced while people work. Nobody notices.
func TestF40RollingRestart(t *testing.T) {
	t.Parallel()
	s := newStory(t, databasetest.PostgresURL(t))
	s.start()
	s.start()
	var done atomic.Bool
	var people sync.WaitGroup
	for n := range s.people {
		p := s.seat(n, s.chronicle)
		people.Go(func() {
			for i := n; !done.Load(); i += len(s.people) {
				p.edit(s.customer, wishOf(i))
			}
		})
	}
	for range 3 {
		old := s.pick()
		s.start()
		if err := s.stop(old); err != nil {
			t.Errorf("F-40 the portal ended with %v", err)
		}
	}
	done.Store(true)
	people.Wait()
	if n := s.failed.Load(); n > 0 {
		t.Errorf("F-40 %d requests failed", n)
	}
	s.judge()
}

// F-42: three processes take over what a fourth left behind. One of them does.
func TestF42ThreeProcessesRecoverOneIntent(t *testing.T) {
	t.Parallel()
	s := newStory(t, databasetest.PostgresURL(t))
	doomed := s.start("CRASH_AT=sent")
	p := s.seat(0, s.chronicle)
	s.dawdle()
	var edit sync.WaitGroup
	edit.Go(func() { p.edit(s.customer, wishOf(1)) })
	s.wantKilled(doomed)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { s.start() })
	}
	all.Wait()
	edit.Wait()
	time.Sleep(time.Second) // each of them has looked by then
	s.judge()
	if n := s.tells(audit.InDoubt); n != 1 {
		t.Errorf("F-42 %d processes took it over", n)
	}
}
