package templates

import "context"

// SignInState says why somebody sees the sign-in page.
type SignInState string

// The states of the sign-in page.
const (
	SignInPlain     SignInState = ""
	SignInSignedOut SignInState = "signed-out"
	SignInLeft      SignInState = "left" // signed out here and at the identity provider
	SignInOver      SignInState = "over" // the session ended
)

// SignInPage is the page with the link to the identity provider.
type SignInPage struct {
	Page
	State    SignInState
	Contact  string // who can help, an address or a name; "" leaves the line out
	LeaveURL string // SignInSignedOut: where to sign out of the identity provider too; "" leaves the line out
}

func (p SignInPage) heading(ctx context.Context) string {
	switch p.State {
	case SignInSignedOut, SignInLeft:
		return say(ctx, "sign-in.signed-out.title")
	case SignInOver:
		return say(ctx, "sign-in.over.title")
	default:
		return product
	}
}

func (p SignInPage) meaning(ctx context.Context) string {
	switch p.State {
	case SignInSignedOut:
		return say(ctx, "sign-in.signed-out.text")
	case SignInLeft:
		return say(ctx, "sign-in.signed-out.both")
	case SignInOver:
		return say(ctx, "sign-in.over.text")
	default:
		return say(ctx, "sign-in.about")
	}
}
