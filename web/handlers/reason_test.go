package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
)

// lastOf is the newest entry of the trail about a customer's changes.
func (s *testSite) lastOf(n int) audit.Record {
	s.t.Helper()
	records, err := s.trail.Applied(s.t.Context(), s.customer(n), 1)
	if err != nil || len(records) != 1 {
		s.t.Fatalf("the customer's last change: %d, %v", len(records), err)
	}
	return records[0]
}

func TestAReasonIsKeptWithTheChange(t *testing.T) {
	t.Run("optional: given", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
		review.shows("Reason for the change (optional)")
		review.form("key").fill("reason", "  Ticket 4711  ").press("do", "save").want(http.StatusOK, "Billing profile saved.")
		if got := site.lastOf(harbourline); got.Why != "Ticket 4711" || got.Via != audit.ViaForm {
			t.Errorf("the trail has %q, via %q", got.Why, got.Via)
		}
		if strings.Contains(site.log.String(), "Ticket 4711") {
			t.Error("I-9 the reason stands in the log")
		}
	})
	t.Run("optional: left out", func(t *testing.T) {
		site := newSite(t)
		site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
		if got := site.lastOf(harbourline); got.Why != "" {
			t.Errorf("the trail has %q", got.Why)
		}
	})
	t.Run("required", func(t *testing.T) {
		site := newSiteWith(t, settings{reason: true})
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
		review.hides("(optional)")
		again := review.save().want(http.StatusUnprocessableEntity, "Enter a reason for this change", "1 thing needs fixing before you can save", "new@harbourline.example")
		site.wantPuts(0, 0)
		again.form("key").fill("reason", "Asked by the customer").press("do", "save").want(http.StatusOK, "Billing profile saved.")
		if got := site.lastOf(harbourline); got.Why != "Asked by the customer" {
			t.Errorf("the trail has %q", got.Why)
		}
	})
	for _, button := range []string{"save", "edit", "edit:email", "look"} {
		t.Run("V2.3.2 I-8 too long, and "+button+": typed text stays in the page alone", func(t *testing.T) {
			site := newSite(t)
			long := strings.Repeat("weil ", 130)
			review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
			kept := site.versions()
			again := review.form("key").fill("reason", long).press("do", button).
				want(http.StatusUnprocessableEntity, "Reason must be 500 characters or less. It is 649.").
				form("key").wants("reason", strings.TrimSpace(long))
			if n := site.versions(); n != kept {
				t.Errorf("%d versions more are kept", n-kept)
			}
			site.wantPuts(0, 0)
			again.fill("reason", "weil").press("do", "edit").want(http.StatusOK, "Edit billing profile").form("email").
				press("do", "review").want(http.StatusOK, "Review 1 change").form("key").wants("reason", "weil")
		})
	}
	t.Run("V2.3.2 I-8 too long, and too late: typed text stays in the page alone", func(t *testing.T) {
		site := newSite(t)
		long := strings.TrimSpace(strings.Repeat("weil ", 130))
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
		site.clock.advance(time.Hour)
		kept := site.versions()
		over := review.form("key").fill("reason", long).press("do", "save").want(http.StatusUnauthorized, "everything you typed is kept in this page")
		if n := site.versions(); n != kept {
			t.Errorf("%d versions more are kept", n-kept)
		}
		site.signInWith(over.b, "Ada Admin")
		over.form("reason").press().want(http.StatusForbidden, "Nothing has been saved yet").form("key").wants("reason", long)
	})
}

// versions is how many versions of drafts there are, everybody's.
func (s *testSite) versions() (n int) {
	s.t.Helper()
	must(s.t, s.db.Read().QueryRowContext(s.t.Context(), `SELECT count(*) FROM drafts`).Scan(&n))
	return n
}

// V2.4.1: however often a review is sent with another reason, a draft keeps so many
// versions, and a page whose own went keeps what is typed there.
func TestV241ADraftKeepsSoManyVersions(t *testing.T) {
	site := newSite(t)
	review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
	f := review.form("key")
	for n := range drafts.PerDraft + 10 {
		f.fill("reason", fmt.Sprint("Ticket ", n)).press("do", "look").form("key").wants("reason", fmt.Sprint("Ticket ", n))
	}
	if n := site.versions(); n != drafts.PerDraft {
		t.Errorf("%d versions of a draft are kept", n)
	}
	f.fill("reason", "At last").press("do", "save").want(http.StatusNotFound, "new@harbourline.example").form("key").wants("reason", "At last").
		press("do", "save").want(http.StatusOK, "Billing profile saved.")
	if got := site.lastOf(harbourline); got.Why != "At last" {
		t.Errorf("the trail has %q", got.Why)
	}
}

// I-8: a reason is typed text like any other.
func TestAReasonIsNotLost(t *testing.T) {
	const why = "Asked by Ines"
	t.Run("Back to editing, and to one item", func(t *testing.T) {
		site := newSite(t)
		for _, button := range []string{"edit", "edit:email"} {
			review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
			form := review.form("key").fill("reason", why).press("do", button).want(http.StatusOK, "Edit billing profile").form("email")
			form.fill("firstName", "Also").press("do", "review").want(http.StatusOK, "Review 2 changes").form("key").wants("reason", why)
		}
	})
	t.Run("a conflict at the last moment", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		review := site.signIn("Ada Admin").toReview(id, "email", "mine@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		merge := review.form("key").fill("reason", why).press("do", "save").want(http.StatusConflict)
		merged := merge.form("choice.email").fill("choice.email", "mine").press("do", "review").want(http.StatusOK, "Nothing is saved until")
		merged.form("key").wants("reason", why)
		merged.save().want(http.StatusOK, "Billing profile saved.")
		if got := site.lastOf(harbourline); got.Why != why {
			t.Errorf("the trail has %q", got.Why)
		}
	})
	t.Run("a save that came to nothing, and again", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 429, RetryAfter: "30", Times: 2})))
		review := site.signIn("Ada Admin").toReview(id, "email", "mine@harbourline.example")
		review.form("key").fill("reason", why).press("do", "save").want(http.StatusTooManyRequests).
			follow("Save again").want(http.StatusOK).form("key").wants("reason", why)
	})
	t.Run("the draft moved on in another tab", func(t *testing.T) {
		site := newSite(t)
		ada := site.signIn("Ada Admin")
		id := site.customer(harbourline)
		form := ada.edit(id).fill("email", "first@harbourline.example")
		review := form.press("do", "review").want(http.StatusOK, "Nothing is saved until")
		form.fill("email", "second@harbourline.example").press("do", "review").want(http.StatusOK, "second@harbourline.example")
		review.form("key").fill("reason", why).press("do", "save").want(http.StatusOK, "second@harbourline.example").
			form("key").wants("reason", why)
		site.wantPuts(0, 0)
	})
	t.Run("a form token that is too old", func(t *testing.T) {
		site := newSite(t)
		review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
		review.form("key").fill("reason", why).fill("csrf", "stale").press("do", "save").want(http.StatusForbidden).
			form("key").wants("reason", why)
	})
	t.Run("signed out in another tab", func(t *testing.T) {
		site := newSite(t)
		ada := site.signIn("Ada Admin")
		review := ada.toReview(site.customer(harbourline), "email", "new@harbourline.example")
		ada.get("/").formAt("/signout").press().want(http.StatusOK, "signed out")
		over := review.form("key").fill("reason", why).press("do", "save").want(http.StatusUnauthorized, "Sign in to continue", "everything you typed is kept in this page")
		site.signInWith(ada, "Ada Admin")
		over.form("reason").press().want(http.StatusForbidden, "Nothing has been saved yet", "new@harbourline.example").form("key").wants("reason", why)
		site.wantPuts(0, 0)

		ada.get("/").formAt("/signout").press().want(http.StatusOK, "signed out")
		review.form("key").press("do", "save").want(http.StatusUnauthorized, "Your draft is kept.").hides("in this page")
	})
	t.Run("F-35 the store does not answer", func(t *testing.T) {
		site := newSite(t)
		ada := site.signIn("Ada Admin")
		review := ada.toReview(site.customer(harbourline), "email", "new@harbourline.example")
		site.exec(`ALTER TABLE submissions RENAME TO submissions_away`)
		trouble := review.form("key").fill("reason", why).press("do", "save").want(http.StatusServiceUnavailable, "Everything you typed is kept in this page")
		site.exec(`ALTER TABLE submissions_away RENAME TO submissions`)
		trouble.form("reason").press().want(http.StatusOK, "Nothing is saved until", "new@harbourline.example").form("key").wants("reason", why)
		site.wantPuts(0, 0)
		review.save().want(http.StatusOK, "This draft was changed after that page was opened").save().want(http.StatusOK, "Billing profile saved.")
		trouble.form("reason").press().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
}

func TestA58ValuesOnTheReviewAreAudited(t *testing.T) {
	site := newSite(t)
	review := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "new@harbourline.example")
	form := review.form("key")
	key := form.values.Get("key")
	form.values.Set("email", "smuggled@harbourline.example")
	form.press("do", "save").want(http.StatusUnprocessableEntity)
	trail, err := site.trail.ForSubmission(t.Context(), key)
	if err != nil || len(trail) != 1 || trail[0].Kind != audit.Refused || trail[0].Reason != "other_values" {
		t.Errorf("A-58 the trail: %+v, %v", trail, err)
	}
	site.wantPuts(0, 0)
}
