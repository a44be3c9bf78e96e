package pcsim

import (
	"sync"
	"testing"
	"time"
)

func TestSwitchRepeatRequestID(t *testing.T) {
	const id = "dddddddd-0000-4000-8000-00000000000d"
	t.Run("replay", func(t *testing.T) {
		now := noon
		s := newSite(t, func(o *Options) { o.Now = func() time.Time { return now } })
		profile, _ := s.read(s.first())
		first := s.want(s.put(s.first(), moved(profile, "Tacoma"), "MS-RequestId", id), 200, "")
		again := s.want(s.put(s.first(), moved(profile, "Everett"), "MS-RequestId", id), 200, "")
		if string(first.raw) != string(again.raw) || s.city() != "Tacoma" {
			t.Errorf("I-5: %s", again.raw)
		}
		j := s.sim.Journal()
		if len(j.Versions) != 1 || j.Requests[len(j.Requests)-1].Applied {
			t.Error("the replay counts as applied")
		}
		now = now.Add(11 * time.Minute)
		s.want(s.put(s.first(), profile, "MS-RequestId", id), 400, "2055")
	})
	t.Run("a refusal is replayed too", func(t *testing.T) {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.want(s.put(s.first(), profile.with("email", nil), "MS-RequestId", id), 400, "3000")
		s.want(s.put(s.first(), profile, "MS-RequestId", id), 400, "3000")
	})
	t.Run("ignore", func(t *testing.T) {
		s := newSite(t)
		s.set(func(w *Switches) { w.RepeatRequestID = "ignore" })
		profile, _ := s.read(s.first())
		s.want(s.put(s.first(), profile, "MS-RequestId", id), 200, "")
		s.want(s.put(s.first(), profile, "MS-RequestId", id), 400, "2055")
	})
	t.Run("F-08 only executed requests are remembered", func(t *testing.T) {
		for _, status := range []int{401, 408, 429, 500, 503} {
			s := newSite(t)
			profile, _ := s.read(s.first())
			s.sim.AddFaults(Fault{Method: "PUT", Status: status})
			s.want(s.put(s.first(), profile, "MS-RequestId", id), status, "")
			s.want(s.put(s.first(), profile, "MS-RequestId", id), 200, "")
		}
	})
	t.Run("the answer of a lost one is replayed", func(t *testing.T) {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.sim.AddFaults(Fault{Method: "PUT", CutAfterBytes: cutAfter(0)})
		if r := s.put(s.first(), moved(profile, "Tacoma"), "MS-RequestId", id); r.err == nil {
			t.Fatal("an answer arrived")
		}
		s.want(s.put(s.first(), moved(profile, "Tacoma"), "MS-RequestId", id), 200, "")
		if v := s.sim.Journal().Versions; len(v) != 1 {
			t.Errorf("%d versions", len(v))
		}
	})
	t.Run("reads are never replayed", func(t *testing.T) {
		s := newSite(t)
		path := billingPath(s.first())
		before := s.get(path, "MS-RequestId", id)
		if err := s.sim.EditElsewhere(s.first(), "Jonas", []byte(`{"email":"x@harbourline.example"}`)); err != nil {
			t.Fatal(err)
		}
		if after := s.get(path, "MS-RequestId", id); string(after.raw) == string(before.raw) {
			t.Error("an old answer came back")
		}
	})
}

func TestOfManyPutsWithOneETagOneWins(t *testing.T) {
	s := newSite(t)
	profile, etag := s.read(s.first())
	var wg sync.WaitGroup
	status := make([]int, 20)
	for i := range status {
		wg.Go(func() { status[i] = s.put(s.first(), moved(profile, "City "+itoa(i))).status })
	}
	wg.Wait()
	won := 0
	for _, st := range status {
		if st == 200 {
			won++
		}
	}
	v := s.sim.Journal().Versions
	if won != 1 || len(v) != 1 || string(v[0].BaseETag) != etag {
		t.Errorf("I-6: %d won, %d versions", won, len(v))
	}
}

func TestSwitchReadLag(t *testing.T) {
	now := noon
	s := newSite(t, func(o *Options) { o.Now = func() time.Time { return now } })
	s.set(func(w *Switches) { w.ReadLagSeconds = 5 })
	profile, etag := s.read(s.first())
	saved := s.want(s.put(s.first(), moved(profile, "Tacoma").with("companyName", "Tidewater")), 200, "").object(t)
	if saved.object("defaultAddress").text("city") != "Tacoma" {
		t.Error("the PUT's own answer lags")
	}
	list := "/v1/customers?" + filterJSON("CompanyName", "Tidewater", "starts_with")
	if _, seen := s.read(s.first()); seen != etag {
		t.Error("the read does not lag")
	}
	if page := decode[listPage](t, s.get(list).raw); len(page.Items) != 0 {
		t.Error("the list does not lag")
	}
	s.want(s.put(s.first(), profile), 400, "2055")
	now = now.Add(5 * time.Second)
	if seen, _ := s.read(s.first()); seen.object("defaultAddress").text("city") != "Tacoma" {
		t.Error("the read lags for ever")
	}
	if page := decode[listPage](t, s.get(list).raw); len(page.Items) != 1 {
		t.Error("the list lags for ever")
	}
}
