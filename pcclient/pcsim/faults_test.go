package pcsim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// overBoth runs a story in-process and over a real connection.
func overBoth(t *testing.T, story func(t *testing.T, s *site)) {
	t.Run("in-process", func(t *testing.T) { story(t, newSite(t)) })
	t.Run("over TCP", func(t *testing.T) {
		s := newSite(t)
		server := httptest.NewServer(s.sim)
		t.Cleanup(server.Close)
		s.http, s.base = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, server.URL
		story(t, s)
	})
}

func cutAfter(n int) *int { return &n }

func (s *site) city() string {
	raw, _ := s.sim.BillingProfile(s.first())
	o, _ := parseObject(raw)
	return o.object("defaultAddress").text("city")
}

func TestLostAnswers(t *testing.T) {
	for name, fault := range map[string]Fault{
		"F-11 applied, then answer lost":      {Method: "PUT", CutAfterBytes: cutAfter(0)},
		"F-14 reset after one byte":           {Method: "PUT", CutAfterBytes: cutAfter(1)},
		"F-14 reset within the body":          {Method: "PUT", CutAfterBytes: cutAfter(600)},
		"F-06 broken JSON":                    {Method: "PUT", Shape: ShapeTruncated},
		"F-06 huge JSON":                      {Method: "PUT", Shape: ShapeOversized},
		"F-06 wrong JSON":                     {Method: "PUT", Shape: ShapeWrong},
		"F-10 applied, then 500":              {Method: "PUT", Status: 500, Applied: true},
		"F-10 applied, then 503 by a gateway": {Method: "PUT", Status: 503, Shape: ShapeE, Applied: true},
	} {
		t.Run(name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, s *site) {
				profile, _ := s.read(s.first())
				s.sim.AddFaults(fault)
				r := s.put(s.first(), moved(profile, "Tacoma"))
				_, broken := parseObject(r.raw)
				if r.err == nil && r.status == 200 && broken == nil && len(r.raw) < oversize {
					t.Errorf("a whole answer arrived: %s", r.raw)
				}
				if s.city() != "Tacoma" {
					t.Error("the change is not there")
				}
				j := s.sim.Journal()
				if last := j.Requests[len(j.Requests)-1]; !last.Applied || len(j.Versions) != 1 {
					t.Errorf("journal: %+v, %d versions", last, len(j.Versions))
				}
				s.read(s.first())
			})
		})
	}
}

func TestRefusedCallsAreNotExecuted(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		want  string
	}{
		{Fault{Status: 500}, `{"code":800003,`}, {Fault{Status: 500, Shape: ShapeH}, `{"code":"800003",`},
		{Fault{Status: 500, Shape: ShapeB}, `"isRetryable":true`}, {Fault{Status: 502, Shape: ShapeE}, "<h1>502 Bad Gateway</h1>"},
		{Fault{Status: 503, Shape: ShapeText}, "upstream connect error"}, {Fault{Status: 412, Shape: ShapeF}, `{"error":{"code":"preconditionFailed"`},
		{Fault{Status: 429, RetryAfter: "57"}, `{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}`},
		{Fault{Status: 401}, `{"code":400,`}, {Fault{Status: 403, Shape: ShapeA}, `{"code":900150,`},
	} {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.sim.AddFaults(c.fault)
		r := s.want(s.put(s.first(), moved(profile, "Tacoma")), c.fault.Status, "")
		if !strings.Contains(string(r.raw), c.want) || r.header.Get("Retry-After") != c.fault.RetryAfter || r.header.Get("MS-RequestId") == "" {
			t.Errorf("%+v: %s %v", c.fault, r.raw, r.header)
		}
		if s.city() != "Seattle" {
			t.Errorf("%+v was executed", c.fault)
		}
		s.want(s.put(s.first(), moved(profile, "Tacoma")), 200, "")
	}
	s := newSite(t)
	s.sim.AddFaults(Fault{Status: 302})
	s.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if r := s.want(s.get("/v1/customers"), 302, ""); r.header.Get("Location") != "https://elsewhere.example/" || len(r.raw) != 0 {
		t.Errorf("F-23: %v", r.header)
	}
}

func TestLyingAnswer(t *testing.T) {
	s := newSite(t)
	profile, etag := s.read(s.first())
	s.sim.AddFaults(Fault{Method: "PUT", Shape: ShapeLie})
	lie := s.want(s.put(s.first(), moved(profile, "Tacoma")), 200, "").object(t)
	if lie.object("defaultAddress").text("city") != "Tacoma" || lie.object("attributes").text("etag") == etag {
		t.Error("the lie is not convincing")
	}
	if _, now := s.read(s.first()); now != etag || s.city() != "Seattle" || len(s.sim.Journal().Versions) != 0 {
		t.Error("the lie was stored")
	}
}

func TestLateCommit(t *testing.T) {
	overBoth(t, func(t *testing.T, s *site) {
		profile, _ := s.read(s.first())
		s.sim.AddFaults(Fault{Method: "PUT", Shape: ShapeLate, DelayAfterMs: 60})
		if r := s.put(s.first(), moved(profile, "Tacoma")); r.err == nil {
			t.Fatalf("an answer arrived: %d", r.status)
		}
		if s.city() != "Seattle" {
			t.Fatal("applied too early")
		}
		for range 200 {
			if s.city() == "Tacoma" {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("never applied")
	})
}

func TestDelays(t *testing.T) {
	t.Run("F-04 the client gives up, the change is made", func(t *testing.T) {
		overBoth(t, func(t *testing.T, s *site) {
			profile, _ := s.read(s.first())
			s.sim.AddFaults(Fault{Method: "PUT", DelayBeforeMs: 150})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			defer cancel()
			req, _ := http.NewRequestWithContext(ctx, "PUT", s.base+billingPath(s.first()), strings.NewReader(string(marshal(moved(profile, "Tacoma")))))
			req.Header.Set("Authorization", "Bearer x")
			req.Header.Set("Content-Type", "application/json")
			if resp, err := s.http.Do(req); err == nil {
				_ = resp.Body.Close()
				t.Fatal("no timeout")
			}
			for range 200 {
				if s.city() == "Tacoma" {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Error("never applied")
		})
	})
	t.Run("an edit during the delay before makes the PUT stale", func(t *testing.T) {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.sim.AddFaults(Fault{Method: "PUT", DelayBeforeMs: 60})
		go func() {
			time.Sleep(10 * time.Millisecond)
			_ = s.sim.EditElsewhere(s.first(), "Jonas", []byte(`{"email":"new@harbourline.example"}`))
		}()
		s.want(s.put(s.first(), profile), 400, "2055")
	})
	t.Run("the change is there during the delay after", func(t *testing.T) {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.sim.AddFaults(Fault{Method: "PUT", DelayAfterMs: 300})
		go s.put(s.first(), moved(profile, "Tacoma"))
		for range 25 {
			if s.city() == "Tacoma" {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("not applied before the answer")
	})
	t.Run("reset ends waiting calls without an answer", func(t *testing.T) {
		s := newSite(t)
		profile, _ := s.read(s.first())
		s.sim.AddFaults(Fault{Method: "PUT", DelayBeforeMs: 60_000})
		go func() { time.Sleep(20 * time.Millisecond); s.sim.Reset() }()
		if r := s.put(s.first(), moved(profile, "Tacoma")); r.err == nil || s.city() != "Seattle" {
			t.Errorf("%+v", r)
		}
	})
}

func TestWhichCallsMeetAFault(t *testing.T) {
	s := newSite(t)
	s.sim.AddFaults(Fault{Method: "get", Path: "/v1/customers/*/profiles/billing", Times: 2, Status: 503},
		Fault{Path: "/v1/countryvalidationrules", Times: -1, Status: 500})
	s.want(s.get("/v1/customers"), 200, "")
	s.want(s.get("/v1/customers/"+string(s.first())), 200, "")
	for _, want := range []int{503, 503, 200} {
		s.want(s.get(billingPath(s.first())), want, "")
	}
	for range 3 {
		s.want(s.get("/v1/countryvalidationrules/US"), 500, "")
	}
	s.sim.ClearFaults()
	s.want(s.get("/v1/countryvalidationrules/US"), 200, "")
	s.sim.AddFaults(Fault{Shape: ShapeNoETag})
	if _, etag := s.read(s.first()); etag != "" {
		t.Error("F-17: the ETag is still there")
	}
}

func TestAMisspeltFaultIsRefusedWhole(t *testing.T) {
	sim, err := New(Options{Customers: 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.AddFaults(Fault{Status: 503}, Fault{Shape: "lies"}); err == nil {
		t.Error("a shape that does not exist was armed")
	}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://sim.example/v1/customers", nil)
	r.Header.Set("Authorization", "Bearer any")
	answer, err := (&http.Client{Transport: sim.Transport()}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the fault beside it was armed: %d", answer.StatusCode)
	}
}
