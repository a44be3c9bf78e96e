package handlers

import (
	"errors"
	"net/http"

	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/templates"
)

// reviewBillingProfile shows the draft's latest version beside the billing profile
// as it is this moment, so that "Now" is true. If somebody saved meanwhile, this
// is already the place to merge.
func (s *site) reviewBillingProfile(v *visit) error {
	signIn := v.QueryParam("sign-in")
	switch tooOld := s.SignIn.MaySave(v.session); {
	case tooOld == nil:
		signIn = ""
	case signIn == "again":
		return s.goToProvider(v, billingPath(v.customer, "/review", v.QueryParam("draft")), tooOld)
	}
	version, sub, err := s.draftOf(v)
	if errors.Is(err, drafts.ErrNotFound) {
		return v.redirect(customerPath(v.customer) + "/billing")
	}
	if err != nil {
		return err
	}
	if done(sub) {
		return v.redirect(savePath(v.customer, version.Key))
	}
	if version.Over || version.Stage != drafts.Sent {
		// Only values that went through the form can be reviewed.
		return v.redirect(billingPath(v.customer, "", version.Draft) + movedMark(v))
	}
	now, err := s.open(v, v.customer)
	if err != nil {
		return err
	}
	switch changed := len(forms.Changed(version.Base, now.Values)) > 0; {
	case changed && nothingLeft(version, now):
		return s.showSameSaved(v, version, now)
	case changed:
		return s.showMerge(v, http.StatusConflict, version, now, nil)
	}
	if sub.Key != "" {
		version.Why = reasonFor(version, sub)
		if version, err = s.again(v, version, now.ETag); err != nil {
			return err
		}
	}
	switch {
	case movedMark(v) != "":
		return s.showReview(v, http.StatusOK, version, v.banner(bannerReviewMoved))
	case signIn != "":
		banner := v.banner(bannerSignInFirst)
		again := billingPath(version.Customer, "/review", version.Draft) + signInAgain
		banner.Links = []templates.Link{{URL: again, Text: v.Say("banner.sign-in-first.link")}}
		return s.showReview(v, http.StatusOK, version, banner)
	}
	return s.showReview(v, http.StatusOK, version, nil)
}

// The address of a review tells of a sign-in that is too old to save: that it has to be
// made again first, and that the person wants to do so now.
const (
	signInFirst = "&sign-in=first"
	signInAgain = "&sign-in=again"
)

// moved marks the address of a page that stands in for a save, as the draft went on in
// another window meanwhile.
const moved = "&moved=1"

func movedMark(v *visit) string {
	if v.QueryParam("moved") != "" {
		return moved
	}
	return ""
}

func (s *site) showReview(v *visit, status int, version drafts.Version, banner *templates.Banner) error {
	return s.showReviewWrong(v, status, version, banner, "")
}

// showReviewWrong is showReview with a complaint about the reason.
func (s *site) showReviewWrong(v *visit, status int, version drafts.Version, banner *templates.Banner, wrong string) error {
	page := templates.ReviewPage{
		Page:      s.frame(v, v.Say("shell.of-customer", "title", v.Say("review.title"), "customer", nameOf(version.Base, version.Customer)), templates.SectionCustomers),
		Customer:  v.customerOf(version.Customer, version.Base),
		Action:    billingPath(version.Customer, "/review", version.Draft),
		HereURL:   billingPath(version.Customer, "", version.Draft),
		ETag:      string(version.ETag),
		Key:       version.Key,
		CSRF:      v.session.FormToken(familyBilling, string(version.Customer)),
		Banner:    banner,
		Unsettled: s.openFor(v, version.Customer),
		Reason:    s.reasonField(v, version.Why, wrong),
		KeptAt:    v.at(version.SavedAt),
		Until:     v.clock(v.session.Until()),
		Left:      s.sessionLeft(v),
	}
	s.here(v, version.Customer, version.Draft)
	check := heldCheck(version)
	for _, change := range merge.Changes(version.Base, version.Mine) {
		shown := v.printedChange(change)
		shown.Edit = "edit:" + string(change.Item)
		if change.Item == merge.Address {
			shown.Tag = v.Of(checkedTag(check))
		}
		page.Changes = append(page.Changes, shown)
	}
	page.Unchanged = v.unchangedFacts(version.Base, version.Mine)
	if note := unconfirmed(v, check); note != nil {
		page.Warnings = append(page.Warnings, *note)
	}
	rules, _ := s.rulesOf(v, version.Mine)
	for _, warning := range forms.Warnings(version.Mine, version.Base, rules) {
		page.Warnings = append(page.Warnings, templates.Note{Tone: templates.ToneCare, Title: v.Of(warning.Title), Text: v.Of(warning.Text)})
	}
	return show(v, status, page.View())
}
