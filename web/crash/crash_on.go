//go:build crashpoints

package crash

import (
	"context"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	passed atomic.Int64
	point  string
	nth    int64 = 1
	haste  int64 = 1
	polite bool
)

func init() { //nolint:gochecknoinits // read once, before anything can pass a point
	name, count, found := strings.Cut(os.Getenv("CRASH_AT"), ":")
	point = name
	if found {
		nth = number(count)
	}
	polite = os.Getenv("CRASH_POLITE") != ""
	if text := os.Getenv("CRASH_HASTE"); text != "" {
		haste = number(text)
	}
}

// number reads a count; anything else is a mistake in a test, which must not pass
// for a quiet run.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		panic("crash: " + text + " is no count")
	}
	return n
}

// At ends the process if tests asked for it here.
func At(name string) {
	if name == point && passed.Add(1) == nth {
		die()
	}
}

// Sending returns a context under which a call ends the process once its request
// is on the wire. The transport tells of the request just before it flushes it, so
// a moment is left for that.
func Sending(ctx context.Context, name string) context.Context {
	if name != point {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) {
			if passed.Add(1) == nth {
				time.AfterFunc(5*time.Millisecond, die)
			}
		},
	})
}

// Hasten returns d, or a part of it if tests are in a hurry.
func Hasten(d time.Duration) time.Duration { return d / time.Duration(haste) }

// die goes as if the machine had: nothing deferred runs, nothing is flushed. If tests
// want it polite, the process is only asked to stop, and goes on once that has begun.
func die() {
	if polite {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
		time.Sleep(50 * time.Millisecond)
		return
	}
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}
