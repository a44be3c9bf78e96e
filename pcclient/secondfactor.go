package pcclient

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// SecondFactor is what the upstream makes of how a person signed in.
type SecondFactor string

// The second factors. The upstream refuses people without one, on more and more calls.
const (
	SecondFactorUnknown SecondFactor = ""    // it does not say
	SecondFactorGood    SecondFactor = "yes" // it counts the sign-in as one with a second factor
	SecondFactorMissing SecondFactor = "no"
)

// SecondFactorService asks the upstream about the person's own sign-in.
type SecondFactorService struct{ c *Client }

// Check asks whether the token of this client's person counts as a sign-in with a second factor, by the header that is meant
// for trying that out (ValidateMfa). It reads nobody's data. A refusal for want of a second factor is an answer, and no error.
func (s *SecondFactorService) Check(ctx context.Context) (SecondFactor, error) {
	r := newRequest(http.MethodGet, "/v1/countryvalidationrules/US")
	r.header.Set("ValidateMfa", "true")
	a, e := s.c.do(ctx, r)
	switch {
	case e == nil:
	case errors.Is(e, ErrMFARequired):
		return SecondFactorMissing, nil
	default:
		return SecondFactorUnknown, e
	}
	switch strings.ToLower(strings.TrimSpace(a.header.Get("isMfaCompliant"))) {
	case "true":
		return SecondFactorGood, nil
	case "false":
		return SecondFactorMissing, nil
	}
	return SecondFactorUnknown, nil
}
