package submission

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/seal"
)

// Options are what a Service is made of. DB, Trail and Ring are required.
type Options struct {
	DB    *database.DB
	Trail *audit.Trail
	Ring  *seal.Ring
	Log   *slog.Logger // nil: none are kept. No event holds a personal value.

	// SignInAgain is what the error of a token source matches when only a new
	// sign-in helps; its other errors are an outage. Nil: all of them are the former.
	SignInAgain error

	// Refusals are shared with whoever else asks for audit records; nil: not shared.
	Refusals *outside.Refusals

	Settle time.Duration // how long a sent change may take to show; 0: 90 s
	Limit  time.Duration // how long one save may run; 0: 120 s
	Wait   time.Duration // how long Save waits for the outcome; 0: 10 s

	// Now and Sleep are the clock; nil: the real one. Sleep returns early, with
	// the context's error, when ctx ends.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Service saves. It is safe for concurrent use; one process needs one.
type Service struct {
	db    *database.DB
	trail *audit.Trail
	ring  *seal.Ring
	log   *slog.Logger
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	signInAgain error
	refusals    *outside.Refusals

	settle, limit, wait, leaseFor, beatEvery, aliveFor time.Duration

	mu       sync.Mutex
	runs     map[string]*run // by submission key, while they are under way
	draining bool

	halted context.Context // ends with Drain, or when it runs out of patience
	halt   context.CancelFunc
	later  sync.WaitGroup // looks for overwritten saves that go on after theirs; they end with halted
}

// New returns a service.
func New(o Options) *Service {
	s := &Service{
		db: o.DB, trail: o.Trail, ring: o.Ring, log: o.Log, now: o.Now, sleep: o.Sleep,
		signInAgain: o.SignInAgain,
		refusals:    o.Refusals,
		settle:      crash.Hasten(cmp.Or(o.Settle, 90*time.Second)),
		limit:       crash.Hasten(cmp.Or(o.Limit, 120*time.Second)),
		wait:        crash.Hasten(cmp.Or(o.Wait, 10*time.Second)),
		beatEvery:   crash.Hasten(beatEvery),
		aliveFor:    crash.Hasten(aliveFor),
		runs:        map[string]*run{},
	}
	s.halted, s.halt = context.WithCancel(context.Background())
	// The lease outlives the longest run, so it needs no renewal, and ends by
	// itself when a process died with it.
	s.leaseFor = s.limit + s.limit/4
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.refusals == nil {
		s.refusals = outside.NewRefusals(s.now)
	}
	if s.sleep == nil {
		s.sleep = sleep
	}
	return s
}

// Save sees the request through as the person pc acts for, and returns the
// submission as it stands when it has an end, or when Options.Wait or ctx is
// over; the work itself goes on, whatever becomes of ctx. A key that was saved
// before with the same values sends nothing and returns, or waits for, that
// submission; an open one left behind by a crash is re-read.
//
// Four errors mean that nothing was recorded for it and nothing sent: ErrOtherValues,
// ErrNotFound (the key is somebody else's), ErrDraining and ErrNotRecorded. Any other
// is the database's and says that how the save stands cannot be told: it may be under
// way. How the save itself went is never an error.
func (s *Service) Save(ctx context.Context, pc *pcclient.Client, r Request) (Submission, error) {
	begun := time.Now()
	sub, err := s.save(ctx, pc, r)
	if err != nil || sub.State != Recorded || s.running(r.Key) {
		return sub, err
	}
	// Another portal is at work on it, and is waited for as long as this one would be.
	ctx, cancel := context.WithDeadline(ctx, begun.Add(s.wait))
	defer cancel()
	for pause := 25 * time.Millisecond; sleep(ctx, pause) == nil; pause = min(2*pause, 500*time.Millisecond) {
		got, err := s.Get(ctx, r.Operator.Key, r.Key)
		if err != nil {
			break
		}
		if got.State != Recorded {
			return got, nil
		}
	}
	return sub, nil
}

// save is Save for what is under way in this portal.
func (s *Service) save(ctx context.Context, pc *pcclient.Client, r Request) (Submission, error) {
	if r.Key == "" || r.Operator.Key == "" || r.Customer == "" {
		return Submission{}, errors.New("save: the request needs a key, an operator and a customer")
	}
	got, err := s.known(ctx, r)
	if err == nil && (got.State.Settled() || !s.running(r.Key)) {
		return s.Settle(ctx, pc, r.Key)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Submission{}, err
	}

	run, err := s.start(ctx, pc, r)
	if errors.Is(err, ErrOtherValues) {
		return Submission{}, s.RefuseOther(ctx, r)
	}
	if err != nil {
		return Submission{}, err
	}
	patience := time.NewTimer(s.wait)
	defer patience.Stop()
	select {
	case <-run.done:
	case <-patience.C:
	case <-ctx.Done():
	}
	return s.standing(context.WithoutCancel(ctx), run, r)
}

// known returns the stored submission of the request's key, ErrNotFound if the
// operator has none, ErrOtherValues if it asks for something else.
func (s *Service) known(ctx context.Context, r Request) (Submission, error) {
	got, err := s.Get(ctx, r.Operator.Key, r.Key)
	if err == nil && !same(got.Request, r) {
		return Submission{}, s.RefuseOther(ctx, r)
	}
	return got, err
}

// RefuseOther writes into the trail that the request's key was asked for with
// other values than it stands for, once for a key, and returns ErrOtherValues. Every
// time is an event, and so is that it cannot be written; the answer is the same.
func (s *Service) RefuseOther(ctx context.Context, r Request) error {
	s.log.WarnContext(ctx, "submission.other_values", "submission", r.Key, "operator", r.Operator.Key)
	refused := Submission{Request: r, Reason: OtherValues}
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := s.db.Lock(ctx, tx, "refusals of "+r.Key); err != nil {
			return err
		}
		if told, err := s.trail.Has(ctx, tx, r.Key, audit.Refused); err != nil || told {
			return err
		}
		_, err := s.trail.Append(ctx, tx, entry(refused, audit.Refused, s.now()), audit.Values{})
		return err
	})
	if err != nil {
		s.log.ErrorContext(ctx, "submission.refusal_not_written", "submission", r.Key, "operator", r.Operator.Key, "error", err)
	}
	return ErrOtherValues
}

// standing is what Save returns when waiting is over.
func (s *Service) standing(ctx context.Context, run *run, r Request) (Submission, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	got, err := s.known(ctx, r)
	if !errors.Is(err, ErrNotFound) {
		return got, err
	}
	select {
	case <-run.done:
		if run.err != nil && !errors.Is(run.err, errKeyTaken) {
			return Submission{}, fmt.Errorf("%w: %w", ErrNotRecorded, run.err)
		}
		return Submission{}, ErrNotFound
	default:
		return Submission{}, fmt.Errorf("%w: the intent is not recorded yet", database.ErrUnavailable)
	}
}

// start begins a run for the request, or joins the one under way for its key.
func (s *Service) start(ctx context.Context, pc *pcclient.Client, r Request) (*run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run := s.runs[r.Key]; run != nil {
		return run, run.asks(r)
	}
	if r.Via == "" {
		r.Via = audit.ViaForm
	}
	if s.draining {
		return nil, ErrDraining
	}
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limit)
	sub := Submission{
		Request: r, State: Recorded, Fields: forms.Changed(r.Base, r.Wish),
		CorrelationID: pcclient.NewGUID(), RecordedAt: s.micro(),
	}
	run := &run{s: s, pc: pc, sub: sub, correlation: sub.CorrelationID, until: sub.RecordedAt.Add(s.limit), done: make(chan struct{})}
	run.alive.Store(database.Micros(sub.RecordedAt.Add(s.aliveFor)))
	s.runs[r.Key] = run
	go func() {
		defer s.ended(run)
		defer cancel()
		defer context.AfterFunc(s.halted, cancel)()
		defer run.beat(detached)()
		run.work(detached)
	}()
	return run, nil
}

// asks reports whether the run is for this very request of this operator. The
// request in sub never changes.
func (r *run) asks(other Request) error {
	switch {
	case r.sub.Operator.Key != other.Operator.Key:
		return ErrNotFound
	case !same(r.sub.Request, other):
		return ErrOtherValues
	}
	return nil
}

func (s *Service) ended(run *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, run.sub.Key)
	close(run.done)
}

func (s *Service) running(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs[key] != nil
}

// Drain stops taking new submissions and waits for those under way. When ctx
// ends first, they are cut short: what was not sent is rejected, the rest stays
// in doubt on disk. It then returns ctx's error.
func (s *Service) Drain(ctx context.Context) error {
	defer s.later.Wait()
	defer s.halt()
	s.mu.Lock()
	s.draining = true
	var open []*run
	for _, run := range s.runs {
		open = append(open, run)
	}
	s.mu.Unlock()

	for _, run := range open {
		select {
		case <-run.done:
		case <-ctx.Done():
			s.cutShort(open)
			return ctx.Err()
		}
	}
	return nil
}

// cutShort ends all runs and gives them a moment to write where they stand.
func (s *Service) cutShort(open []*run) {
	s.halt()
	last := time.NewTimer(2 * time.Second)
	defer last.Stop()
	for _, run := range open {
		select {
		case <-run.done:
		case <-last.C:
			return
		}
	}
}

// micro is the time now as the database keeps it.
func (s *Service) micro() time.Time { return database.Time(database.Micros(s.now())) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
