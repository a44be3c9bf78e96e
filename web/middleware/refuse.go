package middleware

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// MaxBody is the largest request body read, in bytes. The longest legal form is
// well below it.
const MaxBody = 64 << 10

// IsHealth reports whether a path is one of the two at which the portal is asked how it is.
func IsHealth(path string) bool { return path == "/healthz" || path == "/readyz" }

// catchPanic turns a panic into the page for our own faults; the process lives.
func catchPanic(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			// The panic's own text may hold what somebody typed, so only its type and
			// the stack reach the log.
			o.Log.ErrorContext(r.Context(), "panic", "type", fmt.Sprintf("%T", p),
				"reference", Reference(r.Context()), "stack", string(debug.Stack()))
			if sw, ok := w.(*statusWriter); ok && sw.status != 0 {
				return
			}
			o.refuse(w, r, http.StatusInternalServerError, "panic")
		}()
		next.ServeHTTP(w, r)
	})
}

// limitTime ends the work on a request before the server stops writing its answer:
// an upstream that keeps leading on to one more page, or a person's browser that
// never hangs up, must not hold a request for ever. Saves run detached from it.
func limitTime(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), o.Limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, unlimitedKey{}, r.Context())))
	})
}

type unlimitedKey struct{}

// Patient is the context of a request that may take another time than all others, as a
// long download may: it ends with the connection, or after d. Outside a request d alone
// counts.
func Patient(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if unlimited, ok := ctx.Value(unlimitedKey{}).(context.Context); ok {
		ctx = unlimited
	}
	return context.WithTimeout(ctx, d)
}

// checkHost answers only the configured host, so that no link, cookie or redirect
// can be made to name another.
func checkHost(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// As it was written, not as it decodes: the router goes by that too.
		if !strings.EqualFold(r.Host, o.BaseURL.Host) && !IsHealth(r.URL.EscapedPath()) {
			o.refuse(w, r, http.StatusMisdirectedRequest, "host")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkPath refuses what is no path of a site. One that begins with two slashes
// names another host as soon as a page repeats it in a link or a form, and "*" and
// the targets of CONNECT name no page at all.
func checkPath(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
			o.refuse(w, r, http.StatusBadRequest, "path")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bodyOf is what a POST may carry. A machine's path is matched as it is written, whole.
func (o Options) bodyOf(r *http.Request) Body {
	if body, ok := o.Machines[r.URL.EscapedPath()]; ok {
		return body
	}
	return FormBody
}

// checkOrigin refuses unsafe requests that another page made a browser send. It
// is the first of two lines; the second is the token in each form. What machines send
// has neither.
func checkOrigin(o Options, next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.refuse(w, r, http.StatusForbidden, "cross_origin")
	}))
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, machine := o.Machines[r.URL.EscapedPath()]; machine && r.Method == http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// Fits reports whether what a browser says of a request goes with a page: that it is to
// be a document or is read by a script of ours, and that another site at most leads to it
// by a link. Nothing of the portal's pages is an image, a script or a frame of anybody's.
// Browsers that say nothing pass.
func Fits(r *http.Request) bool {
	switch dest := r.Header.Get("Sec-Fetch-Dest"); r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return dest == "" || dest == "document" || dest == "empty"
	default:
		mode := r.Header.Get("Sec-Fetch-Mode")
		return (dest == "" || dest == "document") && (mode == "" || mode == "navigate")
	}
}

// checkBody refuses a body that comes in chunks from a browser, which knows how long a form
// is: see setHeaders. It reads that of a POST whole, once it is known to be of the kind its path
// takes, a plain form but for machines, and of sensible size, so that no handler meets a
// half-read one. No page answers another method that has a body: the router says so.
func checkBody(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, machine := o.Machines[r.URL.EscapedPath()]
		if len(r.TransferEncoding) > 0 && !machine {
			o.refuse(w, r, http.StatusBadRequest, "chunked")
			return
		}
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		if r.ContentLength > MaxBody {
			o.refuse(w, r, http.StatusRequestEntityTooLarge, "body_size")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
		if err != nil {
			status, reason := http.StatusBadRequest, "body_read"
			if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
				status, reason = http.StatusRequestEntityTooLarge, "body_size"
			}
			o.refuse(w, r, status, reason)
			return
		}
		if !o.bodyOf(r).is(r.Header) {
			o.refuse(w, r, http.StatusUnsupportedMediaType, "body_type")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
