package main

import (
	"strings"
	"testing"
)

// TestJourneys walks through the demo in a real browser, with scripts and without.
// Every journey has a demo and a browser profile of its own.
func TestJourneys(t *testing.T) {
	chromium := startChromium(t)
	for _, j := range []struct {
		name string
		walk func(p *tab)
	}{
		{"search, edit, review, save", findEditAndSave},
		{"Save pressed twice", pressSaveTwice},
		{"Back after a save", goBackAfterSaving},
		{"reload keeps the draft", reloadKeepsTheDraft},
		{"two tabs of one form", twoTabsOfOneForm},
		{"Enter reviews", enterReviews},
		{"merge with a colleague", mergeWithAColleague},
		{"merge an address", mergeAnAddress},
		{"a colleague saved the same", colleagueSavedTheSame},
		{"demo: a colleague saves", demoColleague},
		{"demo: slow", demoSlow},
		{"demo: refused", demoRefuse},
		{"demo: a lost answer", demoLose},
		{"refused by Partner Center", refusedHelpdesk},
		{"turned away", turnedAway},
		{"without a second factor", withoutSecondFactor},
		{"session over while typing", sessionOverWhileTyping},
		{"change the country", changeTheCountry},
		{"repair errors", repairErrors},
		{"keys alone", keysAlone},
		{"copy the tenant ID", copyTheTenantID},
		{"long and foreign names", longAndForeignNames},
		{"axe: finding", axeFinding},
		{"axe: editing", axeEditing},
		{"axe: merging", axeMerging},
		{"axe: results", axeResults},
		{"axe: errors", axeErrors},
		{"budgets", budgets},
	} {
		for _, m := range modes {
			if !m.scripts && strings.HasPrefix(j.name, "axe") {
				continue
			}
			t.Run(j.name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				j.walk(startDesk(t).newTab(t, chromium, m))
			})
		}
	}
}
