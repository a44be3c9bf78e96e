package handlers_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// away takes a table from the portal, so that it can neither be read nor written.
func (s *testSite) away(table string) (back func()) {
	s.t.Helper()
	s.exec(`ALTER TABLE ` + table + ` RENAME TO ` + table + `_away`)
	return func() { s.exec(`ALTER TABLE ` + table + `_away RENAME TO ` + table) }
}

// I-4: no page denies a save that may have been carried out, whatever failed meanwhile.
func TestI4NoErrorPageDeniesASave(t *testing.T) {
	const unsure, denial, denial2 = "cannot be told just now", "Nothing was saved", "Nothing was being saved"
	t.Run("F-33 the database goes away between the PUT and the answer", func(t *testing.T) {
		site := newSiteWith(t, settings{wait: 2 * time.Second}) // the PUT is out by then
		id := site.customer(harbourline)
		review := site.signIn("Ada Admin").toReview(id, "email", "typed@harbourline.example")
		var back func()
		site.between(func() { back = site.away("submissions") })
		p := review.save().want(http.StatusServiceUnavailable, unsure).hides(denial, denial2)
		site.wantPuts(1, 1)
		p.follow("Try again").want(http.StatusServiceUnavailable, unsure).hides(denial, denial2)
		back()
		p.b.after(p.follow("Try again").url.RequestURI(), "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("F-33 and when the result is opened", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		saved := review.save().want(http.StatusOK, "Billing profile saved.")
		for _, table := range []string{"submissions", "sessions"} {
			back := site.away(table)
			saved.b.get(saved.url.RequestURI()).want(http.StatusServiceUnavailable, unsure).hides(denial, denial2)
			review.save().want(http.StatusServiceUnavailable, unsure).hides(denial, denial2) // sent again
			back()
		}
		saved.b.get(saved.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("F-34 the intent takes longer than a person waits", func(t *testing.T) {
		site := newSiteWith(t, settings{wait: 50 * time.Millisecond})
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		held, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			must(t, site.db.Write(t.Context(), func(*sql.Tx) error { close(held); <-release; return nil }))
		}()
		<-held
		p := review.save().want(http.StatusServiceUnavailable, unsure).hides(denial, denial2)
		close(release)
		<-done
		p.b.after(p.follow("Try again").url.RequestURI(), "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("F-09 Partner Center does not show the customer after the save", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		saved := review.save().want(http.StatusOK, "Billing profile saved.")
		for _, fault := range []pcsim.Fault{{Status: 503, Shape: pcsim.ShapeE}, {Status: 429, RetryAfter: "30"}, {Status: 403}, {Status: 404, Shape: pcsim.ShapeA}} {
			fault.Path, fault.Times = "/v1/", -1
			must(t, site.sim.AddFaults(fault))
			p := saved.b.get(saved.url.RequestURI()).hides(denial, denial2)
			if text := p.text(); !strings.Contains(text, "Billing profile saved.") && !strings.Contains(text, "Your change was saved.") {
				t.Errorf("%d: the page does not say that it was saved:\n%s", fault.Status, text)
			}
			site.sim.ClearFaults()
		}
	})
	t.Run("F-46 Back and Save once more after the session's end", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.clock.advance(9 * time.Hour)
		review.save().want(http.StatusUnauthorized, "Sign in to continue", "Nothing was saved by this press of Save.").hides("Nothing was saved to")
		site.wantPuts(1, 1)
	})
	t.Run("A-57 Back and Save once more after another sign-in", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example")
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.signInWith(review.b, "Ada Admin")
		review.save().want(http.StatusOK, "Billing profile saved.").hides("Nothing has been saved")
		site.wantPuts(1, 1)
	})
}
