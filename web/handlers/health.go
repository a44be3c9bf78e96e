package handlers

import (
	"net/http"
)

func (s *site) healthz(v *visit) error { return v.String(http.StatusOK, "ok\n") }

// readyz asks for what only this replica can answer for: that it is not shutting
// down and that its own database is there. Partner Center being down does not make
// every replica unready, and neither does a database that all of them share: people
// are better served by a page that says so.
func (s *site) readyz(v *visit) error {
	if s.draining.Load() {
		return v.String(http.StatusServiceUnavailable, "draining\n")
	}
	if s.Database.Shared() {
		return v.String(http.StatusOK, "ready\n")
	}
	if err := s.Database.Ping(v.Request().Context()); err != nil {
		return v.String(http.StatusServiceUnavailable, "database\n")
	}
	return v.String(http.StatusOK, "ready\n")
}
