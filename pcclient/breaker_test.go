package pcclient

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// away is an upstream that does what it is told, and counts the calls that reach it.
type away struct {
	calls int
	do    func(*http.Request) (*http.Response, error)
}

func (a *away) RoundTrip(r *http.Request) (*http.Response, error) {
	a.calls++
	return a.do(r)
}

func (a *away) client(t *testing.T) *Client {
	t.Helper()
	pc, err := New(Options{Transport: a, Token: func(context.Context, string) (string, error) { return "one", nil }})
	if err != nil {
		t.Fatal(err)
	}
	return pc
}

func answers(status int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
}

func refuses(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func read(ctx context.Context, pc *Client) error {
	_, err := pc.CountryRules.Get(ctx, "GB")
	return err
}

func write(ctx context.Context, pc *Client) error {
	_, _, err := pc.BillingProfiles.Update(ctx, "0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6d", "1", BillingProfile{Raw: []byte(`{"id":"1"}`)})
	return err
}

// fail lets reads fail until none is let out any more.
func (a *away) fail(t *testing.T, pc *Client) {
	t.Helper()
	for range failuresToOpen {
		if err := read(t.Context(), pc); err == nil {
			t.Fatal("it answered")
		}
	}
}

func TestF24AnOutageOfTenMinutes(t *testing.T) {
	for name, does := range map[string]func(*http.Request) (*http.Response, error){
		"nobody listens": refuses, "503": answers(503), "500": answers(500), "it takes and says nothing": hangs,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := &away{do: does}
				pc := u.client(t)
				u.fail(t, pc)
				if u.calls != failuresToOpen {
					t.Fatalf("%d calls went out before the others were spared, want %d", u.calls, failuresToOpen)
				}
				if err := write(t.Context(), pc); !errors.Is(err, ErrNotSent) || errors.Is(err, ErrInDoubt) {
					t.Errorf("a write that was spared: %v", err)
				}
				opened := time.Now()
				for time.Since(opened) < 10*time.Minute {
					before, begun := u.calls, time.Now()
					err := read(t.Context(), pc)
					if !errors.Is(err, ErrUnavailable) {
						t.Fatal(err)
					}
					if u.calls == before {
						e, _ := errors.AsType[*Error](err)
						if time.Since(begun) != 0 || e.RetryAfter <= 0 || e.RetryAfter > probeEvery || !errors.Is(err, ErrNotSent) {
							t.Fatalf("refused after %v, to come back in %v: %v", time.Since(begun), e.RetryAfter, err)
						}
					}
					time.Sleep(100 * time.Millisecond)
				}
				if most := failuresToOpen + int(time.Since(opened)/probeEvery); u.calls > most {
					t.Errorf("%d calls during the outage, want %d at most", u.calls, most)
				}
				u.do = answers(404)
				back := time.Now()
				for errors.Is(read(t.Context(), pc), ErrUnavailable) {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(back); took > probeEvery {
					t.Errorf("it was back for %v before anybody noticed", took)
				}
				for range 20 {
					if err := read(t.Context(), pc); !errors.Is(err, ErrNotFound) {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// A call that looks whether the upstream is back, and hangs, does not keep it away longer.
func TestF24AProbeThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &away{do: refuses}
		pc := u.client(t)
		u.fail(t, pc)
		u.do = hangs
		time.Sleep(probeEvery)
		go func() { _ = read(t.Context(), pc) }()
		synctest.Wait()
		u.do = answers(404)
		if err := read(t.Context(), pc); !errors.Is(err, ErrNotSent) {
			t.Errorf("a second one went out beside it: %v", err)
		}
		time.Sleep(probeEvery)
		if err := read(t.Context(), pc); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	})
}

// What is no sign that the upstream is away spares nobody a call.
func TestF24OthersGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		patience time.Duration // of the caller; 0 is all the time a call may take
		do       func(*http.Request) (*http.Response, error)
	}{
		"it refuses":                     {0, answers(403)},
		"it asks to slow down":           {0, answers(429)},
		"it knows of no such":            {0, answers(404)},
		"the caller's own time is short": {time.Second, hangs},
		"one in ten is answered":         {0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := &away{do: c.do}
				if c.do == nil {
					u.do = func(r *http.Request) (*http.Response, error) {
						if u.calls%failuresToOpen == 0 {
							return answers(404)(r)
						}
						return answers(503)(r)
					}
				}
				pc := u.client(t)
				for range 5 * failuresToOpen {
					ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(c.patience, time.Hour))
					_ = read(ctx, pc)
					cancel()
				}
				u.do = answers(404)
				if err := read(t.Context(), pc); !errors.Is(err, ErrNotFound) {
					t.Error(err)
				}
			})
		})
	}
}

// F-02: a read whose lookups or connections take all the time they are given is over after
// ten seconds, its three tries and the pauses between them; a write certainly was not sent.
func TestF02SlowNames(t *testing.T) {
	for name, c := range map[string]struct {
		call  func(context.Context, *Client) error
		tries int
	}{"a read": {read, readTries}, "a write": {write, writeTries}} {
		t.Run(name, func(t *testing.T) {
			for range 50 { // pauses are random
				synctest.Test(t, func(t *testing.T) {
					u := &away{do: func(*http.Request) (*http.Response, error) {
						time.Sleep(dialCap)
						return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", IsTimeout: true}}
					}}
					pc, begun := u.client(t), time.Now()
					err := c.call(t.Context(), pc)
					if !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrNotSent) || errors.Is(err, ErrInDoubt) {
						t.Error(err)
					}
					if took := time.Since(begun); took > longestWait || u.calls != c.tries {
						t.Errorf("%d tries in %v, want %d in %v at most", u.calls, took, c.tries, longestWait)
					}
				})
			}
		})
	}
}
