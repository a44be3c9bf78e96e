// Package pcclient talks to the Microsoft Partner Center REST API: it finds a partner's customers and reads and updates their
// billing profiles, safely. It needs nothing but the standard library, keeps no package state and starts no goroutine.
//
// # A client
//
// A client acts for one person, whose token it asks for before every call. Clients for other people share its connections
// and caches:
//
//	pc, err := pcclient.New(pcclient.Options{Application: "My portal"})
//	ada := pc.As(func(ctx context.Context, refused string) (string, error) { return tokenOf(ctx, "ada", refused) })
//
// [CloudNamed] knows the addresses of the national clouds. In tests, let Options.BaseURL or Options.Transport lead to the
// simulator in the package pcsim beside this one.
//
// # Reading and updating a billing profile
//
//	profile, etag, err := ada.BillingProfiles.Get(ctx, tenantID)
//	profile.DefaultAddress.City = "Leeds"
//	profile, etag, err = ada.BillingProfiles.Update(ctx, tenantID, etag, profile)
//
// The ETag belongs to the read, so it is a result of its own, and there is no update without one. The upstream replaces the
// whole object by what is sent. Get therefore keeps it as it was received, and Update changes in it only the members whose
// text differs: members this package has never heard of survive, and so does the difference between absent, null and "".
//
// # When it fails
//
// Every failure of a call is an [*Error]; ask for its kind with [errors.Is]. After an update there are four cases:
//
//	switch {
//	case err == nil:                                // saved
//	case errors.Is(err, pcclient.ErrETagMismatch):  // somebody saved first: read again, compare, let a person decide
//	case errors.Is(err, pcclient.ErrInDoubt):       // saved or not: only reading again can tell; never just repeat
//	default:                                        // not saved
//	}
//
// An error's text is fit for logs. The upstream's own words are in fields, for people, to be shown escaped.
//
// # How a call runs
//
// identify names the operation (MS-RequestId), retry repeats it, authorize adds the token, guard refuses calls that would
// fail, and exchange makes one HTTP call with a correlation ID of its own (MS-CorrelationId). [WithRequestID] and [WithCorrelationID] set the two from outside, and [OnCall] tells them.
//
// A read is tried up to three times, with random pauses of 200 ms to 5 s, after 408, 429, 500, 502, 503, 504 and broken
// connections. Retry-After is honoured up to 10 s; longer waits are handed to the caller in Error.RetryAfter. A write is
// repeated once at most, and only when it certainly did not run: after 429, or when no connection was had. A 401 is
// answered by one forced refresh of the token, for both.
//
// A call takes 15 s at most when it reads and 30 s when it writes, and an answer 4 MiB; the context may set less. A call that
// used up its time is not repeated. Redirects are errors.
//
// After ten calls in a row that failed as [ErrUnavailable], those of all clients from one New together, calls fail at once, as
// [ErrNotSent] too and with a Retry-After, but for one each five seconds. The first that is answered ends that.
//
// # Transports of one's own
//
// A transport that does not report connections to net/http/httptrace, one inside the process for instance, cannot prove that a
// write was not sent, so its failures are in doubt, unless they are a [net.OpError] of the operation "dial".
package pcclient
