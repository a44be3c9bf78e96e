package handlers_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// nameless is the way to a Partner Center whose name cannot be looked up: nobody answers
// the question, or there is nobody to ask.
func nameless(slow bool) http.RoundTripper {
	lookup := func(ctx context.Context, _, _ string) (net.Conn, error) {
		if !slow {
			return nil, errors.New("no name server")
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	dialer := &net.Dialer{Timeout: 50 * time.Millisecond, Resolver: &net.Resolver{PreferGo: true, Dial: lookup}}
	return &http.Transport{DialContext: dialer.DialContext}
}

// F-02: while Partner Center's name cannot be looked up, that it is not answering is said
// on every page, nothing is sent, and nothing typed is lost.
func TestF02TheNameCannotBeLookedUp(t *testing.T) { everywhere(t, testF02TheNameCannotBeLookedUp) }

func testF02TheNameCannotBeLookedUp(t *testing.T) {
	for name, slow := range map[string]bool{"F-02 it fails": false, "F-02 it takes too long": true} {
		t.Run(name, func(t *testing.T) {
			site, id, review := resultSite(t, "Ada Admin")
			b, way := review.b, nameless(slow)
			var lookups atomic.Int64
			lose := func(method string) {
				site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
					if method != "" && q.Method != method {
						return next.RoundTrip(q)
					}
					lookups.Add(1)
					return way.RoundTrip(q)
				})
			}

			changed := b.edit(id).fill("email", "half an addr")
			lose("")
			b.get("/customers?q=x").want(http.StatusServiceUnavailable, "Partner Center is not answering", "Try again")
			if n := lookups.Load(); n != 3 {
				t.Errorf("a read was tried %d times", n)
			}
			changed.fill("email", "kept@harbourline.example").fill("etag", "bent").press().
				want(http.StatusServiceUnavailable, "Everything you typed is kept in this page").form("email").wants("email", "kept@harbourline.example")

			// The re-read before the save comes through, and then the name is lost.
			lose(http.MethodPut)
			key := review.form("key").values.Get("key")
			p := review.save().want(http.StatusServiceUnavailable, "is not answering", "Nothing was saved")
			allThere(t, p)
			site.wantPuts(0, 0)
			if got := site.kinds(key); got != "recorded rejected" {
				t.Errorf("the trail tells %q", got)
			}
			lose(http.MethodPatch) // nothing
			p.follow("Save again").want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
	}
}

// F-24: Partner Center is away for ten minutes. After ten calls in a row nobody waits for
// it any more: pages say at once what is, nothing is sent, and once in five seconds a
// call finds out whether it is back.
func TestF24AnOutageOfTenMinutes(t *testing.T) { everywhere(t, testF24AnOutageOfTenMinutes) }

func testF24AnOutageOfTenMinutes(t *testing.T) {
	const probeEvery = 5 * time.Second
	site, id, review := resultSite(t, "Ada Admin")
	b := review.b
	var calls atomic.Int64
	site.onCall(func(*replica, *http.Request, http.RoundTripper) (*http.Response, error) {
		calls.Add(1)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	})
	replicas := int64(len(site.turns.all))
	for range 8 * replicas { // three tries each; the balancer's turns are uneven
		b.get("/customers?q=x").want(http.StatusServiceUnavailable, "Partner Center is not answering")
	}
	if n := calls.Load(); n > 10*replicas {
		t.Errorf("%d calls went out before all others were spared", n)
	}
	for range 10 {
		// The machine's own time goes on too, and may let one more out.
		before, began := calls.Load(), site.clock.now()
		for range 5 {
			p := b.get(overview(id)).want(http.StatusServiceUnavailable, "Partner Center is not answering")
			if wait := p.header.Get("Retry-After"); calls.Load() == before && (wait == "" || len(wait) > 1) {
				t.Errorf("to come back in %q seconds", wait)
			}
		}
		b.get("/").want(http.StatusOK)
		most := replicas * (1 + int64(site.clock.now().Sub(began)/probeEvery))
		if n := calls.Load() - before; n > most {
			t.Errorf("%d calls in a time for %d", n, most)
		}
		site.clock.advance(time.Minute)
	}
	p := review.b.after(review.save().url.RequestURI(), "is not answering").want(http.StatusServiceUnavailable, "Nothing was saved")

	site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(q)
	})
	site.clock.advance(probeEvery)
	b.get(overview(id)).want(http.StatusOK, "Harbourline Ceramics")
	allThere(t, p)
	p.follow("Save again").want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
	site.wantPuts(1, 1)
	site.storedHas(id, "email", "typed@harbourline.example")
}
