package submission_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
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

func fileHolds(t *testing.T, path string, texts ...string) bool {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// crash saves r as a process would that dies right after the PUT left, or right
// before: the outcome stays unwritten. It returns a service as a new process has it.
func (d *desk) crash(r submission.Request, arrives bool) {
	d.t.Helper()
	at := make(chan struct{})
	gone := make(chan struct{})
	dying, die := context.WithCancel(context.Background())
	d.wire.on(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPut {
			if arrives {
				resp, err := d.sim.Transport().RoundTrip(req)
				if err == nil {
					resp.Body.Close()
				}
			}
			close(at)
			<-dying.Done()
			return nil, io.ErrUnexpectedEOF
		}
		return nil, nil
	})
	// The dying process writes to a database that is gone by then.
	db, err := database.Open(d.t.Context(), d.url)
	if err != nil {
		d.t.Fatal(err)
	}
	doomed := submission.New(submission.Options{
		DB: db, Ring: d.ring, Trail: audit.New(db, d.ring, d.clock.Now), Now: d.clock.Now, Sleep: d.clock.Sleep,
		Limit: time.Second, Wait: time.Millisecond, Log: discard(),
	})
	go func() {
		defer close(gone)
		_, _ = doomed.Save(context.Background(), d.pc, r)
	}()
	<-at
	<-gone
	db.Close()
	die()
	drained, cancel := context.WithTimeout(d.t.Context(), 10*time.Second)
	defer cancel()
	if err := doomed.Drain(drained); err != nil {
		d.t.Fatalf("the dying process: %v", err)
	}
	d.wire.on(nil)
	d.sent = append(d.sent, r)
}

func TestF38AfterACrashTheTruthIsFoundByReading(t *testing.T) {
	t.Run("V2.3.3", func(t *testing.T) { databasetest.Both(t, testF38AfterACrashTheTruthIsFoundByReading) })
}

func testF38AfterACrashTheTruthIsFoundByReading(t *testing.T) {
	t.Run("F-38 the PUT had arrived", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.crash(r, true)
		got, err := d.svc.Get(t.Context(), ada.Key, r.Key)
		if err != nil || got.State != submission.Recorded {
			t.Fatalf("after the crash: %s, %v", got.State, err)
		}
		d.invariants()
		want(t, d.save(r), submission.Recorded, "") // its process may be at work
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		got, err = d.svc.Settle(t.Context(), d.pc, r.Key)
		if err != nil {
			t.Fatal(err)
		}
		want(t, got, submission.Applied, "")
		want(t, d.save(r), submission.Applied, "")
		if n := len(d.puts()); n != 1 {
			t.Errorf("I-5 %d PUTs", n)
		}
		d.invariants()
	})
	t.Run("F-38 the PUT had not arrived", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.crash(r, false)
		if _, err := d.svc.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, d.save(r), submission.Recorded, "") // asking again sends nothing
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		if n, err := d.svc.Recover(t.Context()); n != 1 || err != nil {
			t.Errorf("taken over: %d, %v", n, err)
		}
		d.invariants()
		want(t, d.save(r), submission.InDoubt, "")
		_ = d.clock.Sleep(t.Context(), 85*time.Second)
		if got, err := d.svc.Settle(t.Context(), d.pc, r.Key); err != nil || got.State != submission.InDoubt {
			t.Errorf("while it might still show: %s, %v", got.State, err)
		}
		_ = d.clock.Sleep(t.Context(), 10*time.Second)
		got, err := d.svc.Settle(t.Context(), d.pc, r.Key)
		if err != nil {
			t.Fatal(err)
		}
		want(t, got, submission.NotApplied, "")
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()

		again := d.edit(ada, r.Customer, "email", "new@harbourline.example")
		want(t, d.save(again), submission.Applied, "") // "Save again" is a new submission
		d.invariants()
	})
	t.Run("F-38 died while waiting for the customer: nothing was sent, whatever stands there now", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "same@harbourline.example")
		d.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'somebody', 7, $2)`,
			"customer:"+string(r.Customer), database.Micros(d.clock.Now().Add(time.Minute)))
		asleep := make(chan struct{})
		dead := submission.New(submission.Options{
			DB: d.db, Ring: d.ring, Trail: d.trail, Now: d.clock.Now, Log: discard(), Wait: 300 * time.Millisecond,
			Sleep: func(context.Context, time.Duration) error { close(asleep); select {} },
		})
		if _, err := dead.Save(t.Context(), d.pc, r); err != nil {
			t.Fatal(err)
		}
		d.sent = append(d.sent, r)
		<-asleep
		d.elsewhere(r.Customer, `{"email":"same@harbourline.example"}`)
		if got, err := d.svc.Settle(t.Context(), d.pc, r.Key); err != nil || got.State != submission.Recorded {
			t.Errorf("while its process may be at work: %s, %v", got.State, err)
		}
		d.invariants()
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		want(t, d.save(r), submission.Rejected, submission.NotSent)
		d.invariants()
	})
	t.Run("F-38 I-3 a colleague saved the very same after the crash: that is who saved", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "same@harbourline.example")
		colleague := d.edit(sam, d.customer(0), "email", "same@harbourline.example")
		d.crash(r, false)
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		want(t, d.save(colleague), submission.Applied, "")
		want(t, d.save(r), submission.Rejected, submission.AlreadySaved)
		d.invariants()
	})
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("F-38 I-3 a colleague is just saving the very same, answer lost %v: they are waited for", lost), func(t *testing.T) {
			d := newDesk(t)
			r := d.edit(ada, d.customer(0), "email", "same@harbourline.example")
			colleague := d.edit(sam, d.customer(0), "email", "same@harbourline.example", "firstName", "Sam")
			d.crash(r, false)
			_ = d.clock.Sleep(t.Context(), 31*time.Second)
			if _, err := d.svc.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			_ = d.clock.Sleep(t.Context(), 3*time.Minute) // until the dead process's lease has run out
			looked := false
			d.wire.on(func(req *http.Request) (*http.Response, error) {
				if looked || req.Method != http.MethodPut {
					return nil, nil
				}
				looked = true
				resp, err := d.sim.Transport().RoundTrip(req)
				got, lookErr := d.svc.Settle(t.Context(), d.pc, r.Key)
				if lookErr != nil || got.State != submission.InDoubt {
					t.Errorf("while the colleague saves: %s, %v", got.State, lookErr)
				}
				if lost && err == nil {
					resp.Body.Close()
					return nil, io.ErrUnexpectedEOF
				}
				return resp, err
			})
			want(t, d.save(colleague), submission.Applied, "")
			want(t, d.save(r), submission.Rejected, submission.AlreadySaved)
			d.invariants()
		})
	}
	t.Run("F-42 three replicas take over one intent: one acts", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.crash(r, true)
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		taken := make(chan int, 3)
		for range 3 {
			replica := submission.New(submission.Options{DB: d.db, Ring: d.ring, Trail: d.trail, Now: d.clock.Now, Sleep: d.clock.Sleep, Log: discard()})
			go func() {
				n, err := replica.Recover(context.WithoutCancel(t.Context()))
				if err != nil {
					t.Error(err)
				}
				taken <- n
			}()
		}
		<-taken
		<-taken
		<-taken
		d.invariants() // one entry of doubt, or the order of entries is wrong
		count, err := d.svc.Count(t.Context())
		if err != nil || count.InDoubt != 1 || count.Recorded != 0 || count.Oldest.IsZero() {
			t.Errorf("I-2 the gauge: %+v, %v", count, err)
		}
		// Somebody else who may see the customer looks, before its person does.
		open, err := d.svc.OpenFor(t.Context(), r.Customer)
		if err != nil || len(open) != 1 {
			t.Fatalf("open for the customer: %d, %v", len(open), err)
		}
		want(t, d.svc.SettleAll(t.Context(), d.pc, open)[0], submission.Applied, "")
		d.invariants()
	})
	t.Run("F-38 who was taken for dead sends nothing any more", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			// The process stands still for a while, right before the PUT.
			_ = d.clock.Sleep(t.Context(), 31*time.Second)
			other := submission.New(submission.Options{DB: d.db, Ring: d.ring, Trail: d.trail, Now: d.clock.Now, Log: discard()})
			if n, err := other.Recover(t.Context()); n != 1 || err != nil {
				t.Errorf("taken over: %d, %v", n, err)
			}
			d.wire.on(nil)
			return nil, nil
		})
		d.save(r)
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs by a process that was taken for dead", n)
		}
		d.invariants()
	})
	t.Run("F-38 nor does it try again what was throttled", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if req.Method != http.MethodPut {
				return nil, nil
			}
			// The process stands still while it waits for its second try.
			_ = d.clock.Sleep(t.Context(), 31*time.Second)
			other := submission.New(submission.Options{DB: d.db, Ring: d.ring, Trail: d.trail, Now: d.clock.Now, Log: discard()})
			if n, err := other.Recover(t.Context()); n != 1 || err != nil {
				t.Errorf("taken over: %d, %v", n, err)
			}
			d.wire.on(nil)
			return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"1"}}, Body: http.NoBody}, nil
		})
		want(t, d.save(r), submission.Rejected, submission.NotSent)
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs by a process that was taken for dead", n)
		}
		d.invariants()
	})
	t.Run("F-38 one row that cannot be read hides no other", func(t *testing.T) {
		d := newDesk(t)
		d.crash(d.edit(ada, d.customer(0), "email", "new@harbourline.example"), true)
		bad := d.edit(ada, d.customer(1), "email", "bad@harbourline.example")
		d.crash(bad, true)
		d.exec(`UPDATE submissions SET intent = 'sealed with a key that is gone' WHERE key = $1`, bad.Key)
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		if n, err := d.svc.Recover(t.Context()); n != 1 || err != nil {
			t.Errorf("taken over: %d, %v", n, err)
		}
		if list, err := d.svc.Unsettled(t.Context(), ada.Key); len(list) != 1 || err != nil {
			t.Errorf("listed: %d, %v", len(list), err)
		}
		if !bytes.Contains([]byte(d.out.String()), []byte(bad.Key)) {
			t.Error("nothing tells operators of the row")
		}
	})
	t.Run("F-38 the customer is free again when the lease has run out", func(t *testing.T) {
		d := newDesk(t)
		d.crash(d.edit(ada, d.customer(0), "email", "new@harbourline.example"), false)
		r := d.edit(sam, d.customer(0), "defaultAddress.city", "Newhaven")
		want(t, d.save(r), submission.Applied, "")
		d.invariants()
	})
}

// What was asked for and what came of it hold people's data: once the trail's values are
// due, these are too. A key must be known for as long as its draft can be sent again.
func TestOldSubmissionsAreForgotten(t *testing.T) {
	databasetest.Both(t, testOldSubmissionsAreForgotten)
}

func testOldSubmissionsAreForgotten(t *testing.T) {
	d := newDesk(t)
	old := d.edit(ada, d.customer(0), "email", "old@harbourline.example")
	open := d.edit(ada, d.customer(1), "email", "open@harbourline.example")
	doubted := d.edit(ada, d.customer(2), "email", "doubted@harbourline.example")
	overtaken := d.edit(ada, d.customer(3), "email", "overtaken@harbourline.example")
	want(t, d.save(old), submission.Applied, "")
	for _, r := range []submission.Request{open, doubted, overtaken} {
		d.crash(r, true)
	}
	d.elsewhere(overtaken.Customer, `{"email":"theirs@harbourline.example"}`)
	_ = d.clock.Sleep(t.Context(), 31*time.Second)
	d.save(doubted)
	d.save(overtaken)
	_ = d.clock.Sleep(t.Context(), 91*time.Second)
	want(t, d.save(overtaken), submission.Superseded, "")

	forget := func(days int, gone int64) {
		t.Helper()
		if n, err := d.svc.Forget(t.Context(), d.clock.Now().AddDate(0, 0, -days)); n != gone || err != nil {
			t.Errorf("older than %d days: %d forgotten, %v; want %d", days, n, err, gone)
		}
	}
	_ = d.clock.Sleep(t.Context(), 13*24*time.Hour)
	forget(1, 0) // its draft may still be there to be sent
	_ = d.clock.Sleep(t.Context(), 2*24*time.Hour)
	fresh := d.edit(ada, d.customer(4), "email", "fresh@harbourline.example")
	want(t, d.save(fresh), submission.Applied, "")
	forget(30, 0)
	forget(1, 1)
	if _, err := d.svc.Get(t.Context(), ada.Key, old.Key); !errors.Is(err, submission.ErrNotFound) {
		t.Errorf("the old one: %v", err)
	}
	for _, r := range []submission.Request{open, doubted, overtaken, fresh} {
		if _, err := d.svc.Get(t.Context(), ada.Key, r.Key); err != nil {
			t.Errorf("%s is forgotten: %v", r.Wish["email"], err)
		}
	}
	if err := d.svc.Seen(t.Context(), ada.Key, doubted.Key); err != nil {
		t.Fatal(err)
	}
	if err := d.svc.Close(t.Context(), ada, overtaken.Key); err != nil {
		t.Fatal(err)
	}
	forget(1, 2)
	if trail, err := d.trail.ForSubmission(t.Context(), old.Key); len(trail) != 3 || err != nil {
		t.Errorf("its trail has %d entries, %v", len(trail), err)
	}
}

func TestF45TheBrowserGoesAway(t *testing.T) {
	d := newDesk(t, realTime(time.Second))
	r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
	d.sim.AddFaults(pcsim.Fault{Method: "PUT", DelayBeforeMs: 200})
	ctx, leave := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, leave)
	got, err := d.svc.Save(ctx, d.pc, r)
	if err != nil {
		t.Fatal(err)
	}
	d.sent = append(d.sent, r)
	want(t, got, submission.Recorded, "")
	if err := d.svc.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err = d.svc.Get(t.Context(), ada.Key, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, submission.Applied, "")
	d.invariants()
}

func TestF39Drain(t *testing.T) { databasetest.Both(t, testF39Drain) }

func testF39Drain(t *testing.T) {
	d := newDesk(t, realTime(time.Minute))
	r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
	waiting := d.edit(sam, d.customer(0), "defaultAddress.city", "Newhaven")
	put := make(chan struct{})
	d.wire.on(func(req *http.Request) (*http.Response, error) {
		if req.Method != http.MethodPut {
			return nil, nil
		}
		close(put)
		<-req.Context().Done() // accepts, and never answers
		return nil, req.Context().Err()
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = d.svc.Save(context.WithoutCancel(t.Context()), d.pc, r)
	}()
	<-put
	go func() { _, _ = d.svc.Save(context.WithoutCancel(t.Context()), d.pc, waiting) }()
	for recorded := false; !recorded; time.Sleep(5 * time.Millisecond) {
		_, err := d.svc.Get(t.Context(), sam.Key, waiting.Key)
		recorded = err == nil
	}
	d.sent = append(d.sent, r, waiting)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := d.svc.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain = %v", err)
	}
	<-ended
	if _, err := d.svc.Save(t.Context(), d.pc, d.edit(ada, d.customer(1), "email", "x@example.com")); !errors.Is(err, submission.ErrDraining) {
		t.Errorf("Save while draining: %v", err)
	}
	got, err := d.svc.Get(t.Context(), ada.Key, r.Key)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, submission.InDoubt, "")
	got, err = d.svc.Get(t.Context(), sam.Key, waiting.Key)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, submission.Rejected, submission.NotSent)
	d.invariants()
}

func TestF41APanicIsAnOutcome(t *testing.T) { t.Run("V16.5.4", testF41APanicIsAnOutcome) }

func testF41APanicIsAnOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		method     string
		put, after int // the PUT's status if not its own; the PUTs before the panic
		state      submission.State
		reason     submission.Reason
	}{
		"F-41 before anything was sent": {http.MethodGet, 0, 0, submission.Rejected, submission.Failed},
		"F-41 while sending":            {http.MethodPut, 0, 0, submission.InDoubt, ""},
		"F-41 while confirming":         {http.MethodGet, 0, 1, submission.InDoubt, ""},
		"F-41 while in doubt":           {http.MethodGet, 500, 1, submission.InDoubt, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.sim.AddFaults(pcsim.Fault{Method: "PUT", Status: c.put})
			d.wire.on(func(r *http.Request) (*http.Response, error) {
				if r.Method == c.method && len(d.puts()) == c.after {
					panic("marker-panic")
				}
				return nil, nil
			})
			r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
			want(t, d.save(r), c.state, c.reason)
			if bytes.Contains([]byte(d.out.String()), []byte("marker-panic")) {
				t.Error("the panic's text is in the log; it may hold anything")
			}
			d.wire.on(nil)
			d.invariants()
			want(t, d.save(d.edit(sam, d.customer(1), "email", "next@example.com")), submission.Applied, "")
			d.invariants()
		})
	}
}

func TestF41APanicWhileRecordingIsAnError(t *testing.T) {
	d := newDesk(t)
	broken := submission.New(submission.Options{DB: d.db, Trail: d.trail, Log: slog.New(slog.DiscardHandler)}) // no keys to seal with
	if _, err := broken.Save(t.Context(), d.pc, d.edit(ada, d.customer(0), "email", "new@harbourline.example")); err == nil || errors.Is(err, submission.ErrNotFound) {
		t.Errorf("Save = %v; want an error that says it is our fault", err)
	}
	if n := len(d.puts()); n != 0 {
		t.Errorf("%d PUTs without an intent", n)
	}
	d.invariants()
}

func TestF35NoDurableIntentNoPut(t *testing.T) {
	t.Run("V16.5.3", func(t *testing.T) { databasetest.Both(t, testF35NoDurableIntentNoPut) })
}

func testF35NoDurableIntentNoPut(t *testing.T) {
	d := newDesk(t)
	r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
	mend := databasetest.Break(t, d.db, "INSERT", "submissions")
	if _, err := d.svc.Save(t.Context(), d.pc, r); !errors.Is(err, database.ErrUnavailable) {
		t.Errorf("F-35 Save = %v; want the database's fault", err)
	}
	if n := len(d.sim.Journal().Requests); n != 0 {
		t.Errorf("F-35 %d calls upstream without an intent", n)
	}
	mend()
	want(t, d.save(r), submission.Applied, "")
	d.invariants()
}

func TestF37TheOutcomeCannotBeWritten(t *testing.T) {
	databasetest.Both(t, testF37TheOutcomeCannotBeWritten)
}

func testF37TheOutcomeCannotBeWritten(t *testing.T) {
	t.Run("F-37 for a while", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		time.AfterFunc(150*time.Millisecond, databasetest.Break(t, d.db, "UPDATE OF state", "submissions"))
		want(t, d.save(r), submission.Applied, "")
		d.invariants()
	})
	t.Run("F-37 at all: open until a later look", func(t *testing.T) {
		d := newDesk(t, func(_ *desk, o *submission.Options) { o.Limit = 400 * time.Millisecond })
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		mend := databasetest.Break(t, d.db, "UPDATE OF state", "submissions")
		want(t, d.save(r), submission.Recorded, "")
		d.invariants()
		if got, err := d.svc.Settle(t.Context(), d.pc, r.Key); err != nil || got.State != submission.Recorded {
			t.Errorf("a look that cannot be written: %s, %v", got.State, err)
		}
		mend()
		_ = d.clock.Sleep(t.Context(), 31*time.Second)
		want(t, d.save(r), submission.Applied, "")
		if n := len(d.puts()); n != 1 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()
	})
}

func TestASubmissionOpensWithARotatedKey(t *testing.T) {
	old, fresh := seal.NewKey(), seal.NewKey()
	ring := func(keys string) func(*desk, *submission.Options) {
		return func(d *desk, o *submission.Options) {
			r, err := seal.ParseKeys(keys)
			if err != nil {
				t.Fatal(err)
			}
			d.ring, o.Ring = r, r
		}
	}
	d := newDesk(t, ring(old))
	r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
	done := d.save(r)
	both, err := seal.ParseKeys(fresh + "," + old)
	if err != nil {
		t.Fatal(err)
	}
	rotated := submission.New(submission.Options{DB: d.db, Ring: both, Trail: audit.New(d.db, both, d.clock.Now), Now: d.clock.Now, Log: discard()})
	got, err := rotated.Get(t.Context(), ada.Key, r.Key)
	if err != nil || got.Wish["email"] != done.Wish["email"] {
		t.Errorf("after rotation: %q, %v", got.Wish["email"], err)
	}
	only, err := seal.ParseKeys(fresh)
	if err != nil {
		t.Fatal(err)
	}
	lost := submission.New(submission.Options{DB: d.db, Ring: only, Trail: d.trail, Log: discard()})
	if _, err := lost.Get(t.Context(), ada.Key, r.Key); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("after the key was dropped: %v", err)
	}
}

func TestTheLease(t *testing.T) { databasetest.Both(t, testTheLease) }

func testTheLease(t *testing.T) {
	t.Run("a lease lost before the PUT: nothing is sent", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				d.exec(`UPDATE leases SET fence = fence + 1, holder = 'somebody'`)
			}
			return nil, nil
		})
		want(t, d.save(r), submission.Rejected, submission.NotSent)
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()
	})
	t.Run("a customer busy for too long: nothing is sent", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'somebody', 7, $2)`,
			"customer:"+string(r.Customer), database.Micros(d.clock.Now().Add(time.Hour)))
		want(t, d.save(r), submission.Rejected, submission.NotSent)
		if n := len(d.sim.Journal().Requests); n != 0 {
			t.Errorf("%d calls", n)
		}
		d.invariants()
	})
	t.Run("F-42 a lease that ran out is taken over, with a higher fence", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "new@harbourline.example")
		d.exec(`INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'somebody', 7, $2)`,
			"customer:"+string(r.Customer), database.Micros(d.clock.Now().Add(10*time.Second)))
		want(t, d.save(r), submission.Applied, "")
		var fence int
		if err := d.db.Read().QueryRowContext(t.Context(), `SELECT fence FROM leases`).Scan(&fence); err != nil || fence != 8 {
			t.Errorf("fence %d, %v; want 8", fence, err)
		}
		d.invariants()
	})
}

func TestTwoOperatorsRace(t *testing.T) { databasetest.Both(t, testTwoOperatorsRace) }

func testTwoOperatorsRace(t *testing.T) {
	d := newDesk(t, realTime(time.Second))
	d.stale("accept") // the upstream would let the second one overwrite the first
	mine := d.edit(ada, d.customer(0), "email", "ada@harbourline.example")
	theirs := d.edit(sam, d.customer(0), "email", "sam@harbourline.example")
	d.sim.AddFaults(pcsim.Fault{Method: "PUT", DelayBeforeMs: 60})
	results := make(chan submission.Submission, 2)
	for _, r := range []submission.Request{mine, theirs} {
		d.sent = append(d.sent, r)
		go func() {
			got, err := d.svc.Save(context.WithoutCancel(t.Context()), d.pc, r)
			if err != nil {
				t.Errorf("Save: %v", err)
			}
			results <- got
		}()
	}
	won, lost := <-results, <-results
	if won.State != submission.Applied {
		won, lost = lost, won
	}
	want(t, won, submission.Applied, "")
	want(t, lost, submission.Rejected, submission.Conflict)
	if lost.Saved["email"] != won.Wish["email"] {
		t.Errorf("the loser is shown %q", lost.Saved["email"])
	}
	d.invariants()

	who := d.whoSaved(lost.Operator, lost.Customer, lost.RecordedAt, lost.Saved)
	if who.Name != won.Operator.Name || who.You || !who.At.Equal(won.SettledAt) {
		t.Errorf("who saved: %+v; want %s at %v", who, won.Operator.Name, won.SettledAt)
	}
}

// whoSaved is who the operator, whose form is open since then, is told saved those values.
func (d *desk) whoSaved(operator submission.Operator, customer pcclient.TenantID, since time.Time, values forms.Values) submission.Who {
	return d.svc.WhoSaved(d.t.Context(), d.pc, submission.Theirs{Customer: customer, Values: values, Since: since, Mine: operator.Key})
}

func TestWhoSaved(t *testing.T) {
	d := newDesk(t)
	r := d.edit(ada, d.customer(0), "email", "ada@harbourline.example")
	start := d.clock.Now()
	_ = d.clock.Sleep(t.Context(), time.Minute)
	want(t, d.save(r), submission.Applied, "")
	now, _ := d.open(r.Customer)
	if who := d.whoSaved(ada, r.Customer, start, now); !who.You {
		t.Errorf("herself in another tab: %+v", who)
	}
	_ = d.clock.Sleep(t.Context(), time.Minute)
	d.elsewhere(r.Customer, `{"email":"clerk@harbourline.example"}`)
	now, _ = d.open(r.Customer)
	who := d.whoSaved(ada, r.Customer, start, now)
	if who.Name != "clerk@meridian-cloud.example" || who.At.Before(start) {
		t.Errorf("outside the portal: %+v", who)
	}
	_ = d.clock.Sleep(t.Context(), time.Minute)
	if err := d.sim.EditElsewhere(r.Customer, "late@meridian-cloud.example", []byte(`{"email":"late@harbourline.example"}`)); err != nil {
		t.Fatal(err)
	}
	if who := d.whoSaved(ada, r.Customer, start, now); who.Name != "clerk@meridian-cloud.example" {
		t.Errorf("whose values the page shows, though another saved after: %+v", who)
	}
	// One of ours first, then somebody outside who leaves our field as it is.
	_ = d.clock.Sleep(t.Context(), time.Minute)
	want(t, d.save(d.edit(sam, r.Customer, "lastName", "Sams")), submission.Applied, "")
	_ = d.clock.Sleep(t.Context(), time.Minute)
	d.elsewhere(r.Customer, `{"firstName":"Later"}`)
	latest, _ := d.open(r.Customer)
	if who := d.whoSaved(ada, r.Customer, start, latest); who.Name != "clerk@meridian-cloud.example" {
		t.Errorf("somebody outside saved after ours: %+v", who)
	}
	d.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Status: 403, Times: -1})
	who = d.whoSaved(ada, r.Customer, start, now)
	if who.Name != "" || !who.At.Equal(d.clock.Now()) {
		t.Errorf("to a sales agent: %+v", who)
	}
	// Her own save was before the form was opened, and another field moved since.
	later := d.clock.Now()
	now["email"], now["firstName"] = "ada@harbourline.example", "Moved"
	if who := d.whoSaved(ada, r.Customer, later, now); who.Name != "" {
		t.Errorf("a save of before: %+v", who)
	}
	other := d.customer(3)
	now, _ = d.open(other)
	if who := d.whoSaved(ada, other, start, now); who.Name != "" {
		t.Errorf("of a customer nobody saved: %+v", who)
	}
}

func TestSaveRefusesHalfARequest(t *testing.T) {
	d := newDesk(t)
	for _, r := range []submission.Request{
		{Operator: ada, Customer: d.customer(0)},
		{Key: pcclient.NewGUID(), Customer: d.customer(0)},
		{Key: pcclient.NewGUID(), Operator: ada},
	} {
		if _, err := d.svc.Save(t.Context(), d.pc, r); err == nil {
			t.Errorf("saved %+v", r)
		}
	}
	if _, err := d.svc.Settle(t.Context(), d.pc, "nothing"); !errors.Is(err, submission.ErrNotFound) {
		t.Errorf("Settle = %v", err)
	}
}
