package templates

// SignInState says why somebody sees the sign-in page.
type SignInState string

// The states of the sign-in page.
const (
	SignInPlain      SignInState = ""
	SignInSignedOut  SignInState = "signed-out"
	SignInOver       SignInState = "over"    // the session ended
	SignInRefused    SignInState = "refused" // the provider or the portal said no; Refusal says it
	SignInNoCookie   SignInState = "no-cookie"
	SignInOtherPlace SignInState = "other-tenant"
)

// SignInPage is the page with the link to the identity provider.
type SignInPage struct {
	Page
	State    SignInState
	StartURL string // where the sign-in link leads; "" means /auth/start
	Refusal  string // SignInRefused: own words, never the provider's
	Contact  string // who can help, an address or a name; "" leaves the line out
	People   []Link // demo mode: who can sign in, with what they are for in Hint
}
