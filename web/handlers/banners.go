package handlers

import "github.com/partnerdesk/portal/web/templates"

// The banners of a form that came back for another reason than its fields. They
// say what became of the person's work and what to do next.
var (
	bannerStaleForm = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "Your changes are back. Nothing has been saved.",
		Text:  "This form was opened in a session that is over, or somewhere else. Check it and go on.",
	}
	bannerStaleReview = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "Nothing has been saved yet.",
		Text:  "This page was opened in a session that is over, or was changed on its way. Check the changes and save again.",
	}
	bannerOnlyETag = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "Partner Center took this save for out of date. Nothing has been saved.",
		Text:  "The profile was read again, and nobody has changed a value. Check the changes and save again.",
	}
	bannerBadBase = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This form was changed on its way here. Nothing has been saved.",
		Text:  "Everything typed is kept. It is compared with the billing profile as it is now, so look at every marked item before going on.",
	}
	bannerUnreadable = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "A part of this form could not be read. Nothing has been saved.",
		Text:  "Everything that could be read is kept. Check the form and send it again.",
	}
	bannerNothingChanged = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "Nothing is changed yet.",
		Text:  "Change at least one item, then review it.",
	}
	bannerNotStored = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "Your changes could not be kept for review. Nothing has been saved.",
		Text:  "Everything typed is still in this form. Keep the page open and try again in a moment.",
	}
	bannerCountry = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "The fields now follow the country you chose.",
		Text:  "Check what was set aside, then review your changes.",
	}
	bannerMovedOn = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This draft was changed after that page was opened. Nothing has been saved.",
		Text:  "What stands under “Yours” is what was typed last. Check the choices, then review the merged profile.",
	}
	bannerReviewMoved = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This draft was changed after that page was opened. Nothing has been saved.",
		Text:  "These are the changes as they were sent last. Check them, then save.",
	}
	bannerFormMoved = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This draft was changed after that page was opened. Nothing has been saved.",
		Text:  "This form holds what was typed last. Check it, then review your changes.",
	}
	bannerDraftOver = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This draft came to its end in another window. Nothing has been saved now.",
		Text:  "This form starts from the profile as it is now.",
	}
	bannerDraftGone = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "There is no such draft any more. Nothing has been saved.",
		Text:  "It was discarded in another window, or is older than 14 days.",
	}
	bannerDiscarded = &templates.Banner{
		Tone: templates.ToneGood, Focus: true,
		Title: "The draft is discarded.",
		Text:  "The billing profile is as it was.",
	}
	bannerNoDraft = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "There is no such draft any more.",
		Text:  "Nothing was discarded now, and the billing profile is as it was.",
	}
	bannerNoRules = &templates.Banner{
		Tone:  templates.ToneCare,
		Title: "The rules for this country could not be read.",
		Text:  "The form works without them. Partner Center checks what you save.",
	}
	bannerNoETag = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "This billing profile cannot be edited at the moment.",
		Text:  "Partner Center sent it without an ETag, and without one a save could overwrite somebody else's. Nothing was changed. Try again later.",
	}
	bannerNothingToMerge = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "There is nothing to merge any more.",
		Text:  "The billing profile is again as it was when this form was opened. Everything typed is still here.",
	}
	bannerNothingLeft = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "There is nothing left to save.",
		Text:  "The billing profile already has these values.",
	}
)

// The banners around an undo.
var (
	bannerEarlierValues = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "The earlier values are in this form.",
		Text:  "Nothing is saved until you review and save.",
	}
	bannerSameAlready = &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: "The profile has these values already.",
		Text:  "There is nothing to put back.",
	}
	bannerNothingKept = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "There are no earlier values to put back.",
		Text:  "They are not known, or not kept any more. Nothing was changed.",
	}
	bannerStaleUndo = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "No edit was started yet.",
		Text:  "This page was opened in a session that is over, or somewhere else. Look it over and start the edit again.",
	}
	bannerUnreadableUndo = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "A part of this form could not be read. No edit was started.",
		Text:  "Check what is chosen and start the edit again.",
	}
	bannerUndoNotStored = &templates.Banner{
		Tone: templates.ToneCare, Focus: true,
		Title: "The edit could not be started. Nothing was changed.",
		Text:  "The portal cannot keep drafts at the moment. Try again in a moment.",
	}
)

// bannerRestored greets somebody who comes back to what they typed, at that time.
func bannerRestored(at string) *templates.Banner {
	return &templates.Banner{
		Tone:  templates.ToneInfo,
		Title: "Your changes are back.",
		Text:  "They were kept " + at + ". Nothing has been saved to Partner Center yet.",
	}
}

// bannerSameSaved ends an edit whose every value stands upstream already; who saved
// them is "" when nobody can tell.
func bannerSameSaved(who string) *templates.Banner {
	who = orSomebody(who)
	return &templates.Banner{
		Tone: templates.ToneInfo, Focus: true,
		Title: who + " already saved the same values.",
		Text:  "There is nothing to do: nothing of yours is left to save.",
	}
}
