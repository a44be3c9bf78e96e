package pcsim

import (
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// customer finds a customer by the path's text, or says what to answer instead.
func (s *Simulator) customer(text string) (*customer, answer) {
	id, err := pcclient.ParseTenantID(text)
	if err != nil {
		return nil, s.refuse(http.StatusBadRequest, 900118, "Invalid Customer ID")
	}
	s.mu.Lock()
	c := s.world.byID[id]
	s.mu.Unlock()
	switch {
	case c != nil:
		return c, answer{}
	case id == UnrelatedCustomer:
		return nil, s.refuse(http.StatusForbidden, 20002, "No relationship between caller and account.")
	}
	// The code is inferred: it may be 60003 as well.
	return nil, s.refuse(http.StatusNotFound, 1000, "Customer not found")
}

func (s *Simulator) getBillingProfile(_ *call, c *customer) answer {
	s.mu.Lock()
	profile := c.billing(s.seen(c))
	s.mu.Unlock()
	return s.success(profile)
}

// putBillingProfile replaces a billing profile. Order: body, ETag, content.
// Checking the ETag first is our choice; nobody has seen the order.
func (s *Simulator) putBillingProfile(call *call, c *customer) answer {
	if !isJSON(call.header.Get("Content-Type")) {
		return bare(http.StatusUnsupportedMediaType)
	}
	sent, err := parseObject(call.body)
	if err != nil {
		return s.refuse(http.StatusBadRequest, 800002, "Invalid request input")
	}
	etag, refusal, ok := s.sentETag(call, sent)
	if !ok {
		return refusal
	}
	return s.update(call, c, sent, etag)
}

// update compares, checks and stores in one step, so that of two PUTs with the
// same ETag one is stale.
func (s *Simulator) update(call *call, c *customer, sent object, etag string) answer {
	w := s.Switches()
	s.mu.Lock()
	if s.world.byID[c.id] != c {
		s.mu.Unlock()
		return bare(http.StatusServiceUnavailable) // the world was reset under the call
	}
	current := c.current()
	if etag != "" && etag != current.etag && w.Stale != "accept" {
		s.mu.Unlock()
		return s.stale(w.Stale)
	}
	next, bad := replaced(sent, current.profile, w.Omitted == "keep")
	if bad != "" {
		s.mu.Unlock()
		return s.refuse(http.StatusBadRequest, 800002, "Invalid request input: '"+bad+"'")
	}
	next = normalized(next)
	if p := check(next); p != nil {
		s.mu.Unlock()
		return s.rejected(*p)
	}
	stored := version{etag: newETag(), profile: next}
	if !call.lie {
		stored = s.commit(c, next, call.change())
		call.entry.Applied = true
	}
	s.mu.Unlock()
	return s.success(c.billing(stored))
}

// change is what the call's commit is recorded under.
func (c *call) change() change {
	application := c.caller.app
	if application == "" {
		application = c.header.Get("MS-PartnerCenter-Application")
	}
	return change{c.caller.subject, application, c.correlationID, c.requestID}
}

func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return kind == "application/json" || kind == "text/json"
}
