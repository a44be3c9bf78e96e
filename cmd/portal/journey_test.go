package main

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// journeys are walks through the demo in a real browser, each with scripts and
// without. Those that wait for something come first.
var journeys = []struct {
	name string
	walk func(p *tab)
}{
	{"demo: a lost answer", demoLose},
	{"a save that is not settled", unsettledSave},
	{"a colleague saves while the form is open", colleagueWhileEditing},
	{"two people at one customer", twoPeople},
	{"a form out of view", formOutOfView},
	{"axe: trouble", onlyWithAxe(axeTrouble)},

	{"warned before the session's end", warnedBeforeTheEnd},
	{"a draft that cannot be saved", draftCannotBeSaved},
	{"draft saved and restored", draftSavedAndRestored},
	{"closed tab", closeTheTab},
	{"Back then Forward", backAndForward},
	{"restart while typing", restartWhileTyping},
	{"discard a draft", discardADraft},

	{"search, edit, review, save", findEditAndSave},
	{"Save pressed twice", pressSaveTwice},
	{"Back after a save", goBackAfterSaving},
	{"nothing lost at the save", nothingLostAtTheSave},
	{"reload keeps the draft", reloadKeepsTheDraft},
	{"two tabs of one form", twoTabsOfOneForm},
	{"Enter reviews", enterReviews},

	{"merge with a colleague", mergeWithAColleague},
	{"merge an address", mergeAnAddress},
	{"merge by keyboard", mergeByKeyboard},
	{"a colleague saved the same", colleagueSavedTheSame},

	{"history and undo", historyAndUndo},
	{"change log", changeLog},

	{"demo: a colleague saves", demoColleague},
	{"demo: slow", demoSlow},
	{"demo: refused", demoRefuse},

	{"refused by Partner Center", refusedHelpdesk},
	{"turned away", turnedAway},
	{"without a second factor", withoutSecondFactor},
	{"session over while typing", sessionOverWhileTyping},
	{"session ends while typing", sessionEndsWhileTyping},
	{"somebody else signs in", somebodyElseSignsIn},
	{"A-70 V14.3.2 Back after signing out", backAfterSigningOut},
	{"V14.3.1 V14.3.3 nothing kept in the browser", nothingKeptInTheBrowser},
	{"V1.2.3 V3.2.2 V3.2.3 V15.3.6 hostile texts", hostileTexts},
	{"sign out elsewhere", signOutElsewhere},

	{"change the country", changeTheCountry},
	{"repair errors", repairErrors},
	{"find by keyboard", findByKeyboard},
	{"find box", findBox},
	{"choose an address", chooseAnAddress},
	{"keys alone", keysAlone},
	{"keys switched off", keysSwitchedOff},
	{"keys in fields", keysInFields},
	{"every control by keyboard", everyControlByKeyboard},
	{"dialogs by keyboard", dialogsByKeyboard},
	{"choosing leads nowhere", choosingLeadsNowhere},
	{"pressed and let go elsewhere", letGoElsewhere},
	{"each customer is reached", eachCustomerIsReached},
	{"copy the tenant ID", copyTheTenantID},
	{"long and foreign names", longAndForeignNames},

	{"settings", chooseSettings},

	{"what is told", whatIsTold},
	{"what is shown", whatIsShown},

	{"axe: finding", onlyWithAxe(axeFinding)},
	{"axe: languages", onlyWithAxe(axeLanguages)},
	{"axe: editing", onlyWithAxe(axeEditing)},
	{"axe: together", onlyWithAxe(axeTogether)},
	{"axe: drafts", onlyWithAxe(axeDrafts)},
	{"axe: merging", onlyWithAxe(axeMerging)},
	{"axe: addresses", onlyWithAxe(axeAddresses)},
	{"axe: results", onlyWithAxe(axeResults)},
	{"axe: history", onlyWithAxe(axeHistory)},
	{"axe: errors", onlyWithAxe(axeErrors)},
	{"axe: settings", onlyWithAxe(axeSettings)},
	{"budgets", budgets},
	{"speeds", speeds},
}

// atOnce is how many journeys are under way together: a journey waits for the
// browser more than it works.
const atOnce = 3

// TestJourneys walks them all. Every journey has a demo and a browser profile of its
// own, so that none sees another.
func TestJourneys(t *testing.T) {
	chromium := startChromium(t)
	free := make(chan struct{}, atOnce)
	var under sync.WaitGroup
	for _, j := range journeys {
		for _, m := range append(slices.Clone(modes), mirrored) {
			if !m.scripts && slices.ContainsFunc([]string{"axe", "what is", "budgets", "speeds", "dialogs"}, func(scripted string) bool { return strings.HasPrefix(j.name, scripted) }) {
				continue // axe and the measures of time are scripts, and pages are kept as they are with scripts
			}
			if m == mirrored && (!strings.HasPrefix(j.name, "axe") || j.name == "axe: languages") {
				continue // the walks past every page and state are enough of it
			}
			free <- struct{}{}
			under.Go(func() {
				defer func() { <-free }()
				t.Run(j.name+"/"+m.name, func(t *testing.T) { j.walk(startDesk(t).newTab(t, chromium, m)) })
			})
		}
	}
	under.Wait()
}

// TestJourneysWouldNotice makes a page wrong on purpose: the journeys' eyes are open.
func TestJourneysWouldNotice(t *testing.T) {
	chromium := startChromium(t)
	p := startDesk(t).newTab(t, chromium, modes[0])
	p.open("/signin")
	eval[chromedp.Void](p, `(() => {
		const add = (tag, set) => document.querySelector("main").appendChild(Object.assign(document.createElement(tag), set));
		add("div", {id: "main", textContent: "x".repeat(400)});
		add("b", {}).setAttribute("style", "color: red");
		add("img", {src: "https://elsewhere.example/pixel.png"});
		add("input", {type: "text"}).setAttribute("aria-describedby", "nothing");
		console.error("told");
		setTimeout(() => { throw new Error("thrown") });
	})()`)
	p.until("the complaints", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		said := strings.Join(p.complaints, "\n")
		return !slices.ContainsFunc([]string{"inline style", "pixel.png", "writes to the console", "script: "}, func(want string) bool {
			return !strings.Contains(said, want)
		})
	})
	flaws := strings.Join(askPage[[]string](p, "flaws"), "\n")
	for _, want := range []string{"scrolls sideways", "id twice: main", "aria-describedby names nothing"} {
		if !strings.Contains(flaws, want) {
			t.Errorf("not noticed: %s in %s", want, flaws)
		}
	}
	if source, there := axe(t); there {
		eval[chromedp.Void](p, source)
		if found := strings.Join(p.findings("html"), "\n"); !strings.Contains(found, "wrong: image-alt: img") {
			t.Errorf("not noticed by axe: %s", found)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = nil
}
