package forms

import (
	"maps"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// Canonical returns the form in which values are stored, shown on review and sent: as
// typed, but trimmed; a state by its code; country, culture and language as the lists
// write them; postal code and phone in a plainer spelling only if the pattern takes no
// other. Text that fits nothing stays, for Validate to say so. v itself is not changed.
//
// Names that did not change from base get base's own text, so that no stored value is
// rewritten behind a person's back; base may be nil.
func Canonical(v, base Values, rules pcclient.CountryRules) Values {
	rules = rulesFor(v[Country], rules)
	out := maps.Clone(v)
	for _, name := range Names() {
		text, typed := v[name]
		switch {
		case !typed:
		case base != nil && !touched(name, base, v):
			out[name] = base[name]
		default:
			out[name] = canonical(name, text, rules)
		}
	}
	return out
}

func canonical(name, text string, rules pcclient.CountryRules) string {
	text = strings.TrimSpace(foldSpaces(text))
	if Normal(name, text) == "" {
		return ""
	}
	switch name {
	case Country:
		return Normal(Country, text)
	case State:
		text, _ = fitState(text, rules)
	case Culture:
		text, _ = listed(rules.Cultures, text)
	case Language:
		text, _ = listed(rules.Languages, text)
	case PostalCode:
		text, _ = fitPostal(text, rules)
	case Phone:
		text, _ = fitPhone(text, rules)
	}
	return text
}

// touched reports whether a value is the person's doing: it differs from base, or it
// depends on the country and that changed. Without a base everything is.
func touched(name string, base, v Values) bool {
	return base == nil || !Agree(base, v, name) || dependent(name) && !Agree(base, v, Country)
}

// dependent names are judged by the rules of the country.
func dependent(name string) bool {
	switch name {
	case State, City, PostalCode, Phone, Culture, Language:
		return true
	}
	return false
}
