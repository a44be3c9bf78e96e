package outside

import (
	"maps"
	"sync"
	"time"
)

const (
	refusedFor   = 10 * time.Minute
	mostRefusals = 2000
)

// Refusals remember for ten minutes who may not read Partner Center's audit records, so
// that nobody is refused again and again. They are safe for concurrent use; one process
// needs one.
type Refusals struct {
	now func() time.Time

	mu    sync.Mutex
	found map[string]time.Time // by operator
}

// NewRefusals knows of none. now nil: time.Now.
func NewRefusals(now func() time.Time) *Refusals {
	if now == nil {
		now = time.Now
	}
	return &Refusals{now: now, found: map[string]time.Time{}}
}

// Add remembers the operator. When there are too many, others are forgotten, which means
// only that they are refused once more.
func (r *Refusals) Add(operatorKey string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.found) >= mostRefusals {
		maps.DeleteFunc(r.found, func(_ string, at time.Time) bool { return r.over(at) })
	}
	if len(r.found) >= mostRefusals {
		clear(r.found)
	}
	r.found[operatorKey] = r.now()
}

// Has reports whether the operator was refused in the last ten minutes.
func (r *Refusals) Has(operatorKey string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, found := r.found[operatorKey]
	return found && !r.over(at)
}

func (r *Refusals) over(at time.Time) bool { return r.now().Sub(at) >= refusedFor }
