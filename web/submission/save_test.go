package submission_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/submission"
)

func TestASaveIsRecordedSentAndSeen(t *testing.T) {
	databasetest.Both(t, testASaveIsRecordedSentAndSeen)
}

func testASaveIsRecordedSentAndSeen(t *testing.T) {
	d := newDesk(t)
	customer := d.customer(0)
	r := d.edit(ada, customer, "email", "accounts@harbourline.example", "defaultAddress.addressLine2", "Quay 7")
	before := r.Base["email"]
	got := d.save(r)

	want(t, got, submission.Applied, "")
	if now, _ := d.open(customer); now["email"] != "accounts@harbourline.example" || got.Saved["email"] != now["email"] {
		t.Errorf("upstream has %q, the result says %q", now["email"], got.Saved["email"])
	}
	puts := d.puts()
	if len(puts) != 1 || puts[0].Headers["MS-RequestId"] != r.Key || got.CorrelationID == "" || puts[0].Headers["MS-CorrelationId"] != got.CorrelationID {
		t.Errorf("PUTs: %+v; want one, with the submission's key as request ID", puts)
	}
	if diff := cmp.Diff([]string{"email", "defaultAddress.addressLine2"}, got.Fields); diff != "" {
		t.Errorf("changed fields (-want +got):\n%s", diff)
	}

	trail, err := d.trail.ForSubmission(t.Context(), r.Key)
	if err != nil || len(trail) != 3 || trail[0].Kind != audit.Recorded || trail[1].Kind != audit.Sent || trail[2].Kind != audit.Applied {
		t.Fatalf("the trail has %+v, %v; want the intent, that it was sent, and its outcome", trail, err)
	}
	if trail[0].CorrelationID != got.CorrelationID {
		t.Errorf("the intent names the call %q; it was %q", trail[0].CorrelationID, got.CorrelationID)
	}
	if e := trail[2]; e.Before["email"] != before || e.After["email"] != "accounts@harbourline.example" || e.OperatorName != ada.Name {
		t.Errorf("the outcome's entry: %+v", e)
	}
	stored, err := d.svc.Get(t.Context(), ada.Key, r.Key)
	if diff := cmp.Diff(got, stored); err != nil || diff != "" {
		t.Errorf("read again (%v, -saved +read):\n%s", err, diff)
	}
	d.invariants()
}

func TestA42ThePutDiffersFromTheReadOnlyInTheEditedMembers(t *testing.T) {
	d := newDesk(t)
	customer := d.customer(0)
	if err := d.sim.EditElsewhere(customer, "Clerk", []byte(`{"loyaltyTier":"gold","firstName":" Rosa  Maria ","defaultAddress":{"buildingCode":"B-12"}}`)); err != nil {
		t.Fatal(err)
	}
	raw, _ := d.sim.BillingProfile(customer)
	// The browser, or a tidy hand, gives the name back with other spaces: no edit.
	want(t, d.save(d.edit(ada, customer, "defaultAddress.city", "Newhaven", "firstName", "Rosa Maria")), submission.Applied, "")

	var was, sent map[string]any
	if json.Unmarshal(raw, &was) != nil || json.Unmarshal([]byte(d.puts()[0].Body), &sent) != nil {
		t.Fatal("not JSON")
	}
	was["defaultAddress"].(map[string]any)["city"] = "Newhaven"
	if diff := cmp.Diff(was, sent); diff != "" {
		t.Errorf("sent besides the edit (-read +sent):\n%s", diff)
	}
	d.invariants()
}

func TestA57OneKeyIsSentOnce(t *testing.T) {
	t.Run("V2.3.4", func(t *testing.T) { databasetest.Both(t, testA57OneKeyIsSentOnce) })
}

func testA57OneKeyIsSentOnce(t *testing.T) {
	d := newDesk(t, realTime(time.Second))
	r := d.edit(ada, d.customer(0), "email", "once@harbourline.example")
	d.sim.AddFaults(pcsim.Fault{Method: "PUT", DelayBeforeMs: 50})
	const senders = 50
	results := make(chan submission.Submission, senders)
	for range senders {
		go func() {
			got, err := d.svc.Save(context.WithoutCancel(t.Context()), d.pc, r)
			if err != nil {
				t.Errorf("Save: %v", err)
			}
			results <- got
		}()
	}
	first := <-results
	for range senders - 1 {
		if diff := cmp.Diff(first, <-results); diff != "" {
			t.Errorf("A-57 two answers for one key:\n%s", diff)
		}
	}
	want(t, first, submission.Applied, "")
	again := d.save(r)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("A-57 Back and send again (-first +again):\n%s", diff)
	}
	if n := len(d.puts()); n != 1 {
		t.Errorf("I-5 %d PUTs", n)
	}

	other := r
	other.Wish = d.edit(ada, r.Customer, "email", "other@harbourline.example").Wish
	if _, err := d.svc.Save(t.Context(), d.pc, other); !errors.Is(err, submission.ErrOtherValues) {
		t.Errorf("A-58 same key, other values: %v", err)
	}
	foreign := r
	foreign.Operator = sam
	if _, err := d.svc.Save(t.Context(), d.pc, foreign); !errors.Is(err, submission.ErrNotFound) {
		t.Errorf("A-53 somebody else's key: %v", err)
	}
	if _, err := d.svc.Get(t.Context(), sam.Key, r.Key); !errors.Is(err, submission.ErrNotFound) {
		t.Errorf("A-53 somebody else's submission: %v", err)
	}
	if n := len(d.puts()); n != 1 {
		t.Errorf("%d PUTs after refused repeats", n)
	}
	d.invariants()
}

func TestA56SomebodySavedFirst(t *testing.T) { databasetest.Both(t, testA56SomebodySavedFirst) }

func testA56SomebodySavedFirst(t *testing.T) {
	for _, stale := range []string{"400-2055", "412", "412-empty", "409", "accept"} {
		t.Run("A-56 F-19 found by the re-read, "+stale, func(t *testing.T) {
			d := newDesk(t)
			d.stale(stale)
			r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
			d.elsewhere(r.Customer, `{"defaultAddress":{"city":"Elsewhere"}}`)
			got := d.save(r)
			want(t, got, submission.Rejected, submission.Conflict)
			if got.Saved["defaultAddress.city"] != "Elsewhere" || len(d.puts()) != 0 {
				t.Errorf("theirs %q, %d PUTs; want theirs shown and nothing sent", got.Saved["defaultAddress.city"], len(d.puts()))
			}
			d.invariants()
		})
	}
	for _, stale := range []string{"400-2055", "412", "412-empty", "409"} {
		t.Run("F-19 found by the PUT, "+stale, func(t *testing.T) {
			d := newDesk(t)
			d.stale(stale)
			r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
			d.justBeforePut(func() { d.elsewhere(r.Customer, `{"defaultAddress":{"city":"Elsewhere"}}`) })
			want(t, d.save(r), submission.Rejected, submission.Conflict)
			if n := len(d.puts()); n != 1 {
				t.Errorf("%d PUTs; a stale one is never repeated", n)
			}
			d.invariants()
		})
		t.Run("somebody saved the very same between read and PUT, "+stale, func(t *testing.T) {
			d := newDesk(t)
			d.stale(stale)
			r := d.edit(ada, d.customer(0), "email", "same@harbourline.example")
			d.justBeforePut(func() { d.elsewhere(r.Customer, `{"email":"same@harbourline.example"}`) })
			want(t, d.save(r), submission.Rejected, submission.AlreadySaved)
			d.invariants()
		})
	}
	t.Run("the same values are there already", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "same@harbourline.example")
		d.elsewhere(r.Customer, `{"email":"same@harbourline.example","culture":"en-GB"}`)
		want(t, d.save(r), submission.Rejected, submission.AlreadySaved)
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()
	})
	t.Run("only the ETag moved", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(0), "email", "mine@harbourline.example")
		d.elsewhere(r.Customer, `{"defaultAddress":{"city":"Elsewhere"}}`)
		city, _ := json.Marshal(r.Base["defaultAddress.city"])
		d.elsewhere(r.Customer, `{"defaultAddress":{"city":`+string(city)+`}}`)
		want(t, d.save(r), submission.Applied, "")
		d.invariants()
	})
}

func (d *desk) stale(how string) {
	d.t.Helper()
	w := d.sim.Switches()
	w.Stale = how
	if err := d.sim.SetSwitches(w); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) elsewhere(customer pcclient.TenantID, patch string) {
	d.t.Helper()
	if err := d.sim.EditElsewhere(customer, "clerk@meridian-cloud.example", []byte(patch)); err != nil {
		d.t.Fatal(err)
	}
}

// justBeforePut runs do once, when the next PUT is on the wire.
func (d *desk) justBeforePut(do func()) {
	done := false
	d.wire.on(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPut && !done {
			done = true
			do()
		}
		return nil, nil
	})
}

func TestRefusals(t *testing.T) {
	put := func(f pcsim.Fault) pcsim.Fault { f.Method, f.Path = "PUT", profiles; return f }
	get := func(f pcsim.Fault) pcsim.Fault { f.Method, f.Path, f.Times = "GET", profiles, -1; return f }
	for name, c := range map[string]struct {
		fault  pcsim.Fault
		reason submission.Reason
		puts   int
	}{
		"F-21 the PUT is forbidden":                      {put(pcsim.Fault{Status: 403}), submission.Forbidden, 1},
		"F-21 the re-read is forbidden":                  {get(pcsim.Fault{Status: 403}), submission.Forbidden, 0},
		"F-22 the customer is gone at the PUT":           {put(pcsim.Fault{Status: 404}), submission.NotFound, 1},
		"the customer is gone at the re-read":            {get(pcsim.Fault{Status: 404}), submission.NotFound, 0},
		"the PUT is refused":                             {put(pcsim.Fault{Status: 400}), submission.Invalid, 1},
		"F-20 401 even after a fresh token":              {put(pcsim.Fault{Status: 401, Times: 2}), submission.SignIn, 2},
		"F-08 throttled twice":                           {put(pcsim.Fault{Status: 429, RetryAfter: "2", Times: 2}), submission.Throttled, 2},
		"F-08 throttled for long":                        {put(pcsim.Fault{Status: 429, RetryAfter: "600"}), submission.Throttled, 1},
		"F-07 throttled at the re-read":                  {get(pcsim.Fault{Status: 429, RetryAfter: "600"}), submission.Throttled, 0},
		"F-09 the re-read fails":                         {get(pcsim.Fault{Status: 503}), submission.Unavailable, 0},
		"F-06 the re-read is no JSON":                    {get(pcsim.Fault{Shape: pcsim.ShapeTruncated}), submission.Failed, 0},
		"F-17 the re-read has no ETag":                   {get(pcsim.Fault{Shape: pcsim.ShapeNoETag}), submission.NotSent, 0},
		"F-23 the re-read is redirected":                 {get(pcsim.Fault{Status: 302}), submission.Failed, 0},
		"F-19 the PUT is called stale, though it is not": {put(pcsim.Fault{Status: 412, Shape: pcsim.ShapeD}), submission.Conflict, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := d.edit(ada, d.customer(1), "email", "mine@example.com")
			d.sim.AddFaults(c.fault)
			got := d.save(r)
			want(t, got, submission.Rejected, c.reason)
			if n := len(d.puts()); n != c.puts {
				t.Errorf("%d PUTs; want %d", n, c.puts)
			}
			for _, p := range d.puts() {
				if p.Headers["MS-RequestId"] != r.Key {
					t.Errorf("a try with request ID %s", p.Headers["MS-RequestId"])
				}
			}
			if c.reason == submission.Throttled && got.RetryAfter == 0 {
				t.Error("how long to wait is lost")
			}
			if diff := cmp.Diff(r.Wish, got.Wish); diff != "" {
				t.Errorf("I-8 what was typed (-typed +stored):\n%s", diff)
			}
			d.sim.ClearFaults()
			d.invariants()
		})
	}
	t.Run("F-08 throttled once, then let in with the same request ID", func(t *testing.T) {
		d := newDesk(t)
		d.sim.AddFaults(put(pcsim.Fault{Status: 429, RetryAfter: "3"}))
		want(t, d.save(d.edit(ada, d.customer(1), "email", "mine@example.com")), submission.Applied, "")
		d.invariants()
	})
	t.Run("F-20 401 once, then a fresh token", func(t *testing.T) {
		d := newDesk(t)
		d.sim.AddFaults(put(pcsim.Fault{Status: 401}))
		want(t, d.saveAs(d.edit(ada, d.customer(1), "email", "mine@example.com"), func(_ context.Context, refused string) (string, error) {
			return "fresh" + refused, nil
		}), submission.Applied, "")
		if puts := d.puts(); len(puts) != 2 {
			t.Errorf("%d PUTs", len(puts))
		}
		d.invariants()
	})
	t.Run("F-29 no token at all", func(t *testing.T) {
		d := newDesk(t)
		want(t, d.saveAs(d.edit(ada, d.customer(1), "email", "mine@example.com"), func(context.Context, string) (string, error) {
			return "", errors.New("sign in again")
		}), submission.Rejected, submission.SignIn)
		d.invariants()
	})
	t.Run("F-01 nothing was written", func(t *testing.T) {
		d := newDesk(t)
		d.wire.on(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return nil, nil
		})
		want(t, d.save(d.edit(ada, d.customer(1), "email", "mine@example.com")), submission.Rejected, submission.NotSent)
		d.invariants()
	})
	t.Run("what the upstream says is kept", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(1), "email", "someone@microsoft.com")
		got := d.save(r)
		want(t, got, submission.Rejected, submission.Invalid)
		if got.UpstreamCode == "" || got.UpstreamText == "" || got.CorrelationID == "" {
			t.Errorf("code %q, text %q, correlation ID %q", got.UpstreamCode, got.UpstreamText, got.CorrelationID)
		}
		if stored, err := d.svc.Get(t.Context(), ada.Key, r.Key); err != nil || stored.UpstreamText != got.UpstreamText {
			t.Errorf("stored: %+v, %v", stored, err)
		}
		d.invariants()
	})
	t.Run("nothing to change", func(t *testing.T) {
		d := newDesk(t)
		want(t, d.save(d.edit(ada, d.customer(1))), submission.Rejected, submission.AlreadySaved)
		if n := len(d.puts()); n != 0 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()
	})
}

func (d *desk) saveAs(r submission.Request, token pcclient.TokenSource) submission.Submission {
	d.t.Helper()
	pc := d.pc
	d.pc = pc.As(token)
	defer func() { d.pc = pc }()
	return d.save(r)
}

func TestDoubt(t *testing.T) {
	t.Run("V2.3.3", func(t *testing.T) { databasetest.Both(t, testDoubt) })
}

func testDoubt(t *testing.T) {
	zero, one := 0, 1
	put := func(f pcsim.Fault) pcsim.Fault { f.Method, f.Path = "PUT", profiles; return f }
	for name, c := range map[string]struct {
		fault pcsim.Fault
		end   submission.State
	}{
		"F-11 applied, then the answer is lost":   {put(pcsim.Fault{CutAfterBytes: &zero}), submission.Applied},
		"F-14 the answer breaks off after a byte": {put(pcsim.Fault{CutAfterBytes: &one}), submission.Applied},
		"F-06 applied, the answer is cut JSON":    {put(pcsim.Fault{Shape: pcsim.ShapeTruncated}), submission.Applied},
		"F-06 applied, the answer is huge":        {put(pcsim.Fault{Shape: pcsim.ShapeOversized}), submission.Applied},
		"F-06 applied, the answer is no object":   {put(pcsim.Fault{Shape: pcsim.ShapeWrong}), submission.Applied},
		"F-10 500, not applied":                   {put(pcsim.Fault{Status: 500}), submission.NotApplied},
		"F-10 502 of a proxy, not applied":        {put(pcsim.Fault{Status: 502, Shape: pcsim.ShapeE}), submission.NotApplied},
		"F-10 503 with Retry-After, not applied":  {put(pcsim.Fault{Status: 503, RetryAfter: "1"}), submission.NotApplied},
		"F-10 503, applied all the same":          {put(pcsim.Fault{Status: 503, Applied: true}), submission.Applied},
		"F-10 500, applied all the same":          {put(pcsim.Fault{Status: 500, Applied: true}), submission.Applied},
		"F-23 redirected":                         {put(pcsim.Fault{Status: 307}), submission.NotApplied},
		"a lying 200":                             {put(pcsim.Fault{Shape: pcsim.ShapeLie}), submission.NotApplied},
		"F-12 the answer to a request is lost":    {put(pcsim.Fault{Status: 500, CutAfterBytes: &zero}), submission.NotApplied},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := d.edit(ada, d.customer(2), "defaultAddress.city", "Newhaven", "email", "new@example.com")
			d.sim.AddFaults(c.fault)
			got := d.save(r)
			want(t, got, c.end, "")
			if n := len(d.puts()); n != 1 {
				t.Errorf("%d PUTs; doubt is never sent again", n)
			}
			if c.end == submission.NotApplied && got.SettledAt.Sub(got.SentAt) < 90*time.Second {
				t.Errorf("called not applied after %v", got.SettledAt.Sub(got.SentAt))
			}
			d.inDoubtWasShown(r.Key)
			d.invariants()
		})
	}
	t.Run("read lag: a 200 that does not show for 20 s", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		w := d.sim.Switches()
		w.ReadLagSeconds = 20
		if err := d.sim.SetSwitches(w); err != nil {
			t.Fatal(err)
		}
		got := d.save(r)
		want(t, got, submission.Applied, "")
		if after := got.SettledAt.Sub(got.SentAt); after < 20*time.Second || after > 40*time.Second {
			t.Errorf("seen after %v", after)
		}
		d.invariants()
	})
	t.Run("a 200 in the upstream's own spelling is no doubt", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "defaultAddress.city", "newhaven")
		d.takeItAs(`{"defaultAddress":{"city":"NEWHAVEN CITY"}}`)
		got := d.save(r)
		want(t, got, submission.Applied, "")
		if got.Saved["defaultAddress.city"] != "NEWHAVEN CITY" {
			t.Errorf("the result says %q", got.Saved["defaultAddress.city"])
		}
		d.invariants()
	})
	t.Run("a 200 that took half of the wish is not called saved", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "defaultAddress.city", "newhaven", "email", "new@example.com")
		d.takeItAs(`{"email":"` + r.Base["email"] + `"}`)
		want(t, d.save(r), submission.Superseded, "")
	})
	t.Run("a 200 with the old version is no success", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com", "defaultAddress.city", "Newhaven")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPut {
				return d.unharmed(req)
			}
			return nil, nil
		})
		want(t, d.save(r), submission.NotApplied, "")
		d.inDoubtWasShown(r.Key)
		d.invariants()
	})
	t.Run("a lying 200, and a colleague saves the same field: superseded", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		d.sim.AddFaults(put(pcsim.Fault{Shape: pcsim.ShapeLie}))
		saved := false
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if len(d.puts()) == 1 && !saved {
				saved = true
				d.elsewhere(r.Customer, `{"email":"theirs@example.com"}`)
			}
			return nil, nil
		})
		want(t, d.save(r), submission.Superseded, "")
		d.invariants()
	})
	t.Run("F-12 lost on the way there, and a colleague saves meanwhile: superseded", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		d.loseRequest(func() { d.elsewhere(r.Customer, `{"email":"theirs@example.com"}`) })
		got := d.save(r)
		want(t, got, submission.Superseded, "")
		if got.Saved["email"] != "theirs@example.com" || len(d.puts()) != 0 {
			t.Errorf("now %q, %d PUTs arrived", got.Saved["email"], len(d.puts()))
		}
		d.inDoubtWasShown(r.Key)
		d.invariants()
	})
	t.Run("F-11 applied late, within the window", func(t *testing.T) {
		d := newDesk(t, realTime(10*time.Second))
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		d.sim.AddFaults(put(pcsim.Fault{Shape: pcsim.ShapeLate, DelayAfterMs: 700}))
		want(t, d.save(r), submission.Applied, "")
		d.inDoubtWasShown(r.Key)
		d.invariants()
	})
	t.Run("somebody saves right after it: superseded at once, and the customer is free", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet && len(d.puts()) == 1 {
				d.wire.on(nil)
				return nil, d.sim.EditElsewhere(d.customer(2), "Ines", []byte(`{"email":"later@example.com"}`))
			}
			return nil, nil
		})
		got := d.save(r)
		want(t, got, submission.Superseded, "")
		if !got.SettledAt.Equal(got.RecordedAt) { // this clock moves only while somebody sleeps
			t.Errorf("it took %v to say so", got.SettledAt.Sub(got.RecordedAt))
		}
		next := d.edit(sam, d.customer(2), "email", "last@example.com")
		want(t, d.save(next), submission.Applied, "")
	})
	t.Run("the upstream stays down: left in doubt, settled at the next look", func(t *testing.T) {
		d := newDesk(t)
		r := d.edit(ada, d.customer(2), "email", "new@example.com")
		d.wire.on(func(req *http.Request) (*http.Response, error) {
			if len(d.puts()) > 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, nil
		})
		d.sim.AddFaults(put(pcsim.Fault{CutAfterBytes: &zero}))
		got := d.save(r)
		want(t, got, submission.InDoubt, "")
		if open, err := d.svc.Open(t.Context(), ada.Key); err != nil || len(open) != 1 || open[0].Key != r.Key {
			t.Errorf("I-2 open: %+v, %v", open, err)
		}
		if open, _ := d.svc.Open(t.Context(), sam.Key); len(open) != 0 {
			t.Errorf("A-53 Sam sees %+v", open)
		}
		d.invariants()
		if got, err := d.svc.Settle(t.Context(), d.pc, r.Key); err != nil || got.State != submission.InDoubt {
			t.Errorf("a look while it is down: %s, %v", got.State, err)
		}
		d.wire.on(nil)
		_ = d.clock.Sleep(t.Context(), 5*time.Second) // for so long nobody may ask it, after so many calls in vain
		got, err := d.svc.Settle(t.Context(), d.pc, r.Key)
		if err != nil {
			t.Fatal(err)
		}
		want(t, got, submission.Applied, "")
		want(t, d.save(r), submission.Applied, "")
		if n := len(d.puts()); n != 1 {
			t.Errorf("%d PUTs", n)
		}
		d.invariants()
	})
}

func TestALookLeavesARunningSaveAlone(t *testing.T) {
	databasetest.Both(t, testALookLeavesARunningSaveAlone)
}

func testALookLeavesARunningSaveAlone(t *testing.T) {
	d := newDesk(t)
	r := d.edit(ada, d.customer(2), "email", "new@example.com")
	d.justBeforePut(func() {
		before := len(d.sim.Journal().Requests)
		got, err := d.svc.Settle(t.Context(), d.pc, r.Key)
		if err != nil || got.State != submission.Recorded || len(d.sim.Journal().Requests) != before {
			t.Errorf("Settle = %s, %v, with %d calls", got.State, err, len(d.sim.Journal().Requests)-before)
		}
	})
	want(t, d.save(r), submission.Applied, "")
	d.invariants()
}

func TestTwoLooksAtOnceMakeOneEnd(t *testing.T) { databasetest.Both(t, testTwoLooksAtOnceMakeOneEnd) }

func testTwoLooksAtOnceMakeOneEnd(t *testing.T) {
	d := newDesk(t)
	zero := 0
	r := d.edit(ada, d.customer(2), "email", "new@example.com")
	d.sim.AddFaults(pcsim.Fault{Method: "PUT", CutAfterBytes: &zero}, pcsim.Fault{Method: "GET", Status: 403, Times: 100})
	d.wire.on(func(req *http.Request) (*http.Response, error) { // the re-read before the PUT alone gets through
		if req.Method == http.MethodGet && len(d.puts()) == 0 {
			return d.unharmed(req)
		}
		return nil, nil
	})
	want(t, d.save(r), submission.InDoubt, "")
	d.sim.ClearFaults()

	var both sync.WaitGroup
	both.Add(2)
	d.wire.on(func(req *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(req.URL.Path, "/profiles/billing") {
			return nil, nil
		}
		both.Done()
		both.Wait() // neither writes before both have read
		return nil, nil
	})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			got, err := d.svc.Settle(context.WithoutCancel(t.Context()), d.pc, r.Key)
			if err != nil || got.State != submission.Applied {
				t.Errorf("Settle = %s, %v", got.State, err)
			}
		})
	}
	wg.Wait()
	d.inDoubtWasShown(r.Key)
	d.invariants()
}

// unharmed answers a read of a billing profile without meeting faults.
func (d *desk) unharmed(req *http.Request) (*http.Response, error) {
	customer := strings.Split(req.URL.Path, "/")[3]
	raw, _ := d.sim.BillingProfile(pcclient.TenantID(customer))
	return &http.Response{
		StatusCode: 200, Status: "200 OK", Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(raw)), ContentLength: int64(len(raw)),
	}, nil
}

// inDoubtWasShown checks that the doubt was on disk before it ended.
func (d *desk) inDoubtWasShown(key string) {
	d.t.Helper()
	trail, err := d.trail.ForSubmission(d.t.Context(), key)
	if err != nil || len(trail) != 4 || trail[1].Kind != audit.Sent || trail[2].Kind != audit.InDoubt {
		d.t.Errorf("the trail: %d entries, %v; want intent, sent, doubt, end", len(trail), err)
	}
}

// loseRequest drops the next PUT on its way to the upstream, and runs do then.
func (d *desk) loseRequest(do func()) {
	done := false
	d.wire.on(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodPut || done {
			return nil, nil
		}
		done = true
		_, _ = io.Copy(io.Discard, r.Body)
		do()
		return nil, io.ErrUnexpectedEOF
	})
}

func TestI9NoEventHoldsAValue(t *testing.T) {
	d := newDesk(t)
	zero := 0
	r := d.edit(ada, d.customer(0), "email", "marker@example.com", "defaultAddress.city", "Markerville")
	d.sim.AddFaults(pcsim.Fault{Method: "PUT", CutAfterBytes: &zero})
	want(t, d.save(r), submission.Applied, "")
	d.save(d.edit(ada, d.customer(0), "email", "marker@microsoft.com"))
	for _, marker := range []string{"marker@", "Markerville", r.Base["email"], r.Base["companyName"]} {
		if strings.Contains(d.out.String(), marker) {
			t.Errorf("an event shows %q", marker)
		}
	}
	if !strings.Contains(d.out.String(), "submission.settled") {
		t.Error("no event tells of the end")
	}
	path := strings.TrimPrefix(d.url, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		if fileHolds(t, file, "marker@", "Markerville") {
			t.Errorf("%s shows a value", file)
		}
	}
}
