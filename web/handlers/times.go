package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/templates"
)

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

// stamp prints a time to the second, for tables: "13 Nov, 14:31:07".
func (s *site) stamp(t time.Time) templates.Time {
	local := t.In(s.Zone)
	layout := "2 Jan, 15:04:05"
	if local.Year() != s.Now().In(s.Zone).Year() {
		layout = "2 Jan 2006, 15:04:05"
	}
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format(layout)}
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

// at is on without the day when that is today: "at 14:31", "yesterday at 14:31".
func (s *site) at(t time.Time) templates.Time {
	at := s.on(t)
	at.Text = strings.TrimPrefix(at.Text, "today ")
	return at
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

// exact prints a time as nobody can mistake it, for support and the one change:
// "13 November 2026, 14:31:07 (UTC+1)".
func (s *site) exact(t time.Time) templates.Time {
	local := t.In(s.Zone)
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format("2 January 2006, 15:04:05") + " (" + s.offset(t) + ")"}
}

// zoneOf names the zone that times are told in: by its distance from UTC, or by its
// place when that was not the same for all of them.
func (s *site) zoneOf(times []time.Time) string {
	zone := s.offset(s.Now())
	for i, t := range times {
		switch offset := s.offset(t); {
		case i == 0:
			zone = offset
		case offset != zone && s.Zone.String() == "Local":
			return "local time"
		case offset != zone:
			return s.Zone.String()
		}
	}
	return zone
}
