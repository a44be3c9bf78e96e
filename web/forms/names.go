package forms

import (
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

// Names returns all wire names of the form in wire order. The slice is the caller's own.
func Names() []string {
	return []string{
		CompanyName, FirstName, LastName, Email, Culture, Language,
		Country, Region, City, State, District, AddressLine1, AddressLine2, AddressLine3,
		PostalCode, RecipientFirst, RecipientMiddle, RecipientLast, Phone,
	}
}

// Order returns all wire names in the order of the page, which for the address is the
// country's own. Errors come in this order.
func Order(country string) []string {
	order := []string{CompanyName, FirstName, LastName, Email, Language, Culture, Country}
	for _, row := range address.Rows(country, func(string) bool { return true }) {
		for _, f := range row {
			order = append(order, addressPrefix+f.Name)
		}
	}
	return append(order, RecipientFirst, RecipientMiddle, RecipientLast, Phone)
}

// Label returns what the name is called in forms, reviews and errors of a country:
// "Email", "Postcode". An unknown name comes back as it is.
func Label(name, country string) words.Message {
	if id := called(name, country); id != "" {
		return words.M("label." + id)
	}
	return words.M(name)
}

// called is the label as the ids of texts have it, "" for an unknown name.
func called(name, country string) string {
	switch name {
	case CompanyName:
		return "company-name"
	case FirstName:
		return "first-name"
	case LastName:
		return "last-name"
	case Email:
		return "email"
	case Culture:
		return "culture"
	case Language:
		return "language"
	case RecipientFirst:
		return "recipient-first-name"
	case RecipientMiddle:
		return "recipient-middle-name"
	case RecipientLast:
		return "recipient-last-name"
	case Phone:
		return "phone"
	}
	return address.Called(country, strings.TrimPrefix(name, addressPrefix))
}

// Required reports whether the form may not be saved with the name empty, as far as the
// portal and the country's rules know.
func Required(name string, rules pcclient.CountryRules) bool {
	switch name {
	case CompanyName, Email, Culture, Language, Country, AddressLine1:
		return true
	case City:
		return rules.CityRequired
	case State:
		return rules.StateRequired
	case PostalCode:
		return rules.PostalCodeRequired
	case Phone:
		return asksForPhone(Normal(Country, rules.ISO2Code))
	}
	return false
}

// asksForPhone is about the countries in which a customer is not created without a phone
// number (600051, the upstream's pages on error codes and on utility resources). That an
// update is refused for it too is likely and not proved.
func asksForPhone(country string) bool {
	const countries = "AE AM AZ BR BY HU IN IQ KG KZ MD MM PL RU SA SS TH TJ TR UA UZ VE VN ZA"
	return country != "" && slices.Contains(strings.Fields(countries), country)
}

// AddressRows returns the rows of the address form below the country. A part is there
// when the country's layout or rules use it, or when v or base holds text in it, so that
// nothing stored is out of sight. Names are wire names.
func AddressRows(v, base Values, rules pcclient.CountryRules) []address.Row {
	country := v[Country]
	rules = rulesFor(country, rules)
	rows := address.Rows(country, func(part string) bool {
		name := addressPrefix + part
		switch {
		case v.has(name) || base.has(name) || address.Uses(country, part) || Required(name, rules):
			return true
		case part == address.State:
			return len(rules.States) > 0
		case part == address.PostalCode:
			return rules.PostalCodePattern != ""
		}
		return false
	})
	for _, row := range rows {
		for i := range row {
			row[i].Name = addressPrefix + row[i].Name
		}
	}
	return rows
}

// PrintAddress returns the printed lines of the default address, in the country's own
// order and with its name in the language; none when there is no text.
func PrintAddress(l *words.Language, v Values) []string {
	parts := map[string]string{}
	for _, name := range Names() {
		if part, ok := strings.CutPrefix(name, addressPrefix); ok {
			parts[part] = v[name]
		}
	}
	return address.NamesIn(l.Tag()).Lines(parts)
}

func known(name string) bool { return slices.Contains(Names(), name) }

// has reports whether there is any text in the name.
func (v Values) has(name string) bool { return Normal(name, v[name]) != "" }
