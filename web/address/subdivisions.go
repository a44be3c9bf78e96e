package address

import (
	"strings"
	"unicode"
)

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

// plainName is what two spellings of one name have in common.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, unaccent.Replace(strings.ToLower(s)))
}

// unaccent knows the accented letters of our own tables; nothing else is compared by it.
var unaccent = strings.NewReplacer("å", "a", "á", "a", "ã", "a", "â", "a", "ç", "c",
	"é", "e", "í", "i", "ì", "i", "ñ", "n", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ü", "u", "ū", "u")
