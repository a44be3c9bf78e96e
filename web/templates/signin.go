package templates

// SignInState says why somebody sees the sign-in page.
type SignInState string

// The states of the sign-in page.
const (
	SignInPlain     SignInState = ""
	SignInSignedOut SignInState = "signed-out"
	SignInOver      SignInState = "over" // the session ended
)

// SignInPage is the page with the link to the identity provider.
type SignInPage struct {
	Page
	State    SignInState
	Contact  string // who can help, an address or a name; "" leaves the line out
	LeaveURL string // SignInSignedOut: where to sign out of the identity provider too; "" leaves the line out
}

func (p SignInPage) heading() string {
	switch p.State {
	case SignInSignedOut:
		return "You are signed out"
	case SignInOver:
		return "Your session has ended"
	default:
		return product
	}
}

func (p SignInPage) meaning() string {
	switch p.State {
	case SignInSignedOut:
		return "This browser may still be signed in to your work account."
	case SignInOver:
		return "Sessions end after a while without use. Sign in to go on."
	default:
		return "Edit the billing profiles of your customers."
	}
}
