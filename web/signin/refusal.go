package signin

import "errors"

// ErrSignInAgain reports that the person's tokens cannot be renewed: only a new
// sign-in helps. The session may still be there.
var ErrSignInAgain = errors.New("sign in again")

// ErrUnavailable reports that the identity provider does not answer, or answers
// with something no sign-in can be built on. It says nothing about the person.
var ErrUnavailable = errors.New("identity provider unavailable")

// Refusal is a sign-in, or a logout from outside, that did not happen.
type Refusal struct {
	// Reason is one of the codes below, for choosing a page and for the log.
	Reason string
	detail string
	cause  error
	apart  bool
}

// The reasons of a Refusal. Where the name is a claim, that claim was missing,
// malformed or not as it must be.
const (
	ReasonUnavailable = "provider_unavailable" // also matches ErrUnavailable
	ReasonMetadata    = "metadata"             // the discovery document cannot be trusted; also matches ErrUnavailable

	ReasonState              = "state"               // no state came back, or several
	ReasonTransactionMissing = "transaction_missing" // this browser did not start this sign-in, or dropped the cookie
	ReasonTransactionExpired = "transaction_expired"
	ReasonTransactionUsed    = "transaction_used"

	ReasonDenied        = "denied"         // the person or the provider said no
	ReasonLoginRequired = "login_required" // the provider wants the person to act first
	ReasonProviderError = "provider_error" // any other error in the callback
	ReasonIssParameter  = "iss_parameter"
	ReasonCode          = "code"     // no code, or one the provider did not redeem
	ReasonClient        = "client"   // the provider does not accept the portal's credentials
	ReasonExchange      = "exchange" // the token answer makes no sense
	ReasonTokenType     = "token_type"
	ReasonNoIDToken     = "no_id_token"

	ReasonMalformed = "malformed"
	ReasonAlg       = "alg"
	ReasonSignature = "signature"
	ReasonTyp       = "typ"
	ReasonIss       = "iss"
	ReasonAud       = "aud"
	ReasonAzp       = "azp"
	ReasonSub       = "sub"
	ReasonExp       = "exp"
	ReasonNbf       = "nbf"
	ReasonIat       = "iat" // also when one of the two clocks is wrong
	ReasonAuthTime  = "auth_time"
	ReasonFactors   = "amr" // or acr: the sign-in was weaker than the portal wants
	ReasonNonce     = "nonce"
	ReasonAtHash    = "at_hash"
	ReasonTenant    = "tenant"
	ReasonOid       = "oid"
	ReasonNoRole    = "no_role"

	ReasonEvent = "event" // of a logout token
	ReasonJTI   = "jti"   // of a logout token
	ReasonScope = "scope" // the tokens are good for less than was asked for
)

// Error is for the log: the reason and words of our own.
func (r *Refusal) Error() string {
	if r.detail == "" {
		return "refused: " + r.Reason
	}
	return "refused: " + r.Reason + ": " + r.detail
}

// Unwrap makes the refusals that are the provider's trouble match ErrUnavailable.
func (r *Refusal) Unwrap() error { return r.cause }

// Clock reports whether the cause may be that the portal's clock and the provider's
// are apart.
func (r *Refusal) Clock() bool { return r.apart }

func refuse(reason string) *Refusal { return &Refusal{Reason: reason} }

// untimely refuses a time that is there, and not as it must be.
func untimely(reason string) *Refusal { return &Refusal{Reason: reason, apart: true} }

func unavailable(detail string) *Refusal {
	return &Refusal{Reason: ReasonUnavailable, detail: detail, cause: ErrUnavailable}
}

func badMetadata(detail string) *Refusal {
	return &Refusal{Reason: ReasonMetadata, detail: detail, cause: ErrUnavailable}
}
