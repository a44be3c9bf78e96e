package middleware

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// What operators read about the limits is what they are.
func TestTheTableOfLimitsIsTrue(t *testing.T) {
	guide, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, class := range map[string]Rate{
		"Pages": RatePage, "Searching and the find box": RateSearch, "Forms and keeping drafts": RateForm, "Downloads": RateExport,
		"What open pages ask by themselves": RatePoll, "Without sign-in, by address": RatePublic, "Reports of browsers, by address": RateReport,
		"Calls of the sign-in service, by address": RateMachine,
	} {
		want := "| " + name + " | " + strconv.Itoa(limits[class].burst) + " | " + strconv.FormatFloat(limits[class].each, 'f', -1, 64) + " |\n"
		if !strings.Contains(string(guide), want) {
			t.Errorf("deploy/README.md lacks %q", want)
		}
	}
}
