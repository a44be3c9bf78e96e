package pcsim

import (
	"net/http"
	"strings"
	"time"
)

// remembered is how long the answer to a request ID is replayed. No figure
// is documented; "minutes" is what the documentation's wording suggests.
const remembered = 10 * time.Minute

// repeatKey identifies one logical write. Reads are never replayed.
type repeatKey struct{ subject, method, path, requestID string }

// repeat is a write under way or done.
type repeat struct {
	done   chan struct{}
	at     time.Time
	answer answer
	keep   bool // executed, so the answer is replayed
}

// once executes a write, or replays the answer its request ID already got (switch
// repeatRequestID). Only executed requests are remembered: 401, 408, 429 and 5xx
// never are. A repeat that arrives while the first is at work waits for it.
func (s *Simulator) once(c *call, do func() answer) answer {
	if c.method == http.MethodGet || !c.sentRequestID || s.Switches().RepeatRequestID != "replay" {
		return do()
	}
	key := repeatKey{c.caller.subject, c.method, c.path, strings.ToLower(c.requestID)}
	for {
		mine, theirs := s.claim(key)
		if mine != nil {
			a := do()
			s.settle(key, mine, a)
			return a
		}
		<-theirs.done
		if theirs.keep {
			return theirs.answer.clone()
		}
	}
}

// claim returns a fresh entry to fill, or the one another call made.
func (s *Simulator) claim(key repeatKey) (mine, theirs *repeat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if r := s.repeats[key]; r != nil && now.Sub(r.at) < remembered {
		return nil, r
	}
	if len(s.repeats) >= 4096 {
		for k, r := range s.repeats {
			if now.Sub(r.at) >= remembered {
				delete(s.repeats, k)
			}
		}
	}
	r := &repeat{done: make(chan struct{}), at: now}
	s.repeats[key] = r
	return r, nil
}

func (s *Simulator) settle(key repeatKey, r *repeat, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.answer = a.clone()
	switch {
	case a.status == http.StatusUnauthorized, a.status == http.StatusRequestTimeout,
		a.status == http.StatusTooManyRequests, a.status >= http.StatusInternalServerError:
		if s.repeats[key] == r {
			delete(s.repeats, key)
		}
	default:
		r.keep = true
	}
	close(r.done)
}
