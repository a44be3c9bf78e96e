package handlers

import (
	"strconv"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/preferences"
	"github.com/partnerdesk/portal/web/templates"
)

// familySignOut and the others name the form families a token is good for.
const (
	familySignOut  = "signout"
	familyBilling  = "billing"
	familyDemo     = "demo"
	familySaves    = "saves"
	familySettings = "settings"
	familySessions = "sessions"
)

// recentLinks is how many recent customers the side bar has room for.
const recentLinks = 5

// frame is what surrounds every page of somebody signed in. That the recent
// customers cannot be read hides their list and nothing else.
func (s *site) frame(v *visit, title string, section templates.Section) templates.Page {
	page := templates.Page{Title: title, Section: section}
	if v.session == nil {
		return page
	}
	page.Theme, page.Dense, page.KeysOff = v.chosen.Theme, v.chosen.Density == preferences.Dense, v.chosen.KeysOff
	page.Operator = &templates.Operator{
		Name:        v.operator.Name,
		SignOutCSRF: v.session.FormToken(familySignOut, ""),
	}
	page.Audits, page.Tends = v.may(middleware.Audit), v.may(middleware.Administer)
	page.Portfolio = !v.portfolio.Whole()
	recent, err := s.recent(v, recentLinks)
	if err != nil {
		s.warn(v, "recent customers not read", err)
	}
	for _, c := range recent {
		page.Recent = append(page.Recent, templates.Link{URL: customerPath(c.Customer), Text: c.Name})
	}
	if s.Demo != nil {
		page.Demo = s.demoBar(v)
	}
	return page
}

// leftHeader tells scripts how many seconds the session lasts; "fixed" behind them
// means that nothing makes it longer.
const leftHeader = "X-Session-Left"

func (s *site) sessionLeft(v *visit) string {
	until, fixed := v.session.Until(), v.session.Fixed()
	left := strconv.Itoa(max(int(until.Sub(s.Now())/time.Second), 0))
	if fixed {
		left += "; fixed"
	}
	return left
}

func (s *site) reference(v *visit) string { return middleware.Reference(v.Request().Context()) }

func (s *site) details(v *visit, more ...templates.Fact) templates.Details {
	return templates.Details{Reference: s.reference(v), At: v.exact(s.Now()), More: more}
}
