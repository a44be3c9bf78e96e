package pcclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Caps of one HTTP call. The caller's deadline may be shorter.
const (
	readCap  = 15 * time.Second
	writeCap = 30 * time.Second
	bodyCap  = 4 << 20
)

// request is one operation on its way down the steps.
type request struct {
	method    string
	path      string // escaped, below the base address: /v1/customers/…
	query     string // encoded
	header    http.Header
	body      []byte
	write     bool // it may change something upstream
	requestID string
	refreshed bool // the one forced token refresh was used
	called    bool // a first HTTP call was made, maybe under a correlation ID set from outside
}

// answer is a complete 2xx answer.
type answer struct {
	status        int
	header        http.Header
	body          []byte // without byte order mark
	correlationID string
}

// step does its part for a request and hands it on. A failure is always an *Error.
type step func(context.Context, *request) (*answer, *Error)

func newRequest(method, path string) *request {
	return &request{method: method, path: path, header: http.Header{}, write: method == http.MethodPut}
}

// refuse reports a request that was not worth sending. The reason is in our own words and holds no values.
func refuse(r *request, reason string, kinds ...error) *Error {
	return &Error{Method: r.method, Path: r.path, RequestID: r.requestID, kinds: append(kinds, ErrNotSent), cause: errors.New(reason), reason: reason}
}

// exchange makes one HTTP call and reads its answer wholly, within the caps. Redirects are answers like any other: a
// RoundTripper does not follow them.
func (c *core) exchange(ctx context.Context, r *request) (*answer, *Error) {
	limit := readCap
	if r.write {
		limit = writeCap
	}
	capped, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var conn connection
	hr, correlationID, e := c.build(conn.traced(capped), ctx, r)
	if e != nil {
		return nil, e
	}
	fail := &Error{Method: r.method, Path: r.path, RequestID: r.requestID, CorrelationID: correlationID}
	if ctx.Err() != nil { // the transport would say so too, but without proof that nothing was sent
		return nil, fail.transport(ctx, ctx.Err(), r.write, true)
	}
	resp, err := c.transport.RoundTrip(hr)
	if err != nil {
		return nil, fail.transport(capped, err, r.write, conn.neverGot(err))
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	fail.receive(resp, c.now())
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyCap+1))
	ok := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch {
	case len(body) > bodyCap && ok:
		return nil, fail.unexpected("the answer is larger than 4 MiB", nil, r.write)
	case err != nil && ok:
		return nil, fail.transport(capped, err, r.write, false)
	case ok:
		return &answer{status: resp.StatusCode, header: resp.Header, body: trimBOM(body), correlationID: correlationID}, nil
	}
	if len(body) > bodyCap {
		body = nil // a refusal of that size says nothing; its status still does
	}
	fail.parse(resp, trimBOM(body))
	fail.classify(r.write)
	return nil, fail
}

func (c *core) build(traced, ctx context.Context, r *request) (*http.Request, string, *Error) {
	target := *c.base
	unescaped, err := url.PathUnescape(r.path)
	if err != nil {
		return nil, "", refuse(r, "the path cannot be sent", ErrUnexpected)
	}
	target.Path, target.RawPath, target.RawQuery = c.base.Path+unescaped, c.base.EscapedPath()+r.path, r.query
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	hr, err := http.NewRequestWithContext(traced, r.method, target.String(), body)
	if err != nil {
		return nil, "", refuse(r, "the address cannot be sent", ErrUnexpected)
	}
	hr.Header = r.header.Clone()
	correlationID := NewGUID()
	if !r.called {
		correlationID, r.called = idFrom(ctx, correlationIDKey), true
	}
	if tell, ok := ctx.Value(onCallKey).(func(string)); ok {
		tell(correlationID)
	}
	set := hr.Header.Set
	set("Accept", "application/json")
	set("MS-RequestId", r.requestID)
	set("MS-CorrelationId", correlationID)
	set("MS-Contract-Version", "v1")
	set("X-Locale", c.locale)
	set("User-Agent", "partnerdesk-pcclient")
	if c.application != "" {
		set("MS-PartnerCenter-Application", c.application)
	}
	if r.body != nil {
		set("Content-Type", "application/json")
	}
	for _, values := range hr.Header {
		for _, v := range values {
			// The transport would refuse it too, but without proof that nothing was sent.
			if !fitsHeader(v) {
				return nil, "", refuse(r, "a header value holds characters that cannot be sent")
			}
		}
	}
	return hr, correlationID, nil
}

// fitsHeader reports whether text can go into a header as it is.
func fitsHeader(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' }) && strings.TrimSpace(s) == s
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }

// connection watches whether a call ever got a connection: without one, nothing was written.
type connection struct{ asked, got atomic.Bool }

func (c *connection) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// neverGot wants proof, not silence: a transport that does not report connections (one in the same process, say) has to
// fail with a dial error to be believed.
func (c *connection) neverGot(err error) bool {
	return !c.got.Load() && (c.asked.Load() || isDial(err))
}
