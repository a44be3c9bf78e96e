package templates

import (
	"context"

	"github.com/partnerdesk/portal/web/words"
)

// message is what an error page says: what happened in one sentence, what it means, and
// the id of the text that tells whom to ask.
type message struct {
	icon  string
	title string
	text  []string
	ask   string
}

// work says what became of the person's work; every error page does.
func (p ErrorPage) work() words.Message {
	switch {
	case p.Fate == FateSaved:
		return words.M("error.work.saved")
	case p.Fate == FateUnknown:
		return words.M("error.work.unknown")
	case p.Fate == FatePress && p.Drafted:
		return words.M("error.work.press-drafted")
	case p.Fate == FatePress:
		return words.M("error.work.press")
	case p.Drafted:
		return words.M("error.work.drafted")
	case p.Writing:
		return words.M("error.work.nothing")
	}
	return words.M("error.work.none")
}

// unsent is work for a page that keeps what was typed.
func (p ErrorPage) unsent() words.Message {
	if p.Fate == "" {
		return words.M("error.work.unsent")
	}
	return p.work()
}

func (p ErrorPage) message(ctx context.Context) message {
	l := words.In(ctx)
	work := l.Of(p.work())
	switch p.Kind {
	case ErrorNotFound:
		return message{"search", l.Say("error.not-found.title"), []string{l.Say("error.not-found.text"), work}, ""}
	case ErrorNoCustomer:
		if p.Portfolio {
			return message{"company", l.Say("error.outside.title"), []string{l.Say("error.outside.text"), work}, "error.ask.access"}
		}
		return message{"company", l.Say("error.no-customer.title"), []string{l.Say("error.no-customer.text"), work}, ""}
	case ErrorForbidden:
		if p.Customer != nil {
			return message{"user", l.Say("error.read-only.title"), []string{l.Say("error.read-only.text"), work}, "error.ask.access"}
		}
		return message{"user", l.Say("error.forbidden.title"), []string{l.Say("error.forbidden.text"), work}, "error.ask.access"}
	case ErrorUpstreamNo:
		if why := p.Refusal; why.Title.ID != "" {
			return message{"alert", l.Of(why.Title), []string{l.Say("error.refused", "cause", why.Cause, "work", p.work()), l.Of(why.Next)}, ""}
		}
		return message{"user", l.Say("error.upstream-no.title"), []string{l.Say("error.upstream-no.text"), work}, "error.ask.access"}
	case ErrorNoRole:
		return message{"user", l.Say("error.no-role.title"), []string{l.Say("error.no-role.text"), work}, "error.ask.role"}
	case ErrorOtherTenant:
		return message{"user", l.Say("error.other-tenant.title"), []string{l.Say("error.other-tenant.text"), work}, "error.ask.help"}
	case ErrorMFA:
		return message{"user", l.Say("error.mfa.title"), []string{l.Say("error.mfa.text"), work}, "error.ask.help"}
	case ErrorStaleForm:
		return message{"alert", l.Say("error.stale-form.title"), []string{l.Say("error.stale-form.text"), l.Say("error.stale-form.next")}, ""}
	case ErrorCrossSite:
		return message{"alert", l.Say("error.cross-site.title"), []string{l.Say("error.cross-site.text")}, ""}
	case ErrorBadRequest:
		return message{"alert", l.Say("error.bad-request.title"), []string{l.Say("error.bad-request.text", "work", p.work()), l.Say("error.bad-request.next")}, ""}
	case ErrorMethod:
		return message{"alert", l.Say("error.method.title"), []string{l.Say("error.method.text"), work}, ""}
	case ErrorTooLarge:
		return message{"alert", l.Say("error.too-large.title"), []string{l.Say("error.too-large.text"), l.Say("error.too-large.next")}, ""}
	case ErrorWrongType:
		return message{"alert", l.Say("error.wrong-type.title"), []string{l.Say("error.wrong-type.text")}, ""}
	case ErrorWrongHost:
		return message{"alert", l.Say("error.wrong-host.title"), []string{l.Say("error.wrong-host.text", "work", p.work())}, ""}
	case ErrorThrottled:
		return message{"clock", l.Say("error.throttled.title"), []string{p.again(l)}, ""}
	case ErrorTooFast:
		return message{"clock", l.Say("error.too-fast.title"), []string{l.Say("error.too-fast.text", "work", p.work()), l.Say("error.too-fast.next", "wait", p.Wait)}, ""}
	case ErrorUpstreamDown:
		return message{"warn", l.Say("error.upstream-down.title"), []string{work, l.Say("error.upstream-down.next")}, ""}
	case ErrorStoreDown:
		return message{"warn", l.Say("error.store-down.title"), []string{l.Say("error.store-down.text", "work", p.work()), l.Say("error.store-down.next")}, ""}
	case ErrorSessionOver:
		return message{"user", l.Say("error.session-over.title"), p.over(l), ""}
	case ErrorNoCookie:
		return message{"alert", l.Say("error.no-cookie.title"), []string{l.Say("error.no-cookie.text"), l.Say("error.no-cookie.safari"), work}, "error.ask.help"}
	case ErrorSignIn:
		return message{"alert", l.Say("error.sign-in.title"), []string{l.Say("error.sign-in.text", "work", p.work())}, "error.ask.help"}
	case ErrorSignInDown:
		return message{"warn", l.Say("error.sign-in-down.title"), []string{l.Say("error.sign-in-down.text", "work", p.work())}, "error.ask.help"}
	case ErrorSignInClock:
		return message{"clock", l.Say("error.sign-in-clock.title"), []string{l.Say("error.sign-in-clock.text", "work", p.work())}, "error.ask.help"}
	case ErrorSignInLoop:
		return message{"alert", l.Say("error.sign-in-loop.title"), []string{l.Say("error.sign-in-loop.text", "work", p.work())}, "error.ask.help"}
	case ErrorSignInFactors:
		return message{"user", l.Say("error.mfa.title"), []string{l.Say("error.sign-in-factors.text", "work", p.work())}, "error.ask.help"}
	case ErrorSignInScope:
		return message{"user", l.Say("error.sign-in-scope.title"), []string{l.Say("error.sign-in-scope.text", "work", p.work())}, "error.ask.help"}
	default:
		return message{"warn", l.Say("error.internal.title"), []string{work, l.Say("error.internal.next")}, ""}
	}
}

func (p ErrorPage) again(l *words.Language) string {
	if p.Wait == "" {
		return l.Say("error.throttled.text", "work", p.work())
	}
	return l.Say("error.throttled.wait", "work", p.work(), "wait", p.Wait)
}

// over says what the end of the session means for what was typed.
func (p ErrorPage) over(l *words.Language) []string {
	switch {
	case p.KeptFor != "":
		return []string{l.Say("error.session-over.drafted", "customer", p.KeptFor), l.Say("error.session-over.back", "work", p.unsent())}
	case len(p.Kept) > 0:
		return []string{l.Say("error.session-over.kept")}
	}
	return []string{l.Say("error.session-over.text", "work", p.work())}
}

func (p ErrorPage) signIn() string {
	if p.SignIn != "" {
		return p.SignIn
	}
	return "/auth/start"
}

// links are the main action and one way out.
func (p ErrorPage) links(ctx context.Context) []Link {
	var out []Link
	switch p.Kind {
	case ErrorSessionOver:
		out = append(out, Link{URL: p.signIn(), Text: say(ctx, "error.link.sign-in")})
	case ErrorNoCookie, ErrorSignIn, ErrorSignInDown, ErrorSignInClock, ErrorSignInLoop, ErrorSignInScope:
		out = append(out, Link{URL: p.signIn(), Text: say(ctx, "error.link.sign-in-again")})
	case ErrorMFA, ErrorSignInFactors:
		out = append(out, Link{URL: p.signIn(), Text: say(ctx, "error.link.sign-in-factors")})
	case ErrorNoRole, ErrorOtherTenant:
		return []Link{{URL: "/signin", Text: say(ctx, "error.link.sign-in-account")}}
	case ErrorNoCustomer:
		out = append(out, Link{URL: "/customers", Text: say(ctx, "error.link.customers")})
	}
	if p.RetryURL != "" {
		out = append(out, Link{URL: p.RetryURL, Text: say(ctx, "error.link.again")})
	}
	return append(out, p.wayOut(ctx)...)
}

// wayOut leads away from the page, if there is a place to go to.
func (p ErrorPage) wayOut(ctx context.Context) []Link {
	switch {
	case p.Operator == nil && p.Kind != ErrorNotFound:
		return nil
	case p.Customer != nil:
		return []Link{{URL: p.Customer.URL, Text: say(ctx, "error.link.customer")}}
	default:
		return []Link{{URL: "/", Text: say(ctx, "error.link.home")}}
	}
}

func (p ErrorPage) needsSignIn() bool {
	return p.Kind == ErrorSessionOver || p.Kind == ErrorMFA
}
