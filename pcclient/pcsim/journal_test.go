package pcsim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJournal(t *testing.T) {
	s := newSite(t)
	id := s.first()
	profile, seeded := s.read(id)
	s.do("POST", "/_sim/customers/"+string(id)+"/edit?by=Jonas+Weber", `{"defaultAddress":{"city":"Everett"}}`)
	s.want(s.put(id, moved(profile, "Tacoma")), 400, "2055")
	fresh, edited := s.read(id)
	s.want(s.put(id, moved(fresh, "Tacoma"), "MS-RequestId", "aaaaaaaa-0000-4000-8000-000000000001", "If-Match", `"`+edited+`"`), 200, "")
	_, last := s.read(id)

	j := decode[Journal](t, s.get("/_sim/journal").raw)
	type step struct{ by, base, etag, requestID string }
	var got []step
	for _, v := range j.Versions {
		got = append(got, step{v.By, string(v.BaseETag), string(v.ETag), v.RequestID})
	}
	want := []step{{"Jonas Weber", seeded, edited, ""}, {"anonymous", edited, last, "aaaaaaaa-0000-4000-8000-000000000001"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(step{})); diff != "" {
		t.Error(diff)
	}
	if len(j.Requests) != 5 {
		t.Fatalf("%d requests", len(j.Requests))
	}
	refused, applied := j.Requests[1], j.Requests[3]
	if refused.Applied || refused.Status != 400 || !applied.Applied || applied.Status != 200 {
		t.Errorf("%+v\n%+v", refused, applied)
	}
	if !strings.Contains(applied.Body, `"city":"Tacoma"`) || applied.Headers["If-Match"] != `"`+edited+`"` ||
		applied.Headers["MS-RequestId"] != "aaaaaaaa-0000-4000-8000-000000000001" || applied.Subject != "anonymous" {
		t.Errorf("%+v", applied)
	}
	for _, r := range j.Requests {
		if r.Headers["Authorization"] != "anonymous" {
			t.Errorf("Authorization is %q", r.Headers["Authorization"])
		}
	}
	if strings.Contains(string(marshal(j)), "Bearer") {
		t.Error("a token is in the journal")
	}
}

func TestControl(t *testing.T) {
	s := newSite(t)
	s.token = ""
	w := decode[Switches](t, s.want(s.get("/_sim/switches"), 200, "").raw)
	if diff := cmp.Diff(DefaultSwitches(), w); diff != "" {
		t.Error(diff)
	}
	w = decode[Switches](t, s.want(s.do("PUT", "/_sim/switches", `{"stale":"409","readLagSeconds":3,"bom":false}`), 200, "").raw)
	want := DefaultSwitches()
	want.Stale, want.ReadLagSeconds, want.BOM = "409", 3, false
	if diff := cmp.Diff(want, w); diff != "" {
		t.Error(diff)
	}
	for body, naming := range map[string]string{`{"stael":"409"}`: "stael", `{"stale":"410","mfa":"x"}`: "mfa", `{"bom":"yes"}`: "bom", `{"mfa":null}`: "mfa",
		`{"readLagSeconds":-1}`: "readLagSeconds", `[]`: "switches"} {
		if r := s.want(s.do("PUT", "/_sim/switches", body), 400, ""); !strings.Contains(string(r.raw), naming) {
			t.Errorf("%s: %s", body, r.raw)
		}
	}
	if s.sim.Switches() != want {
		t.Error("a refused PUT changed something")
	}
	s.want(s.do("POST", "/_sim/faults", `[{"method":"PUT","status":429,"retryAfter":57,"cutAfterBytes":0,"times":2}]`), 200, "")
	if f := s.sim.armed(); len(f) != 1 || f[0].RetryAfter != "57" || f[0].CutAfterBytes == nil || f[0].Times != 2 {
		t.Errorf("%+v", f)
	}
	for _, body := range []string{`{}`, `[{"shape":"Z"}]`, `[{"statsu":500}]`, `[{"status":99}]`, `[{"shape":"E"}]`, `[{"status":500,"shape":"lie"}]`} {
		s.want(s.do("POST", "/_sim/faults", body), 400, "")
	}
	edit := "/_sim/customers/" + string(s.first()) + "/edit"
	s.want(s.do("POST", edit+"?by=X", `{"companyName":"Y"}`), 200, "")
	s.want(s.do("POST", edit, `nonsense`), 400, "")
	s.want(s.do("POST", "/_sim/customers/00000000-0000-4000-8000-000000000000/edit", `{}`), 404, "")
	s.want(s.do("GET", edit, ""), 405, "")
	s.want(s.get("/_sim/nothing"), 404, "")
	s.want(s.do("POST", "/_sim/reset", "", "Sec-Fetch-Site", "cross-site"), 403, "")
	s.want(s.do("POST", "/_sim/reset", ""), 200, "")
	if s.sim.Switches() != DefaultSwitches() || len(s.sim.armed()) != 0 || len(s.sim.Journal().Versions) != 0 {
		t.Error("reset left something")
	}
	if s.sim.Customers()[0].CompanyName != "Harbourline Ceramics" {
		t.Error("reset kept an edit")
	}
}
