package submission_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/submission"
)

// between lets somebody outside save in the instant between the re-read and the PUT,
// under an upstream that takes stale writes.
func (d *desk) between(patch string) {
	d.stale("accept")
	d.wire.on(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPut {
			d.elsewhere(d.customer(0), patch)
			d.wire.on(nil)
		}
		return nil, nil
	})
}

// overwrote is the entry that tells of an overwritten save, nil without one.
func (d *desk) overwrote(key string) *audit.Record {
	d.t.Helper()
	trail, err := d.trail.ForSubmission(d.t.Context(), key)
	if err != nil {
		d.t.Fatal(err)
	}
	if i := slices.IndexFunc(trail, func(r audit.Record) bool { return r.Kind == audit.Overwrote }); i >= 0 {
		return &trail[i]
	}
	return nil
}

func TestAnOverwrittenSaveIsTold(t *testing.T) { databasetest.Both(t, testAnOverwrittenSaveIsTold) }

func testAnOverwrittenSaveIsTold(t *testing.T) {
	t.Run("another field", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		d.between(`{"firstName":"Outsider"}`)
		want(t, d.save(r), submission.Applied, "")
		told := d.overwrote(r.Key)
		if told == nil {
			t.Fatal("nothing tells of the save that was overwritten")
		}
		if !slices.Equal(told.Fields, []string{"firstName"}) || told.Before["firstName"] != "Outsider" || told.After["firstName"] != r.Base["firstName"] {
			t.Errorf("what was lost: %q %q → %q", told.Fields, told.Before["firstName"], told.After["firstName"])
		}
		if told.By != "clerk@meridian-cloud.example" || told.ByAt.IsZero() || told.Operator != ada.Key {
			t.Errorf("whose it was: %q at %v, by %q", told.By, told.ByAt, told.Operator)
		}
		if _, err := d.trail.Verify(t.Context()); err != nil {
			t.Errorf("I-7 %v", err)
		}
	})
	t.Run("the same field", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		d.between(`{"email":"outsider@harbourline.example"}`)
		want(t, d.save(r), submission.Applied, "")
		if told := d.overwrote(r.Key); told == nil || told.Before["email"] != "outsider@harbourline.example" || told.After["email"] != "mine@harbourline.example" {
			t.Errorf("told: %+v", told)
		}
	})
	t.Run("nothing was overwritten", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		want(t, d.save(r), submission.Applied, "")
		if told := d.overwrote(r.Key); told != nil {
			t.Errorf("told: %+v", told)
		}
	})
	t.Run("the audit record comes late", func(t *testing.T) {
		d := newDesk(t, realTime(time.Second), func(_ *desk, o *submission.Options) { o.Sleep = soon })
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		d.between(`{"firstName":"Outsider"}`)
		d.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Status: 503, Times: 3})
		want(t, d.save(r), submission.Applied, "")
		for range 200 {
			if d.overwrote(r.Key) != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Error("not told")
	})
	t.Run("V16.5.4 F-41 a panic of a later look ends that look", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		d.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Status: 503, Times: 3})
		asked := 0
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if req.URL.Path != "/v1/auditrecords" {
				return nil, nil
			}
			if asked++; asked > 3 {
				panic("marker-panic")
			}
			return nil, nil
		})
		want(t, d.save(r), submission.Applied, "")
		for range 200 {
			if strings.Contains(d.out.String(), "submission.panic") {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if said := d.out.String(); !strings.Contains(said, "submission.panic") || strings.Contains(said, "marker-panic") {
			t.Errorf("the log: %s", said)
		}
		d.wire.on(nil)
		want(t, d.save(d.edit(sam, d.customer(1), "email", "next@example.com")), submission.Applied, "")
	})
	t.Run("who may not read audit records is asked once", func(t *testing.T) {
		d := newDesk(t)
		d.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", Status: 403, Times: -1})
		for i, city := range []string{"Newhaven", "Oldhaven"} {
			want(t, d.save(d.edit(sam, d.customer(i), "defaultAddress.city", city)), submission.Applied, "")
		}
		asked := 0
		for _, r := range d.sim.Journal().Requests {
			if r.Path == "/v1/auditrecords" {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestA58OtherValuesAreAudited(t *testing.T) { databasetest.Both(t, testA58OtherValuesAreAudited) }

func testA58OtherValuesAreAudited(t *testing.T) {
	d := newDesk(t)
	r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
	want(t, d.save(r), submission.Applied, "")
	other := r
	other.Wish = d.edit(ada, r.Customer, "email", "other@harbourline.example").Wish
	var asking sync.WaitGroup
	for range 8 { // the trail keeps for good what it has, so it has that once
		asking.Go(func() {
			if _, err := d.svc.Save(t.Context(), d.pc, other); !errors.Is(err, submission.ErrOtherValues) {
				t.Errorf("saved, or %v", err)
			}
		})
	}
	asking.Wait()
	trail, err := d.trail.ForSubmission(t.Context(), r.Key)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(trail); n < 2 || trail[n-2].Kind == audit.Refused {
		t.Errorf("A-58 %d entries, more than one of them a refusal", n)
	}
	if n := strings.Count(d.out.String(), "submission.other_values"); n != 8 {
		t.Errorf("A-58 %d events", n)
	}
	if last := trail[len(trail)-1]; last.Kind != audit.Refused || last.Reason != string(submission.OtherValues) || last.Operator != ada.Key {
		t.Errorf("A-58 the trail ends with %s %s of %s", last.Kind, last.Reason, last.Operator)
	}
	d.invariants()
}

func TestASupersededSaveIsClosedByAPerson(t *testing.T) {
	databasetest.Both(t, testASupersededSaveIsClosedByAPerson)
}

func testASupersededSaveIsClosedByAPerson(t *testing.T) {
	d := newDesk(t)
	r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
	d.loseRequest(func() { d.elsewhere(r.Customer, `{"email":"theirs@harbourline.example"}`) })
	want(t, d.save(r), submission.Superseded, "")
	for _, operator := range []string{ada.Key, ""} {
		if list, err := d.svc.Unsettled(t.Context(), operator); err != nil || len(list) != 1 {
			t.Fatalf("listed for %q: %d, %v", operator, len(list), err)
		}
	}
	if list, _ := d.svc.Unsettled(t.Context(), sam.Key); len(list) != 0 {
		t.Error("A-53 listed for somebody else")
	}
	for range 2 {
		if err := d.svc.Close(t.Context(), sam, r.Key); err != nil {
			t.Fatal(err)
		}
	}
	if list, _ := d.svc.Unsettled(t.Context(), ""); len(list) != 0 {
		t.Error("still listed")
	}
	trail, _ := d.trail.ForSubmission(t.Context(), r.Key)
	if last := trail[len(trail)-1]; last.Kind != audit.Closed || last.Operator != sam.Key || trail[len(trail)-2].Kind == audit.Closed {
		t.Errorf("the trail ends with %s by %s", last.Kind, last.Operator)
	}
	if got, err := d.svc.Get(t.Context(), ada.Key, r.Key); err != nil || got.ClosedAt.IsZero() || got.State != submission.Superseded {
		t.Errorf("closed: %+v, %v", got.ClosedAt, err)
	}
	d.invariants()
}

// soon sleeps a little, whatever it is asked for.
func soon(ctx context.Context, _ time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(30 * time.Millisecond):
		return nil
	}
}
