package pcclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestF04OwnTimeIsCapped(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(context.Context, *Client) error
		want time.Duration
		kind error
	}{
		{"a read ends after 15 s and is not begun again", func(ctx context.Context, pc *Client) error {
			_, err := pc.CountryRules.Get(ctx, "GB")
			return err
		}, 15 * time.Second, ErrUnavailable},
		{"a write ends after 30 s, in doubt", func(ctx context.Context, pc *Client) error {
			_, _, err := pc.BillingProfiles.Update(ctx, "0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6d", "1", BillingProfile{Raw: []byte(`{"id":"1"}`)})
			return err
		}, 30 * time.Second, ErrInDoubt},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				pc, err := New(Options{
					Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
						calls++
						<-r.Context().Done()
						return nil, r.Context().Err()
					}),
					Token: func(context.Context, string) (string, error) { return "one", nil },
				})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				err = c.call(t.Context(), pc)
				if took := time.Since(start); took != c.want || calls != 1 {
					t.Errorf("took %v and %d calls", took, calls)
				}
				if !errors.Is(err, c.kind) || !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNotSent) {
					t.Error(err)
				}
			})
		})
	}
}

// endless is a body without end that counts what was taken of it.
type endless struct{ taken int }

func (e *endless) Read(b []byte) (int, error) {
	if e.taken > 64<<20 {
		return 0, io.EOF // so that a reader without a limit fails instead of hanging
	}
	e.taken += len(b)
	return len(b), nil
}

func (e *endless) Close() error { return nil }

func TestA65NoMoreIsReadThanTheCap(t *testing.T) {
	for _, status := range []int{200, 302, 400, 503} {
		body := &endless{}
		pc, err := New(Options{
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: body, Request: r}, nil
			}),
			Token: func(context.Context, string) (string, error) { return "one", nil },
			Sleep: func(context.Context, time.Duration) error { return errors.New("once is enough") },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = pc.CountryRules.Get(t.Context(), "GB")
		if err == nil || body.taken > 5<<20 {
			t.Errorf("%d: %d bytes were read, %v", status, body.taken, err)
		}
	}
}

func TestACallThatIsOverBeforeItBeginsIsNotSent(t *testing.T) {
	pc, err := New(Options{Token: func(context.Context, string) (string, error) { return "one", nil }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = pc.BillingProfiles.Update(ctx, "0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6d", "1", BillingProfile{Raw: []byte(`{"id":"1"}`)})
	if !errors.Is(err, ErrNotSent) || errors.Is(err, ErrInDoubt) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOneClientServesManyAtOnce(t *testing.T) {
	pc, err := New(Options{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Header: http.Header{}, Request: r}, nil // some transports give no body at all
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for _, country := range []string{"GB", "DE", "PT", "GB", "DE", "PT", "US", "US"} {
		group.Go(func() {
			person := pc.As(func(context.Context, string) (string, error) { return country, nil })
			if _, err := person.CountryRules.Get(t.Context(), country); err != nil && !errors.Is(err, ErrNotFound) {
				t.Error(err)
			}
			pc.core.rules.put(country, CountryRules{ISO2Code: country, States: []string{"x"}}, time.Now().Add(time.Hour))
			rules, err := person.CountryRules.Get(t.Context(), country)
			if err != nil {
				t.Error(err)
				return
			}
			rules.States[0] = country // ours to spoil
		})
	}
	group.Wait()
}

func TestOwnTransportIsCapped(t *testing.T) {
	transport := newTransport()
	if transport.TLSHandshakeTimeout != 5*time.Second || transport.DialContext == nil || transport.Proxy == nil {
		t.Error("a handshake may take for ever, or the proxy is not asked")
	}
	if transport.Protocols.HTTP2() || !transport.Protocols.HTTP1() {
		t.Error("HTTP/2 hides the reason phrase and repeats writes on its own")
	}
}
