package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/signin"
)

// fragmentHeader is set by our scripts, which fetch a page to take a part of it. With any
// value, nobody is sent to the identity provider: see fromScript.
const fragmentHeader = "X-Fragment"

// The parts that are told apart here.
const (
	fragmentResult   = "result"   // whether a save has an outcome, or the session lives
	fragmentPresence = "presence" // who else has a form open, and whether somebody saved
	fragmentFind     = "find"     // what the find box offers
)

// fromScript reports whether a script of ours asks, for whatever part. A browser would not
// let it follow to another origin.
func fromScript(r *http.Request) bool { return r.Header.Get(fragmentHeader) != "" }

// fragment is the part of its page that the route is asked for, of those which count
// otherwise than the page does; "" is the page, whatever the header says.
func (rt route) fragment(r *http.Request) string {
	parts := map[string]string{
		"GET /":                         fragmentResult, // whether the session lives
		"GET /customers":                fragmentFind,
		"GET /customers/:id/billing":    fragmentPresence,
		"GET /customers/:id/saves/:key": fragmentResult,
	}
	if asked := r.Header.Get(fragmentHeader); asked == parts[rt.method+" "+rt.path] {
		return asked
	}
	return ""
}

// serve opens a route to those who have its right. A GET by nobody goes to the
// identity provider and comes back here; a POST by nobody gets a page, because
// browsers refuse to follow a form to another origin.
func (s *site) serve(rt route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := s.visit(c)
		r := c.Request()
		if !rt.machine() && !middleware.Fits(r) {
			return s.countAsNobody(v, errMisplaced)
		}
		if rt.body == middleware.FormBody {
			form, err := readForm(r)
			v.form = form
			if err != nil {
				return s.countAsNobody(v, err)
			}
		}
		if rt.right == middleware.Public {
			if err := s.limit(v, rt.rate, ""); err != nil {
				return err
			}
			return rt.page(v)
		}
		load := s.Sessions.Load
		fragment := rt.fragment(r)
		if fragment == fragmentResult || fragment == fragmentPresence {
			load = s.Sessions.Look // a page that polls is not a person who is there
		}
		sess, err := load(r)
		switch {
		case err != nil:
			return err
		case sess == nil, s.Portfolios != nil && sess.Operator.Portfolios == nil:
			// A session that began while there were no portfolios does not say which is theirs.
			if err := s.limit(v, middleware.RatePublic, ""); err != nil {
				return err
			}
			return s.byNobody(v, rt)
		}
		middleware.SetOperator(r.Context(), sess.Operator.Key())
		if err := s.limit(v, rateOf(rt, fragment), sess.Operator.Key()); err != nil {
			return err
		}
		s.enter(v, sess)
		setRounds(v, 0)
		v.Response().Header().Set(leftHeader, s.sessionLeft(v))
		if !rt.right.Allows(v.operator.Roles) {
			return errNoRight
		}
		if strings.Contains(rt.path, "/:id") {
			if v.customer, err = customerIn(c); err != nil {
				return err
			}
		}
		source := s.SignIn.TokenSource(sess, s.Sessions)
		v.upstream = s.Upstream.As(source)
		if !tellsItself(v, rt) {
			if err := s.reconfirm(v, source); err != nil {
				noteTokensOver(r.Context(), err)
				return s.sendToSignIn(v, err)
			}
		}
		if err = s.admit(v, rt.method == http.MethodPost); err == nil {
			if rt.method == http.MethodGet && fragment == "" {
				s.settleOwn(v)
			}
			err = rt.page(v)
		}
		if rt.method == http.MethodGet && fragment == "" && s.tokensOver(v, err) {
			noteTokensOver(r.Context(), err)
			return s.sendToSignIn(v, err)
		}
		return err
	}
}

// reconfirm asks for a token where none is needed as well: who was disabled or has other
// roles now must not go on reading what comes from the database alone, or end somebody's
// session. A provider that does not answer tells nothing.
func (s *site) reconfirm(v *visit, source pcclient.TokenSource) error {
	if _, err := source(v.Request().Context(), ""); s.tokensOver(v, err) {
		return err
	}
	return nil
}

// tellsItself reports whether a page deals by itself with a sign-in that ran out: what is
// sent of a billing profile, which is kept first, and the page of one save.
func tellsItself(v *visit, rt route) bool {
	save := v.Param("key") != ""
	return v.customer != "" && save == (rt.method == http.MethodGet)
}

// rateOf is the class of a request: what our scripts ask for by themselves, or at every
// key, is another one than the page it is a part of.
func rateOf(rt route, fragment string) middleware.Rate {
	switch fragment {
	case fragmentResult, fragmentPresence:
		return middleware.RatePoll
	case fragmentFind:
		return middleware.RateSearch
	}
	return rt.rate
}

// limit counts a request with those of the same person or, for "", of the same address.
func (s *site) limit(v *visit, class middleware.Rate, person string) error {
	whom := person
	if whom == "" {
		whom = middleware.Neighbourhood(v.RealIP())
	}
	if wait := s.Limiter.Take(class, whom); wait > 0 {
		middleware.SetReason(v.Request().Context(), "rate_"+string(class))
		return &tooFast{wait}
	}
	return nil
}

// countAsNobody counts what is refused before anybody asks who sent it as a request of
// nobody. It returns err, or that such requests come too fast.
func (s *site) countAsNobody(v *visit, err error) error {
	if fast := s.limit(v, middleware.RatePublic, ""); fast != nil {
		return fast
	}
	return err
}

// byNobody answers for a page that needs somebody. A cookie that opened nothing goes,
// unless it still tells whose session just ended.
func (s *site) byNobody(v *visit, rt route) error {
	late, err := s.Sessions.Late(v.Request())
	if err != nil {
		return err
	}
	if late == nil {
		s.Sessions.Forget(v.Response(), v.Request())
	}
	if rt.method == http.MethodPost || fromScript(v.Request()) {
		return s.showSessionOver(v, rt, late)
	}
	return s.sendToSignIn(v, nil)
}

// freshSession is how soon after a sign-in another one would not help.
const freshSession = time.Minute

// tokensOver reports whether a page failed because the person's tokens cannot be
// renewed any more, and a new sign-in would bring better ones. Right after one it
// would only lead in a circle.
func (s *site) tokensOver(v *visit, err error) bool {
	return errors.Is(err, signin.ErrSignInAgain) && s.Now().Sub(v.session.SignedInAt) > freshSession
}

// noteTokensOver says in the log why, as far as that is known.
func noteTokensOver(ctx context.Context, err error) {
	reason := "tokens_over"
	if refusal := new(signin.Refusal); errors.As(err, &refusal) {
		reason += "_" + refusal.Reason
	}
	middleware.SetReason(ctx, reason)
}
