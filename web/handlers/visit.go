package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/words"
)

// visit is one request of one person: the request, who they are, and Partner
// Center as that person. On public routes session and upstream are nil.
type visit struct {
	echo.Context
	times
	session   *session.Session
	operator  session.Operator
	portfolio *portfolio.Portfolio    // the customers that the operator sees
	chosen    preferences.Preferences // by the operator, in the settings
	upstream  *pcclient.Client
	form      url.Values        // the posted body alone; nil on GET
	customer  pcclient.TenantID // in the path; "" on routes that have none
}

// visit is the request of somebody not known yet, to whom times are told in the portal's
// zone, and everything in the language their browser asks for.
func (s *site) visit(c echo.Context) *visit {
	return &visit{Context: c, times: times{words.In(c.Request().Context()), s.Zone, s.Now}}
}

// speak makes a language the one of the visit and of every page it draws.
func (v *visit) speak(l *words.Language) {
	v.Language = l
	v.SetRequest(v.Request().WithContext(words.With(v.Request().Context(), l)))
}

// enter says whose visit it is. Preferences that cannot be read cost the page its looks
// and nothing else.
func (s *site) enter(v *visit, sess *session.Session) {
	v.session, v.operator = sess, sess.Operator
	v.portfolio = s.Portfolios.Of(v.operator.Portfolios)
	chosen, err := s.Preferences.Of(v.Request().Context(), v.operator.Key())
	if err != nil {
		s.warn(v, "preferences not read", err)
	}
	v.chosen = chosen
	if zone := chosen.Location(); zone != nil {
		v.zone = zone
	}
	if l := words.Tagged(chosen.Language); l != nil {
		v.speak(l)
	}
}

// maxFormFields is how many inputs a posted form may have; the largest of ours
// has about fifty.
const maxFormFields = 100

// errBadForm reports a body that is no form of ours: too many inputs, broken
// escapes, or an input twice.
var errBadForm = errors.New("the posted form cannot be read")

// readForm parses the body, never the query.
func readForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return r.PostForm, errBadForm
	}
	if len(r.PostForm) > maxFormFields {
		return r.PostForm, errBadForm
	}
	return r.PostForm, nil
}

// one is the value of a single-valued input of ours; "" when it is missing or
// doubled.
func (v *visit) one(name string) string {
	if values := v.form[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// customerIn is the customer tenant ID in a path. Anything but a GUID is no page of
// ours, and no call is made for it.
func customerIn(c echo.Context) (pcclient.TenantID, error) {
	id, err := pcclient.ParseTenantID(c.Param("id"))
	if err != nil {
		return "", echo.ErrNotFound
	}
	return id, nil
}

// show draws the page into memory and then sends it, so that a component that
// fails cannot leave half a page. One that tells of trouble says when to ask again.
func show(c echo.Context, status int, page templ.Component) error {
	var buf bytes.Buffer
	if err := page.Render(c.Request().Context(), &buf); err != nil {
		return err
	}
	if header := c.Response().Header(); status == http.StatusServiceUnavailable && header.Get("Retry-After") == "" {
		header.Set("Retry-After", retryAfter(soon))
	}
	return c.HTMLBlob(status, buf.Bytes())
}

// soon is when to ask again after trouble of unknown length.
const soon = 5 * time.Second

// warn notes trouble that costs the page a part of it and nothing else.
func (s *site) warn(v *visit, what string, err error) {
	s.Log.WarnContext(v.Request().Context(), what, "reference", s.reference(v), "error", err)
}

func (v *visit) redirect(path string) error { return v.Redirect(http.StatusSeeOther, path) }

func (v *visit) may(right middleware.Right) bool { return right.Allows(v.operator.Roles) }
