package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/templates"
)

// signInStates are the reasons /signin can be shown for, by its query.
var signInStates = map[string]templates.SignInState{
	"signed-out": templates.SignInSignedOut,
	"over":       templates.SignInOver,
}

func (s *site) signIn(v *visit) error {
	page := templates.SignInPage{
		Page:    templates.Page{Title: v.Say("sign-in.title")},
		State:   s.signInState(v),
		Contact: s.Contact,
	}
	if page.State == templates.SignInSignedOut || page.State == templates.SignInLeft {
		page.Title = v.Say("sign-in.signed-out.page")
	}
	if page.State == templates.SignInSignedOut && s.SignIn.CanLeave(v.Request().Context()) {
		page.LeaveURL = leavePath
	}
	return show(v, http.StatusOK, page.View())
}

// signInState tells a way back from the identity provider, after signing out there, from
// the portal's own links.
func (s *site) signInState(v *visit) templates.SignInState {
	left, fits := s.SignIn.Returned(v.Response(), v.Request())
	state, known := signInStates[v.QueryParam("state")]
	switch {
	case fits:
		return templates.SignInLeft
	case left:
		state = templates.SignInSignedOut
	case known || v.QueryParam("state") == "":
		return state
	}
	middleware.SetReason(v.Request().Context(), "logout_state")
	return state
}

const leavePath = "/auth/leave"

// leave signs out of the identity provider, for those who want that too.
func (s *site) leave(v *visit) error {
	target := s.SignIn.Leave(v.Response(), v.Request())
	if target == "" {
		target = "/signin?state=signed-out"
	}
	return v.redirect(target)
}

func (s *site) startSignIn(v *visit) error { return s.goToProvider(v, "/", nil) }

// sendToSignIn lets somebody sign in and come back to the page asked for. A form is not
// followed to the provider by browsers, and a fragment not navigated to, so they get a
// page that says the session is over. because is why somebody who was signed in has to do
// so again.
func (s *site) sendToSignIn(v *visit, because error) error {
	if v.Request().Method == http.MethodPost || fromScript(v.Request()) {
		return errSessionOver
	}
	if rounds(v) >= roundsMost {
		setRounds(v, 0)
		middleware.SetReason(v.Request().Context(), "sign_in_loop")
		return errSignInLoop
	}
	// A file leaves the browser on the page before, so that is where to come back to.
	path, query, asked := strings.Cut(v.Request().URL.RequestURI(), "?")
	if path = strings.TrimSuffix(path, ".csv"); asked {
		path += "?" + query
	}
	return s.goToProvider(v, path, because)
}

func (s *site) goToProvider(v *visit, back string, because error) error {
	if !s.ownPage(back) {
		back = "/"
	}
	target, err := s.SignIn.Start(v.Response(), v.Request(), back, because)
	if err != nil {
		return err
	}
	return v.redirect(target)
}

func (s *site) finishSignIn(v *visit) error {
	data, back, err := s.SignIn.Finish(v.Response(), v.Request())
	if data.Operator.Subject != "" {
		middleware.SetOperator(v.Request().Context(), data.Operator.Key()) // known, and perhaps refused
	}
	if err != nil {
		return err
	}
	if !s.ownPage(back) {
		back = "/"
	}
	err = s.Sessions.Begin(v.Response(), v.Request(), data)
	switch {
	case errors.Is(err, session.ErrGone):
		middleware.SetReason(v.Request().Context(), "logged_out_meanwhile")
		return v.redirect("/signin?state=signed-out")
	case err != nil:
		return err
	}
	setRounds(v, rounds(v)+1)
	return v.redirect(back)
}

// A browser that does not keep the session's cookie would be sent to the identity
// provider, which knows the person, and back, and there again for ever. So it
// carries how often it came back without the session being seen since.
const (
	roundsCookie = "__Host-portal-rounds"
	roundsFor    = time.Minute
	roundsMost   = 2
)

func rounds(v *visit) int {
	c, err := v.Request().Cookie(roundsCookie)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(c.Value)
	return max(0, min(n, roundsMost))
}

// setRounds keeps the count for a while; 0 ends it.
func setRounds(v *visit, n int) {
	if n == 0 && len(v.Request().CookiesNamed(roundsCookie)) == 0 {
		return
	}
	c := &http.Cookie{Name: roundsCookie, Value: strconv.Itoa(n), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.MaxAge = int(roundsFor / time.Second); n == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(v.Response(), c)
}

// signOut ends the session here first: the row, then the cookie. The provider's
// own session is left alone; its page is one link away for those who want it.
func (s *site) signOut(v *visit) error {
	sess, err := s.Sessions.Load(v.Request())
	if err != nil {
		return err
	}
	if sess != nil {
		if !sess.CheckFormToken(familySignOut, "", v.one("csrf")) {
			return errFormToken
		}
		middleware.SetOperator(v.Request().Context(), sess.Operator.Key())
		if err := s.Sessions.End(v.Response(), v.Request()); err != nil {
			return err
		}
		s.SignIn.NoteLeaver(v.Response(), sess)
	}
	v.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return v.redirect("/signin?state=signed-out")
}

// ownPage reports whether a path is a page of this portal that a GET may open: the
// only places a sign-in may lead back to.
func (s *site) ownPage(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for _, rt := range s.routes() {
		if rt.method == http.MethodGet && rt.right != middleware.Public && matches(rt.path, path) {
			return true
		}
	}
	return false
}

// matches compares a path with a route's pattern, segment by segment. A parameter
// takes only what our ids are made of, so that nothing odd survives in a redirect.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if strings.HasPrefix(want[i], ":") {
			if got[i] == "" || strings.Trim(strings.ToLower(got[i]), "0123456789abcdef-") != "" {
				return false
			}
		} else if want[i] != got[i] {
			return false
		}
	}
	return true
}

// refusalPage is the page for a sign-in that the provider, or this portal, refused.
func (s *site) refusalPage(refusal *signin.Refusal) (int, templates.ErrorKind) {
	switch {
	case errors.Is(refusal, signin.ErrUnavailable):
		return http.StatusServiceUnavailable, templates.ErrorSignInDown
	case refusal.Reason == signin.ReasonNoRole:
		return http.StatusForbidden, templates.ErrorNoRole
	case refusal.Reason == signin.ReasonTenant:
		return http.StatusForbidden, templates.ErrorOtherTenant
	case refusal.Reason == signin.ReasonFactors:
		return http.StatusForbidden, templates.ErrorSignInFactors
	case refusal.Reason == signin.ReasonScope:
		return http.StatusForbidden, templates.ErrorSignInScope
	case refusal.Clock():
		return http.StatusForbidden, templates.ErrorSignInClock
	case refusal.Reason == signin.ReasonTransactionMissing, refusal.Reason == signin.ReasonState:
		return http.StatusBadRequest, templates.ErrorNoCookie
	}
	return http.StatusForbidden, templates.ErrorSignIn
}
