package pcclient_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// update saves an edited profile; what came of it is in the error.
func update(ctx context.Context, pc *pcclient.Client) error {
	profile, _, err := pcclient.ParseBillingProfile([]byte(profileJSON("1")))
	if err != nil {
		panic(err)
	}
	profile.DefaultAddress.City = "Leeds"
	_, _, err = pc.BillingProfiles.Update(ctx, tenant, "1", profile)
	return err
}

func get(ctx context.Context, pc *pcclient.Client) error {
	_, _, err := pc.BillingProfiles.Get(ctx, tenant)
	return err
}

func TestReadsAreRepeated(t *testing.T) {
	for _, status := range []int{408, 429, 500, 502, 503, 504} {
		t.Run("F-09 "+strconv.Itoa(status)+" twice, then well", func(t *testing.T) {
			u := newUpstream(t, says(status, ""), says(status, ""), says(200, profileJSON("1")))
			if err := get(t.Context(), u.client(t)); err != nil {
				t.Fatal(err)
			}
			u.wantCalls(t, 3)
			for _, d := range u.slept {
				if d < 200*time.Millisecond || d > 5*time.Second {
					t.Errorf("paused %v", d)
				}
			}
		})
	}
	for _, status := range []int{400, 401, 403, 404, 409, 412, 501, 302} {
		t.Run("not after "+strconv.Itoa(status), func(t *testing.T) {
			u := newUpstream(t, says(status, ""))
			if err := get(t.Context(), u.client(t)); err == nil {
				t.Fatal("no error")
			}
			want := 1
			if status == 401 {
				want = 2 // with a fresh token
			}
			u.wantCalls(t, want)
		})
	}
	t.Run("F-09 three tries are all", func(t *testing.T) {
		u := newUpstream(t, says(503, ""))
		wantKinds(t, get(t.Context(), u.client(t)), pcclient.ErrUnavailable)
		u.wantCalls(t, 3)
	})
	t.Run("F-11 a lost answer", func(t *testing.T) {
		u := newUpstream(t, writes(""), writes("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), says(200, profileJSON("1")))
		if err := get(t.Context(), u.client(t)); err != nil {
			t.Fatal(err)
		}
		u.wantCalls(t, 3)
	})
}

func TestF07RetryAfterOnReads(t *testing.T) {
	for _, c := range []struct {
		name, header string
		calls        int
		slept, told  time.Duration // slept 0: any pause
	}{
		{"seconds", "7", 3, 7 * time.Second, 7 * time.Second},
		{"a date", "Sat, 14 Mar 2026 09:27:01 GMT", 3, 8 * time.Second, 8 * time.Second},
		{"missing", "", 3, 0, 0},
		{"negative", "-5", 3, 0, 0},
		{"a past date", "Sat, 14 Mar 2015 09:27:01 GMT", 3, 0, 0},
		{"not readable", "soon", 3, 0, 0},
		{"longer than we wait", "57", 1, 0, 57 * time.Second},
		{"absurd", "1000000000", 1, 0, 24 * time.Hour},
		{"beyond any number", "99999999999999999999999", 1, 0, 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUpstream(t, says(429, `{ "statusCode": 429, "message": "Rate limit is exceeded." }`, "Retry-After", c.header))
			err := get(t.Context(), u.client(t))
			wantKinds(t, err, pcclient.ErrThrottled)
			u.wantCalls(t, c.calls)
			if got := details(t, err).RetryAfter; got != c.told {
				t.Errorf("told to wait %v, want %v", got, c.told)
			}
			for _, d := range u.slept {
				if c.slept != 0 && d != c.slept || d < 200*time.Millisecond {
					t.Errorf("waited %v, want %v", d, c.slept)
				}
			}
		})
	}
	t.Run("a wait that does not fit into the caller's time is not begun", func(t *testing.T) {
		u := newUpstream(t, says(429, "", "Retry-After", "9"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		wantKinds(t, get(ctx, u.client(t)), pcclient.ErrThrottled)
		u.wantCalls(t, 1)
	})
}

func TestWritesAreNotRepeatedInDoubt(t *testing.T) {
	full := "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"id\":"
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		kinds  []error
	}{
		{"F-10 500", says(500, `{"code":800003,"description":"later"}`), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"F-10 503 with Retry-After", says(503, "", "Retry-After", "1"), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"F-10 504 as a page", says(504, "<html><title>Gateway</title>"), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"408", says(408, ""), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"F-11 the answer is lost", writes(""), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"F-14 the answer breaks off", writes(full), []error{pcclient.ErrUnavailable, pcclient.ErrInDoubt}},
		{"F-06 the answer is not JSON", says(200, "<html>ok</html>"), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"F-06 the answer is other JSON", says(200, `{"message":"done"}`), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"F-06 the answer is empty", says(200, ""), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"F-06 the answer is huge", says(200, `{"id":"`+strings.Repeat("x", 4<<20)+`"}`), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"F-23 a redirect", says(307, "", "Location", "/v1/elsewhere"), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"V15.3.2 F-23 A-39 a redirect to another host", says(301, "", "Location", "https://elsewhere.example/"), []error{pcclient.ErrUnexpected, pcclient.ErrInDoubt}},
		{"F-19 400/2055", says(400, `{"code":2055,"description":"Etag is no longer valid"}`), []error{pcclient.ErrETagMismatch}},
		{"F-19 412", says(412, ""), []error{pcclient.ErrETagMismatch}},
		{"F-19 409", says(409, ""), []error{pcclient.ErrETagMismatch}},
		{"F-22 404", says(404, `{"code":60003,"description":"gone"}`), []error{pcclient.ErrNotFound}},
		{"400", says(400, `{"code":3000,"description":"marguerite is no city"}`), []error{pcclient.ErrRejected}},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUpstream(t, c.answer)
			wantKinds(t, update(t.Context(), u.client(t)), c.kinds...)
			u.wantCalls(t, 1)
		})
	}
}

func TestF08AThrottledWriteIsRepeatedOnce(t *testing.T) {
	u := newUpstream(t, says(429, "", "Retry-After", "3"), says(200, profileJSON("2")))
	var told []string
	ctx := pcclient.WithCorrelationID(t.Context(), "noted-before")
	if err := update(pcclient.OnCall(ctx, func(id string) { told = append(told, id) }), u.client(t)); err != nil {
		t.Fatal(err)
	}
	u.wantCalls(t, 2)
	first, second := u.calls()[0].header.Get("MS-CorrelationId"), u.calls()[1].header.Get("MS-CorrelationId")
	if len(told) != 2 || told[0] != first || told[1] != second || first != "noted-before" || first == second {
		t.Errorf("told of calls %v, sent %s and %s", told, first, second)
	}
	if a, b := u.calls()[0], u.calls()[1]; a.header.Get("MS-RequestId") != b.header.Get("MS-RequestId") || a.body != b.body || u.slept[0] != 3*time.Second {
		t.Errorf("the same operation after the wait: %v, slept %v", b.header, u.slept)
	}

	u = newUpstream(t, says(429, "", "Retry-After", "3"))
	err := update(t.Context(), u.client(t))
	wantKinds(t, err, pcclient.ErrThrottled)
	u.wantCalls(t, 2)
	if details(t, err).RetryAfter != 3*time.Second {
		t.Error("the caller is not told how long to wait")
	}
}

func TestF04ASilentUpstream(t *testing.T) {
	for name, op := range map[string]func(context.Context, *pcclient.Client) error{"read": get, "write": update} {
		t.Run(name, func(t *testing.T) {
			u := newUpstream(t, hangs)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			err := op(ctx, u.client(t))
			kinds := []error{pcclient.ErrUnavailable}
			if name == "write" {
				kinds = append(kinds, pcclient.ErrInDoubt)
			}
			wantKinds(t, err, kinds...)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the cause is lost: %v", err)
			}
			u.wantCalls(t, 1)
		})
	}
}

func TestF01NobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	for name, c := range map[string]struct {
		op    func(context.Context, *pcclient.Client) error
		tries int
	}{"read": {get, 3}, "write": {update, 2}} {
		t.Run(name, func(t *testing.T) {
			slept := 0
			pc, err := pcclient.New(pcclient.Options{
				BaseURL: "http://" + listener.Addr().String(),
				Sleep:   func(context.Context, time.Duration) error { slept++; return nil },
				Token:   func(context.Context, string) (string, error) { return "one", nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			wantKinds(t, c.op(t.Context(), pc), pcclient.ErrUnavailable, pcclient.ErrNotSent)
			if slept != c.tries-1 {
				t.Errorf("%d tries, want %d", slept+1, c.tries)
			}
		})
	}
}

func TestATransportThatProvesNothingLeavesDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		calls int
		kind  error
	}{
		"silence":    {errors.New("marguerite"), 1, pcclient.ErrInDoubt},
		"dial error": {&net.OpError{Op: "dial", Err: errors.New("marguerite")}, 2, pcclient.ErrNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			pc, err := pcclient.New(pcclient.Options{
				Transport: roundTripper(func(*http.Request) (*http.Response, error) { calls++; return nil, c.err }),
				Sleep:     func(context.Context, time.Duration) error { return nil },
				Token:     func(context.Context, string) (string, error) { return "one", nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			wantKinds(t, update(t.Context(), pc), pcclient.ErrUnavailable, c.kind)
			if calls != c.calls {
				t.Errorf("%d calls, want %d", calls, c.calls)
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestF03ACertificateNobodyKnows(t *testing.T) { t.Run("V12.3.2", testF03ACertificateNobodyKnows) }

func testF03ACertificateNobodyKnows(t *testing.T) {
	u := &upstream{answers: []http.HandlerFunc{says(200, profileJSON("1"))}}
	u.Server = httptest.NewUnstartedServer(u)
	u.Config.ErrorLog = log.New(io.Discard, "", 0)
	u.StartTLS()
	t.Cleanup(u.Close)
	wantKinds(t, update(t.Context(), u.client(t)), pcclient.ErrUnavailable, pcclient.ErrNotSent)
	u.wantCalls(t, 0)
	if len(u.slept) != 0 {
		t.Error("a certificate does not get better by waiting")
	}
}

func TestF15AConnectionThatDiedIdle(t *testing.T) {
	u := newUpstream(t, says(200, profileJSON("1")))
	pc := u.client(t)
	if err := get(t.Context(), pc); err != nil {
		t.Fatal(err)
	}
	u.CloseClientConnections()
	if err := update(t.Context(), pc); err != nil && !errors.Is(err, pcclient.ErrInDoubt) && !errors.Is(err, pcclient.ErrNotSent) {
		t.Fatal(err)
	}
	if calls := u.calls(); len(calls) > 2 {
		t.Errorf("the write went out %d times", len(calls)-1)
	}
}

func TestF20ARefusedToken(t *testing.T) {
	t.Run("one refresh, one more call, for a write too", func(t *testing.T) {
		u := newUpstream(t, says(401, ""), says(200, profileJSON("2")))
		if err := update(t.Context(), u.client(t)); err != nil {
			t.Fatal(err)
		}
		u.wantCalls(t, 2)
		if got := u.calls()[1].header.Get("Authorization"); got != "Bearer two" {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("one refresh only", func(t *testing.T) {
		u := newUpstream(t, says(401, ""))
		wantKinds(t, update(t.Context(), u.client(t)), pcclient.ErrUnauthorized)
		u.wantCalls(t, 2)
	})
	t.Run("one refresh only, also over retries", func(t *testing.T) {
		u := newUpstream(t, says(401, ""), says(503, ""), says(401, ""))
		wantKinds(t, get(t.Context(), u.client(t)), pcclient.ErrUnauthorized)
		u.wantCalls(t, 3)
	})
	for name, answer := range map[string]http.HandlerFunc{
		"F-21 code 900421":     says(401, `{"code":"900421","description":"MFA please"}`),
		"F-21 2019's reason":   writes("HTTP/1.1 401 Unauthorized - MFA required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
		"F-21 reason and JSON": writes("HTTP/1.1 401 MFA required\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"),
	} {
		t.Run(name, func(t *testing.T) {
			u := newUpstream(t, answer)
			wantKinds(t, update(t.Context(), u.client(t)), pcclient.ErrMFARequired, pcclient.ErrUnauthorized)
			u.wantCalls(t, 1)
		})
	}
	t.Run("a token for another API", func(t *testing.T) {
		u := newUpstream(t, says(401, `{"code":900420,"description":"audience"}`))
		wantKinds(t, get(t.Context(), u.client(t)), pcclient.ErrWrongAudience, pcclient.ErrUnauthorized)
		u.wantCalls(t, 1)
	})
}

func TestATokenSourceThatFails(t *testing.T) {
	u := newUpstream(t, says(401, ""))
	broken := errors.New("marguerite's session is over")
	t.Run("at once: nothing is sent", func(t *testing.T) {
		pc := u.client(t).As(func(context.Context, string) (string, error) { return "", broken })
		err := update(t.Context(), pc)
		wantKinds(t, err, pcclient.ErrSignIn, pcclient.ErrNotSent)
		if !errors.Is(err, broken) {
			t.Error("the source's error is lost")
		}
		u.wantCalls(t, 0)
	})
	t.Run("a token no header can carry", func(t *testing.T) {
		pc := u.client(t).As(func(context.Context, string) (string, error) { return "a\r\nb", nil })
		wantKinds(t, update(t.Context(), pc), pcclient.ErrSignIn, pcclient.ErrNotSent)
	})
	t.Run("when asked for another: the 401 stands", func(t *testing.T) {
		pc := u.client(t).As(func(_ context.Context, refused string) (string, error) { return "same", nil })
		wantKinds(t, update(t.Context(), pc), pcclient.ErrSignIn, pcclient.ErrUnauthorized)
		u.wantCalls(t, 1)
	})
	t.Run("nobody to ask", func(t *testing.T) {
		wantKinds(t, get(t.Context(), u.client(t).As(nil)), pcclient.ErrSignIn, pcclient.ErrNotSent)
	})
}

func TestNoGoroutineIsLeftBehind(t *testing.T) { t.Run("V15.4.3", testNoGoroutineIsLeftBehind) }

func testNoGoroutineIsLeftBehind(t *testing.T) {
	u := newUpstream(t, says(200, profileJSON("1")), hangs, writes(""), says(503, ""), says(200, profileJSON("1")))
	pc := u.client(t)
	before := runtime.NumGoroutine()
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_ = update(ctx, pc)
		cancel()
	}
	pc.CloseIdleConnections()
	u.CloseClientConnections()
	for end := time.Now().Add(3 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(5 * time.Millisecond)
	}
}
