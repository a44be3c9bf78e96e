package pcclient

import (
	"context"
	"net/http"
	"strings"
)

// BillingProfilesService reads and updates the billing profiles of customers.
type BillingProfilesService struct{ c *Client }

// Get reads a customer's billing profile and its ETag. An answer without ETag gives "" and no error; such a profile can be
// shown but not updated.
func (s *BillingProfilesService) Get(ctx context.Context, id TenantID) (BillingProfile, ETag, error) {
	r := newRequest(http.MethodGet, customerPath(id)+"/profiles/billing")
	a, e := s.c.customerCall(ctx, id, r)
	if e != nil {
		return BillingProfile{}, "", e
	}
	p, etag, err := ParseBillingProfile(a.body)
	if err != nil {
		return BillingProfile{}, "", r.unusable(a)
	}
	return p, etag, nil
}

// Update puts a changed billing profile in place of the one that etag names, and returns what the upstream then holds.
//
// p must come from a read: only the members whose text differs from p.Raw are changed in it, a cleared one to null, and all
// else goes back as it was. The ETag goes as If-Match and inside the body, since the upstream documents one and its own
// libraries send the other; p.ID is not sent if changed.
//
// Errors, besides those of any call: [ErrETagMismatch] when somebody saved first; [ErrInDoubt] when it may or may not have
// been carried out (then read again and compare: the upstream might even accept a stale write); [ErrNotSent] when it
// certainly did not start, also for an empty or impossible ETag and a profile without Raw.
func (s *BillingProfilesService) Update(ctx context.Context, id TenantID, etag ETag, p BillingProfile) (BillingProfile, ETag, error) {
	r := newRequest(http.MethodPut, customerPath(id)+"/profiles/billing")
	entity, ok := entityTag(etag)
	if !ok {
		return BillingProfile{}, "", refuse(r, "the ETag is empty or cannot be sent")
	}
	if _, _, err := ParseBillingProfile(p.Raw); err != nil {
		return BillingProfile{}, "", refuse(r, "the billing profile was not read from the upstream: it has no Raw")
	}
	o, err := merge(p.Raw, p)
	if err != nil {
		return BillingProfile{}, "", refuse(r, "the billing profile cannot be read")
	}
	r.header.Set("If-Match", entity)
	r.body = o.withETag(etag).bytes()
	a, e := s.c.customerCall(ctx, id, r)
	if e != nil {
		return BillingProfile{}, "", e
	}
	saved, next, err := ParseBillingProfile(a.body)
	if err != nil {
		return BillingProfile{}, "", r.unusable(a)
	}
	return saved, next, nil
}

// entityTag puts an ETag into the quotes If-Match wants; one that the upstream already quoted goes as it is. False for an
// empty one, one that could be read as several, and one that no header can carry. "*" in quotes is a tag like any other.
func entityTag(etag ETag) (string, bool) {
	s := string(etag)
	inner := s
	quoted := false
	if rest := strings.TrimPrefix(s, "W/"); len(rest) >= 2 && rest[0] == '"' && rest[len(rest)-1] == '"' {
		inner, quoted = rest[1:len(rest)-1], true
	}
	if inner == "" || len(inner) > 1024 || strings.Contains(inner, `"`) || !fitsHeader(inner) {
		return "", false
	}
	if quoted {
		return s, true
	}
	return `"` + s + `"`, true
}
