package middleware_test

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
)

// spend takes until it is refused, and says how many were taken and how long to wait.
func spend(t *testing.T, l *middleware.Limiter, class middleware.Rate, whom string) (int, time.Duration) {
	t.Helper()
	for n := range 10_000 {
		if wait := l.Take(class, whom); wait > 0 {
			return n, wait
		}
	}
	t.Fatalf("%s is not limited", class)
	return 0, 0
}

func TestLimits(t *testing.T) {
	now := time.Now()
	l := middleware.NewLimiter(func() time.Time { return now }, time.Second)
	taken, wait := spend(t, l, middleware.RateSearch, "ada")
	if taken < 40 || wait <= 0 || wait > 5*time.Second {
		t.Errorf("%d searches, then %v", taken, wait)
	}
	t.Run("V2.4.1 others, and other things, go on", func(t *testing.T) {
		if l.Take(middleware.RateSearch, "sam") != 0 || l.Take(middleware.RatePage, "ada") != 0 {
			t.Error("somebody else is refused")
		}
	})
	t.Run("who waits as told is served", func(t *testing.T) {
		now = now.Add(wait)
		if again := l.Take(middleware.RateSearch, "ada"); again != 0 {
			t.Errorf("still %v", again)
		}
	})
	t.Run("an orchestrator is never refused", func(t *testing.T) {
		for range 10_000 {
			if l.Take(middleware.RateHealth, "192.0.2.1") != 0 {
				t.Fatal("refused")
			}
		}
	})
	t.Run("A-63 a flood from everywhere costs no memory and nobody who is known", func(t *testing.T) {
		l.Take(middleware.RatePublic, "192.0.2.1")
		before := heap()
		for i := range 200_000 {
			l.Take(middleware.RatePublic, fmt.Sprintf("2001:db8::%x", i))
		}
		if grown := int64(heap()) - int64(before); grown > 8<<20 {
			t.Errorf("the heap grew by %d bytes", grown)
		}
		if l.Take(middleware.RatePublic, "2001:db8:1::1") == 0 {
			t.Error("the flood is not limited")
		}
		if l.Take(middleware.RatePublic, "192.0.2.1") != 0 || l.Take(middleware.RatePage, "new person") != 0 {
			t.Error("the flood costs somebody else")
		}
		now = now.Add(time.Hour)
		if l.Take(middleware.RatePublic, "2001:db8:1::1") != 0 {
			t.Error("the flood is over and newcomers are still refused")
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What the fastest person and our own scripts do is never refused.
func TestLimitsLeaveWorkAlone(t *testing.T) {
	start := time.Now()
	for name, c := range map[string]struct {
		class middleware.Rate
		once  int           // at once, to begin with
		every time.Duration // and then
	}{
		"60 tabs opened at once, then a page every second":          {middleware.RatePage, 60, time.Second},
		"clicking through 4 pages a second":                         {middleware.RatePage, 1, 250 * time.Millisecond},
		"typing into the find box, 5 pauses a second":               {middleware.RateSearch, 1, 200 * time.Millisecond},
		"autosave in 3 tabs, and a form a second":                   {middleware.RateForm, 10, time.Second / 4},
		"50 tabs that poll every 5 seconds":                         {middleware.RatePoll, 50, 100 * time.Millisecond},
		"a download every 10 seconds after a dozen":                 {middleware.RateExport, 12, 10 * time.Second},
		"500 people behind one address who sign in within a minute": {middleware.RatePublic, 100, 25 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			now := start
			l := middleware.NewLimiter(func() time.Time { return now }, time.Second)
			for range c.once {
				if l.Take(c.class, "ada") != 0 {
					t.Fatal("refused at once")
				}
			}
			for ; now.Before(start.Add(5 * time.Minute)); now = now.Add(c.every) {
				if l.Take(c.class, "ada") != 0 {
					t.Fatalf("refused after %v", now.Sub(start))
				}
			}
		})
	}
}

func TestNeighbourhood(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "": "", "nobody": "nobody",
	} {
		if got := middleware.Neighbourhood(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestWhatFitsAPage(t *testing.T) {
	for name, c := range map[string]struct {
		site, mode, dest string
		want             bool
	}{
		"a browser that says nothing":               {"", "", "", true},
		"an address typed in":                       {"none", "navigate", "document", true},
		"a link of our own":                         {"same-origin", "navigate", "document", true},
		"a script of our own":                       {"same-origin", "cors", "empty", true},
		"a link in another site, or its sign-in":    {"cross-site", "navigate", "document", true},
		"V3.2.1 a script element":                   {"same-origin", "no-cors", "script", false},
		"V3.2.1 an image, even of our own":          {"same-origin", "no-cors", "image", false},
		"V3.2.1 A-68 a frame, even of our own":      {"same-origin", "navigate", "iframe", false},
		"V3.2.1 an embedded object":                 {"same-origin", "navigate", "object", false},
		"V3.5.8 A-19 another site's image":          {"cross-site", "no-cors", "image", false},
		"V3.5.8 A-68 another site's frame":          {"cross-site", "navigate", "iframe", false},
		"V3.5.8 another site's script that reads":   {"cross-site", "cors", "empty", false},
		"V3.5.8 a sibling host's script that reads": {"same-site", "no-cors", "empty", false},
		"V3.5.8 another site's worker":              {"cross-site", "same-origin", "worker", false},
		"V3.5.8 a word no browser says":             {"unheard-of", "cors", "empty", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := get(own + "/customers")
			for header, value := range map[string]string{"Sec-Fetch-Site": c.site, "Sec-Fetch-Mode": c.mode, "Sec-Fetch-Dest": c.dest} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			if got := middleware.Fits(r); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// only the exact path of a machine is left alone by the cross-origin check.
func TestA18MachinesPaths(t *testing.T) {
	machines := func(o *middleware.Options) {
		o.Machines = map[string]middleware.Body{"/csp-report": middleware.ReportBody}
	}
	send := func(target, kind string) int {
		r := post("{}", "Sec-Fetch-Site", "cross-site", "Content-Type", kind)
		u, err := url.ParseRequestURI(target)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = u
		w := recorded(newEdge(t, own, served, machines), r)
		return w.Code
	}
	for _, path := range []string{"/csp-report/", "/csp-report/../customers", "/CSP-report", "/csp-report;x", "/csp-report%2f..%2fcustomers", "/%63sp-report", "/customers/csp-report", "/csp-reports", "/csp-report%00", "/./csp-report"} {
		t.Run("A-18 "+path, func(t *testing.T) {
			if got := send(path, "application/reports+json"); got != http.StatusForbidden {
				t.Errorf("%d", got)
			}
		})
	}
	for kind, want := range map[string]int{"application/reports+json": 200, "application/csp-report": 200, "application/json": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415} {
		t.Run("A-44 a report as "+kind, func(t *testing.T) {
			if got := send("/csp-report", kind); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		})
	}
	t.Run("A-44 a form as a report", func(t *testing.T) {
		if w := recorded(newEdge(t, own, served, machines), post("{}", "Content-Type", "application/reports+json")); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%d", w.Code)
		}
	})
}
