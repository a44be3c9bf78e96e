package forms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// Texts that differ by a label are made up of its id. Whatever a country calls its parts,
// each of them must be there, with all that it needs.
func TestEveryCountryHasItsTexts(t *testing.T) {
	for _, country := range append(address.NamesIn("en").Countries(), "", "QQ") {
		for _, m := range everyText(country) {
			if m.ID == "" {
				continue
			}
			if text := en(m); text == m.ID || strings.Contains(text, "{") {
				t.Errorf("%s: %s says %q", country, m.ID, text)
			}
		}
	}
}

// everyText is what can be said about a form of a country.
func everyText(country string) []words.Message {
	var all []words.Message
	complaints := func(errs forms.Errors) {
		for _, e := range errs {
			all = append(all, e.Text)
		}
	}
	strict := pcclient.CountryRules{ISO2Code: country, CityRequired: true, StateRequired: true, PostalCodeRequired: true,
		PostalCodePattern: "^fits nothing$", PhonePattern: "^fits nothing$"}
	listed := strict
	listed.States, listed.Cultures, listed.Languages = []string{"XX"}, []string{"xx-XX"}, []string{"xx"}
	empty, wrong, long := forms.Values{forms.Country: country}, forms.Values{}, forms.Values{}
	for _, name := range forms.Names() {
		wrong[name], long[name] = "?", strings.Repeat("x", forms.MaxRunes+1)
		all = append(all, forms.Label(name, country), forms.Help(name))
	}
	wrong[forms.Country], long[forms.Country] = country, country
	for _, rules := range []pcclient.CountryRules{strict, listed} {
		for _, v := range []forms.Values{nil, empty, wrong, long} {
			complaints(forms.Validate(v, nil, rules))
		}
	}
	for _, pattern := range []string{`^\d{3}$`, `^\d{3,7}$`, "^[A-Z]+$", "^[A-Z0-9 -]+$", ""} {
		strict.PostalCodePattern = pattern
		complaints(forms.Validate(wrong, nil, strict))
		all = append(all, address.PostalHint(country, pattern), address.PhoneHint(country, ""))
	}
	for _, said := range []string{"companyName", "firstName", "lastName", "email", "culture", "language", "country", "region", "city", "state", "district",
		"addressLine1", "addressLine2", "addressLine3", "postalCode", "defaultAddress.firstName", "defaultAddress.middleName", "defaultAddress.lastName", "phone", ""} {
		errs, sentence := forms.UpstreamErrors("", said, empty)
		complaints(errs)
		all = append(all, sentence)
	}
	_, aside, gone := forms.CountryChange(wrong, map[string]string{"country": country}, listed)
	_, _, away := forms.CountryChange(wrong, map[string]string{"country": "ZZ"}, listed)
	delete(aside, "country")
	aside["state"], aside["culture"], aside["language"] = "XX", "xx-XX", "xx"
	_, _, back := forms.CountryChange(empty, aside, listed)
	for _, n := range slices.Concat(gone, away, back, forms.Warnings(empty, nil, listed)) {
		all = append(all, n.Title, n.Text)
	}
	return all
}
