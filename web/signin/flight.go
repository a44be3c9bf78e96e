package signin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/partnerdesk/portal/web/session"
)

// flightLimit bounds one renewal with all its calls.
const flightLimit = 25 * time.Second

// flights runs one renewal per session at a time. The zero value is ready.
type flights struct {
	mu sync.Mutex
	m  map[string]*flight
}

type flight struct {
	done   chan struct{}
	tokens session.Tokens
	err    error
}

// do runs fn, or waits for the run of somebody else, for as long as ctx allows.
// fn itself goes on without ctx: the answer may hold a refresh token that the
// provider will not give again.
func (f *flights) do(ctx context.Context, id string, fn func(context.Context) (session.Tokens, error)) (session.Tokens, error) {
	f.mu.Lock()
	one, under := f.m[id]
	if !under {
		one = &flight{done: make(chan struct{})}
		if f.m == nil {
			f.m = map[string]*flight{}
		}
		f.m[id] = one
		go f.run(context.WithoutCancel(ctx), id, one, fn)
	}
	f.mu.Unlock()
	select {
	case <-one.done:
		return one.tokens, one.err
	case <-ctx.Done():
		return session.Tokens{}, ctx.Err()
	}
}

func (f *flights) run(ctx context.Context, id string, one *flight, fn func(context.Context) (session.Tokens, error)) {
	ctx, cancel := context.WithTimeout(ctx, flightLimit)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			one.err = fmt.Errorf("%w: renewing the tokens failed", ErrUnavailable)
		}
		f.mu.Lock()
		delete(f.m, id)
		f.mu.Unlock()
		close(one.done)
	}()
	one.tokens, one.err = fn(ctx)
}
