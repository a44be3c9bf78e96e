package pcclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Kinds of failure, for [errors.Is] on what the calls of this package return. An error may be of several kinds: a write
// that timed out is ErrUnavailable and ErrInDoubt, a refused application ErrAppOnly and ErrForbidden.
var (
	// ErrUnauthorized (401): the token is not accepted, also after one forced refresh.
	ErrUnauthorized = errors.New("pcclient: unauthorized")
	// ErrMFARequired (401, code 900421 or a reason phrase): the sign-in lacks multifactor authentication. Also ErrUnauthorized.
	ErrMFARequired = errors.New("pcclient: multifactor sign-in required")
	// ErrWrongAudience (401, code 900420): the token is for another API; a matter of configuration. Also ErrUnauthorized.
	ErrWrongAudience = errors.New("pcclient: token for another audience")
	// ErrForbidden (403): the person may not do this.
	ErrForbidden = errors.New("pcclient: forbidden")
	// ErrAppOnly (code 900329): the call needs a person, not an application alone. Also ErrForbidden.
	ErrAppOnly = errors.New("pcclient: application without a person")
	// ErrNoRelationship (code 20002): the customer is not, or no longer, this partner's. Also ErrForbidden.
	ErrNoRelationship = errors.New("pcclient: no relationship with the customer")
	// ErrNotFound (404).
	ErrNotFound = errors.New("pcclient: not found")
	// ErrETagMismatch: the resource changed after it was read. The upstream may say so as 412, as 409 and as 400 with code 2055.
	ErrETagMismatch = errors.New("pcclient: changed since it was read")
	// ErrRejected: any other 4xx; the upstream does not accept what was sent.
	ErrRejected = errors.New("pcclient: rejected")
	// ErrThrottled (429): too many calls; Error.RetryAfter says when to come back, if the upstream did.
	ErrThrottled = errors.New("pcclient: throttled")
	// ErrUnavailable: 5xx, 408, no connection, a broken one, or no time left.
	ErrUnavailable = errors.New("pcclient: unavailable")
	// ErrUnexpected: an answer this package cannot use: a redirect, broken JSON, more than 4 MiB, a link to another host.
	ErrUnexpected = errors.New("pcclient: unexpected answer")
	// ErrNotSent: nothing of the request was written to the network. Proof, never a guess.
	ErrNotSent = errors.New("pcclient: not sent")
	// ErrInDoubt: a write that may have been carried out: its bytes may have left and nothing proves that it did not run.
	// Read again and compare; do not send it again.
	ErrInDoubt = errors.New("pcclient: outcome unknown")
	// ErrSignIn: the TokenSource failed. errors.Is and errors.As see its error too.
	ErrSignIn = errors.New("pcclient: sign-in failed")
)

// Error is every failure of a call. Match kinds with [errors.Is]; take the details with [errors.As].
//
// Error() is made for logs: it holds method, path, status, code and ids, no text of the upstream, no token, no personal
// data. The fields Description, Target, Data and Excerpt are the upstream's words: they may hold personal data and hostile
// text, so show them escaped and do not log them.
type Error struct {
	Method string // of the operation
	Path   string // without host and query
	Status int    // HTTP status; 0 when there was no answer

	Code        string   // the upstream's code, a number or a word; "" when it gave none. Not unique across services: see Source
	InnerCode   string   // a second code, from inside the first; mostly ""
	Description string   // plain text for people, in the language of Options.Locale; "" when there is none beyond the status
	Source      string   // the upstream service that answered, like PartnerFD
	Target      string   // what the complaint is about, in the rare shape that says so
	Data        []string // details, mostly empty
	Excerpt     string   // the beginning of the body as received

	RequestID     string // MS-RequestId as sent
	CorrelationID string // MS-CorrelationId as sent with the last try
	CV, ServerID  string // MS-CV and MS-ServerId of the answer; support asks for them

	RetryAfter time.Duration // how long the upstream asks to wait; 0 when it does not say

	kinds   []error
	cause   error
	phrase  string        // of the status line, when it says more than the standard one
	reason  string        // ours, safe to print
	lasting bool          // another try cannot help
	address *AddressCheck // what an address check before mid-2021 said in a 400
}

// Is reports whether the error is of a kind above. An Error that was put together by hand, in a test say, is judged by its
// status, code and method.
func (e *Error) Is(kind error) bool {
	if e.kinds == nil && e.Status != 0 {
		return slices.Contains(kindsOf(e, e.Method == http.MethodPut), kind)
	}
	return slices.Contains(e.kinds, kind)
}

// Unwrap returns the cause, or nil: the context's error, the network's, the token source's.
func (e *Error) Unwrap() error { return e.cause }

// Words is everything the upstream said for people, on one line. The member that it minds may stand in the details alone.
func (e *Error) Words() string {
	said := append(append([]string{e.Description}, e.Data...), e.Target)
	return strings.Join(strings.Fields(strings.Join(said, " ")), " ")
}

// Error is one line for logs.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch {
	case e.Status != 0 && e.reason != "":
		fmt.Fprintf(&b, "%d, %s", e.Status, e.reason)
	case e.Status != 0:
		fmt.Fprintf(&b, "%d %s", e.Status, http.StatusText(e.Status))
	case e.reason != "":
		b.WriteString(e.reason)
	default:
		b.WriteString("failed")
	}
	for _, part := range []struct{ name, value string }{
		{"code", e.Code}, {"inner code", e.InnerCode}, {"source", e.Source}, {"request ID", e.RequestID},
		{"correlation ID", e.CorrelationID}, {"CV", e.CV}, {"server", e.ServerID},
	} {
		if isToken(part.value) {
			fmt.Fprintf(&b, ", %s %s", part.name, part.value)
		}
	}
	return b.String()
}

// GoString keeps %#v as discreet as Error().
func (e *Error) GoString() string { return e.Error() }

// isToken reports whether an upstream's word is harmless in a log line.
func isToken(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.+/=", c)
	})
}

func (e *Error) transport(ctx context.Context, err error, write, unsent bool) *Error {
	e.kinds, e.cause = []error{ErrUnavailable}, err
	switch {
	case unsent:
		e.kinds = append(e.kinds, ErrNotSent)
	case write:
		e.kinds = append(e.kinds, ErrInDoubt)
	}
	// A call that used up its time, ours or the caller's, is not begun again: a silent upstream is rarely cured by patience.
	e.lasting = isTLS(err) || ctx.Err() != nil
	if ctx.Err() != nil {
		e.cause = ctx.Err()
	}
	e.reason = reasonFor(e.cause)
	return e
}

func (e *Error) unexpected(reason string, cause error, write bool) *Error {
	e.kinds, e.cause, e.reason, e.lasting = []error{ErrUnexpected}, cause, reason, true
	if write {
		e.kinds = append(e.kinds, ErrInDoubt)
	}
	return e
}

// reasonFor describes a transport failure for logs. Only kinds of errors known not to quote the answer are printed.
func reasonFor(err error) string {
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case isTLS(err):
		return "TLS failed"
	case isOp:
		return op.Op + " failed: " + rootOf(op.Err)
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke off"
	}
	return "the network failed"
}

func rootOf(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "name lookup: " + dns.Err
	}
	if t, ok := err.(interface{ Timeout() bool }); ok && t.Timeout() {
		return "timed out"
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return "the network failed"
}
