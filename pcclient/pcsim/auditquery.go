package pcsim

import (
	"slices"
	"strings"
	"time"
)

// auditDays are the documented limits: the default reach and the longest.
const (
	auditDefaultDays = 30
	auditLongestDays = 90
)

// listAuditRecords answers the activity log, newest first. A start more than 90
// days ago is refused; the code of that refusal is ours.
func (s *Simulator) listAuditRecords(c *call) answer {
	today := s.now().UTC().Truncate(24 * time.Hour)
	start, ok1 := auditDate(c.query.Get("startDate"), today.AddDate(0, 0, -auditDefaultDays))
	end, ok2 := auditDate(c.query.Get("endDate"), today)
	if !ok1 || !ok2 {
		return s.badInput("The date is not valid.")
	}
	if start.Before(today.AddDate(0, 0, -auditLongestDays)) {
		return s.badInput("The start date must be within the last 90 days.")
	}
	f, err := readFilter(c)
	if err != nil {
		return s.badInput("The filter is not valid JSON.")
	}
	if f != nil && !f.legalForAudit() {
		return s.badInput("The filter is not supported.")
	}
	s.mu.Lock()
	items := []any{}
	for _, r := range slices.Backward(s.world.audit) {
		if !r.date.Before(start) && r.date.Before(end.AddDate(0, 0, 1)) && f.matches(r) {
			items = append(items, r.wire(s.tenant))
		}
	}
	s.mu.Unlock()
	return s.page(c, "/auditrecords", items)
}

// auditDate reads yyyy-mm-dd or the form the .NET SDK sends, 6/1/2017 12:00:00 AM,
// as a day in UTC. A day given as the end belongs to the range.
func auditDate(text string, nothing time.Time) (time.Time, bool) {
	if text == "" {
		return nothing, true
	}
	for _, layout := range []string{time.DateOnly, "1/2/2006 3:04:05 PM"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Truncate(24 * time.Hour), true
		}
	}
	return time.Time{}, false
}

func (f *filter) legalForAudit() bool {
	switch strings.ToLower(f.Field) {
	case "companyname":
		return strings.EqualFold(f.Operator, "substring")
	case "customerid", "resourcetype":
		return strings.EqualFold(f.Operator, "equals")
	}
	return false
}

func (f *filter) matches(r auditRecord) bool {
	switch {
	case f == nil:
		return true
	case strings.EqualFold(f.Field, "CompanyName"):
		return strings.Contains(strings.ToLower(r.customerName), strings.ToLower(f.Value))
	case strings.EqualFold(f.Field, "CustomerId"):
		return strings.EqualFold(string(r.customer), f.Value)
	}
	return strings.EqualFold(r.resource, f.Value)
}
