package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/templates"
)

// times print for one person: in the zone they chose, or else in the portal's.
type times struct {
	zone *time.Location
	now  func() time.Time
}

// moment prints a time for people as they would say it today, with the zone in
// the machine form. The zero time prints nothing.
func (w times) moment(t time.Time) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	local, now := t.In(w.zone), w.now().In(w.zone)
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
func (w times) stamp(t time.Time) templates.Time {
	local := t.In(w.zone)
	layout := "2 Jan, 15:04:05"
	if local.Year() != w.now().In(w.zone).Year() {
		layout = "2 Jan 2006, 15:04:05"
	}
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format(layout)}
}

// clock prints the time of day alone, "14:31", unless it was on another day.
func (w times) clock(t time.Time) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	at := w.moment(t)
	at.Text = strings.TrimPrefix(at.Text, "today at ")
	return at
}

// on prints a time as it stands after a verb: "today at 14:31", "on 2 January, 14:31".
func (w times) on(t time.Time) templates.Time {
	at := w.moment(t)
	if at.Text != "" && !strings.Contains(at.Text, "day at ") {
		at.Text = "on " + at.Text
	}
	return at
}

// at is on without the day when that is today: "at 14:31", "yesterday at 14:31".
func (w times) at(t time.Time) templates.Time {
	at := w.on(t)
	at.Text = strings.TrimPrefix(at.Text, "today ")
	return at
}

// offset is the distance of a time's zone from UTC as people write it: "UTC+11".
func (w times) offset(t time.Time) string {
	_, east := t.In(w.zone).Zone()
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
func (w times) exact(t time.Time) templates.Time {
	local := t.In(w.zone)
	return templates.Time{Machine: local.Format(time.RFC3339), Text: local.Format("2 January 2006, 15:04:05") + " (" + w.offset(t) + ")"}
}

// zoneOf names the zone that times are told in: by its distance from UTC, or by its
// place when that was not the same for all of them.
func (w times) zoneOf(times []time.Time) string {
	zone := w.offset(w.now())
	for i, t := range times {
		switch offset := w.offset(t); {
		case i == 0:
			zone = offset
		case offset != zone && w.zone.String() == "Local":
			return "local time"
		case offset != zone:
			return w.zone.String()
		}
	}
	return zone
}
