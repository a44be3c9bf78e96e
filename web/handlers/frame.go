package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
)

// familySignOut and the others name the form families a token is good for.
const (
	familySignOut = "signout"
	familyBilling = "billing"
	familyDemo    = "demo"
	familySaves   = "saves"
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
	page.Operator = &templates.Operator{
		Name:        v.operator.Name,
		SignOutCSRF: v.session.FormToken(familySignOut, ""),
	}
	page.Audits, page.Tends = v.may(middleware.Audit), v.may(middleware.Administer)
	recent, err := s.Recents.List(v.Request().Context(), v.operator.Key(), recentLinks)
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
	return templates.Details{Reference: s.reference(v), At: s.exact(s.Now()), More: more}
}

// moment prints a time for people as they would say it today, with the zone in
// the machine form. The zero time prints nothing.
func (s *site) moment(t time.Time) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	local, now := t.In(s.Zone), s.Now().In(s.Zone)
	text := local.Format("2 January 2006, 15:04")
	switch day := local.Format(time.DateOnly); {
	case day == now.Format(time.DateOnly):
		text = "today at " + local.Format("15:04")
	case day == now.AddDate(0, 0, -1).Format(time.DateOnly):
		text = "yesterday at " + local.Format("15:04")
	case local.Year() == now.Year():
		text = local.Format("2 January, 15:04")
	}
	return templates.Time{Machine: local.Format(time.RFC3339), Text: text}
}

// exact prints a time as nobody can mistake it, for support and the one change:
// "13 November 2026, 14:31:07 (UTC+1)".
func (s *site) exact(t time.Time) templates.Time {
	local := t.In(s.Zone)
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format("2 January 2006, 15:04:05") + " (" + s.offset(t) + ")"}
}

// stamp prints a time to the second, for tables: "13 Nov, 14:31:07".
func (s *site) stamp(t time.Time) templates.Time {
	local := t.In(s.Zone)
	layout := "2 Jan, 15:04:05"
	if local.Year() != s.Now().In(s.Zone).Year() {
		layout = "2 Jan 2006, 15:04:05"
	}
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format(layout)}
}

// offset is the distance of a time's zone from UTC as people write it: "UTC+11".
func (s *site) offset(t time.Time) string {
	_, east := t.In(s.Zone).Zone()
	text, sign := "UTC", "+"
	if east < 0 {
		sign, east = "-", -east
	}
	if east > 0 {
		text += sign + strconv.Itoa(east/3600)
	}
	if minutes := east % 3600 / 60; minutes > 0 {
		text += fmt.Sprintf(":%02d", minutes)
	}
	return text
}

// clock prints the time of day alone, "14:31", unless it was on another day.
func (s *site) clock(t time.Time) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	at := s.moment(t)
	at.Text = strings.TrimPrefix(at.Text, "today at ")
	return at
}

// on prints a time as it stands after a verb: "today at 14:31", "on 2 January, 14:31".
func (s *site) on(t time.Time) templates.Time {
	at := s.moment(t)
	if at.Text != "" && !strings.Contains(at.Text, "day at ") {
		at.Text = "on " + at.Text
	}
	return at
}

// kept is on for the line that says that a draft is saved: "at 14:31".
func (s *site) kept(t time.Time) templates.Time {
	at := s.on(t)
	at.Text = strings.TrimPrefix(at.Text, "today ")
	return at
}
