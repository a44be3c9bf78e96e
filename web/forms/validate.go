package forms

import (
	"strings"
	"unicode/utf8"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
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
		if text := c.check(name); text.ID != "" {
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

func (c checker) check(name string) words.Message {
	text := strings.TrimSpace(foldSpaces(c.v[name]))
	if !c.v.has(name) {
		if Required(name, c.rules) {
			return c.missing(name)
		}
		return words.Message{}
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
			if Required(Phone, c.rules) {
				return words.M("phone.fits", "country", address.Place(c.country))
			}
			return words.M("phone.fits-or-empty", "country", address.Place(c.country))
		}
	}
	return words.Message{}
}

func (c checker) checkChoice(name, text string) words.Message {
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
	if ok {
		return words.Message{}
	}
	return words.M("choose-listed."+called(name, c.country), "country", address.Place(c.country))
}

func (c checker) missing(name string) words.Message {
	id := called(name, c.country)
	switch {
	case name == Phone:
		return needsPhone(c.country)
	case name == Country, name == Culture, name == Language, name == State && len(c.rules.States) > 0:
		return words.M("choose." + id)
	}
	return words.M("enter." + id)
}

func needsPhone(country string) words.Message {
	return words.M("phone.needed", "country", address.Place(country))
}

func (c checker) postalText() words.Message {
	code, country := called(PostalCode, c.country), address.Place(c.country)
	if shape := address.PostalShape(c.country, c.rules.PostalCodePattern); shape.ID != "" {
		return words.M("postal-shape."+code, "shape", shape, "country", country)
	}
	if example := address.PostalExample(c.country, c.rules.PostalCodePattern); example != "" {
		return words.M("postal-like."+code, "example", example, "country", country)
	}
	return words.M("postal-fits."+code, "country", country)
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
