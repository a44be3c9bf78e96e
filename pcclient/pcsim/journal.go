package pcsim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// journalLimit bounds the journal: of each list the newest entries are kept.
const journalLimit = 20000

// Journal is what happened since New or Reset, oldest first; of each list at most
// the newest 20,000 entries.
type Journal struct {
	Requests []Request `json:"requests"`
	Versions []Version `json:"versions"`
}

// Request is one call under /v1. It is entered when it arrives and completed when
// it is answered.
type Request struct {
	Time    time.Time         `json:"time"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query,omitempty"`
	Headers map[string]string `json:"headers"` // in Microsoft's spelling; Authorization holds the subject
	Body    string            `json:"body"`    // as sent
	Status  int               `json:"status"`  // 0: not answered yet, or the answer was lost before its first byte
	Applied bool              `json:"applied"` // a new version was stored for this call; false for replays
	Subject string            `json:"subject"` // upn of the token, else its sub; "" while not authenticated
}

// Version is one stored state of a billing profile, of whoever made it. The seeded
// states are not listed; the first version's BaseETag is theirs.
type Version struct {
	Customer  pcclient.TenantID `json:"customer"`
	ETag      pcclient.ETag     `json:"etag"`
	BaseETag  pcclient.ETag     `json:"baseEtag"` // of the version just before this one
	By        string            `json:"by"`
	RequestID string            `json:"requestId"` // "" for edits elsewhere
	Profile   json.RawMessage   `json:"profile"`
}

// journal is the growing form of Journal; guarded by Simulator.mu.
type journal struct {
	requests []*Request
	versions []Version
}

func (j *journal) arrive(c *call, now time.Time) *Request {
	r := &Request{Time: now.UTC(), Method: c.method, Path: c.path, Query: c.rawQuery, Headers: map[string]string{}, Body: string(c.body)}
	for name, values := range c.header {
		if name != "Authorization" {
			r.Headers[wireName(http.CanonicalHeaderKey(name))] = strings.Join(values, ", ")
		}
	}
	j.requests = trimmed(append(j.requests, r))
	return r
}

func (j *journal) version(v Version) { j.versions = trimmed(append(j.versions, v)) }

// trimmed forgets the oldest tenth when the limit is reached.
func trimmed[T any](list []T) []T {
	if len(list) <= journalLimit {
		return list
	}
	return append([]T(nil), list[journalLimit/10:]...)
}

// Journal returns a copy of the journal.
func (s *Simulator) Journal() Journal {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := Journal{Requests: make([]Request, 0, len(s.journal.requests)), Versions: append([]Version{}, s.journal.versions...)}
	for _, r := range s.journal.requests {
		c := *r
		c.Headers = make(map[string]string, len(r.Headers)+1)
		for k, v := range r.Headers {
			c.Headers[k] = v
		}
		if r.Subject != "" {
			c.Headers["Authorization"] = r.Subject
		}
		j.Requests = append(j.Requests, c)
	}
	return j
}
