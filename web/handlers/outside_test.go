package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

// What somebody saves in Partner Center itself is in the history that everybody sees,
// once a person who may read its audit records has looked.
func TestSavesPastThePortalAreInTheHistory(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	site.elsewhere(id, "ines@partner.example", "email", "theirs@nordlicht.example")

	sam := site.signIn("Sam Sales") // a sales agent may not
	p := sam.get(overview(id)).want(http.StatusOK, "No changes")
	if strings.Contains(p.text(), "ines@partner.example") {
		t.Errorf("a sales agent saw audit records:\n%s", p.text())
	}
	const told = "Email changed"
	site.signIn("Ada Admin").get(overview(id)).want(http.StatusOK, told, "ines@partner.example", "Outside this portal", "theirs@nordlicht.example")
	sam.get(overview(id)).want(http.StatusOK, told, "ines@partner.example", "Outside this portal")
}

// One refusal tells everything that would ask for audit records: the history, the look
// after a save, and the page of a conflict.
func TestWhoMayNotReadAuditRecordsIsAskedOnce(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	asked := func() (n int) {
		for _, r := range site.sim.Journal().Requests {
			if r.Path == "/v1/auditrecords" {
				n++
			}
		}
		return n
	}
	sam := site.signIn("Sam Sales") // a sales agent may not
	for _, ask := range []func(){
		func() { sam.get(history(id)).want(http.StatusOK, "once an admin agent has looked") },
		func() {
			sam.toReview(id, "email", "mine@nordlicht.example").save().want(http.StatusOK, "Billing profile saved.")
		},
		func() {
			review := sam.toReview(id, "email", "again@nordlicht.example")
			site.elsewhere(id, "ines@partner.example", "email", "theirs@nordlicht.example")
			review.save().want(http.StatusConflict).hides("ines@partner.example")
		},
	} {
		if ask(); asked() != 1 {
			t.Errorf("asked %d times", asked())
		}
	}
	site.clock.advance(10 * time.Minute)
	if sam.get(history(id)); asked() != 2 {
		t.Errorf("asked %d times in ten minutes and one", asked())
	}
}

// F-11: Partner Center carries a save out after it was told as not saved. The history
// has it all the same.
func TestF11ALateSaveIsInTheHistory(t *testing.T) {
	site := newSiteWith(t, settings{settle: time.Millisecond})
	id := site.customer(nordlicht)
	ada := site.signIn("Ada Admin")
	must(t, site.sim.AddFaults(onPut(pcsim.Fault{Shape: pcsim.ShapeLate, DelayAfterMs: 1500})))
	ada.toReview(id, "email", "late@nordlicht.example").save().want(http.StatusOK, "was not saved")
	for range 100 {
		if site.stored(id)["email"] == "late@nordlicht.example" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	site.clock.advance(time.Minute)
	ada.get(overview(id)).want(http.StatusOK, "Email changed", "late@nordlicht.example")
	changes, err := site.trail.Changes(t.Context(), audit.Filter{Customer: id}, audit.Place{}, 1)
	if err != nil || len(changes) != 1 {
		t.Fatalf("%d changes in the trail, %v", len(changes), err)
	}
	ada.get(fmt.Sprintf("%s/%d", history(id), changes[0].Seq)).want(http.StatusOK, "A save of this portal, carried out late", "told here as not saved")
}

func TestSlowAuditRecordsDoNotHoldTheCustomerUp(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	site.elsewhere(id, "ines@partner.example", "email", "theirs@nordlicht.example")
	ada := site.signIn("Ada Admin")
	must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/auditrecords", DelayBeforeMs: 2500}))
	begun := time.Now()
	ada.get(overview(id)).want(http.StatusOK, "No changes", "theirs@nordlicht.example")
	if took := time.Since(begun); took > 2400*time.Millisecond {
		t.Errorf("the page waited %s for the audit records", took)
	}
	for range 100 { // the look goes on without the page
		if strings.Contains(ada.get(overview(id)).text(), "Outside this portal") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("what the look found never came into the history")
}

// Partner Center does not always tell what stood there before, or what was saved. No
// page makes that up, and none offers to put it back.
func TestWhatNobodyCanTellIsNotMadeUp(t *testing.T) {
	site := newSite(t)
	id := site.customer(nordlicht)
	b := site.signIn("Ada Admin")
	half := site.noted(audit.Entry{Kind: audit.Outside, Via: audit.ViaOutside, Submission: "r1", Customer: id, Fields: []string{forms.Email}},
		audit.Values{After: map[string]string{forms.Email: "new@nordlicht.example"}})
	none := site.noted(audit.Entry{Kind: audit.Outside, Via: audit.ViaOutside, Submission: "r2", Customer: id, OperatorName: "ines@partner.example"}, audit.Values{})
	page := b.get(fmt.Sprintf("%s/%d", history(id), half.Seq)).want(http.StatusOK, "new@nordlicht.example", "Not known").hides("Not provided")
	if page.byID("undo-t") != nil {
		t.Error("an undo of what nobody knows is offered")
	}
	b.get(fmt.Sprintf("%s/%d", history(id), none.Seq)).want(http.StatusOK, "Partner Center tells of this save, and not of what it changed.").hides("deleted")
	b.get(overview(id)).want(http.StatusOK, "Billing profile saved")
}

func TestDeletedValuesAreSaidToBeDeleted(t *testing.T) {
	site := newSiteWith(t, settings{days: 730})
	id := site.customer(nordlicht)
	old := site.emailBy(id, audit.Applied, "", "Sam Sales", time.Hour, "a@nordlicht.example", "b@nordlicht.example")
	if n, err := site.trail.DeleteValues(t.Context(), site.clock.now()); n != 1 || err != nil {
		t.Fatalf("deleted %d, %v", n, err)
	}
	const told = "Values deleted after 730 days"
	b := site.signIn("Ada Admin")
	b.get(overview(id)).want(http.StatusOK, "Email changed", "Sam Sales", told)
	page := b.get(fmt.Sprintf("%s/%d", history(id), old.Seq)).want(http.StatusOK, "Sam Sales changed email", told).hides("Not provided", "@nordlicht.example")
	if page.byID("undo-t") != nil {
		t.Error("an undo of deleted values is offered")
	}
}
