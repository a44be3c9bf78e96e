package pcclient

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// ValidationStatusesService reads whether the upstream has vetted a customer's account.
type ValidationStatusesService struct{ c *Client }

// Words of [ValidationStatus].Status. Others may come; pass them on.
const (
	ValidationAllowed     = "Allowed"
	ValidationUnderReview = "UnderReview"
	ValidationNotAllowed  = "NotAllowed"
	ValidationUnknown     = "Unknown"
	ValidationNotReady    = "Not Ready" // with the space
)

// ValidationStatus is the state of a customer's account. Under review, not allowed and unknown block transactions. The zero
// value means that there is nothing to report, which is no reason to worry.
type ValidationStatus struct {
	Type, Status string
	LastUpdate   time.Time       // UTC; zero when not told
	Raw          json.RawMessage // nil in the zero value
}

// Get reads the account status. A customer without one gives the zero value and no error; an unknown customer is [ErrNotFound].
// It needs a person; an application alone gets [ErrAppOnly].
func (s *ValidationStatusesService) Get(ctx context.Context, id TenantID) (ValidationStatus, error) {
	r := newRequest(http.MethodGet, customerPath(id)+"/validationStatus")
	r.query = "type=account"
	a, e := s.c.customerCall(ctx, id, r)
	if e != nil && e.Code == "600074" && errors.Is(e, ErrNotFound) {
		return ValidationStatus{}, nil
	}
	if e != nil {
		return ValidationStatus{}, e
	}
	o, err := parseObject(a.body)
	if err != nil || o.text("status") == "" {
		return ValidationStatus{}, r.unusable(a)
	}
	return ValidationStatus{Type: o.text("type"), Status: o.text("status"), LastUpdate: parseTime(o.text("lastUpdateDateTime")), Raw: a.body}, nil
}

// parseTime reads the upstream's times: with Z, with an offset, or without zone, which means UTC. The year 1, and anything
// else, is the zero time.
func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1 {
			return t.UTC()
		}
	}
	return time.Time{}
}
