package address

import "strings"

// SubdivisionName returns the English name for a code in any case: "New South Wales" for
// AU and NSW. Anything unknown comes back as it is, trimmed.
func SubdivisionName(country, sub string) string {
	want := strings.ToUpper(strings.TrimSpace(sub))
	for entry := range strings.SplitSeq(subdivisionTable[code(country)], ";") {
		if c, name, ok := strings.Cut(entry, "="); ok && strings.TrimSpace(c) == want {
			return name
		}
	}
	return strings.TrimSpace(sub)
}

// SubdivisionCode returns the code for a code or a name in any case, accents or not
// ("nsw", "new south wales"), and false if the country has no such subdivision.
func SubdivisionCode(country, text string) (string, bool) {
	want := plainName(text)
	if want == "" {
		return "", false
	}
	for entry := range strings.SplitSeq(subdivisionTable[code(country)], ";") {
		c, name, ok := strings.Cut(entry, "=")
		if c = strings.TrimSpace(c); ok && (plainName(c) == want || plainName(name) == want) {
			return c, true
		}
	}
	return "", false
}
