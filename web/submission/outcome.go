package submission

import (
	"errors"

	"github.com/partnerdesk/portal/pcclient"
)

// reasonFor maps what stopped a save to its reason, most telling kind first:
// MFA is also unauthorized, and a missing relationship also forbidden.
func (s *Service) reasonFor(err error) Reason {
	if errors.Is(err, pcclient.ErrSignIn) && s.signInAgain != nil && !errors.Is(err, s.signInAgain) {
		return Unavailable // no token was to be had, but that may pass
	}
	for _, known := range []struct {
		kind   error
		reason Reason
	}{
		{pcclient.ErrSignIn, SignIn},
		{pcclient.ErrMFARequired, MFA},
		{pcclient.ErrUnauthorized, SignIn},
		{pcclient.ErrNoRelationship, NoRelationship},
		{pcclient.ErrForbidden, Forbidden},
		{pcclient.ErrNotFound, NotFound},
		{pcclient.ErrETagMismatch, Conflict},
		{pcclient.ErrThrottled, Throttled},
		{pcclient.ErrRejected, Invalid},
	} {
		if errors.Is(err, known.kind) {
			return known.reason
		}
	}
	return Failed
}

// afterRead is the reason when the re-read before the PUT failed: nothing was sent.
func (s *Service) afterRead(err error) Reason {
	reason := s.reasonFor(err)
	switch {
	case reason == Conflict || reason == Invalid:
		return Failed // a read is never stale, and had no values to refuse
	case reason == Failed && errors.Is(err, pcclient.ErrUnavailable):
		return Unavailable
	}
	return reason
}

// afterPut is the reason when the PUT failed; ok is false when there is no
// proof that the upstream did not act. Anything not known to be proof is doubt.
func (s *Service) afterPut(err error) (reason Reason, ok bool) {
	if errors.Is(err, pcclient.ErrInDoubt) {
		return "", false
	}
	if reason := s.reasonFor(err); reason != Failed {
		return reason, true
	}
	if errors.Is(err, pcclient.ErrNotSent) {
		return NotSent, true
	}
	return "", false
}

// rejected notes in sub why it was stopped, and the upstream's own words on it.
func (sub *Submission) rejected(reason Reason, err error) {
	sub.State, sub.Reason = Rejected, reason
	var upstream *pcclient.Error
	if errors.As(err, &upstream) {
		sub.UpstreamCode, sub.UpstreamText = upstream.Code, upstream.Words()
		sub.CorrelationID, sub.RetryAfter = upstream.CorrelationID, upstream.RetryAfter
	}
}
