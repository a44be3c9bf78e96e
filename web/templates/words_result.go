package templates

import (
	"context"

	"github.com/partnerdesk/portal/web/words"
)

func (p ResultPage) message(ctx context.Context) message {
	told := func(title string, text ...string) message { return message{title: title, text: text} }
	switch p.Kind {
	case ResultRunning:
		return told(say(ctx, "result.running.title"), say(ctx, "result.running.text"))
	case ResultUnknown:
		return told(say(ctx, "result.unknown.title"), say(ctx, "result.unknown.text"))
	case ResultNotSaved:
		return told(say(ctx, "result.not-saved.title"), say(ctx, "result.not-saved.text"), say(ctx, "result.not-saved.next"))
	case ResultSuperseded:
		return told(say(ctx, "result.superseded.title-"+p.whose(), "who", p.Who), say(ctx, "result.superseded.text"))
	case ResultConflict:
		return told(say(ctx, "result.conflict.title-"+p.whose(), "who", p.Who), say(ctx, "result.conflict.text"))
	case ResultAlreadySaved:
		return told(say(ctx, "result.already-saved.title-"+p.whose(), "who", p.Who), say(ctx, "result.already-saved.text"))
	case ResultRejected, ResultForbidden, ResultNoRelation, ResultMFA, ResultSignIn:
		return p.refused(ctx)
	case ResultNotFound:
		return told(say(ctx, "error.no-customer.title"), say(ctx, "result.not-found.text"))
	case ResultThrottled:
		return told(say(ctx, "error.throttled.title"), say(ctx, "result.kept"), p.again(ctx))
	case ResultDown:
		return told(say(ctx, "error.upstream-down.title"), say(ctx, "result.kept"))
	default:
		return told(say(ctx, "error.internal.title"), say(ctx, "result.kept"))
	}
}

// refused is a refusal by its code if that says more than the kind does.
func (p ResultPage) refused(ctx context.Context) message {
	if p.Refusal.Title.ID != "" {
		return message{title: words.In(ctx).Of(p.Refusal.Title), text: []string{say(ctx, "result.refused", "cause", p.Refusal.Cause), words.In(ctx).Of(p.Refusal.Next)}}
	}
	switch p.Kind {
	case ResultForbidden:
		return message{title: say(ctx, "error.read-only.title"), text: []string{say(ctx, "result.forbidden.text"), p.askAccess(ctx)}}
	case ResultNoRelation:
		return message{title: say(ctx, "result.no-relation.title"), text: []string{say(ctx, "result.no-relation.text"), p.askAccess(ctx)}}
	case ResultMFA:
		return message{title: say(ctx, "error.mfa.title"), text: []string{say(ctx, "result.mfa.text")}}
	case ResultSignIn:
		return message{title: say(ctx, "error.session-over.title"), text: []string{say(ctx, "result.sign-in.text")}}
	default:
		return message{title: say(ctx, "result.rejected.title"), text: []string{say(ctx, "result.kept"), say(ctx, "result.rejected.next")}}
	}
}

// whose tells the texts apart that say who saved.
func (p ResultPage) whose() string {
	switch {
	case p.You:
		return "you"
	case p.Who == "":
		return "somebody"
	}
	return "who"
}

func (p ResultPage) again(ctx context.Context) string {
	if p.Wait == "" {
		return say(ctx, "result.throttled.later")
	}
	return say(ctx, "result.throttled.wait", "wait", p.Wait)
}

func (p ResultPage) askAccess(ctx context.Context) string {
	if p.Contact == "" {
		return say(ctx, "result.ask-admin")
	}
	return say(ctx, "error.ask.access", "contact", p.Contact)
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

func (p ResultPage) listTitle(ctx context.Context) string {
	if p.open() {
		return say(ctx, "result.list.open")
	}
	return say(ctx, "result.list.typed")
}

// links are the actions, the main one first.
func (p ResultPage) links(ctx context.Context) []Link {
	var out []Link
	add := func(url, text string) { out = append(out, Link{URL: url, Text: text}) }
	switch p.Kind {
	case ResultRunning, ResultUnknown:
		add(p.CheckURL, say(ctx, "result.go.check"))
		add(p.Customer.URL, say(ctx, "result.go.customer"))
		return out
	case ResultConflict, ResultSuperseded:
		add(p.MergeURL, say(ctx, "result.go.merge"))
	case ResultMFA, ResultSignIn:
		if p.Refusal.Title.ID == "" {
			add(p.SignInURL, say(ctx, "error.link.sign-in"))
		}
	case ResultNotSaved, ResultThrottled, ResultDown, ResultFailed:
		add(p.AgainURL, say(ctx, "result.go.save"))
	}
	add(p.EditURL, say(ctx, "edit.back"))
	if p.Kind == ResultNotFound {
		add("/customers", say(ctx, "error.link.customers"))
	} else {
		add(p.Customer.URL, say(ctx, "result.go.customer"))
	}
	return out
}
