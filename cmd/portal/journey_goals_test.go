package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/chromedp/kb"
)

// effort is what a stretch of a way costs whoever goes it.
type effort struct {
	loads   int // pages
	presses int // of a submit button, or of Enter in a field, that sent a form
	keys    int
	tabs    int // of the keys, those that were Tab
}

func (e effort) less(o effort) effort {
	return effort{e.loads - o.loads, e.presses - o.presses, e.keys - o.keys, e.tabs - o.tabs}
}

// The goals of whoever works with the portal that are counted in the browser. A walk
// that has one says by which name it goes.
const (
	findAndOpen   = "Find and open a customer's form by keyboard"
	findPlainly   = "The same with Tab and Enter alone"
	changeAndSave = "Change one field and save"
	repair3       = "Repair 3 errors without a mouse"
	merge2        = "Merge 2 conflicts"
)

const queryKeys = len("harbour")

// goal is a target, and the journeys that meet it, each with scripts and without. A limit
// of 0 is none. The goals that need no browser have their tests elsewhere: no save is
// overwritten in silence in TestRace of web/handlers and web/submission and in
// TestMergeIsTheModel of web/merge; refusals land at their fields in
// TestRefusalsLandAtTheirInputs of web/forms; a search is quick in BenchmarkSearch; and the
// words are kept by TestPlainWords of web/words and
// TestWhatWentWrongIsToldWithTheWorkAndTheNextStep of web/templates.
type goal struct {
	name     string
	most     effort
	journeys []string
}

var goals = []goal{
	{findAndOpen, effort{keys: queryKeys + 4}, []string{"find by keyboard"}},
	{findPlainly, effort{keys: queryKeys + 16}, []string{"find by keyboard"}},
	{changeAndSave, effort{loads: 3, presses: 2}, []string{"search, edit, review, save"}},
	{repair3, effort{tabs: 3}, []string{"repair errors"}},
	{merge2, effort{loads: 2}, []string{"merge by keyboard"}},

	{"Nothing lost: 412", effort{}, []string{"nothing lost at the save"}},
	{"Nothing lost: session over, on POST", effort{}, []string{"session over while typing", "session ends while typing", "nothing lost at the save"}},
	{"Nothing lost: session over, while typing", effort{}, []string{"warned before the session's end", "session ends while typing"}},
	{"Nothing lost: timeout before the commit", effort{}, []string{"nothing lost at the save"}},
	{"Nothing lost: timeout after the commit", effort{}, []string{"demo: a lost answer", "a save that is not settled"}},
	{"Nothing lost: 429", effort{}, []string{"demo: refused"}},
	{"Nothing lost: server restart", effort{}, []string{"restart while typing"}},
	{"Nothing lost: double submit", effort{}, []string{"Save pressed twice"}},
	{"Nothing lost: Back then Forward", effort{}, []string{"Back then Forward", "Back after a save"}},
	{"Nothing lost: tab closed", effort{}, []string{"closed tab"}},
	{"Nothing lost: address check down", effort{}, []string{"nothing lost at the save"}},
}

// TestEveryGoalIsWalked wants the table above to be about journeys there are.
func TestEveryGoalIsWalked(t *testing.T) {
	walked := map[string]bool{}
	for _, j := range journeys {
		walked[j.name] = true
	}
	for _, g := range goals {
		for _, name := range g.journeys {
			if !walked[name] {
				t.Errorf("%s: there is no journey %q", g.name, name)
			}
		}
	}
}

// goal goes a stretch of the way and holds what it costs against its target. What has a
// limit and cost nothing was not counted.
func (p *tab) goal(name string, way func()) {
	p.t.Helper()
	i := slices.IndexFunc(goals, func(g goal) bool { return g.name == name })
	before, most := p.efforts(), goals[i].most
	way()
	cost := p.efforts().less(before)
	p.t.Logf("%s: %+v", name, cost)
	for _, c := range []struct {
		what      string
		got, most int
	}{{"page loads", cost.loads, most.loads}, {"presses of a submit button", cost.presses, most.presses}, {"keys", cost.keys, most.keys}, {"Tabs", cost.tabs, most.tabs}} {
		if c.most > 0 && (c.got > c.most || c.got == 0) {
			p.t.Errorf("%s: %d %s, at most %d", name, c.got, c.what, c.most)
		}
	}
}

func (p *tab) efforts() effort {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent
}

// strike counts keys.
func (p *tab) strike(keys string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent.keys += utf8.RuneCountInString(keys)
	p.spent.tabs += strings.Count(keys, kb.Tab)
}
