package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// overtaken lets Ada save, her request get lost on its way and a colleague save the
// same field: what became of hers is not to be told, and a person has to look.
func overtaken(t *testing.T) (*testSite, *browser, *page) {
	t.Helper()
	site := newSiteWith(t, settings{settle: time.Millisecond})
	id := site.customer(harbourline)
	ada := site.signIn("Ada Admin")
	review := ada.toReview(id, "email", "mine@harbourline.example")
	must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 502})))
	site.between(func() { site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example") })
	return site, ada, review.save().want(http.StatusOK, "saved this profile at the same time", "It stays on Home until you close it")
}

func TestAnOvertakenSaveIsClosedByAPerson(t *testing.T) {
	everywhere(t, testAnOvertakenSaveIsClosedByAPerson)
}

func testAnOvertakenSaveIsClosedByAPerson(t *testing.T) {
	t.Run("by who saved", func(t *testing.T) {
		_, ada, result := overtaken(t)
		ada.get("/").want(http.StatusOK, "Saves that are not settled", "Overtaken by another save")
		result.formAt("/close").press().want(http.StatusOK)
		ada.get("/").hides("Saves that are not settled")
		ada.get(result.url.Path).want(http.StatusOK, "saved this profile at the same time").hides("It stays on Home")
	})
	t.Run("by an administrator", func(t *testing.T) {
		site, _, result := overtaken(t)
		// Ada administers too; somebody who does not must not close it, or know of it.
		sam := site.signIn("Sam Sales")
		sam.get("/unsettled").want(http.StatusForbidden)
		sam.post(result.url.Path+"/close", map[string][]string{"csrf": {"x"}}).want(http.StatusForbidden)
		other := site.signIn("Ada Admin") // another browser of hers
		list := other.get("/unsettled").want(http.StatusOK, "Unsettled saves", "Overtaken by another save", "You")
		list.formAt("/close").press().want(http.StatusOK)
		other.get("/unsettled").want(http.StatusOK, "Every save has an outcome")
	})
	t.Run("A-53 not by somebody else", func(t *testing.T) {
		site, ada, result := overtaken(t)
		sam := site.signIn("Sam Sales")
		// Sam's own overtaken save gives a good token for the customer's family.
		id := site.customer(harbourline)
		review := sam.toReview(id, "email", "sams@harbourline.example")
		must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 502})))
		site.between(func() { site.elsewhere(id, "Ines Duarte", "email", "again@harbourline.example") })
		own := review.save().want(http.StatusOK, "It stays on Home").formAt("/close")
		own.action.Path = result.url.Path + "/close"
		own.press().want(http.StatusNotFound)
		ada.get("/").want(http.StatusOK, "Overtaken by another save")
	})
}

func TestASaveWithoutAnEndIsShownOnItsCustomer(t *testing.T) {
	everywhere(t, testASaveWithoutAnEndIsShownOnItsCustomer)
}

func testASaveWithoutAnEndIsShownOnItsCustomer(t *testing.T) {
	site := newSiteWith(t, settings{wait: shortWait})
	id := site.customer(harbourline)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	must(t, site.sim.AddFaults(onPut(pcsim.Fault{Shape: pcsim.ShapeLate, DelayAfterMs: 60_000})))
	ada.toReview(id, "email", "mine@harbourline.example").save().want(http.StatusOK, "We do not know yet")
	ada.get(overview(id)).want(http.StatusOK, "whether your change of 1 item was saved").follow("See this save").want(http.StatusOK, "We do not know yet")
	sam.get(overview(id)).want(http.StatusOK, "whether a change of 1 item by Ada Admin was saved").hides("See this save")
	ada.get(billing(id)).want(http.StatusOK, "whether your change of 1 item was saved", "do not enter the same change again")
	sam.toReview(id, "lastName", "Whitfield-Ames").want(http.StatusOK, "whether a change of 1 item by Ada Admin was saved")
	sam.get(overview(site.customer(nordlicht))).want(http.StatusOK).hides("do not know yet")
	ada.get("/unsettled").want(http.StatusOK, "Not known yet", "1 item")
	site.clock.advance(settleWindow) // nobody waits for the rest of it
}

// F-38: after a crash nobody holds the acting person's token. Whoever may see the
// customer settles the save by looking at it, and so does its person on any page.
func TestF38WhatACrashLeftIsSettledByAVisit(t *testing.T) {
	everywhere(t, testF38WhatACrashLeftIsSettledByAVisit)
}

func testF38WhatACrashLeftIsSettledByAVisit(t *testing.T) {
	for name, visit := range map[string]func(site *testSite, ada *browser){
		"F-38 a colleague looks at the customer": func(site *testSite, _ *browser) {
			site.signIn("Sam Sales").get(overview(site.customer(harbourline))).want(http.StatusOK).hides("do not know yet")
		},
		"F-38 its person opens another page": func(_ *testSite, ada *browser) { ada.get("/customers").want(http.StatusOK) },
		"F-38 an administrator opens the list": func(_ *testSite, ada *browser) {
			ada.get("/unsettled").want(http.StatusOK, "Every save has an outcome")
		},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			ada := site.signIn("Ada Admin")
			ada.toReview(site.customer(harbourline), "email", "mine@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
			// As a process leaves it that dies after its PUT.
			site.exec(`UPDATE submissions SET state = 'recorded', settled_at = 0, sent_at = 0, alive_until = 0, outcome = ''`)
			visit(site, ada)
			var state string
			must(t, site.db.Read().QueryRowContext(t.Context(), `SELECT state FROM submissions`).Scan(&state))
			if state != "applied" {
				t.Errorf("the submission is %s", state)
			}
			site.wantPuts(1, 1)
		})
	}
}

// Architecture §6.9: under an upstream that takes stale writes, an outside save of the
// last instant is replaced; the person is told and can put it back.
func TestAReplacedSaveIsToldAndOfferedBack(t *testing.T) {
	everywhere(t, testAReplacedSaveIsToldAndOfferedBack)
}

func testAReplacedSaveIsToldAndOfferedBack(t *testing.T) {
	site := newSite(t)
	site.switches(func(w *pcsim.Switches) { w.Stale = "accept" })
	id := site.customer(harbourline)
	review := site.signIn("Ada Admin").toReview(id, "email", "mine@harbourline.example")
	site.between(func() { site.elsewhere(id, "Ines Duarte", "firstName", "Outsider") })
	saved := review.save().want(http.StatusOK, "Billing profile saved, and it replaced another save.", "Ines Duarte saved in Partner Center in the same moment")
	site.storedHas(id, "email", "mine@harbourline.example")
	change := saved.follow("See what was replaced").want(http.StatusOK, "Outsider")
	form := change.formAt("/undo").press().want(http.StatusOK, "Edit billing profile").form("email")
	form.wants("firstName", "Outsider").wants("email", "mine@harbourline.example")
	form.press("do", "review").want(http.StatusOK, "Outsider").save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", "mine@harbourline.example", "firstName", "Outsider")
}

// Who left the page before the outcome was known finds it on Home, until they have
// seen it.
func TestHomeTellsWhatBecameOfADoubt(t *testing.T) { everywhere(t, testHomeTellsWhatBecameOfADoubt) }

func testHomeTellsWhatBecameOfADoubt(t *testing.T) {
	for name, c := range map[string]struct {
		carried bool
		tag     string
		page    string
	}{
		"F-11 it was saved":     {true, "It was saved", "Billing profile saved."},
		"F-12 it was not saved": {false, "It was not saved", "It was not saved"},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSiteWith(t, settings{wait: shortWait})
			ada := site.signIn("Ada Admin")
			site.switches(func(w *pcsim.Switches) { w.ReadLagSeconds = 20 })
			site.onCall(lost(http.MethodPut, c.carried))
			result := ada.toReview(site.customer(harbourline), "email", "mine@harbourline.example").save().want(http.StatusOK, "We do not know yet")
			ada.get("/").want(http.StatusOK, "Saves that are not settled", "Not known yet")
			site.clock.advance(settleWindow)
			for range 300 {
				if !strings.Contains(ada.get("/").text(), "Not known yet") {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			ada.get("/").want(http.StatusOK, "Now known", c.tag)
			site.signIn("Sam Sales").get("/").want(http.StatusOK).hides("Now known")
			ada.get(result.url.Path).want(http.StatusOK, c.page)
			ada.get("/").want(http.StatusOK).hides("Now known")
		})
	}
}
