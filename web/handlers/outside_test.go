package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
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
