package middleware

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/http"
	"sync"

	"github.com/a-h/templ"
)

type recordKey struct{}

// record is what one request leaves in the log. Handlers add to it by context.
type record struct {
	reference string
	nonce     string

	mu       sync.Mutex
	operator string
	reason   string
	err      error
}

func withRecord(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &record{reference: newReference(), nonce: newNonce()}
		ctx := context.WithValue(r.Context(), recordKey{}, rec)
		next.ServeHTTP(w, r.WithContext(templ.WithNonce(ctx, rec.nonce)))
	})
}

// newReference makes the id that a person quotes: 12 hex digits in groups of
// four, easy to read over a telephone and plenty for one day's log.
func newReference() string {
	b := make([]byte, 6)
	rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	s := hex.EncodeToString(b)
	return s[:4] + "-" + s[4:8] + "-" + s[8:]
}

func newNonce() string {
	b := make([]byte, 18)
	rand.Read(b) // as above
	return base64.StdEncoding.EncodeToString(b)
}

func recordOf(ctx context.Context) *record {
	rec, _ := ctx.Value(recordKey{}).(*record)
	return rec
}

// Reference is the id under which this request stands in the log and on the
// page; "" outside a request.
func Reference(ctx context.Context) string {
	if rec := recordOf(ctx); rec != nil {
		return rec.reference
	}
	return ""
}

// SetOperator notes in the request's log line who is signed in, by key.
func SetOperator(ctx context.Context, key string) {
	if rec := recordOf(ctx); rec != nil {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.operator = key
	}
}

// SetReason notes in the request's log line why it was not served as asked: a
// short code, never a value somebody typed.
func SetReason(ctx context.Context, reason string) {
	if rec := recordOf(ctx); rec != nil {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.reason = reason
	}
}

// DefaultReason is SetReason for a reason that is only the kind of page shown: one that
// says more, and is noted already, stays.
func DefaultReason(ctx context.Context, reason string) {
	if rec := recordOf(ctx); rec != nil {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		if rec.reason == "" {
			rec.reason = reason
		}
	}
}

// SetError notes the failure behind an error page in the request's log line. The
// error's text must be fit for a log: no personal data, no token.
func SetError(ctx context.Context, err error) {
	if rec := recordOf(ctx); rec != nil {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.err = err
	}
}

func (rec *record) attrs() []slog.Attr {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	attrs := []slog.Attr{slog.String("reference", rec.reference)}
	if rec.operator != "" {
		attrs = append(attrs, slog.String("operator", rec.operator))
	}
	if rec.reason != "" {
		attrs = append(attrs, slog.String("reason", rec.reason))
	}
	if rec.err != nil {
		attrs = append(attrs, slog.String("error", rec.err.Error()))
	}
	return attrs
}
