package templates

import "github.com/partnerdesk/portal/web/words"

// message is what an error page says: what happened in one sentence, what it means,
// and before whose name "ask" stands.
type message struct {
	icon  string
	title string
	text  []string
	ask   string
}

// work says what became of the person's work; every error page does.
func (p ErrorPage) work() string {
	switch {
	case p.Fate == FateSaved:
		return "Your change was saved."
	case p.Fate == FateUnknown:
		return "Whether your change was saved cannot be told just now. It is never sent twice: try again to see."
	case p.Fate == FatePress && p.Drafted:
		return "Nothing was saved by this press of Save. Your draft is kept."
	case p.Fate == FatePress:
		return "Nothing was saved by this press of Save."
	case p.Drafted:
		return "Nothing was saved. Your draft is kept."
	case p.Writing:
		return "Nothing was saved."
	}
	return "Nothing was being saved."
}

// unsent is work for a page that keeps what was typed.
func (p ErrorPage) unsent() string {
	if p.Fate == "" {
		return "Nothing was saved to " + upstream + "."
	}
	return p.work()
}

func (p ErrorPage) message() message {
	switch p.Kind {
	case ErrorNotFound:
		return message{"search", "There is no page at this address", []string{"The link may be old, or the address may have a typing mistake in it.", p.work()}, ""}
	case ErrorNoCustomer:
		return message{"company", "This customer is not in your partner account", []string{"It may have been moved or removed.", p.work()}, ""}
	case ErrorForbidden:
		if p.Customer != nil {
			return message{"user", "You cannot edit this customer", []string{"Your account can view it.", p.work()}, "To get access, ask"}
		}
		return message{"user", "You cannot open this page", []string{"Your role in " + product + " does not include it.", p.work()}, "To get access, ask"}
	case ErrorUpstreamNo:
		if why, en := p.Refusal, words.English(); why.Title.ID != "" {
			return message{"alert", en.Of(why.Title), []string{en.Of(why.Cause) + " " + p.work(), en.Of(why.Next)}, ""}
		}
		return message{"user", upstream + " does not let your account do this", []string{
			"The account needs the admin agent role in " + upstream + ", and your organisation a relationship with the customer.", p.work()}, "To get access, ask"}
	case ErrorNoRole:
		return message{"user", "Your account has no role in " + product + " yet", []string{
			"You signed in with a work account of this organisation, and it has not been given a role here.", p.work()}, "To get a role, ask"}
	case ErrorOtherTenant:
		return message{"user", "This account belongs to another organisation", []string{
			product + " is open to accounts of one partner organisation. Sign in with an account of that one.", p.work()}, "To get help, ask"}
	case ErrorMFA:
		return message{"user", "Sign in with a second factor", []string{
			upstream + " only answers people who signed in with two factors, such as a password and the authenticator app. Your sign-in had one.", p.work()}, "To get help, ask"}
	case ErrorStaleForm:
		return message{"alert", "This form was out of date", []string{
			"It was opened before your present sign-in, so it could not be checked. Nothing was saved.", "Open the form again and repeat the change."}, ""}
	case ErrorCrossSite:
		return message{"alert", "This request did not come from " + product, []string{
			"Another page sent it, so it was not carried out. Nothing was saved."}, ""}
	case ErrorBadRequest:
		return message{"alert", "This request could not be read", []string{
			"It holds something the page it came from does not send. " + p.work(), "Go back, reload the page, and send it once more."}, ""}
	case ErrorMethod:
		return message{"alert", "This address cannot be used in that way", []string{"It answers another kind of request.", p.work()}, ""}
	case ErrorTooLarge:
		return message{"alert", "This form is too large", []string{"The limit is 64 KB, which is more than any billing profile needs. Nothing was saved.", "Go back and shorten the text."}, ""}
	case ErrorWrongType:
		return message{"alert", "This request was not a plain form", []string{"Only forms of " + product + " are read. Nothing was saved."}, ""}
	case ErrorWrongHost:
		return message{"alert", "This is not the address of " + product, []string{"Use the address you were given for it. " + p.work()}, ""}
	case ErrorThrottled:
		return message{"clock", upstream + " asks us to slow down", []string{p.work() + " " + p.again()}, ""}
	case ErrorUpstreamDown:
		return message{"warn", upstream + " is not answering", []string{p.work(), "It usually answers again within a few minutes."}, ""}
	case ErrorStoreDown:
		return message{"warn", product + " cannot reach its own storage", []string{"You are still signed in. " + p.work(), "It usually comes back within a few minutes."}, ""}
	case ErrorSessionOver:
		if p.KeptFor != "" {
			return message{"user", "Sign in to continue", []string{
				"Your session has ended. Your changes to " + p.KeptFor + " are kept for 14 days.", p.unsent() + " After signing in you come back to them."}, ""}
		}
		if len(p.Kept) > 0 {
			return message{"user", "Sign in to continue", []string{"Your session has ended. Nothing was saved, and everything you typed is kept in this page."}, ""}
		}
		return message{"user", "Sign in to continue", []string{"Your session has ended. " + p.work()}, ""}
	case ErrorNoCookie:
		return message{"alert", "The sign-in could not be completed", []string{
			"Your browser did not send back the cookie that was set when the sign-in began. It may have taken longer than 10 minutes, or the browser keeps no cookies for this site.",
			"Safari drops secure cookies on http://localhost: use Edge, Chrome or Firefox for the demo.", p.work()}, "To get help, ask"}
	case ErrorSignIn:
		return message{"alert", "The sign-in was not completed", []string{"The sign-in service ended it, or its answer did not fit. " + p.work()}, "To get help, ask"}
	case ErrorSignInDown:
		return message{"warn", "Sign-in is not answering", []string{"The service that checks work accounts cannot be reached just now. " + p.work()}, "To get help, ask"}
	default:
		return message{"warn", "Something broke on our side", []string{p.work(), "It has been written down under the reference below."}, ""}
	}
}

func (p ErrorPage) again() string {
	if p.Wait == "" {
		return "Wait a little, then try again."
	}
	return "Wait " + p.Wait + ", then try again."
}

func (p ErrorPage) signIn() string {
	if p.SignIn != "" {
		return p.SignIn
	}
	return "/auth/start"
}

// links are the main action and one way out.
func (p ErrorPage) links() []Link {
	var out []Link
	switch p.Kind {
	case ErrorSessionOver:
		out = append(out, Link{URL: p.signIn(), Text: "Sign in to continue"})
	case ErrorNoCookie, ErrorSignIn, ErrorSignInDown:
		out = append(out, Link{URL: p.signIn(), Text: "Sign in again"})
	case ErrorMFA:
		out = append(out, Link{URL: p.signIn(), Text: "Sign in again with two factors"})
	case ErrorNoRole, ErrorOtherTenant:
		return []Link{{URL: "/signin", Text: "Sign in with another account"}}
	case ErrorNoCustomer:
		out = append(out, Link{URL: "/customers", Text: "Search customers"})
	}
	if p.RetryURL != "" {
		out = append(out, Link{URL: p.RetryURL, Text: "Try again"})
	}
	return append(out, p.wayOut()...)
}

// wayOut leads away from the page, if there is a place to go to.
func (p ErrorPage) wayOut() []Link {
	switch {
	case p.Operator == nil && p.Kind != ErrorNotFound:
		return nil
	case p.Customer != nil:
		return []Link{{URL: p.Customer.URL, Text: "Back to the customer"}}
	default:
		return []Link{{URL: "/", Text: "Go to Home"}}
	}
}

func (p ErrorPage) needsSignIn() bool {
	return p.Kind == ErrorSessionOver || p.Kind == ErrorMFA
}
