package pcsim

import (
	"net/http"
	"regexp"
	"strings"
)

// countryRules are what GET /v1/countryvalidationrules/{iso2} tells of a country.
type countryRules struct {
	ISO2           string
	DefaultCulture string
	StateRequired  bool
	States         []string
	Languages      []string
	Cultures       []string
	PostalRequired bool
	Postal         string // regular expression; "" is no rule
	CityRequired   bool
	VAT            bool
	TaxFormat      string
	TaxSample      string
	VATPattern     string
	Phone          string
	Tax            bool
	TaxOptional    bool
	Calling        []string
	Typed          bool // attributes.objectType is in the answer; recordings of 2018 lack it
	postal         *regexp.Regexp
}

// rulesOf returns a country's rules: the recorded ones, else ours. Codes are upper
// case; there is no UK, it is GB.
func rulesOf(iso2 string) (countryRules, bool) {
	r, ok := recordedRules[iso2]
	if !ok {
		r, ok = ourRules[iso2]
	}
	return r, ok
}

// Countries lists the countries the simulator has rules for, the recorded five first.
func Countries() []string {
	list := []string{"US", "PT", "CN", "DE", "GB"}
	for _, line := range ourCountries() {
		list = append(list, line[:2])
	}
	return list
}

// postalFits is true when there is no rule.
func (r countryRules) postalFits(code string) bool {
	return r.postal == nil || r.postal.MatchString(code)
}

func (r countryRules) compiled() countryRules {
	if r.Postal != "" {
		r.postal = regexp.MustCompile(r.Postal)
	}
	return r
}

func (r countryRules) wire() object {
	o := obj("iso2Code", r.ISO2, "defaultCulture", r.DefaultCulture, "isStateRequired", r.StateRequired,
		"supportedStatesList", list(r.States), "supportedLanguagesList", list(r.Languages),
		"supportedCulturesList", list(r.Cultures), "isPostalCodeRequired", r.PostalRequired,
		"postalCodeRegex", orNothing(r.Postal), "isCityRequired", r.CityRequired, "isVatIdSupported", r.VAT,
		"taxIdFormat", orNothing(r.TaxFormat), "taxIdSample", orNothing(r.TaxSample),
		"vatIdRegex", orNothing(r.VATPattern), "phoneNumberRegex", orNothing(r.Phone),
		"isTaxIdSupported", r.Tax, "isTaxIdOptional", r.TaxOptional, "countryCallingCodesList", list(r.Calling))
	if r.Typed {
		o = append(o, member{"attributes", objectType("CountryValidationRules")})
	}
	return o
}

func list(texts []string) []any {
	l := make([]any, 0, len(texts))
	for _, t := range texts {
		l = append(l, t)
	}
	return l
}

func orNothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// getCountryRules answers the rules. The sentence for an unknown country was
// reported; its status and code were not, 404 and 3000 are ours.
func (s *Simulator) getCountryRules(c *call) answer {
	r, ok := rulesOf(c.segment)
	if !ok {
		return s.refuse(http.StatusNotFound, 3000, "No validation rules were found for the country/region "+c.segment)
	}
	return s.success(r.wire())
}

func words(text string) []string { return strings.Fields(text) }
