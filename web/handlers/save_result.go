package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

// showSave is the result page of one submission: the same address and the same
// page however often it is opened. Looking at an open save reads the billing profile
// once more; nothing is ever sent from here.
func (s *site) showSave(v *visit) error {
	ctx, operator := v.Request().Context(), v.operator.Key()
	sub, err := s.Submissions.Get(ctx, operator, v.Param("key"))
	if err != nil {
		return err
	}
	if sub.Customer != v.customer {
		return submission.ErrNotFound
	}
	if !sub.State.Settled() {
		settled, err := s.Submissions.Settle(ctx, v.upstream, sub.Key)
		if err != nil {
			// That it could not be read now leaves it unknown, which the page says.
			middleware.SetError(ctx, err)
		} else {
			sub = settled
		}
	}
	if sub.Doubted && sub.ClosedAt.IsZero() && sub.State.Settled() {
		if err := s.Submissions.Seen(ctx, operator, sub.Key); err != nil {
			s.warn(v, "not noted as seen", err)
		}
	}
	switch {
	case sub.State == submission.Applied:
		return s.showSaved(v, sub)
	case sub.Reason == submission.Conflict:
		// Until the person went on with the draft, the conflict is there to be solved.
		latest, err := s.Drafts.Latest(ctx, operator, v.customer, sub.Draft)
		if err == nil && latest.Key == sub.Key {
			return v.redirect(billingPath(v.customer, "/review", sub.Draft))
		}
		if err != nil && !errors.Is(err, drafts.ErrNotFound) {
			return err
		}
	}
	return s.showUnsaved(v, sub)
}

// showSaved is the customer's overview with the good news on top.
func (s *site) showSaved(v *visit, sub submission.Submission) error {
	page, err := s.customerPage(v, sub.Customer, s.savedBanner(v, sub))
	if err != nil {
		return fmt.Errorf("%w: %w", errSaved, err)
	}
	page.Title = v.Say("result.saved.page", "title", page.Title)
	return show(v, http.StatusOK, page.View())
}

// savedBanner is the news of a save, and the way to what it changed. When Partner Center
// let it replace what somebody saved in the same instant, that comes first. A trail that
// cannot be read leaves out the links.
func (s *site) savedBanner(v *visit, sub submission.Submission) *templates.Banner {
	ctx := v.Request().Context()
	entries, err := s.Trail.ForSubmission(ctx, sub.Key)
	if err != nil {
		s.warn(v, "trail not read", err)
	}
	banner := &templates.Banner{
		Tone:  templates.ToneGood,
		Title: v.Say("result.saved.title"),
		Text:  v.Say("result.saved.text", "n", len(changedItems(sub.Base, sub.Wish)), "at", v.at(sub.SettledAt).Text),
		Focus: true,
	}
	for _, e := range entries {
		link := templates.Link{URL: changePath(sub.Customer, e.Seq), Text: v.Say("customer.trail.view")}
		switch e.Kind {
		case audit.Applied:
			banner.Links = append(banner.Links, link)
		case audit.Overwrote:
			banner.Tone = templates.ToneCare
			banner.Title = v.Say("result.replaced.title")
			banner.Text = v.Say("result.replaced.somebody", "n", len(v.labelsOf(e)))
			if who := replacedOf(e); who != "" {
				banner.Text = v.Say("result.replaced.who", "who", who, "n", len(v.labelsOf(e)))
			}
			link.Text = v.Say("result.replaced.view")
			banner.Links = []templates.Link{link}
		}
	}
	banner.Links = append(banner.Links, templates.Link{URL: customerPath(sub.Customer) + "/billing", Text: v.Say("result.saved.edit")})
	return banner
}

// outcome is how a save that was not applied is told.
type outcome struct {
	status int
	kind   templates.ResultKind
}

func outcomeOf(sub submission.Submission) outcome {
	switch sub.State {
	case submission.Recorded:
		return outcome{http.StatusOK, templates.ResultRunning}
	case submission.InDoubt:
		return outcome{http.StatusOK, templates.ResultUnknown}
	case submission.NotApplied:
		return outcome{http.StatusOK, templates.ResultNotSaved}
	case submission.Superseded:
		return outcome{http.StatusOK, templates.ResultSuperseded}
	}
	switch sub.Reason {
	case submission.Conflict:
		return outcome{http.StatusConflict, templates.ResultConflict}
	case submission.AlreadySaved:
		return outcome{http.StatusOK, templates.ResultAlreadySaved}
	case submission.Invalid:
		return outcome{http.StatusUnprocessableEntity, templates.ResultRejected}
	case submission.Forbidden:
		return outcome{http.StatusForbidden, templates.ResultForbidden}
	case submission.NoRelationship:
		return outcome{http.StatusNotFound, templates.ResultNoRelation}
	case submission.MFA:
		return outcome{http.StatusForbidden, templates.ResultMFA}
	case submission.SignIn:
		return outcome{http.StatusForbidden, templates.ResultSignIn}
	case submission.NotFound:
		return outcome{http.StatusNotFound, templates.ResultNotFound}
	case submission.Throttled:
		return outcome{http.StatusTooManyRequests, templates.ResultThrottled}
	case submission.Unavailable, submission.NotSent:
		return outcome{http.StatusServiceUnavailable, templates.ResultDown}
	}
	return outcome{http.StatusServiceUnavailable, templates.ResultFailed}
}

func (s *site) showUnsaved(v *visit, sub submission.Submission) error {
	o := outcomeOf(sub)
	page := templates.ResultPage{
		Page:         s.frame(v, "", templates.SectionCustomers),
		Customer:     v.customerOf(sub.Customer, sub.Base),
		Kind:         o.kind,
		Wait:         v.wait(sub.RetryAfter),
		UpstreamText: forms.UpstreamQuote(sub.UpstreamText),
		Contact:      s.Contact,
		At:           v.moment(sub.RecordedAt),
		CheckURL:     savePath(sub.Customer, sub.Key),
		EditURL:      billingPath(sub.Customer, "", sub.Draft),
		AgainURL:     billingPath(sub.Customer, "/review", sub.Draft),
		MergeURL:     billingPath(sub.Customer, "/merge", sub.Draft),
		SignInURL:    "/auth/start",
		Details:      s.details(v, supportFacts(v, sub)...),
	}
	if sub.State == submission.Rejected {
		page.Refusal = forms.RefusalOf(sub.UpstreamCode)
	}
	for _, change := range merge.Changes(sub.Base, sub.Wish) {
		page.Changes = append(page.Changes, v.printedChange(change))
	}
	if sub.State == submission.Superseded && sub.ClosedAt.IsZero() {
		u := s.unsettled(v, sub)
		page.Close = &u
	}
	switch o.kind {
	case templates.ResultSuperseded, templates.ResultConflict:
		who := s.inTheWay(v, sub)
		page.Who, page.You = who.Name, who.You
	case templates.ResultAlreadySaved:
		// What the upstream refused on the way, a stale ETag, does not matter any more.
		who := s.inTheWay(v, sub)
		page.Who, page.You, page.UpstreamText = who.Name, who.You, ""
	}
	if sub.RetryAfter > 0 {
		v.Response().Header().Set("Retry-After", retryAfter(sub.RetryAfter))
	}
	return show(v, o.status, page.View())
}

// inTheWay names who saved what stands in the way of a submission: since the form was
// opened, if that is still known, else since Save was pressed.
func (s *site) inTheWay(v *visit, sub submission.Submission) submission.Who {
	since := sub.RecordedAt
	if version, err := s.Drafts.Get(v.Request().Context(), v.operator.Key(), sub.Key); err == nil {
		since = version.OpenedAt
	}
	return s.whoSaved(v, sub.Customer, since, sub.Saved)
}

// whoSaved tells who saved these values behind the person's form, which was opened then.
func (s *site) whoSaved(v *visit, customer pcclient.TenantID, opened time.Time, theirs forms.Values) submission.Who {
	return s.Submissions.WhoSaved(v.Request().Context(), v.upstream,
		submission.Theirs{Customer: customer, Values: theirs, Since: opened, Mine: v.operator.Key()})
}

// supportFacts are the ids under which Microsoft's support finds the call.
func supportFacts(v *visit, sub submission.Submission) []templates.Fact {
	var facts []templates.Fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, templates.Fact{Label: label, Value: value})
		}
	}
	add(v.Say("details.request"), sub.Key)
	add(v.Say("details.correlation"), sub.CorrelationID)
	add(v.Say("details.code"), sub.UpstreamCode)
	return facts
}

func retryAfter(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
