package handlers

import (
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// notice is a banner that is not in a language yet.
type notice struct {
	tone        templates.Tone
	focus       bool
	title, text words.Message
}

func (v *visit) banner(n notice) *templates.Banner {
	return &templates.Banner{Tone: n.tone, Title: v.Of(n.title), Text: v.Of(n.text), Focus: n.focus}
}

// The banners of a form that came back for another reason than its fields. They
// say what became of the person's work and what to do next.
var (
	bannerStaleForm      = notice{templates.ToneCare, true, words.M("banner.stale-form.title"), words.M("banner.stale-form.text")}
	bannerStaleReview    = notice{templates.ToneCare, true, words.M("banner.stale-review.title"), words.M("banner.stale-review.text")}
	bannerSignInFirst    = notice{templates.ToneCare, true, words.M("banner.sign-in-first.title"), words.M("banner.sign-in-first.text")}
	bannerOnlyETag       = notice{templates.ToneCare, true, words.M("banner.only-etag.title"), words.M("banner.only-etag.text")}
	bannerBadBase        = notice{templates.ToneCare, true, words.M("banner.bad-base.title"), words.M("banner.bad-base.text")}
	bannerUnreadable     = notice{templates.ToneCare, true, words.M("banner.unreadable.title"), words.M("banner.unreadable.text")}
	bannerNothingChanged = notice{templates.ToneInfo, true, words.M("banner.nothing-changed.title"), words.M("banner.nothing-changed.text")}
	bannerNotStored      = notice{templates.ToneCare, true, words.M("banner.not-stored.title"), words.M("banner.not-stored.text")}
	bannerCountry        = notice{templates.ToneInfo, true, words.M("banner.country.title"), words.M("banner.country.text")}
	bannerMovedOn        = notice{templates.ToneCare, true, words.M("banner.moved-on.title"), words.M("banner.moved-on.text")}
	bannerReviewMoved    = notice{templates.ToneCare, true, words.M("banner.moved-on.title"), words.M("banner.review-moved.text")}
	bannerFormMoved      = notice{templates.ToneCare, true, words.M("banner.moved-on.title"), words.M("banner.form-moved.text")}
	bannerDraftOver      = notice{templates.ToneCare, true, words.M("banner.draft-over.title"), words.M("banner.draft-over.text")}
	bannerDraftGone      = notice{templates.ToneCare, true, words.M("banner.draft-gone.title"), words.M("banner.draft-gone.text")}
	bannerDiscarded      = notice{templates.ToneGood, true, words.M("banner.discarded.title"), words.M("banner.discarded.text")}
	bannerNoDraft        = notice{templates.ToneInfo, true, words.M("banner.no-draft.title"), words.M("banner.no-draft.text")}
	bannerNoRules        = notice{templates.ToneCare, false, words.M("banner.no-rules.title"), words.M("banner.no-rules.text")}
	bannerNoETag         = notice{templates.ToneCare, true, words.M("banner.no-etag.title"), words.M("banner.no-etag.text")}
	bannerNothingToMerge = notice{templates.ToneInfo, true, words.M("banner.nothing-to-merge.title"), words.M("banner.nothing-to-merge.text")}
	bannerNothingLeft    = notice{templates.ToneInfo, true, words.M("banner.nothing-left.title"), words.M("banner.nothing-left.text")}
)

// The banners around an undo.
var (
	bannerEarlierValues  = notice{templates.ToneInfo, true, words.M("banner.earlier-values.title"), words.M("banner.earlier-values.text")}
	bannerSameAlready    = notice{templates.ToneInfo, true, words.M("banner.same-already.title"), words.M("banner.same-already.text")}
	bannerNothingKept    = notice{templates.ToneCare, true, words.M("banner.nothing-kept.title"), words.M("banner.nothing-kept.text")}
	bannerStaleUndo      = notice{templates.ToneCare, true, words.M("banner.stale-undo.title"), words.M("banner.stale-undo.text")}
	bannerUnreadableUndo = notice{templates.ToneCare, true, words.M("banner.unreadable-undo.title"), words.M("banner.unreadable-undo.text")}
	bannerUndoNotStored  = notice{templates.ToneCare, true, words.M("banner.undo-not-stored.title"), words.M("banner.undo-not-stored.text")}
)

// bannerRestored greets somebody who comes back to what they typed, at that time.
func bannerRestored(at string) notice {
	return notice{templates.ToneInfo, false, words.M("banner.restored.title"), words.M("banner.restored.text", "at", at)}
}

// bannerSameSaved ends an edit whose every value stands upstream already.
func bannerSameSaved(who submission.Who) notice {
	title := words.M("banner.same-saved.somebody")
	switch {
	case who.You:
		title = words.M("banner.same-saved.you")
	case who.Name != "":
		title = words.M("banner.same-saved.who", "who", who.Name)
	}
	return notice{templates.ToneInfo, true, title, words.M("banner.same-saved.text")}
}
