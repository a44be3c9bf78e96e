package address

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Countries returns the ISO 3166-1 alpha-2 codes of all known countries, sorted by
// their English names. The slice is the caller's own.
func Countries() []string { return slices.Clone(countries()) }

// countries is sorted once: each form lists all of them.
var countries = sync.OnceValue(func() []string {
	return slices.SortedFunc(maps.Keys(countryNames), func(a, b string) int {
		return strings.Compare(sortKey(countryNames[a]), sortKey(countryNames[b]))
	})
})

// KnownCountry reports whether iso2, in any case, is in the table.
func KnownCountry(iso2 string) bool {
	_, ok := countryNames[code(iso2)]
	return ok
}

// CountryName returns the English name of a country: "Australia". An unknown code
// comes back as it is, trimmed.
func CountryName(iso2 string) string {
	if name, ok := countryNames[code(iso2)]; ok {
		return name
	}
	return strings.TrimSpace(iso2)
}

// InSentence returns the name as it stands inside a sentence: "the Netherlands".
// No code gives "this country".
func InSentence(iso2 string) string {
	name := CountryName(iso2)
	if name == "" {
		return "this country"
	}
	for _, suffix := range []string{" Islands", " Territories", " Emirates", " Republic", " Kingdom", " States", " Territory"} {
		if strings.HasSuffix(name, suffix) {
			return "the " + name
		}
	}
	switch code(iso2) {
	case "BS", "GM", "IM", "KM", "MV", "NL", "PH", "SC":
		return "the " + name
	}
	return name
}

// LanguageName returns a language for people, its code in brackets: "English (en)",
// "Portuguese, Portugal (pt-PT)", "Chinese, Simplified (zh-CHS)". An unknown language
// comes back as it is, trimmed.
func LanguageName(tag string) string {
	tag = strings.TrimSpace(tag)
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 {
		return tag
	}
	name, ok := languageNames[strings.ToLower(parts[0])]
	if !ok {
		return tag
	}
	for _, p := range parts[1:] {
		sub, ok := subtagName(p)
		if !ok {
			return tag
		}
		name += ", " + sub
	}
	return name + " (" + tag + ")"
}

// CultureName returns a culture for people: "English, Australia (en-AU)". An unknown
// one comes back as it is, trimmed.
func CultureName(tag string) string { return LanguageName(tag) }

func subtagName(p string) (string, bool) {
	switch strings.ToUpper(p) { // Windows names from before scripts had codes; still in the upstream's rules
	case "CHS":
		return "Simplified", true
	case "CHT":
		return "Traditional", true
	case "419":
		return "Latin America", true
	}
	if len(p) == 4 {
		name, ok := scriptNames[strings.ToUpper(p[:1])+strings.ToLower(p[1:])]
		return name, ok
	}
	name, ok := countryNames[strings.ToUpper(p)]
	return name, ok
}

// code takes UK for GB, as people do.
func code(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s == "UK" {
		return "GB"
	}
	return s
}

// sortKey orders names: accents and case do not count in English lists.
func sortKey(s string) string { return unaccent.Replace(strings.ToLower(s)) }

// plainName is what two spellings of one name have in common.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, sortKey(s))
}

// unaccent knows the accented letters of our own tables; nothing else is compared by it.
var unaccent = strings.NewReplacer("å", "a", "á", "a", "ã", "a", "â", "a", "ç", "c",
	"é", "e", "í", "i", "ì", "i", "ñ", "n", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ü", "u", "ū", "u")
