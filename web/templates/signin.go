package templates

// SignInState says why somebody sees the sign-in page.
type SignInState string

// The states of the sign-in page.
const (
	SignInPlain     SignInState = ""
	SignInSignedOut SignInState = "signed-out"
	SignInOver      SignInState = "over"    // the session ended
	SignInRefused   SignInState = "refused" // the provider or the portal said no; Refusal says it
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

func (p SignInPage) heading() string {
	switch p.State {
	case SignInSignedOut:
		return "You are signed out"
	case SignInOver:
		return "Your session has ended"
	case SignInRefused:
		return "You could not be signed in"
	default:
		return product
	}
}

func (p SignInPage) meaning() string {
	switch p.State {
	case SignInSignedOut:
		return "On a shared computer, close the browser as well."
	case SignInOver:
		return "Sessions end after a while without use. Sign in to go on."
	case SignInRefused:
		return p.Refusal
	default:
		return "Edit the billing profiles of your customers."
	}
}

func (p SignInPage) start() string {
	if p.StartURL != "" {
		return p.StartURL
	}
	return "/auth/start"
}
