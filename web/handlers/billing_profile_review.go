package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// reviewBillingProfile shows the draft's latest version beside the billing profile
// as it is this moment, so that "Now" is true. If somebody saved meanwhile, this
// is already the place to merge.
func (s *site) reviewBillingProfile(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	version, sub, err := s.draftOf(v, customer)
	if errors.Is(err, drafts.ErrNotFound) {
		return v.redirect(customerPath(customer) + "/billing")
	}
	if err != nil {
		return err
	}
	if done(sub) {
		return v.redirect(savePath(customer, version.Key))
	}
	if version.Over || version.Stage != drafts.Sent {
		// Only values that went through the form can be reviewed.
		return v.redirect(billingPath(customer, "", version.Draft) + movedMark(v))
	}
	now, err := s.open(v, customer)
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
	if movedMark(v) != "" {
		return s.showReview(v, http.StatusOK, version, bannerReviewMoved)
	}
	return s.showReview(v, http.StatusOK, version, nil)
}

// moved marks the address of a page that stands in for a save, as the draft went on in
// another window meanwhile.
const moved = "&moved=1"

func movedMark(v *visit) string {
	if v.QueryParam("moved") != "" {
		return moved
	}
	return ""
}

// nothingLeft reports whether every value the version changed stands upstream already.
func nothingLeft(version drafts.Version, now opened) bool {
	for _, name := range forms.Changed(version.Base, version.Mine) {
		if forms.Normal(name, version.Mine[name]) != forms.Normal(name, now.Values[name]) {
			return false
		}
	}
	return true
}

// done reports whether a submission needs no second one: it is on its way, or its
// values stand upstream. The zero submission is none.
func done(sub submission.Submission) bool {
	return sub.Key != "" && (!sub.State.Settled() || sub.State == submission.Applied || sub.Reason == submission.AlreadySaved)
}

// again makes a new version of one whose save came to nothing: saving once more is
// another submission, under a key of its own.
func (s *site) again(v *visit, version drafts.Version, etag pcclient.ETag) (drafts.Version, error) {
	version.Key, version.ETag, version.SavedAt = pcclient.NewGUID(), etag, s.Now()
	return version, s.Drafts.Put(v.Request().Context(), version)
}

// keepCopy stores the version once more, as the draft's newest.
func (s *site) keepCopy(v *visit, version drafts.Version) error {
	version.Key, version.SavedAt = pcclient.NewGUID(), s.Now()
	if version.Stage == drafts.Typed {
		return s.Drafts.Keep(v.Request().Context(), version)
	}
	return s.Drafts.Put(v.Request().Context(), version)
}

// draftOf is the latest version of the draft named in the address, and the
// submission that was made of it, if there is one.
func (s *site) draftOf(v *visit, customer pcclient.TenantID) (drafts.Version, submission.Submission, error) {
	draft := v.QueryParam("draft")
	if !isDraft(draft) {
		return drafts.Version{}, submission.Submission{}, drafts.ErrNotFound
	}
	return s.latestOf(v.Request().Context(), v.operator.Key(), customer, draft)
}

func (s *site) latestOf(ctx context.Context, operator string, customer pcclient.TenantID, draft string) (drafts.Version, submission.Submission, error) {
	version, err := s.Drafts.Latest(ctx, operator, customer, draft)
	if err != nil {
		return drafts.Version{}, submission.Submission{}, err
	}
	sub, err := s.Submissions.Get(ctx, operator, version.Key)
	if errors.Is(err, submission.ErrNotFound) {
		return version, submission.Submission{}, nil
	}
	return version, sub, err
}

func (s *site) showReview(v *visit, status int, version drafts.Version, banner *templates.Banner) error {
	return s.showReviewWrong(v, status, version, banner, "")
}

// showReviewWrong is showReview with a complaint about the reason.
func (s *site) showReviewWrong(v *visit, status int, version drafts.Version, banner *templates.Banner, wrong string) error {
	page := templates.ReviewPage{
		Page:      s.frame(v, "Review changes, "+nameOf(version.Base, version.Customer), templates.SectionCustomers),
		Customer:  s.customerOf(version.Customer, version.Base),
		Action:    billingPath(version.Customer, "/review", version.Draft),
		HereURL:   billingPath(version.Customer, "", version.Draft),
		ETag:      string(version.ETag),
		Key:       version.Key,
		CSRF:      v.session.FormToken(familyBilling, string(version.Customer)),
		Banner:    banner,
		Unsettled: s.openFor(v, version.Customer),
		Reason:    s.reasonField(version.Why, wrong),
		KeptAt:    s.kept(version.SavedAt),
		Until:     s.clock(v.session.Until()),
		Left:      s.sessionLeft(v),
	}
	s.here(v, version.Customer, version.Draft)
	e := edit{customer: version.Customer, values: version.Mine}
	s.loadRules(v, &e)
	for _, change := range merge.Changes(version.Base, version.Mine) {
		shown := printedChange(change)
		shown.Edit = "edit:" + string(change.Item)
		page.Changes = append(page.Changes, shown)
	}
	page.Unchanged = unchangedFacts(version.Base, version.Mine)
	for _, warning := range forms.Warnings(version.Mine, version.Base, e.rules) {
		page.Warnings = append(page.Warnings, templates.Note{Tone: templates.ToneCare, Title: warning.Title, Text: warning.Text})
	}
	return show(v, status, page.View())
}

// saveBillingProfile is the portal's only write. It saves exactly the version that
// `key` names, once, however often it is asked.
func (s *site) saveBillingProfile(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	ctx, operator := v.Request().Context(), v.operator.Key()
	version, err := s.postedVersion(v, operator, customer)
	if errors.Is(err, drafts.ErrNotFound) {
		return s.showReviewAgain(v, customer)
	}
	if err != nil {
		return err
	}
	if version.Stage != drafts.Sent {
		return v.redirect(billingPath(customer, "/review", version.Draft))
	}
	if v.form.Has("reason") {
		version.Why = postedReason(v)
	}
	if !v.session.CheckFormToken(familyBilling, string(customer), v.one("csrf")) {
		middleware.SetReason(ctx, "form_token")
		if _, err := s.Submissions.Get(ctx, operator, version.Key); err == nil {
			return v.redirect(savePath(customer, version.Key)) // it was pressed before, in a session that is over
		}
		return s.showReview(v, http.StatusForbidden, version, bannerStaleReview)
	}
	if status := reviewFlaw(v, version); status != 0 {
		middleware.SetReason(ctx, "form_base")
		if status == http.StatusUnprocessableEntity {
			_ = s.Submissions.RefuseOther(ctx, s.request(v, version)) // what it returns is this page
		}
		return s.showReview(v, status, version, bannerStaleReview)
	}
	if v.one("do") == doLook {
		return s.lookAgain(v, version)
	}
	if item, back := editItem(v.one("do")); back {
		return s.backToForm(v, version, item)
	}
	if wrong := s.reasonWrong(version.Why); wrong != "" {
		return s.showReviewWrong(v, http.StatusUnprocessableEntity, version, nil, wrong)
	}
	if _, err := s.Submissions.Get(ctx, operator, version.Key); errors.Is(err, submission.ErrNotFound) {
		latest, last, err := s.latestOf(ctx, operator, customer, version.Draft)
		if err != nil {
			return err
		}
		if latest.Key != version.Key && settledWell(last) {
			// What was saved is another version: this one meets it as it would anybody's save.
			if err := s.keepCopy(v, version); err != nil {
				return err
			}
			return v.redirect(billingPath(customer, "/review", version.Draft))
		}
		if latest.Key != version.Key || latest.Over {
			if err := s.keepReason(v, latest, version.Why); err != nil {
				return err
			}
			return v.redirect(billingPath(customer, "/review", version.Draft) + moved)
		}
	} else if err != nil {
		return err
	}
	sub, err := s.Submissions.Save(ctx, v.upstream, s.request(v, version))
	if err != nil {
		return err
	}
	if sub.State == submission.Rejected && sub.Reason == submission.Conflict {
		return s.showConflict(v, version)
	}
	s.gone(v, customer, version.Draft)
	return v.redirect(savePath(customer, version.Key))
}

// request asks for exactly what the version holds.
func (s *site) request(v *visit, version drafts.Version) submission.Request {
	return submission.Request{
		Key: version.Key, Draft: version.Draft,
		Operator: submission.Operator{Key: v.operator.Key(), Name: v.operator.Name},
		Customer: version.Customer, Base: version.Base, Wish: version.Mine, ETag: version.ETag,
		Via: viaOf(version), Why: version.Why,
	}
}

// editItem reads the button that leads from the review back to the form, and to which
// item there, if to one.
func editItem(do string) (merge.Item, bool) {
	if do == "edit" {
		return "", true
	}
	item := merge.Item(strings.TrimPrefix(do, "edit:"))
	return item, strings.HasPrefix(do, "edit:") && slices.Contains(merge.Items(), item)
}

// doLook is what an error page sends that kept a review: nothing is saved by it.
const doLook = "look"

// lookAgain leads to the review as it is now, with the reason that was typed; to the
// result, if the version was saved after all.
func (s *site) lookAgain(v *visit, version drafts.Version) error {
	latest, sub, err := s.latestOf(v.Request().Context(), v.operator.Key(), version.Customer, version.Draft)
	if err != nil {
		return err
	}
	if !done(sub) {
		if err := s.keepReason(v, latest, version.Why); err != nil {
			return err
		}
	}
	return v.redirect(billingPath(version.Customer, "/review", version.Draft))
}

// backToForm leaves the review for the form, and takes along the reason that was typed.
func (s *site) backToForm(v *visit, version drafts.Version, item merge.Item) error {
	latest, err := s.Drafts.Latest(v.Request().Context(), v.operator.Key(), version.Customer, version.Draft)
	if err != nil {
		return err
	}
	if err := s.keepReason(v, latest, version.Why); err != nil {
		return err
	}
	form := billingPath(version.Customer, "", version.Draft)
	if item != "" {
		form += "#" + templates.FieldID(item.Names()[0])
	}
	return v.redirect(form)
}

// postedVersion is the version that the posted key names, if it is the operator's
// and of the customer and draft in the address.
func (s *site) postedVersion(v *visit, operator string, customer pcclient.TenantID) (drafts.Version, error) {
	version, err := s.Drafts.Get(v.Request().Context(), operator, v.one("key"))
	if err == nil && (version.Customer != customer || version.Draft != v.QueryParam("draft")) {
		err = drafts.ErrNotFound
	}
	return version, err
}

// reviewFlaw is the status for a posted form that is not the review page's own: its
// inputs once each, the version's ETag, its button. A value of the billing profile is
// a key with other values, 422; anything else is 400; 0 is a good form.
func reviewFlaw(v *visit, version drafts.Version) int {
	for name, values := range v.form {
		switch {
		case slices.Contains(forms.Names(), name):
			return http.StatusUnprocessableEntity
		case !slices.Contains(ownInputs, name), len(values) != 1, !utf8.ValidString(values[0]):
			return http.StatusBadRequest
		}
	}
	do := v.one("do")
	_, back := editItem(do)
	if v.one("etag") != string(version.ETag) || !back && !slices.Contains([]string{"", "save", "review", doLook}, do) {
		return http.StatusBadRequest
	}
	return 0
}

// showReviewAgain answers a key that names no version of this draft: the draft as it
// is, nothing saved; the customer when there is no such draft either. What was saved
// before its draft was discarded keeps its result.
func (s *site) showReviewAgain(v *visit, customer pcclient.TenantID) error {
	sub, err := s.Submissions.Get(v.Request().Context(), v.operator.Key(), v.one("key"))
	if err == nil && sub.Customer == customer && sub.Draft == v.QueryParam("draft") {
		return v.redirect(savePath(customer, sub.Key))
	}
	version, _, err := s.draftOf(v, customer)
	if errors.Is(err, drafts.ErrNotFound) {
		page, err := s.customerPage(v, customer, bannerDraftGone)
		if err != nil {
			return err
		}
		return show(v, http.StatusNotFound, page.View())
	}
	if err != nil {
		return err
	}
	if version.Over || version.Stage != drafts.Sent {
		return v.redirect(billingPath(customer, "", version.Draft) + moved)
	}
	middleware.SetReason(v.Request().Context(), "form_key")
	return s.showReview(v, http.StatusNotFound, version, bannerStaleReview)
}

// showConflict answers a save that met somebody else's: the merge page, against
// the billing profile as it is now. If nobody changed a value, and only the ETag
// moved, there is nothing to merge and the same changes are there to be saved again.
func (s *site) showConflict(v *visit, version drafts.Version) error {
	now, err := s.open(v, version.Customer)
	if err != nil {
		return err
	}
	if len(forms.Changed(version.Base, now.Values)) > 0 {
		return s.showMerge(v, http.StatusConflict, version, now, nil)
	}
	if version, err = s.again(v, version, now.ETag); err != nil {
		return err
	}
	return s.showReview(v, http.StatusConflict, version, bannerOnlyETag)
}
