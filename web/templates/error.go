package templates

import "github.com/partnerdesk/portal/web/forms"

// ErrorKind is what went wrong.
type ErrorKind string

// The kinds of error page.
const (
	ErrorNotFound      ErrorKind = "not-found"       // 404: no such page
	ErrorNoCustomer    ErrorKind = "no-customer"     // 404: not in the partner account
	ErrorForbidden     ErrorKind = "forbidden"       // 403: the portal's own rights
	ErrorUpstreamNo    ErrorKind = "upstream-no"     // 403: Partner Center's rights
	ErrorNoRole        ErrorKind = "no-role"         // 403: signed in, no role in the portal
	ErrorOtherTenant   ErrorKind = "other-tenant"    // 403: account of another organisation
	ErrorMFA           ErrorKind = "mfa"             // 403: signed in without a second factor
	ErrorStaleForm     ErrorKind = "stale-form"      // 403: form token out of date, form not known
	ErrorCrossSite     ErrorKind = "cross-site"      // 403: sent by another site
	ErrorBadRequest    ErrorKind = "bad-request"     // 400
	ErrorMethod        ErrorKind = "method"          // 405
	ErrorTooLarge      ErrorKind = "too-large"       // 413
	ErrorWrongType     ErrorKind = "wrong-type"      // 415
	ErrorWrongHost     ErrorKind = "wrong-host"      // 421
	ErrorThrottled     ErrorKind = "throttled"       // 429: Partner Center's
	ErrorTooFast       ErrorKind = "too-fast"        // 429: our own
	ErrorUpstreamDown  ErrorKind = "upstream-down"   // 502, 503, 504
	ErrorStoreDown     ErrorKind = "store-down"      // 503: our database
	ErrorInternal      ErrorKind = "internal"        // 500
	ErrorSessionOver   ErrorKind = "session-over"    // 401: sign in again
	ErrorNoCookie      ErrorKind = "no-cookie"       // sign-in came back without its cookie
	ErrorSignIn        ErrorKind = "sign-in"         // sign-in failed for another reason
	ErrorSignInDown    ErrorKind = "sign-in-down"    // 503: the identity provider does not answer
	ErrorSignInClock   ErrorKind = "sign-in-clock"   // its clock and the portal's are apart
	ErrorSignInLoop    ErrorKind = "sign-in-loop"    // signed in again and again, with no session in the browser
	ErrorSignInScope   ErrorKind = "sign-in-scope"   // it gave no right to use Partner Center
	ErrorSignInFactors ErrorKind = "sign-in-factors" // it was weaker than the portal wants
)

// Fate is what became of a save that an error page is about.
type Fate string

// The fates. "" is that nothing was saved.
const (
	FateUnknown Fate = "unknown"
	FateSaved   Fate = "saved"
	FatePress   Fate = "press" // this press of Save did nothing; another one may have
)

// ErrorPage says what happened, what it means for the person's work, and where to go.
type ErrorPage struct {
	Page
	Kind     ErrorKind
	Customer *Customer     // when the address names one
	Contact  string        // who can help; "" leaves it out
	Wait     string        // ErrorThrottled, ErrorTooFast: "20 seconds"
	Writing  bool          // the request was a save or a form: the page says nothing was saved, unless
	Fate     Fate          // says otherwise
	Drafted  bool          // and that the changes it was about are kept as a draft
	Refusal  forms.Refusal // ErrorUpstreamNo: what Partner Center's code means; the zero value when it explains nothing
	RetryURL string        // main action of the kinds that can be tried again; "" means none
	SignIn   string        // URL of sign-in; "" means /auth/start
	Details  Details

	// KeptFor is the customer whose draft what was posted went into; "" when it did not.
	KeptFor string

	// What was posted, kept in the page as hidden inputs and sent to ContinueURL by
	// its button; for the kinds that need it, after a sign-in in another tab.
	Kept        []Hidden
	ContinueURL string
}
