package handlers

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/templates"
)

// changeQuery is what the address of a list of changes asks for.
type changeQuery struct {
	filter audit.Filter
	after  audit.Place
	lost   bool // the address names no place of the list: begin again
	shown  templates.ChangeFilter
	values url.Values // the filter alone, as it goes into links
}

// changeQuery reads the filter and the place from the address. action is the address of
// the list itself.
func (s *site) changeQuery(v *visit, action string) changeQuery {
	q := changeQuery{values: url.Values{}, shown: templates.ChangeFilter{
		Action: action,
		Who:    clipped(v.QueryParam("who")),
		From:   clipped(v.QueryParam("from")),
		To:     clipped(v.QueryParam("to")),
		Ways: []templates.Option{
			{Text: v.Say("changes.filter.any")},
			{Value: string(audit.ViaForm), Text: v.way(audit.ViaForm)},
			{Value: string(audit.ViaUndo), Text: v.way(audit.ViaUndo)},
			{Value: string(audit.ViaOutside), Text: v.way(audit.ViaOutside)},
		},
	}}
	for _, way := range q.shown.Ways {
		if way.Value == v.QueryParam("via") {
			q.shown.Via, q.filter.Via = way.Value, audit.Via(way.Value)
		}
	}
	q.filter.Who = q.shown.Who
	q.filter.From = v.day(&q, "from", q.shown.From)
	if to := v.day(&q, "to", q.shown.To); !to.IsZero() {
		q.filter.To = to.AddDate(0, 0, 1)
		if q.filter.From.After(to) {
			q.wrong("to", v.Say("changes.filter.turned"))
		}
	}
	for name, text := range map[string]string{"who": q.shown.Who, "from": q.shown.From, "to": q.shown.To, "via": q.shown.Via} {
		if text != "" {
			q.values.Set(name, text)
		}
	}
	q.after, q.lost = placeOf(v.QueryParam("after"))
	s.only(v, &q.filter)
	return q
}

// day is the beginning of a day of the filter in the person's time zone; zero when none
// is given or it is no day.
func (w times) day(q *changeQuery, name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, w.zone)
	if err != nil {
		q.wrong(name, w.Say("changes.filter."+name+"-wrong", "day", w.now().In(w.zone).Format(time.DateOnly)))
	}
	return day
}

func (q *changeQuery) wrong(name, text string) {
	if q.shown.Errors == nil {
		q.shown.Errors = map[string]string{}
	}
	q.shown.Errors[name] = text
}

// url is an address with this filter that goes on after a place of the list.
func (q changeQuery) url(action string, after audit.Place) string {
	values := url.Values{}
	for name := range q.values {
		values.Set(name, q.values.Get(name))
	}
	if after != (audit.Place{}) {
		values.Set("after", strconv.FormatInt(after.Time.UnixMicro(), 10)+"."+strconv.FormatInt(after.Seq, 10))
	}
	if len(values) == 0 {
		return action
	}
	return action + "?" + values.Encode()
}

// placeOf is the place that a link of ours named. lost is true for anything else.
func placeOf(text string) (place audit.Place, lost bool) {
	if text == "" {
		return audit.Place{}, false
	}
	micros, seq, _ := strings.Cut(text, ".")
	at, err := strconv.ParseInt(micros, 10, 64)
	number, err2 := strconv.ParseInt(seq, 10, 64)
	if err != nil || err2 != nil {
		return audit.Place{}, true
	}
	return audit.Place{Time: time.UnixMicro(at).UTC(), Seq: number}, false
}

// clipped is a text of the address, trimmed, without what no name holds, and no longer
// than any name is.
func clipped(text string) string {
	text = strings.TrimSpace(cleaned(text))
	if len(text) > maxQuery {
		text = strings.ToValidUTF8(text[:maxQuery], "")
	}
	return text
}
