package pcclient

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	failuresToOpen = 10
	probeEvery     = 5 * time.Second
)

// breaker spares an upstream that is away, and those who would wait for it in vain: after ten calls in a row without a
// usable answer, calls fail at once, but for one each five seconds that finds out whether it is back.
type breaker struct {
	mu       sync.Mutex
	failures int       // in a row
	next     time.Time // when a call may go out again, once there are enough of them
}

// guard is the breaker as a step. What it refuses certainly was not sent, and says when to come back.
func (c *core) guard(next step) step {
	return func(ctx context.Context, r *request) (*answer, *Error) {
		if wait := c.breaker.wait(c.now()); wait > 0 {
			e := refuse(r, "not tried: the upstream does not answer", ErrUnavailable)
			e.RetryAfter, e.lasting = wait, true
			return nil, e
		}
		a, e := next(ctx, r)
		// A caller who leaves, or whose own time was short, says nothing about the upstream.
		if e == nil || ctx.Err() == nil {
			c.breaker.note(e != nil && errors.Is(e, ErrUnavailable), c.now())
		}
		return a, e
	}
}

// wait is how long no call may go out; zero is leave for this one.
func (b *breaker) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < failuresToOpen {
		return 0
	}
	if wait := b.next.Sub(now); wait > 0 {
		return wait
	}
	// Whatever becomes of it, the next one may try five seconds later: a call that hangs must not keep the others out.
	b.next = now.Add(probeEvery)
	return 0
}

func (b *breaker) note(failed bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !failed {
		b.failures = 0
		return
	}
	if b.failures++; b.failures == failuresToOpen {
		b.next = now.Add(probeEvery)
	}
}
