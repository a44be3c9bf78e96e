package main

import (
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
	} {
		for _, m := range modes {
			t.Run(j.name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				j.walk(startDesk(t).newTab(t, chromium, m))
			})
		}
	}
}
