package submission

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
)

// run is one save under way. Its own goroutine alone touches sub until done is closed.
type run struct {
	s   *Service
	pc  *pcclient.Client
	sub Submission
	// correlation names the first try of the PUT; it is on disk before.
	correlation string
	until       time.Time    // when the save's time is over, by the service's clock
	alive       atomic.Int64 // until when others let it be at work, in microseconds: see beat
	kept        bool         // the intent is on disk
	begun       time.Time    // when the PUT went out; zero before, and when it certainly did not
	marked      bool         // the doubt is on disk, and that the PUT went out
	done        chan struct{}
	err         error // why the intent was not recorded; read after done
}

// work is the whole save. It returns when the submission has an end, or its
// time is over.
func (r *run) work(ctx context.Context) {
	defer r.survive(ctx)
	crash.At("validated")
	lease, held, err := r.s.record(ctx, r.sub)
	if errors.Is(err, database.ErrCommitUnknown) {
		lease, held, err = r.s.findRecorded(ctx, r.sub, err)
	}
	if err != nil {
		if r.err = err; !errors.Is(err, errKeyTaken) {
			r.event(ctx, slog.LevelError, "submission.not_recorded", "error", err)
		}
		return
	}
	r.kept, r.sub.CorrelationID = true, ""
	crash.At("recorded")

	if !held {
		crash.At("queued")
		// Leave a third of the time to the save itself.
		lease, held, err = r.s.await(ctx, r.sub.Customer, r.sub.Key, r.sub.RecordedAt.Add(r.s.limit*2/3))
		if err != nil || !held {
			r.event(ctx, slog.LevelWarn, "submission.customer_busy", "error", err)
			r.sub.rejected(NotSent, nil)
			r.finish(ctx, nil)
			return
		}
	}
	before, settled := r.send(ctx, lease)
	if !settled {
		r.doubt(ctx)
		return
	}
	r.finish(ctx, before)
	if r.sub.State == Applied {
		r.s.lookForOverwritten(ctx, r.pc, r.sub, before)
	}
}

// send does steps 2 to 4 of the package comment. settled is false when the PUT
// may have been carried out without proof; otherwise sub has its end. before is
// the content the PUT replaced.
func (r *run) send(ctx context.Context, l lease) (before forms.Values, settled bool) {
	now, etag, err := r.pc.BillingProfiles.Get(ctx, r.sub.Customer)
	if err != nil {
		r.sub.rejected(r.s.afterRead(err), err)
		return nil, true
	}
	theirs := forms.FromBillingProfile(now)
	r.sub.Saved = theirs
	if forms.Agree(theirs, r.sub.Wish, r.sub.Fields...) {
		r.sub.rejected(AlreadySaved, nil)
		return nil, true
	}
	if len(forms.Changed(r.sub.Base, theirs)) > 0 {
		r.sub.rejected(Conflict, nil)
		return nil, true
	}
	crash.At("reread")
	if err := r.s.check(ctx, l); err != nil {
		r.event(ctx, slog.LevelError, "submission.lease", "error", err)
		r.sub.rejected(NotSent, nil)
		return nil, true
	}
	answer, err := r.put(ctx, etag, r.sub.Wish.Onto(now, r.sub.Base))
	if errors.Is(err, pcclient.ErrNotSent) && !errors.Is(err, pcclient.ErrInDoubt) {
		r.begun = time.Time{}
	}
	if err == nil {
		return theirs, r.confirm(ctx, etag, answer)
	}
	reason, proved := r.s.afterPut(err)
	if !proved {
		r.event(ctx, slog.LevelWarn, "submission.answer_lost", "error", err)
		return theirs, false
	}
	r.sub.rejected(reason, err)
	if reason == Conflict {
		r.sameByChance(ctx)
	}
	return nil, true
}

// put sends the one PUT, and notes when it was and under which correlation ID it
// last went out: a call that was throttled is made again under another. No call begins
// once others may have taken this process for dead: they tell what became of the save.
func (r *run) put(ctx context.Context, etag pcclient.ETag, profile pcclient.BillingProfile) (pcclient.ETag, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ctx = pcclient.WithRequestID(ctx, r.sub.Key)
	ctx = pcclient.WithCorrelationID(ctx, r.correlation)
	ctx = pcclient.OnCall(ctx, func(id string) {
		if database.Micros(r.s.now()) >= r.alive.Load() {
			stop() // before anything of it is sent
			return
		}
		r.sub.CorrelationID = id
	})
	r.begun = r.s.micro()
	_, next, err := r.pc.BillingProfiles.Update(crash.Sending(ctx, "sent"), r.sub.Customer, etag, profile)
	crash.At("answered")
	// A call may have waited and tried again; its last try is at most 30 s old.
	r.sub.SentAt = r.begun
	if last := r.s.micro().Add(-30 * time.Second); last.After(r.begun) {
		r.sub.SentAt = last
	}
	return next, err
}

// confirm reads back what a successful answer claimed. A claim that the content
// does not bear out is worth no more than a lost answer, unless a third version
// shows that somebody saved right after it: then the story is over, and waiting
// would only keep others from the customer.
func (r *run) confirm(ctx context.Context, before, answer pcclient.ETag) (settled bool) {
	now, etag, err := r.pc.BillingProfiles.Get(ctx, r.sub.Customer)
	if err != nil {
		r.event(ctx, slog.LevelWarn, "submission.not_confirmed", "error", err)
		return false
	}
	r.sub.Saved = forms.FromBillingProfile(now)
	switch {
	case forms.Agree(r.sub.Saved, r.sub.Wish, r.sub.Fields...), r.respelt(answer, etag):
		r.sub.State = Applied
	case r.overtaken(before, answer, etag):
		r.sub.State = Superseded
	default:
		r.event(ctx, slog.LevelWarn, "submission.not_confirmed")
		return false
	}
	return true
}

// overtaken reports whether what stands upstream is neither the version that was
// replaced nor the one the answer named, and its content not the one before.
func (r *run) overtaken(before, answer, now pcclient.ETag) bool {
	return answer != "" && answer != before && now != before && now != answer &&
		len(forms.Changed(r.sub.Base, r.sub.Saved)) > 0
}

// respelt reports whether the upstream took the wish in a spelling of its own:
// the version it answered with is the one that stands there now, and none of
// the fields to change has its old text.
func (r *run) respelt(answer, now pcclient.ETag) bool {
	moved := only(forms.Changed(r.sub.Base, r.sub.Saved), r.sub.Fields)
	return answer != "" && answer == now && len(moved) == len(r.sub.Fields)
}

// sameByChance looks at the content behind a stale ETag: somebody may have
// saved the very same values in between.
func (r *run) sameByChance(ctx context.Context) {
	now, _, err := r.pc.BillingProfiles.Get(ctx, r.sub.Customer)
	if err != nil {
		return
	}
	r.sub.Saved = forms.FromBillingProfile(now)
	if forms.Agree(r.sub.Saved, r.sub.Wish, r.sub.Fields...) {
		r.sub.Reason = AlreadySaved
	}
}

// doubt writes down that the answer was lost, and then looks for the wish until
// it shows or the settle window is over.
func (r *run) doubt(ctx context.Context) {
	r.markDoubt(ctx)
	crash.At("doubted")
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 8*time.Second) {
		// The look that decides must come soon after the window, not a pause later.
		if rest := r.sub.SentAt.Add(r.s.settle).Sub(r.s.now()); rest > 0 {
			pause = min(pause, rest)
		}
		if !r.s.now().Add(pause).Before(r.until) || r.s.sleep(ctx, pause) != nil {
			r.event(ctx, slog.LevelWarn, "submission.left_in_doubt")
			return
		}
		if r.s.look(ctx, r.pc, &r.sub) {
			r.finish(ctx, r.sub.Base)
			if r.sub.State == Applied {
				r.s.lookForOverwritten(ctx, r.pc, r.sub, r.sub.Base)
			}
			return
		}
	}
}

func (r *run) markDoubt(ctx context.Context) {
	r.sub.State, r.sub.Reason, r.sub.Doubted = InDoubt, "", true
	if !r.marked {
		r.marked = r.persist(ctx, func(ctx context.Context) error { return r.s.doubt(ctx, r.sub, r.begun) })
	}
}

// finish writes the end and tells of it.
func (r *run) finish(ctx context.Context, before forms.Values) {
	r.sub.SettledAt = r.s.micro()
	if r.persist(ctx, func(ctx context.Context) error { return r.s.finish(ctx, r.sub, before, r.begun) }) {
		crash.At("settled")
		r.event(ctx, slog.LevelInfo, "submission.settled")
	}
}

// persist writes, and tries again while the lease protects the customer: what
// the upstream did is known only here. If it cannot be written the row stays
// open, and a later look finds the truth again.
func (r *run) persist(ctx context.Context, write func(context.Context) error) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.s.leaseFor-r.s.limit)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := write(ctx)
		if err == nil || errors.Is(err, errSettled) {
			return err == nil
		}
		r.event(ctx, slog.LevelError, "submission.outcome_not_written", "error", err)
		if sleep(ctx, pause) != nil { // the disk's time, not the service's clock
			return false
		}
	}
}

// survive turns a panic into an outcome: nothing recorded is an error, nothing
// sent a failure, anything else is in doubt.
func (r *run) survive(ctx context.Context) {
	if recover() == nil { // the value may hold anything, so it is not logged
		return
	}
	r.event(ctx, slog.LevelError, "submission.panic", "stack", string(debug.Stack()))
	switch {
	case !r.kept:
		r.err = errBroken
	case !r.sub.SettledAt.IsZero(): // the end is written, or being so
	case !r.begun.IsZero():
		r.markDoubt(ctx)
	default:
		r.sub.rejected(Failed, nil)
		r.finish(ctx, nil)
	}
}

func (r *run) event(ctx context.Context, level slog.Level, name string, more ...any) {
	r.s.event(ctx, level, name, r.sub, more...)
}
