package handlers

import (
	"net/http"
)

// PolicyReports is how often browsers told this replica that the pages' policy stopped
// something. Anybody can say so: it is a figure to look at, and nothing follows from it.
func (s *Site) PolicyReports() int64 { return s.site.reports.Load() }

// countReport counts that the policy of a page stopped something. What exactly is not
// read: it would hold addresses, and anybody could write them.
func (s *site) countReport(v *visit) error {
	s.reports.Add(1)
	return v.NoContent(http.StatusNoContent)
}
