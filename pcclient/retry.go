package pcclient

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	readTries     = 3
	writeTries    = 2
	longestWait   = 10 * time.Second // a longer Retry-After is the caller's to show
	shortestPause = 200 * time.Millisecond
	longestPause  = 5 * time.Second
)

// retry repeats a read that may succeed the next time, and a write only when it certainly did not run: throttled, or never
// on the wire. A wait that does not fit into the caller's time is not begun.
func (c *core) retry(next step) step {
	return func(ctx context.Context, r *request) (*answer, *Error) {
		for try := 1; ; try++ {
			a, e := next(ctx, r)
			if e == nil || !worthRepeating(r, e, try) {
				return a, e
			}
			wait := pause(try)
			if e.RetryAfter > 0 {
				wait = max(e.RetryAfter, shortestPause)
			}
			if wait > longestWait || !fits(ctx, wait) || c.sleep(ctx, wait) != nil {
				return nil, e
			}
		}
	}
}

func worthRepeating(r *request, e *Error, try int) bool {
	if e.lasting || errors.Is(e, ErrSignIn) {
		return false
	}
	if r.write {
		unsent := e.Status == 0 && errors.Is(e, ErrNotSent) && errors.Is(e, ErrUnavailable)
		return try < writeTries && (e.Status == http.StatusTooManyRequests || unsent)
	}
	switch e.Status {
	case 0:
		return try < readTries && errors.Is(e, ErrUnavailable)
	case 408, 429, 500, 502, 503, 504:
		return try < readTries
	}
	// The answer began well and broke off.
	return try < readTries && e.Status < 300 && errors.Is(e, ErrUnavailable)
}

func fits(ctx context.Context, wait time.Duration) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || wait < time.Until(end))
}

// pause is a random time between the shortest pause and a bound that grows with each try, so that clients that failed
// together do not come back together.
func pause(try int) time.Duration {
	bound := min(shortestPause<<(2*min(try, 8)), longestPause)
	var b [8]byte
	_, _ = rand.Read(b[:])
	return shortestPause + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(bound-shortestPause+1))
}

// parseRetryAfter reads a Retry-After header: whole seconds, or a date. Zero when it is missing, not readable, negative or
// past; never more than a day, whatever it says.
func parseRetryAfter(value string, now time.Time) time.Duration {
	const most = 24 * time.Hour
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(most/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), most)
	}
	return 0
}
