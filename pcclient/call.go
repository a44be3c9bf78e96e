package pcclient

import (
	"context"
	"net/url"
)

func customerPath(id TenantID) string { return "/v1/customers/" + url.PathEscape(string(id)) }

// customerCall refuses what is not a GUID before it can become part of a path.
func (c *Client) customerCall(ctx context.Context, id TenantID, r *request) (*answer, *Error) {
	if !isGUID(string(id)) {
		r.path = "/v1/customers/…"
		return nil, refuse(r, "not a customer tenant ID", ErrRejected)
	}
	return c.do(ctx, r)
}

// unusable reports a 2xx answer that is not what the call asked for.
func (r *request) unusable(a *answer) *Error {
	e := &Error{Method: r.method, Path: r.path, Status: a.status, RequestID: r.requestID, CorrelationID: a.correlationID,
		CV: a.header.Get("MS-CV"), ServerID: a.header.Get("MS-ServerId")}
	return e.unexpected("the answer is not what was asked for", nil, r.write)
}

// text decodes like the rest of this package reads: null is "", a number is its digits, anything odd is "" and no error.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	s, _ := textOf(data)
	*t = text(s)
	return nil
}
