package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
	"github.com/partnerdesk/portal/web/words"
)

// showChange is one change on a page of its own.
func (s *site) showChange(v *visit) error {
	record, err := s.changeOf(v)
	if err != nil {
		return err
	}
	return s.showChangePage(v, http.StatusOK, record, nil, undoState{})
}

// changeOf is the change that the address names: one of that customer, or no page.
func (s *site) changeOf(v *visit) (audit.Record, error) {
	seq, err := strconv.ParseInt(v.Param("change"), 10, 64)
	if err != nil || strconv.FormatInt(seq, 10) != v.Param("change") {
		return audit.Record{}, echo.ErrNotFound
	}
	return s.Trail.Change(v.Request().Context(), v.customer, seq)
}

func (s *site) showChangePage(v *visit, status int, record audit.Record, banner *templates.Banner, undo undoState) error {
	customer, err := s.seenCustomer(v, record.Customer)
	if err != nil {
		return err
	}
	labels := v.labelsOf(record)
	page := templates.ChangePage{
		Page:       s.frame(v, "", templates.SectionCustomers),
		Customer:   customer,
		HistoryURL: historyPath(record.Customer),
		Banner:     banner,
		Who:        cleaned(record.OperatorName),
		You:        v.own(record),
		Deed:       deedOf(record, labels),
		What:       v.what(labels),
		At:         v.moment(record.Time),
		Notes:      s.changeNotes(v, record),
		NoBefore:   noBefore(record),
		Gone:       s.goneText(v, record, labels),
		About:      s.aboutChange(v, record),
	}
	for _, change := range merge.Changes(record.Before, record.After) {
		page.Changes = append(page.Changes, v.printedChange(change))
	}
	page.Title = v.Say("change.page", "customer", customer.Name, "at", v.stamp(record.Time).Text)
	if v.may(middleware.Edit) {
		page.Undo = s.undoForm(v, record, undo)
	}
	return show(v, status, page.View())
}

func deedOf(r audit.Record, labels []string) templates.Deed {
	switch {
	case len(labels) == 0:
		return templates.DeedSaved
	case r.Kind == audit.Superseded:
		return templates.DeedTried
	}
	return templates.DeedChanged
}

// what says in a sentence what was changed: "email and phone", or how many items.
func (w times) what(labels []string) string {
	if len(labels) > 3 {
		return w.Say("items", "n", len(labels))
	}
	var names []string
	for _, label := range labels {
		names = append(names, w.Inside(label))
	}
	return w.List(names)
}

// goneText says why a change has no values to show.
func (s *site) goneText(v *visit, r audit.Record, labels []string) string {
	if len(labels) == 0 {
		return v.Say("change.gone.untold")
	}
	return v.Say("change.gone.text", "deleted", s.valuesDeleted(), "items", v.items(r))
}

// valuesDeleted says that values were deleted, and after which time if that is set.
func (s *site) valuesDeleted() words.Message {
	if s.ValuesDays == 0 {
		return words.M("change.gone.unkept")
	}
	return words.M("change.gone.after", "n", s.ValuesDays)
}

// changeNotes tell what is special about a change.
func (s *site) changeNotes(v *visit, r audit.Record) []templates.Note {
	name := cleaned(r.OperatorName)
	switch r.Kind {
	case audit.Outside:
		by := words.M("change.outside.by-unknown")
		if name != "" {
			by = words.M("change.outside.by", "who", name)
		}
		if r.RequestID != "" {
			return []templates.Note{{Tone: templates.ToneCare, Title: v.Say("change.outside.late"), Text: v.Say("change.outside.late-text", "by", by)}}
		}
		return []templates.Note{{Tone: templates.ToneTheirs, Title: v.Say("change.outside.title"), Text: v.Of(by)}}
	case audit.Superseded:
		return []templates.Note{{Tone: templates.ToneCare, Title: v.Say("change.superseded.title"), Text: v.Say("change.superseded.text")}}
	case audit.Overwrote:
		return []templates.Note{{Tone: templates.ToneCare, Title: v.replaced(r), Text: v.Say("change.overwrote.text")}}
	}
	return nil
}

// replaced says whose save was replaced, as far as anybody can tell.
func (w times) replaced(r audit.Record) string {
	who, clock := replacedOf(r), r.ByAt.In(w.zone).Format("15:04:05")
	switch {
	case who == "" && r.ByAt.IsZero():
		return w.Say("change.overwrote.somebody")
	case who == "":
		return w.Say("change.overwrote.somebody-at", "clock", clock)
	case r.ByAt.IsZero():
		return w.Say("change.overwrote.who", "who", who)
	}
	return w.Say("change.overwrote.who-at", "who", who, "clock", clock)
}

// aboutChange are the facts of a change beside its values.
func (s *site) aboutChange(v *visit, r audit.Record) []templates.Fact {
	who := cleaned(r.OperatorName)
	switch {
	case v.own(r):
		who = v.Say("person.you")
	case who == "":
		who = v.Say("value.unknown")
	}
	facts := []templates.Fact{
		{Label: v.Say("change.fact.who"), Value: who},
		{Label: v.Say("change.fact.when"), Value: v.exact(r.Time).Text, Numeric: true},
		{Label: v.Say("change.fact.via"), Value: v.way(r.Via)},
	}
	if why := strings.TrimSpace(r.Why); why != "" {
		facts = append(facts, templates.Fact{Label: v.Say("change.fact.reason"), Value: why})
	}
	if r.AddressCheck != nil {
		facts = append(facts, templates.Fact{Label: v.Say("change.fact.check"), Value: v.Of(auditedText(*r.AddressCheck))})
	}
	if r.RequestID != "" {
		facts = append(facts, templates.Fact{Label: v.Say("details.request"), Value: r.RequestID, Copy: v.Say("copy.request")})
	}
	if r.CorrelationID != "" {
		facts = append(facts, templates.Fact{Label: v.Say("details.correlation"), Value: r.CorrelationID, Copy: v.Say("copy.correlation")})
	}
	return append(facts, templates.Fact{Label: v.Say("change.fact.entry"), Value: strconv.FormatInt(r.Seq, 10), Numeric: true})
}

// replacedOf names whose save an entry of kind overwrote tells of; "" when nobody can
// tell.
func replacedOf(r audit.Record) string { return cleaned(r.By) }
