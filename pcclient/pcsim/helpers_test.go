package pcsim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// site is a simulator and one person's HTTP client on it.
type site struct {
	t     *testing.T
	sim   *Simulator
	http  *http.Client
	base  string
	token string
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func newSite(t *testing.T, change ...func(*Options)) *site {
	t.Helper()
	o := Options{Customers: 60, Seed: 7, Now: func() time.Time { return noon }}
	for _, c := range change {
		c(&o)
	}
	sim, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &site{t: t, sim: sim, http: &http.Client{Transport: sim.Transport()}, base: "https://api.example", token: "token"}
}

func (s *site) set(change func(*Switches)) {
	s.t.Helper()
	w := s.sim.Switches()
	change(&w)
	if err := s.sim.SetSwitches(w); err != nil {
		s.t.Fatal(err)
	}
}

// reply is an answer read to its end.
type reply struct {
	status int
	line   string
	header http.Header
	raw    []byte
	err    error
}

func (r reply) object(t *testing.T) object {
	t.Helper()
	o, err := parseObject(r.raw)
	if err != nil {
		t.Fatalf("%d %q: %v", r.status, r.raw, err)
	}
	return o
}

func (r reply) code(t *testing.T) string {
	t.Helper()
	v, _ := r.object(t).get("code")
	return string(marshal(v))
}

func (s *site) do(method, path string, body string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequest(method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Status, resp.Header, raw, err}
}

func (s *site) get(path string, headers ...string) reply { return s.do("GET", path, "", headers...) }

// first is the first customer of every world.
func (s *site) first() pcclient.TenantID { return s.sim.Customers()[0].ID }

func billingPath(id pcclient.TenantID) string {
	return "/v1/customers/" + string(id) + "/profiles/billing"
}

// read returns the customer's billing profile and its ETag over the wire.
func (s *site) read(id pcclient.TenantID) (object, string) {
	s.t.Helper()
	r := s.get(billingPath(id))
	if r.status != 200 {
		s.t.Fatalf("GET billing: %d %s", r.status, r.raw)
	}
	o := r.object(s.t)
	return o, o.object("attributes").text("etag")
}

// put sends the profile with its ETag in the body only, as the official SDKs do.
func (s *site) put(id pcclient.TenantID, profile object, headers ...string) reply {
	s.t.Helper()
	return s.do("PUT", billingPath(id), string(marshal(profile)), headers...)
}

func (s *site) want(r reply, status int, code string) reply {
	s.t.Helper()
	if r.err != nil || r.status != status {
		s.t.Fatalf("got %d %.300q (%v), want %d", r.status, r.raw, r.err, status)
	}
	if code != "" && r.code(s.t) != code {
		s.t.Fatalf("got code %s, want %s: %s", r.code(s.t), code, r.raw)
	}
	return r
}

func moved(profile object, city string) object {
	return profile.with("defaultAddress", profile.object("defaultAddress").with("city", city))
}

func plain(raw []byte) []byte { return bytes.TrimPrefix(raw, bom) }

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(plain(raw), &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}

func itoa(n int) string { return string(marshal(n)) }
