package pcsim

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// call is one request on its way through the simulator.
type call struct {
	method        string
	path          string
	query         url.Values
	rawQuery      string
	header        http.Header
	body          []byte
	requestID     string
	correlationID string
	sentRequestID bool // the client chose the request ID, so a repeat can be told
	caller        caller
	segment       string // the variable part of the path: customer tenant ID or country
	entry         *Request
	lie           bool
}

func newCall(r *http.Request, body []byte) *call {
	h := r.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	c := &call{method: r.Method, path: r.URL.Path, query: r.URL.Query(), rawQuery: r.URL.RawQuery, header: h, body: body}
	if c.method == "" {
		c.method = http.MethodGet
	}
	c.requestID = ownGUID(h, "MS-RequestId")
	c.sentRequestID = strings.EqualFold(c.requestID, strings.TrimSpace(h.Get("MS-RequestId")))
	c.correlationID = ownGUID(h, "MS-CorrelationId")
	return c
}

// handle takes a call from its arrival to the answer as it leaves: fault before,
// execution, fault after, headers, journal.
func (s *Simulator) handle(c *call) answer {
	started := time.Now()
	fault, reset := s.arrive(c)
	a, completed := s.perform(c, fault, reset)
	if !completed {
		a = bare(0)
		a.cut = 0
	} else if a.cut != 0 {
		a = s.dress(c, a)
	}
	status := a.status
	if a.cut == 0 {
		status = 0
	}
	s.mu.Lock()
	c.entry.Status = status
	s.mu.Unlock()
	s.log.Info("upstream call", "method", c.method, "path", c.path, "status", status,
		"requestId", c.requestID, "correlationId", c.correlationID, "took", time.Since(started))
	return a
}

// arrive enters the call into the journal and takes the fault armed for it.
func (s *Simulator) arrive(c *call) (Fault, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.entry = s.journal.arrive(c, s.now())
	return s.takeFault(c), s.reset
}

// perform runs the call around its fault. It is false when no answer is to be
// given: the simulator was reset meanwhile, or the answer is lost on purpose.
func (s *Simulator) perform(c *call, f Fault, reset <-chan struct{}) (answer, bool) {
	if !wait(f.DelayBeforeMs, reset) {
		return answer{}, false
	}
	if f.Shape == ShapeLate {
		go s.later(*c, f, reset)
		return answer{}, false
	}
	var a answer
	if !f.refuses() || f.Applied {
		c.lie = f.Shape == ShapeLie
		a = f.spoil(s.execute(c))
	}
	if f.refuses() {
		a = f.answer(s.Switches().ErrorCode == "string")
	}
	if !wait(f.DelayAfterMs, reset) {
		return answer{}, false
	}
	return f.cutting(a), true
}

// later executes a call whose answer was lost long before. It works on a copy,
// since the original is still read on the way out.
func (s *Simulator) later(c call, f Fault, reset <-chan struct{}) {
	if wait(f.DelayAfterMs, reset) {
		_ = s.execute(&c)
	}
}

// wait sleeps; it is false when the simulator was reset meanwhile.
func wait(ms int, reset <-chan struct{}) bool {
	if ms <= 0 {
		return true
	}
	t := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-reset:
		return false
	}
}
