package handlers

import (
	"fmt"
	"strconv"
	"time"

	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// times print for one person: in their language, and in the zone they chose, or else in
// the portal's.
type times struct {
	*words.Language
	zone *time.Location
	now  func() time.Time
}

// past is how far back a moment is, as people count days.
type past string

const (
	today     past = "today"
	yesterday past = "yesterday"
	thisYear  past = "this-year"
	longAgo   past = "long-ago"
)

func (w times) past(t time.Time) past {
	local, now := t.In(w.zone), w.now().In(w.zone)
	switch date := local.Format(time.DateOnly); {
	case date == now.Format(time.DateOnly):
		return today
	case date == now.AddDate(0, 0, -1).Format(time.DateOnly):
		return yesterday
	case local.Year() == now.Year():
		return thisYear
	}
	return longAgo
}

// told is a moment by the text for its day: "time.moment.today" and so on.
func (w times) told(how string, t time.Time) templates.Time {
	if t.IsZero() {
		return templates.Time{}
	}
	local := t.In(w.zone)
	return templates.Time{
		Machine: local.Format(time.RFC3339),
		Text:    w.Say("time."+how+"."+string(w.past(t)), w.partsOf(local)...),
	}
}

// partsOf are what the texts of times are made of. All are texts, digits included, so that
// a year gets no thousands separator.
func (w times) partsOf(local time.Time) []any {
	month := strconv.Itoa(int(local.Month()))
	return []any{
		"clock", local.Format("15:04"), "second", local.Format("15:04:05"),
		"day", strconv.Itoa(local.Day()), "year", strconv.Itoa(local.Year()), "number", month,
		"month", w.Say("month." + month), "short", w.Say("month-short." + month),
	}
}

// moment prints a time for people as they would say it today, with the zone in
// the machine form. The zero time prints nothing.
func (w times) moment(t time.Time) templates.Time { return w.told("moment", t) }

// stamp prints a time to the second, for tables: "13 Nov, 14:31:07".
func (w times) stamp(t time.Time) templates.Time {
	local, id := t.In(w.zone), "time.stamp"
	if w.past(t) == longAgo {
		id = "time.stamp-year"
	}
	return templates.Time{Machine: local.Format(time.RFC3339), Text: w.Say(id, w.partsOf(local)...)}
}

// clock prints the time of day alone, "14:31", unless it was on another day.
func (w times) clock(t time.Time) templates.Time { return w.told("clock", t) }

// on prints a time as it stands after a verb: "today at 14:31", "on 2 January, 14:31".
func (w times) on(t time.Time) templates.Time { return w.told("on", t) }

// at is on without the day when that is today: "at 14:31", "yesterday at 14:31".
func (w times) at(t time.Time) templates.Time { return w.told("at", t) }

// exact prints a time as nobody can mistake it, for support and the one change:
// "13 November 2026, 14:31:07 (UTC+1)".
func (w times) exact(t time.Time) templates.Time {
	local := t.In(w.zone)
	parts := append(w.partsOf(local), "offset", w.offset(t))
	return templates.Time{Machine: local.Format(time.RFC3339), Text: w.Say("time.exact", parts...)}
}

// wait prints how long to wait: "20 seconds", "2 minutes"; "" when that is not known.
func (w times) wait(d time.Duration) string {
	switch n := int((d + time.Second - 1) / time.Second); {
	case n <= 0:
		return ""
	case n < 120:
		return w.Say("wait.seconds", "n", n)
	default:
		return w.Say("wait.minutes", "n", (n+59)/60)
	}
}

// offset is the distance of a time's zone from UTC as people write it: "UTC+11".
func (w times) offset(t time.Time) string { return offset(t.In(w.zone)) }

// offsetIn is what the zone's offset is now.
func (w times) offsetIn(zone *time.Location) string { return offset(w.now().In(zone)) }

func offset(local time.Time) string {
	_, east := local.Zone()
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

// zoneOf names the zone that times are told in: by its distance from UTC, or by its
// place when that was not the same for all of them.
func (w times) zoneOf(times []time.Time) string {
	zone := w.offset(w.now())
	for i, t := range times {
		switch offset := w.offset(t); {
		case i == 0:
			zone = offset
		case offset != zone && w.zone.String() == "Local":
			return w.Say("time.local")
		case offset != zone:
			return w.zone.String()
		}
	}
	return zone
}
