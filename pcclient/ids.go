package pcclient

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
)

// TenantID is a customer tenant ID: the Entra tenant of a customer, which the upstream also uses as the customer's id.
// It is a GUID in lower case. Make one with [ParseTenantID]; calls with anything else are refused before the network.
type TenantID string

// ETag names one state of a resource. It is opaque: it looks like a number too large for most number types, so it is
// kept as text. The upstream calls ETags temporary; they are not for storing.
type ETag string

// ParseTenantID reads a GUID of the form 8-4-4-4-12 in any case, with spaces around it allowed, and returns it in lower case.
// Anything else (braces, no hyphens, empty text) is an error that does not repeat the text.
func ParseTenantID(s string) (TenantID, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if !isGUID(s) {
		return "", errors.New("not a customer tenant ID: want a GUID like 8-4-4-4-12 hexadecimal digits")
	}
	return TenantID(s), nil
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// NewGUID returns a random GUID (version 4) in lower case, fit for a request ID or a correlation ID.
func NewGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type contextKey int

const (
	requestIDKey contextKey = iota
	correlationIDKey
	onCallKey
)

// WithRequestID sets the MS-RequestId of the operation made with this context. It names one operation and is the same on
// each of its tries; the upstream may answer a repeated one from memory, so use a context for one operation only.
// Without it (or with "") each operation gets a new GUID. Iterators use it for their first page only.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey, id)
}

// WithCorrelationID sets the MS-CorrelationId of an operation's first HTTP call, so that a caller can write it down before
// anything is sent. A call that is repeated gets a new GUID, since the upstream wants a new one for every call; without
// WithCorrelationID (or with "") the first one does too.
func WithCorrelationID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationIDKey, id)
}

// OnCall lets f know the MS-CorrelationId of every HTTP call made with this context, a repeated one too, right before it is
// made. The upstream's audit records name the call by it. f runs in the goroutine of the operation.
func OnCall(ctx context.Context, f func(correlationID string)) context.Context {
	return context.WithValue(ctx, onCallKey, f)
}

func idFrom(ctx context.Context, key contextKey) string {
	if id, _ := ctx.Value(key).(string); id != "" {
		return id
	}
	return NewGUID()
}
