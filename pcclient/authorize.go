package pcclient

import (
	"context"
	"errors"
)

// maxToken is the longest token sent, in bytes. Servers refuse headers of more than 16 KiB with answers that do not say so.
const maxToken = 12 << 10

// authorize sends the person's token. A 401 is worth one forced refresh per operation, unless it says that no token of this
// sign-in or configuration will do (a missing MFA claim, a wrong audience). A request answered 401 did not run, so this
// repeats a write too.
func authorize(source TokenSource, next step) step {
	return func(ctx context.Context, r *request) (*answer, *Error) {
		token, err := ask(ctx, source, "")
		if err != nil {
			return nil, noToken(ctx, r, err)
		}
		r.header.Set("Authorization", "Bearer "+token)
		a, e := next(ctx, r)
		if e == nil || e.Status != 401 || r.refreshed || errors.Is(e, ErrMFARequired) || errors.Is(e, ErrWrongAudience) {
			return a, e
		}
		r.refreshed = true
		fresh, err := ask(ctx, source, token)
		if err != nil {
			e.kinds, e.cause, e.reason = append(e.kinds, ErrSignIn), err, "the token was refused and no other could be had"
			return nil, e
		}
		r.header.Set("Authorization", "Bearer "+fresh)
		return next(ctx, r)
	}
}

func noToken(ctx context.Context, r *request, err error) *Error {
	e := &Error{Method: r.method, Path: r.path, RequestID: r.requestID, kinds: []error{ErrSignIn, ErrNotSent}, cause: err, reason: "no token"}
	if ctx.Err() != nil { // it may have failed for want of time only
		e.kinds = append(e.kinds, ErrUnavailable)
	}
	return e
}

func ask(ctx context.Context, source TokenSource, refused string) (string, error) {
	if source == nil {
		return "", errors.New("the client has no token source")
	}
	token, err := source(ctx, refused)
	switch {
	case err != nil:
		return "", err
	case token == "" || !fitsHeader(token):
		return "", errors.New("the token source returned a token that cannot be sent")
	case len(token) > maxToken:
		return "", errors.New("the token source returned a token too large to be sent")
	case token == refused:
		return "", errors.New("the token source returned the refused token again")
	}
	return token, nil
}
