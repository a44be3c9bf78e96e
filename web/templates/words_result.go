package templates

import "github.com/partnerdesk/portal/web/words"

func (p ResultPage) message() message {
	typed := "Everything you typed is kept below."
	switch p.Kind {
	case ResultRunning:
		return message{"again", "Still saving", []string{"The save is on its way to " + upstream + ". You can close this page; it goes on."}, ""}
	case ResultUnknown:
		return message{"warn", "We do not know yet whether this was saved", []string{
			"The answer of " + upstream + " got lost. We are reading the profile back to find out. Do not enter it again."}, ""}
	case ResultNotSaved:
		return message{"alert", "It was not saved", []string{"The profile was read back and still has the values from before. " + typed, "Look it over and save it once more."}, ""}
	case ResultSuperseded:
		return message{"warn", p.who() + " saved this profile at the same time", []string{
			"The profile was read back and holds other values than yours and than before. Whether yours were saved in between cannot be told. " + typed}, ""}
	case ResultConflict:
		return message{"warn", p.who() + " saved this profile while you were editing", []string{"Nothing has been overwritten and everything you typed is kept. Put both together, then save."}, ""}
	case ResultAlreadySaved:
		return message{"check", p.who() + " already saved the same values", []string{"There is nothing to do: the profile has the values you typed, and nothing had to be saved."}, ""}
	case ResultRejected, ResultForbidden, ResultNoRelation, ResultMFA, ResultSignIn:
		return p.refused(typed)
	case ResultNotFound:
		return message{"company", "This customer is not in your partner account", []string{"It may have been moved or removed. Nothing was saved. " + typed}, ""}
	case ResultThrottled:
		wait := "a little while"
		if p.Wait != "" {
			wait = p.Wait
		}
		return message{"clock", upstream + " asks us to slow down", []string{"Nothing was saved. " + typed, "Save again in " + wait + "."}, ""}
	case ResultDown:
		return message{"warn", upstream + " is not answering", []string{"Nothing was saved. " + typed}, ""}
	default:
		return message{"warn", "Something broke on our side", []string{"Nothing was saved. " + typed}, ""}
	}
}

// refused is a refusal by its code if that says more than the kind does.
func (p ResultPage) refused(typed string) message {
	if why, en := p.Refusal, words.English(); why.Title.ID != "" {
		return message{"alert", en.Of(why.Title), []string{en.Of(why.Cause) + " Nothing was saved. " + typed, en.Of(why.Next)}, ""}
	}
	switch p.Kind {
	case ResultForbidden:
		return message{"user", "You cannot edit this customer", []string{upstream + " lets your account view it, and refused the change. Nothing was saved. " + typed, p.askAccess()}, ""}
	case ResultNoRelation:
		return message{"user", "Your organisation may not edit this customer", []string{upstream + " finds no relationship that allows it. Nothing was saved. " + typed, p.askAccess()}, ""}
	case ResultMFA:
		return message{"user", "Sign in with a second factor", []string{upstream + " only takes changes from people who signed in with two factors. Nothing was saved. " + typed}, ""}
	case ResultSignIn:
		return message{"user", "Sign in to continue", []string{"Your sign-in has run out. Nothing was saved. " + typed}, ""}
	default:
		return message{"alert", upstream + " did not accept this profile", []string{"Nothing was saved. " + typed, "Change what it names, or send us the reference."}, ""}
	}
}

func (p ResultPage) who() string {
	if p.Who == "" {
		return "Somebody else"
	}
	return p.Who
}

func (p ResultPage) askAccess() string {
	if p.Contact == "" {
		return "An admin agent of your partner account can give access."
	}
	return "To get access, ask " + p.Contact + "."
}

func (p ResultPage) tone() Tone {
	switch p.Kind {
	case ResultAlreadySaved:
		return ToneGood
	case ResultRunning:
		return ToneInfo
	default:
		return ToneCare
	}
}

func (p ResultPage) listTitle() string {
	if p.open() {
		return "What is being saved"
	}
	return "What you typed"
}

// links are the actions, the main one first.
func (p ResultPage) links() []Link {
	var out []Link
	add := func(url, text string) { out = append(out, Link{URL: url, Text: text}) }
	switch p.Kind {
	case ResultRunning, ResultUnknown:
		add(p.CheckURL, "Check again")
		add(p.Customer.URL, "See the customer")
		return out
	case ResultConflict, ResultSuperseded:
		add(p.MergeURL, "Put both together")
	case ResultMFA, ResultSignIn:
		if p.Refusal.Title.ID == "" {
			add(p.SignInURL, "Sign in to continue")
		}
	case ResultNotSaved, ResultThrottled, ResultDown, ResultFailed:
		add(p.AgainURL, "Save again")
	}
	add(p.EditURL, "Back to editing")
	if p.Kind == ResultNotFound {
		add("/customers", "Search customers")
	} else {
		add(p.Customer.URL, "See the customer")
	}
	return out
}
