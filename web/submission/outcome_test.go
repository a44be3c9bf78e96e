package submission

import (
	"errors"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
)

func TestOnlyProofEndsAPut(t *testing.T) {
	again := errors.New("sign in again")
	for name, c := range map[string]struct {
		err    error
		reason Reason
		proved bool
	}{
		"stale":                            {pcclient.ErrETagMismatch, Conflict, true},
		"refused":                          {pcclient.ErrRejected, Invalid, true},
		"not written":                      {errors.Join(pcclient.ErrUnavailable, pcclient.ErrNotSent), NotSent, true},
		"no token, and none to come":       {errors.Join(pcclient.ErrSignIn, pcclient.ErrNotSent, again), SignIn, true},
		"no token for now":                 {errors.Join(pcclient.ErrSignIn, pcclient.ErrNotSent), Unavailable, true},
		"MFA is more than unauthorized":    {errors.Join(pcclient.ErrUnauthorized, pcclient.ErrMFARequired), MFA, true},
		"no relationship is more than 403": {errors.Join(pcclient.ErrForbidden, pcclient.ErrNoRelationship), NoRelationship, true},
		"doubt":                            {pcclient.ErrInDoubt, "", false},
		"doubt beside a refusal":           {errors.Join(pcclient.ErrRejected, pcclient.ErrInDoubt), "", false},
		"unavailable and no more":          {pcclient.ErrUnavailable, "", false},
		"an error from nowhere":            {errors.New("odd"), "", false},
	} {
		if reason, proved := (&Service{signInAgain: again}).afterPut(c.err); reason != c.reason || proved != c.proved {
			t.Errorf("%s: %q, %v; want %q, %v", name, reason, proved, c.reason, c.proved)
		}
	}
}
