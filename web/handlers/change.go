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
	return s.Audit.Change(v.Request().Context(), v.customer, seq)
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
		Who:        s.whoChanged(v, record),
		Did:        didText(record, labels),
		At:         v.moment(record.Time),
		Notes:      s.changeNotes(v, record),
		NoBefore:   noBefore(record),
		Gone:       s.goneText(v, record, labels),
		About:      s.aboutChange(v, record),
	}
	for _, change := range merge.Changes(record.Before, record.After) {
		page.Changes = append(page.Changes, v.printedChange(change))
	}
	page.Title = "Change of " + customer.Name + ", " + v.stamp(record.Time).Text
	if v.may(middleware.Edit) {
		page.Undo = s.undoForm(v, record, undo)
	}
	return show(v, status, page.View())
}

// didText says what was done, behind the name of who did it.
func didText(r audit.Record, labels []string) string {
	what := items(len(labels))
	if n := len(labels); n > 0 && n <= 3 {
		var names []string
		for _, label := range labels {
			names = append(names, inSentence(label))
		}
		what = joined(names)
	}
	switch {
	case len(labels) == 0:
		return "saved the billing profile"
	case r.Kind == audit.Superseded:
		return "tried to change " + what
	}
	return "changed " + what
}

// goneText says why a change has no values to show.
func (s *site) goneText(v *visit, r audit.Record, labels []string) string {
	if len(labels) == 0 {
		return "Partner Center tells of this save, and not of what it changed."
	}
	return s.valuesDeleted() + ". What stays is who changed what, and when: " + v.itemsText(r) + "."
}

// valuesDeleted says that values were deleted, and after which time if that is set.
func (s *site) valuesDeleted() string {
	switch s.ValuesDays {
	case 0:
		return "The values are not kept any more"
	case 1:
		return "Values deleted after a day"
	}
	return "Values deleted after " + strconv.Itoa(s.ValuesDays) + " days"
}

// changeNotes tell what is special about a change.
func (s *site) changeNotes(v *visit, r audit.Record) []templates.Note {
	name := cleaned(r.OperatorName)
	switch r.Kind {
	case audit.Outside:
		text := "Partner Center does not say who saved it."
		if name != "" {
			text = "Partner Center names " + name + " as who saved it."
		}
		if r.RequestID != "" {
			return []templates.Note{{Tone: templates.ToneCare, Title: "A save of this portal, carried out late.",
				Text: "The answer to it got lost, and after a while it was told here as not saved. " + text}}
		}
		return []templates.Note{{Tone: templates.ToneTheirs, Title: "Changed outside this portal.", Text: text}}
	case audit.Superseded:
		return []templates.Note{{Tone: templates.ToneCare, Title: "Whether this was saved is not certain.", Text: "The answer to the save got lost. " +
			"Read back, the profile held what stands under After: neither the values from before nor the ones that were being saved. Somebody else saved at the same time."}}
	case audit.Overwrote:
		who, at := replacedOf(r), "the moment before"
		if who == "" {
			who = "somebody else"
		}
		if !r.ByAt.IsZero() {
			at += ", at " + r.ByAt.In(v.zone).Format("15:04:05")
		}
		return []templates.Note{{Tone: templates.ToneCare, Title: "This save replaced what " + who + " had saved in Partner Center " + at + ".",
			Text: "It stands under Before, and can be put back."}}
	}
	return nil
}

// aboutChange are the facts of a change beside its values.
func (s *site) aboutChange(v *visit, r audit.Record) []templates.Fact {
	who := s.whoChanged(v, r)
	if who == "" {
		who = "Not known"
	}
	facts := []templates.Fact{
		{Label: "Who", Value: who},
		{Label: "When", Value: v.exact(r.Time).Text, Numeric: true},
		{Label: "Via", Value: wayText(r.Via)},
	}
	if why := strings.TrimSpace(r.Why); why != "" {
		facts = append(facts, templates.Fact{Label: "Reason", Value: why})
	}
	if r.AddressCheck != nil {
		facts = append(facts, templates.Fact{Label: "Address check", Value: auditedText(*r.AddressCheck)})
	}
	if r.RequestID != "" {
		facts = append(facts, templates.Fact{Label: "Request ID", Value: r.RequestID, Copy: "request ID"})
	}
	if r.CorrelationID != "" {
		facts = append(facts, templates.Fact{Label: "Correlation ID", Value: r.CorrelationID, Copy: "correlation ID"})
	}
	return append(facts, templates.Fact{Label: "Audit entry", Value: strconv.FormatInt(r.Seq, 10), Numeric: true})
}

// replacedOf names whose save an entry of kind overwrote tells of; "" when nobody can
// tell.
func replacedOf(r audit.Record) string { return cleaned(r.By) }
