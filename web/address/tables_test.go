package address

import (
	"regexp"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/web/words"
)

func TestListsDoNotContradict(t *testing.T) {
	seen := map[string]string{}
	note := func(table, c string) {
		if !KnownCountry(c) {
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
		if !KnownCountry(c) {
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
		if l.shape.ID == "" {
			continue
		}
		digits := len(count.FindAllString(l.example, -1))
		if !strings.Contains(words.English().Of(l.shape), string(rune('0'+digits))) && c != "PT" {
			t.Errorf("%s: %q has not %s", c, l.example, words.English().Of(l.shape))
		}
	}
}

func TestSubdivisionsAreWhole(t *testing.T) {
	for country, want := range map[string]int{
		"US": 56, "CA": 13, "AU": 8, "CN": 31, "MX": 32, "BR": 27, "IN": 36, "IT": 107, "JP": 47, "ES": 52, "IE": 26, "AE": 7,
	} {
		codes := map[string]bool{}
		for entry := range strings.SplitSeq(subdivisionTable[country], ";") {
			c, name, _ := strings.Cut(strings.TrimSpace(entry), "=")
			if codes[c] || c == "" || name == "" || SubdivisionName(country, c) != name {
				t.Errorf("%s has %q", country, entry)
			}
			codes[c] = true
		}
		if len(codes) != want {
			t.Errorf("%s has %d subdivisions, want %d", country, len(codes), want)
		}
	}
}
