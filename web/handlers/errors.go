package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
	"github.com/partnerdesk/portal/web/templates"
)

var (
	errNoRight     = errors.New("the operator's roles do not allow this page")
	errFormToken   = errors.New("the form's token is not of this session and form")
	errSessionOver = errors.New("no session")
	// errMisplaced reports a page that is to be an image, a script or a frame, or that
	// another site's script reads.
	errMisplaced  = errors.New("a page is no part of another one")
	errSignInLoop = errors.New("signed in again and again, and the browser brings no session")
	// errSaved goes with an error that kept the page of a good save from being drawn.
	errSaved = errors.New("the change was saved")
)

// tooFast reports more requests than are taken from one person or address.
type tooFast struct{ wait time.Duration }

func (e *tooFast) Error() string { return "too many requests in a short time" }

// statusLeft is what the log says of a request whose browser left before the answer.
const statusLeft = 499

// failure is what an error looks like to a person.
type failure struct {
	status int
	kind   templates.ErrorKind
	wait   time.Duration
	retry  bool // asking again may help
	forget bool // what was posted is not this person's to see
	kept   *keptDraft
	fate   templates.Fate // of the save that the request is about
	why    forms.Refusal  // what the upstream's code means, for a refusal that it explains
}

// failureOf is the only map from errors to statuses and pages. What it does not
// know is our own fault.
func failureOf(err error) failure {
	is := func(target error) bool { return errors.Is(err, target) }
	var upstream *pcclient.Error
	var httpError *echo.HTTPError
	var fast *tooFast
	switch {
	case errors.As(err, &fast):
		return failure{status: http.StatusTooManyRequests, kind: templates.ErrorTooFast, wait: fast.wait, retry: true}
	case is(errMisplaced):
		return failure{status: http.StatusForbidden, kind: templates.ErrorCrossSite}
	case is(errNoRight):
		return failure{status: http.StatusForbidden, kind: templates.ErrorForbidden}
	case is(errFormToken):
		return failure{status: http.StatusForbidden, kind: templates.ErrorStaleForm}
	case is(errOthersForm):
		return failure{status: http.StatusForbidden, kind: templates.ErrorStaleForm, forget: true}
	case is(errSignInLoop):
		return failure{status: http.StatusForbidden, kind: templates.ErrorSignInLoop}
	case is(errBadForm):
		return failure{status: http.StatusBadRequest, kind: templates.ErrorBadRequest}
	// Trouble of a dependency says nothing about the person, though a token could
	// not be had because of it: these two come before the session's end.
	case is(session.ErrStore), is(database.ErrUnavailable), is(submission.ErrDraining):
		return failure{status: http.StatusServiceUnavailable, kind: templates.ErrorStoreDown, retry: true}
	case is(signin.ErrUnavailable):
		return failure{status: http.StatusServiceUnavailable, kind: templates.ErrorSignInDown, retry: true}
	case is(errSessionOver), is(pcclient.ErrSignIn), is(signin.ErrSignInAgain):
		return failure{status: http.StatusUnauthorized, kind: templates.ErrorSessionOver}
	case is(drafts.ErrNotFound), is(submission.ErrNotFound), is(audit.ErrNotFound):
		return failure{status: http.StatusNotFound, kind: templates.ErrorNotFound}
	case is(submission.ErrOtherValues):
		return failure{status: http.StatusUnprocessableEntity, kind: templates.ErrorBadRequest}

	case errors.As(err, &upstream) && forms.RefusalOf(upstream.Code).Title.ID != "":
		return failure{status: http.StatusForbidden, kind: templates.ErrorUpstreamNo, why: forms.RefusalOf(upstream.Code)}
	case is(pcclient.ErrMFARequired):
		return failure{status: http.StatusForbidden, kind: templates.ErrorMFA}
	case is(pcclient.ErrUnauthorized):
		return failure{status: http.StatusUnauthorized, kind: templates.ErrorSessionOver}
	case is(errOtherPortfolio), is(pcclient.ErrNoRelationship), is(pcclient.ErrNotFound):
		return failure{status: http.StatusNotFound, kind: templates.ErrorNoCustomer}
	case is(pcclient.ErrForbidden):
		return failure{status: http.StatusForbidden, kind: templates.ErrorUpstreamNo}
	case errors.As(err, &upstream) && is(pcclient.ErrThrottled):
		return failure{status: http.StatusTooManyRequests, kind: templates.ErrorThrottled, wait: upstream.RetryAfter, retry: true}
	case errors.As(err, &upstream):
		return failure{status: http.StatusServiceUnavailable, kind: templates.ErrorUpstreamDown, wait: upstream.RetryAfter, retry: true}

	case errors.As(err, &httpError):
		switch httpError.Code {
		case http.StatusNotFound:
			return failure{status: http.StatusNotFound, kind: templates.ErrorNotFound}
		case http.StatusMethodNotAllowed:
			return failure{status: http.StatusMethodNotAllowed, kind: templates.ErrorMethod}
		}
	case database.Fault(err): // a read's: after everything else that has to do with a network
		return failure{status: http.StatusServiceUnavailable, kind: templates.ErrorStoreDown, retry: true}
	case is(context.DeadlineExceeded):
		return failure{status: http.StatusServiceUnavailable, kind: templates.ErrorUpstreamDown, retry: true}
	case is(context.Canceled):
		return failure{status: statusLeft, kind: templates.ErrorUpstreamDown}
	}
	return failure{status: http.StatusInternalServerError, kind: templates.ErrorInternal, retry: true}
}

// showFailure draws the page for an error that a handler, or the router, returned.
func (s *site) showFailure(c echo.Context, err error) {
	if c.Response().Committed {
		return
	}
	ctx := c.Request().Context()
	middleware.SetError(ctx, err)
	if errors.Is(ctx.Err(), context.Canceled) {
		// The browser left, or a script gave up a request for a newer one: nobody reads a
		// page, it could not be drawn, and it is no fault of ours.
		_ = c.NoContent(statusLeft)
		return
	}
	if unrouted := new(echo.HTTPError); errors.As(err, &unrouted) {
		err = s.countAsNobody(s.visit(c), err)
	}
	v := s.visitFor(c, err)
	if errors.Is(err, signin.ErrSignInAgain) {
		noteTokensOver(ctx, err)
	} else if refusal := new(signin.Refusal); errors.As(err, &refusal) {
		middleware.SetReason(ctx, refusal.Reason)
		status, kind := s.refusalPage(refusal)
		s.drawFailure(v, failure{status: status, kind: kind})
		return
	}
	f := failureOf(err)
	middleware.DefaultReason(ctx, strings.ReplaceAll(string(f.kind), "-", "_"))
	f.fate = fateOf(c.Request(), f.kind, err)
	if f.wait > 0 {
		c.Response().Header().Set("Retry-After", retryAfter(f.wait))
	}
	s.drawFailure(v, f)
}

// fateOf is what may be said of the save that a request was about, when it failed. What
// is our own trouble tells nothing of a save, which may be under way. And a press of Save
// that certainly did nothing may not have been the only one.
func fateOf(r *http.Request, kind templates.ErrorKind, err error) templates.Fate {
	review := matches(reviewPage, r.URL.Path)
	nothing := errors.Is(err, submission.ErrNotRecorded) || errors.Is(err, submission.ErrDraining)
	ours := kind == templates.ErrorStoreDown || kind == templates.ErrorInternal
	switch {
	case errors.Is(err, errSaved):
		return templates.FateSaved
	case ours && !nothing && (review || matches("/customers/:id/saves/:key", r.URL.Path)):
		return templates.FateUnknown
	case review && r.Method == http.MethodPost:
		return templates.FatePress
	}
	return ""
}

// visitFor gives the error page the frame of whoever is signed in, if that can be
// told without trouble. Who asks too often, or for what is no page, gets one without:
// refusing has to cost less than answering.
func (s *site) visitFor(c echo.Context, because error) *visit {
	v := s.visit(c)
	if fast := new(tooFast); !errors.As(because, &fast) && !errors.Is(because, errMisplaced) {
		if sess, err := s.Sessions.Load(c.Request()); err == nil && sess != nil {
			s.enter(v, sess)
		}
	}
	if c.Request().Method == http.MethodPost {
		v.form, _ = readForm(c.Request())
	}
	return v
}

func (s *site) drawFailure(v *visit, f failure) {
	r := v.Request()
	posted := r.Method == http.MethodPost
	page := templates.ErrorPage{
		Page:    s.frame(v, "", templates.SectionNone),
		Kind:    f.kind,
		Contact: s.Contact,
		Wait:    v.wait(f.wait),
		Writing: posted,
		Fate:    f.fate,
		Drafted: inDraft(r),
		Refusal: f.why,
		Details: s.details(v),
	}
	if f.retry && s.ownPage(r.URL.Path) {
		page.RetryURL = r.URL.RequestURI()
	}
	// Whether a customer is in the portfolio was not asked of somebody without the right.
	unasked := f.kind == templates.ErrorForbidden && !v.portfolio.Whole()
	if id, err := pcclient.ParseTenantID(v.Param("id")); err == nil && f.kind != templates.ErrorNoCustomer && !unasked {
		page.Customer = &templates.Customer{ID: string(id), URL: customerPath(id)}
	}
	switch {
	case f.kept != nil:
		page.KeptFor, page.SignIn = f.kept.customer, f.kept.back
	case !posted || f.forget:
	case f.fate == templates.FateSaved:
	case holdsTyping(r.URL.Path, v.form):
		page.Kept, page.ContinueURL = carriedOn(r.URL.Path, v.form), r.URL.RequestURI()
	case s.ownPage(r.URL.Path):
		page.SignIn = r.URL.RequestURI() // opened by nobody, a page leads to sign-in and back
	}
	if err := show(v, f.status, page.View()); err != nil {
		s.Log.ErrorContext(r.Context(), "error page not drawn", "reference", s.reference(v), "error", err)
		http.Error(v.Response(), http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// inDraft reports whether the changes that a request is about are kept as a draft,
// whatever becomes of it: what is reviewed is.
func inDraft(r *http.Request) bool {
	return r.Method == http.MethodPost && matches(reviewPage, r.URL.Path) && isDraft(r.URL.Query().Get("draft"))
}

const reviewPage = "/customers/:id/billing/review"

// holdsTyping reports whether a form posted there carries what somebody typed, so
// that an error page has to carry it on. A review is a draft already, but for the reason.
func holdsTyping(path string, form url.Values) bool {
	return matches("/customers/:id/billing", path) || matches("/customers/:id/billing/merge", path) ||
		matches(reviewPage, path) && strings.TrimSpace(form.Get("reason")) != ""
}

// carriedOn is what our inputs held, to be sent again by the error page's button. What
// no form of ours sends, and what came twice, would only be refused again. A review
// is only looked at again, since that button must not save.
func carriedOn(path string, form url.Values) []templates.Hidden {
	var hidden []templates.Hidden
	for _, name := range sortedNames(form) {
		if values := form[name]; ownInput(name) && len(values) > 0 {
			hidden = append(hidden, templates.Hidden{Name: name, Value: values[0]})
		}
	}
	if matches(reviewPage, path) {
		hidden = slices.DeleteFunc(hidden, func(h templates.Hidden) bool { return h.Name == "do" })
		hidden = append(hidden, templates.Hidden{Name: "do", Value: doLook})
	}
	return hidden
}

// showSessionOver answers a form sent after the session ended: with a page, because
// browsers do not follow a form to the identity provider. What was typed goes into the
// person's draft while it is known who that is; else it stays in the page.
func (s *site) showSessionOver(v *visit, rt route, late *session.Late) error {
	middleware.SetReason(v.Request().Context(), "session_over")
	f := failure{status: http.StatusUnauthorized, kind: templates.ErrorSessionOver}
	f.fate = fateOf(v.Request(), f.kind, nil)
	if late != nil && rt.right.Allows(late.Operator.Roles) {
		f.kept = s.keepLate(v, late)
	}
	s.drawFailure(v, f)
	return nil
}

// showRefusal draws the edge's refusals: plain pages that ask nothing of the
// database, and keep nothing but what a panic interrupted.
func (s *site) showRefusal(w http.ResponseWriter, r *http.Request, status int) {
	kinds := map[int]templates.ErrorKind{
		http.StatusBadRequest:            templates.ErrorBadRequest,
		http.StatusForbidden:             templates.ErrorCrossSite,
		http.StatusRequestEntityTooLarge: templates.ErrorTooLarge,
		http.StatusUnsupportedMediaType:  templates.ErrorWrongType,
		http.StatusMisdirectedRequest:    templates.ErrorWrongHost,
	}
	kind, known := kinds[status]
	if !known {
		kind = templates.ErrorInternal
	}
	v := s.visit(echo.New().NewContext(r, w))
	page := templates.ErrorPage{Kind: kind, Contact: s.Contact, Writing: r.Method == http.MethodPost, Fate: fateOf(r, kind, nil), Details: s.details(v)}
	page.Drafted = inDraft(r)
	if kind == templates.ErrorInternal && r.Method == http.MethodPost && holdsTyping(r.URL.Path, r.PostForm) {
		page.Kept, page.ContinueURL = carriedOn(r.URL.Path, r.PostForm), r.URL.RequestURI()
	}
	if err := show(v, status, page.View()); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}
