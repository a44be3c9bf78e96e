package signin

import (
	"encoding/json"
	"time"

	"golang.org/x/oauth2"

	"github.com/partnerdesk/portal/web/session"
)

// Demand is an ErrSignInAgain that says how: Start passes it on to the provider.
type Demand struct {
	claims string        // what the provider asked for; "" for nothing in particular
	maxAge time.Duration // how long ago the person may have proved who they are; 0: any time
}

// Error is for the log.
func (*Demand) Error() string { return "sign in again, in a certain way" }

// Is makes a Demand match ErrSignInAgain.
func (*Demand) Is(target error) bool { return target == ErrSignInAgain }

// MaySave reports whether the person signed in at the provider recently enough to save,
// by Config.SaveMaxAge: nil, or a *Demand. The two clocks may be five minutes apart.
func (p *Provider) MaySave(sess *session.Session) error {
	if p.cfg.SaveMaxAge == 0 || p.now().Sub(sess.AuthTime) <= p.cfg.SaveMaxAge+skew {
		return nil
	}
	return &Demand{maxAge: p.cfg.SaveMaxAge}
}

// claimsSize bounds what a provider may have put into an address of its own.
const claimsSize = 4 << 10

// demandOf reads the claims challenge in a token endpoint's refusal: the claims that the
// next sign-in has to ask for (OpenID Connect Core 1.0, section 5.5), as Entra sends them
// when a policy of Conditional Access wants more of the person.
func demandOf(answer *oauth2.RetrieveError) error {
	var body struct {
		Claims string `json:"claims"`
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(answer.Body, &body) != nil || len(body.Claims) > claimsSize || json.Unmarshal([]byte(body.Claims), &claims) != nil {
		return ErrSignInAgain
	}
	return &Demand{claims: body.Claims}
}
