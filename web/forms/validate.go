package forms

import (
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
)

// Limits the upstream documents for an address. It states none for the rest.
const (
	maxLine = 200
	maxName = 50
)

// Validate returns every complaint about v at once, in page order; nil if there is none.
// rules are those of v's country; rules of another country, or none, switch off what
// depends on them.
//
// A value that did not change from base never blocks, not even an empty required one: the
// upstream took it before, the person did not touch it, and somebody who came to correct
// an email must not be stopped by an old phone number. When the country changed, what
// depends on it (city, state, postal code, phone, culture, language) is judged as changed.
// base nil judges everything.
func Validate(v, base Values, rules pcclient.CountryRules) Errors {
	c := checker{v: v, country: Normal(Country, v[Country]), rules: rulesFor(v[Country], rules)}
	var errs Errors
	for _, name := range Order(c.country) {
		if !touched(name, base, v) {
			continue
		}
		if text := c.check(name); text != "" {
			errs = append(errs, FieldError{name, text})
		}
	}
	return errs
}

type checker struct {
	v       Values
	country string
	rules   pcclient.CountryRules
}

func (c checker) check(name string) string {
	text := strings.TrimSpace(foldSpaces(c.v[name]))
	if !c.v.has(name) {
		if Required(name, c.rules) {
			return c.missing(name)
		}
		return ""
	}
	if n := utf8.RuneCountInString(text); n > maxRunes(name) {
		return tooLong(Label(name, c.country), maxRunes(name), n)
	}
	switch name {
	case CompanyName:
		return checkCompanyName(text)
	case Email:
		return checkEmail(text)
	case Country, State, Culture, Language:
		return c.checkChoice(name, text)
	case PostalCode:
		if _, ok := fitPostal(text, c.rules); !ok {
			return c.postalText()
		}
	case Phone:
		if _, ok := fitPhone(text, c.rules); !ok {
			text := "Enter a phone number that fits " + address.InSentence(c.country)
			if !Required(Phone, c.rules) {
				text += ", or leave it empty"
			}
			return text
		}
	}
	return ""
}

func (c checker) checkChoice(name, text string) string {
	ok := true
	switch name {
	case Country:
		ok = address.KnownCountry(text) || c.rules.ISO2Code != "" && len(c.rules.Cultures) > 0
	case State:
		_, ok = fitState(text, c.rules)
	case Culture:
		_, ok = listed(c.rules.Cultures, text)
	case Language:
		_, ok = listed(c.rules.Languages, text)
	}
	switch {
	case ok:
		return ""
	case name == Country:
		return "Choose a country or region from the list"
	}
	return c.choose(name) + " from the list for " + address.InSentence(c.country)
}

func (c checker) missing(name string) string {
	switch name {
	case Email:
		return "Enter an email address"
	case AddressLine1:
		return "Enter address line 1"
	case Country, Culture, Language:
		return c.choose(name)
	case Phone:
		return needsPhone(c.country)
	case State:
		if len(c.rules.States) > 0 {
			return c.choose(name)
		}
	}
	return "Enter " + withArticle(Label(name, c.country))
}

func needsPhone(country string) string {
	return "Enter a phone number. Partner Center asks for one in " + address.InSentence(country) + "."
}

func (c checker) choose(name string) string { return "Choose " + withArticle(Label(name, c.country)) }

func (c checker) postalText() string {
	label, where := Label(PostalCode, c.country), " for "+address.InSentence(c.country)
	if shape := address.PostalShape(c.country, c.rules.PostalCodePattern); shape != "" {
		return label + " must be " + shape + where
	}
	if example := address.PostalExample(c.country, c.rules.PostalCodePattern); example != "" {
		return label + " must look like " + example + where
	}
	return "Enter " + withArticle(label) + " that fits " + address.InSentence(c.country)
}

func maxRunes(name string) int {
	switch name {
	case AddressLine1, AddressLine2, AddressLine3:
		return maxLine
	case RecipientFirst, RecipientMiddle, RecipientLast:
		return maxName
	}
	return MaxRunes
}

// withArticle puts a label inside a sentence: "a town or city", "an Eircode", "a ZIP code".
func withArticle(label string) string {
	first, _, _ := strings.Cut(label, " ")
	if first != "Eircode" && strings.ToUpper(first) != first {
		label = strings.ToLower(label[:1]) + label[1:]
	}
	if strings.ContainsRune("aeiouE", rune(label[0])) {
		return "an " + label
	}
	return "a " + label
}
