// Package middleware is the portal's HTTP edge: what happens to every request
// before a page sees it and to every answer before it leaves.
//
// [Edge] wraps the whole router, so that a 404, a 413 and a panic carry the same
// headers, reference and log line as any page. A request moves inwards through
// reference → log → headers → time → panic → host → path → cross-origin → body;
// what each step refuses is drawn by the page function that handlers pass in.
// Rights are declared on routes; this package only knows what each right asks of a
// role.
//
// The package is part of the portal and not for use outside it.
package middleware

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Options say what the edge needs to know about the portal it guards.
type Options struct {
	// BaseURL is the address people use. Its host is the only one answered,
	// save for the health pages, which orchestrators ask by address.
	BaseURL *url.URL
	// Machines are the exact paths of POSTs that no form of ours sends, with what they
	// carry. The cross-origin check leaves them alone: whatever is behind such a path
	// proves itself, or changes nothing.
	Machines map[string]Body
	// Refuse draws a plain page for a request that goes no further. The log says why.
	Refuse func(w http.ResponseWriter, r *http.Request, status int)
	// Client is the address a request came from, for the log; nil means the peer.
	Client func(r *http.Request) string
	// Limit is how long a request may be worked on; 0 means 45 s.
	Limit time.Duration
	// Now is the clock of the log; nil means time.Now.
	Now func() time.Time
	// Log receives one line per request.
	Log *slog.Logger
}

// Edge wraps next in everything that holds for all requests. The order is the
// order of the package comment: the reference comes first because every later
// step names it, and the panic catch sits inside the headers so that the page
// for a panic has them too. Nothing further in replaces the request, so that the
// page for a panic finds the form that was read.
func Edge(o Options, next http.Handler) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit == 0 {
		o.Limit = 45 * time.Second
	}
	if o.Client == nil {
		o.Client = func(r *http.Request) string { return r.RemoteAddr }
	}
	h := checkBody(o, next)
	h = checkOrigin(o, h)
	h = checkPath(o, h)
	h = checkHost(o, h)
	h = catchPanic(o, h)
	h = limitTime(o, h)
	h = setHeaders(o, h)
	h = logRequests(o, h)
	return withRecord(h)
}

func (o Options) refuse(w http.ResponseWriter, r *http.Request, status int, reason string) {
	SetReason(r.Context(), reason)
	o.Refuse(w, r, status)
}
