// Package outside notices billing profiles saved past this portal: it reads Partner
// Center's audit records as a person who may, and puts what it finds into the portal's
// own trail, where it outlives the 90 days that the upstream keeps them and is seen by
// everybody. It is not for use outside the portal.
//
// A look begins when somebody opens a page that shows history: at most every ten seconds
// for a customer, and once a minute for all of them together, in one process. It goes on
// without the page, 5 s at most. That it fails is an event and never an error: history is
// then as it was.
package outside

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
)

// Sight says how well one can see today's changes made past this portal.
type Sight string

// The sights.
const (
	Seen   Sight = "seen"   // the trail has what the upstream's records had a moment ago
	Closed Sight = "closed" // this person may not read the upstream's audit records, or the cloud has none
	Failed Sight = "failed" // not this time: no answer, or none yet
)

const (
	pause     = 10 * time.Second // between looks at one customer
	pauseAll  = time.Minute      // between looks at all of them
	lookFor   = 5 * time.Second  // a look takes at most
	keepFor   = 10 * time.Minute // an old look is of use to the next one
	mostLooks = 2000             // customers remembered
	everybody = pcclient.TenantID("")
)

// Options are what a Watch is made of. Trail is required.
type Options struct {
	Trail *audit.Trail
	Log   *slog.Logger     // nil: none are kept. No event holds a personal value.
	Now   func() time.Time // nil: time.Now

	// Refusals are shared with whoever else asks for audit records; nil: not shared.
	Refusals *Refusals
}

// Watch looks. It is safe for concurrent use; one process needs one.
type Watch struct {
	trail *audit.Trail
	log   *slog.Logger
	now   func() time.Time

	refusals *Refusals

	mu      sync.Mutex
	looks   map[pcclient.TenantID]*look
	running sync.WaitGroup
	over    bool
}

// look is the last one at a customer, or at everybody.
type look struct {
	begun time.Time
	done  chan struct{} // closed when it is over; then the rest is true
	sight Sight
	seen  time.Time // everything older was read and is in the trail; zero: nothing yet
}

// pauseFor is how long a look stands for the next ones.
func pauseFor(id pcclient.TenantID) time.Duration {
	if id == everybody {
		return pauseAll
	}
	return pause
}

func (l *look) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// New returns a watch.
func New(o Options) *Watch {
	w := &Watch{trail: o.Trail, log: o.Log, now: o.Now, refusals: o.Refusals, looks: map[pcclient.TenantID]*look{}}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.now == nil {
		w.now = time.Now
	}
	if w.refusals == nil {
		w.refusals = NewRefusals(w.now)
	}
	return w
}

// Customer looks for changes of one customer, as the operator pc acts for, and returns
// when they are in the trail. If ctx ends first it returns Failed, and the look goes on.
func (w *Watch) Customer(ctx context.Context, pc *pcclient.Client, operatorKey string, id pcclient.TenantID) Sight {
	return w.at(ctx, pc, operatorKey, id)
}

// All looks for changes of all customers, like Customer.
func (w *Watch) All(ctx context.Context, pc *pcclient.Client, operatorKey string) Sight {
	return w.at(ctx, pc, operatorKey, everybody)
}

// Close waits for looks under way and lets no new ones begin.
func (w *Watch) Close() {
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	w.running.Wait()
}

func (w *Watch) at(ctx context.Context, pc *pcclient.Client, operatorKey string, id pcclient.TenantID) Sight {
	for {
		l, mine, sight := w.begin(ctx, pc, operatorKey, id)
		if l == nil {
			return sight
		}
		select {
		case <-ctx.Done():
			return Failed
		case <-l.done:
		}
		// Another person's refusal is not an answer for this one.
		if mine || l.sight != Closed {
			return l.sight
		}
	}
}

// begin starts a look, or joins the one under way; with neither, the sight is known.
func (w *Watch) begin(ctx context.Context, pc *pcclient.Client, operatorKey string, id pcclient.TenantID) (l *look, mine bool, known Sight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, now := w.looks[id], w.now()
	switch {
	case last != nil && !last.over():
		return last, false, ""
	case last != nil && last.sight != Closed && now.Sub(last.begun) < pauseFor(id):
		return nil, false, last.sight
	case w.refusals.Has(operatorKey):
		return nil, false, Closed
	case w.over:
		return nil, false, Failed
	}
	l = &look{begun: now, done: make(chan struct{})}
	if last != nil {
		l.seen = last.seen
	}
	w.makeRoom()
	w.looks[id] = l
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookFor)
	w.running.Go(func() {
		defer cancel()
		w.run(detached, pc, operatorKey, id, l)
	})
	return l, true, ""
}

// makeRoom forgets what is long over, and all that is over when there is too much. A
// forgotten look means only that the next one reads more.
func (w *Watch) makeRoom() {
	for _, keep := range []time.Duration{keepFor, 0} {
		if len(w.looks) < mostLooks {
			return
		}
		for id, l := range w.looks {
			if l.over() && w.now().Sub(l.begun) >= keep {
				delete(w.looks, id)
			}
		}
	}
}

// run does one look and says how it went.
func (w *Watch) run(ctx context.Context, pc *pcclient.Client, operatorKey string, id pcclient.TenantID, l *look) {
	defer close(l.done)
	defer func() {
		if recover() != nil { // the value may hold anything, so it is not logged
			w.log.ErrorContext(ctx, "outside.panic", "customer", string(id), "stack", string(debug.Stack()))
		}
	}()
	l.sight = Failed
	records, complete, err := read(ctx, pc, id, l.since())
	if errors.Is(err, pcclient.ErrForbidden) || errors.Is(err, pcclient.ErrNotFound) {
		w.refusals.Add(operatorKey)
		l.sight = Closed
		return
	}
	if err != nil {
		w.log.WarnContext(ctx, "outside.not_read", "customer", string(id), "error", err)
	}
	added, waiting, failed := w.trail.Import(ctx, savesOf(records, id))
	if failed != nil {
		w.log.ErrorContext(ctx, "outside.not_imported", "customer", string(id), "error", failed)
	}
	if added > 0 {
		w.log.InfoContext(ctx, "outside.imported", "customer", string(id), "entries", added)
	}
	if err == nil && failed == nil {
		l.sight, l.seen = Seen, seenUpTo(l.begun, records, complete, waiting)
	}
}
