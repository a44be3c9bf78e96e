package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// saveBillingProfile is the portal's only write. It saves exactly the version that
// `key` names, once, however often it is asked.
func (s *site) saveBillingProfile(v *visit) error {
	version, err := s.postedVersion(v, v.operator.Key(), v.customer)
	if errors.Is(err, drafts.ErrNotFound) {
		return s.showReviewAgain(v)
	}
	if err != nil {
		return err
	}
	if version.Stage != drafts.Sent {
		return v.redirect(billingPath(v.customer, "/review", version.Draft))
	}
	if v.form.Has("reason") {
		version.Why = postedReason(v)
	}
	if refused, err := s.refuseReview(v, version); refused {
		return err
	}
	item, back := editItem(v.one("do"))
	look := v.one("do") == doLook
	// Without a reason one may leave the page; one that is too long is nowhere but there.
	if wrong := s.reasonWrong(v, version.Why); wrong != "" && (version.Why != "" || !back && !look) {
		return s.showReviewWrong(v, http.StatusUnprocessableEntity, version, nil, wrong)
	}
	if look {
		return s.lookAgain(v, version)
	}
	if back {
		return s.backToForm(v, version, item)
	}
	switch instead, err := s.insteadOfSave(v, version); {
	case err != nil:
		return err
	case instead != "":
		return v.redirect(instead)
	}
	sub, err := s.Submissions.Save(v.Request().Context(), v.upstream, s.request(v, version))
	if err != nil {
		return err
	}
	if sub.State == submission.Rejected && sub.Reason == submission.Conflict {
		return s.showConflict(v, version)
	}
	s.gone(v, v.customer, version.Draft)
	return v.redirect(savePath(v.customer, version.Key))
}

// refuseReview draws the review page again if the posted form is not its own.
func (s *site) refuseReview(v *visit, version drafts.Version) (refused bool, err error) {
	ctx := v.Request().Context()
	if !v.session.CheckFormToken(familyBilling, string(version.Customer), v.one("csrf")) {
		middleware.SetReason(ctx, "form_token")
		if _, err := s.Submissions.Get(ctx, v.operator.Key(), version.Key); err == nil {
			return true, v.redirect(savePath(version.Customer, version.Key)) // it was pressed before, in a session that is over
		}
		return true, s.showReview(v, http.StatusForbidden, version, v.banner(bannerStaleReview))
	}
	status := reviewFlaw(v, version)
	if status == 0 {
		return false, nil
	}
	middleware.SetReason(ctx, "form_base")
	if status == http.StatusUnprocessableEntity {
		_ = s.Submissions.RefuseOther(ctx, s.request(v, version)) // what it returns is this page
	}
	return true, s.showReview(v, status, version, v.banner(bannerStaleReview))
}

// insteadOfSave is where to go instead of saving a version that was not saved before: its
// draft went on past it, or the person has to prove anew who they are; "" when it can be
// saved. What was typed for that version goes along.
func (s *site) insteadOfSave(v *visit, version drafts.Version) (instead string, err error) {
	ctx, operator := v.Request().Context(), v.operator.Key()
	if _, err := s.Submissions.Get(ctx, operator, version.Key); !errors.Is(err, submission.ErrNotFound) {
		return "", err
	}
	latest, last, err := s.latestOf(ctx, operator, version.Customer, version.Draft)
	review := billingPath(version.Customer, "/review", version.Draft)
	switch {
	case err != nil:
		return "", err
	case latest.Key != version.Key && settledWell(last):
		// What was saved is another version: this one meets it as it would anybody's save.
		return review, s.keepCopy(v, version)
	case latest.Key != version.Key || latest.Over:
		return review + moved, s.keepReason(v, latest, version.Why)
	case s.SignIn.MaySave(v.session) != nil:
		middleware.SetReason(ctx, "sign_in_too_old")
		return review + signInFirst, s.keepReason(v, latest, version.Why)
	}
	return "", nil
}

// request asks for exactly what the version holds.
func (s *site) request(v *visit, version drafts.Version) submission.Request {
	return submission.Request{
		Key: version.Key, Draft: version.Draft,
		Operator: submission.Operator{Key: v.operator.Key(), Name: v.operator.Name},
		Customer: version.Customer, Base: version.Base, Wish: version.Mine, ETag: version.ETag,
		Via: viaOf(version), Why: version.Why, Check: auditedCheck(version),
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
func (s *site) showReviewAgain(v *visit) error {
	sub, err := s.Submissions.Get(v.Request().Context(), v.operator.Key(), v.one("key"))
	if err == nil && sub.Customer == v.customer && sub.Draft == v.QueryParam("draft") {
		return v.redirect(savePath(v.customer, sub.Key))
	}
	version, _, err := s.draftOf(v)
	if errors.Is(err, drafts.ErrNotFound) {
		page, err := s.customerPage(v, v.customer, v.banner(bannerDraftGone))
		if err != nil {
			return err
		}
		return show(v, http.StatusNotFound, page.View())
	}
	if err != nil {
		return err
	}
	if version.Over || version.Stage != drafts.Sent {
		return v.redirect(billingPath(v.customer, "", version.Draft) + moved)
	}
	if v.form.Has("reason") {
		version.Why = postedReason(v)
	}
	middleware.SetReason(v.Request().Context(), "form_key")
	return s.showReview(v, http.StatusNotFound, version, v.banner(bannerStaleReview))
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
	return s.showReview(v, http.StatusConflict, version, v.banner(bannerOnlyETag))
}

func viaOf(version drafts.Version) audit.Via {
	if version.Via == "" {
		return audit.ViaForm
	}
	return audit.Via(version.Via)
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
