package pcclient

import "context"

// identify names the operation. Its request ID stays the same on every try; exchange gives each try its own correlation ID.
func identify(next step) step {
	return func(ctx context.Context, r *request) (*answer, *Error) {
		r.requestID = idFrom(ctx, requestIDKey)
		return next(ctx, r)
	}
}
