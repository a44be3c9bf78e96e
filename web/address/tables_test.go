package address

import (
	"regexp"
	"strings"
	"testing"
)

func TestListsDoNotContradict(t *testing.T) {
	seen := map[string]string{}
	note := func(table, c string) {
		if countryNames[c] == "" {
			t.Errorf("%s has %q, which is no country", table, c)
		}
		if seen[c] != "" {
			t.Errorf("%s is in %s and in %s", c, seen[c], table)
		}
		seen[c] = table
	}
	for c := range layouts {
		note("layouts", c)
	}
	for c := range strings.FieldsSeq(postalFirst) {
		note("postalFirst", c)
	}
	for c := range strings.FieldsSeq(withoutCodes) {
		note("withoutCodes", c)
	}
	if len(layouts) < 35 {
		t.Errorf("%d layouts by hand", len(layouts))
	}
	for c := range subdivisionTable {
		if countryNames[c] == "" {
			t.Errorf("subdivisions of %q, which is no country", c)
		}
	}
}

func TestExamplesFitTheirShapes(t *testing.T) {
	count := regexp.MustCompile(`\d`)
	for c, l := range layouts {
		if strings.Contains(l.format, "P") != (l.example != "") {
			t.Errorf("%s: format %q with example %q", c, l.format, l.example)
		}
		if l.phone == "" {
			t.Errorf("%s has no phone example", c)
		}
		if l.shape == "" {
			continue
		}
		digits := len(count.FindAllString(l.example, -1))
		if !strings.Contains(l.shape, string(rune('0'+digits))) && c != "PT" {
			t.Errorf("%s: %q has not %s", c, l.example, l.shape)
		}
	}
}
