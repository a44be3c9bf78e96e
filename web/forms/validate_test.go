package forms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
)

func TestValidateWords(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ name, field, text, want string }{
		{"company name", forms.CompanyName, " ", "Enter a company name"},
		{"email", forms.Email, "", "Enter an email address"},
		{"email format", forms.Email, "invoices@harbourline", "Enter an email address in the correct format, like name@example.com"},
		{"line 1", forms.AddressLine1, "", "Enter address line 1"},
		{"line 1 too long", forms.AddressLine1, long(214), "Address line 1 must be 200 characters or less. It is 214."},
		{"line 3 too long", forms.AddressLine3, strings.Repeat("é", 201), "Address line 3 must be 200 characters or less. It is 201."},
		{"recipient too long", forms.RecipientLast, long(51), "Recipient last name must be 50 characters or less. It is 51."},
		{"longer than anything", forms.City, long(401), "Suburb or city must be 400 characters or less. It is 401."},
		{"just fits", forms.RecipientLast, long(50) + " ", ""},
		{"city", forms.City, "", "Enter a suburb or city"},
		{"state", forms.State, "", "Choose a state or territory"},
		{"state of elsewhere", forms.State, "Waikato", "Choose a state or territory from the list for Australia"},
		{"state by code", forms.State, "qld", ""},
		{"state by name", forms.State, "western australia", ""},
		{"postcode", forms.PostalCode, "", "Enter a postcode"},
		{"postcode format", forms.PostalCode, "12A", "Postcode must be 4 digits for Australia"},
		{"postcode with spaces", forms.PostalCode, " 2 010", ""},
		{"phone of elsewhere", forms.Phone, "+64 7 838 4500", "Enter a phone number that fits Australia, or leave it empty"},
		{"phone with its country", forms.Phone, "+61 (0)2 5550 1234", ""},
		{"no phone", forms.Phone, "", ""},
		{"country", forms.Country, "", "Choose a country or region"},
		{"country unknown", forms.Country, "QQ", "Choose a country or region from the list"},
		{"culture", forms.Culture, "", "Choose a culture"},
		{"culture of elsewhere", forms.Culture, "de-DE", "Choose a culture from the list for Australia"},
		{"culture in capitals", forms.Culture, "EN-US", ""},
		{"language of elsewhere", forms.Language, "de", "Choose a language from the list for Australia"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := harbourline(c.field, c.text)
			got := forms.Validate(v, nil, australia())
			if d := cmp.Diff(c.want, en(got.For(c.field))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestValidateOtherCountries(t *testing.T) {
	britain := pcclient.CountryRules{ISO2Code: "GB", CityRequired: true, PostalCodeRequired: true,
		PostalCodePattern: `^([gG][iI][rR][ ]?0[aA]{2,2}|[a-zA-Z]([0-9][0-9a-zA-Z]?|[a-zA-Z][0-9][0-9a-zA-Z]?)[ ]?[0-9][a-zA-Z]{2,2})$`}
	for _, c := range []struct {
		name        string
		rules       pcclient.CountryRules
		field, text string
		want        string
	}{
		{"Britain", britain, forms.PostalCode, "2000", "Postcode must look like SW1A 1AA for the United Kingdom"},
		{"Britain in small letters", britain, forms.PostalCode, "sw1a1aa", ""},
		{"Britain without a city", britain, forms.City, "", "Enter a town or city"},
		{"the United States", unitedStates(), forms.PostalCode, "1234", "ZIP code must be 5 or 9 digits for the United States"},
		{"ZIP+4 with a space", unitedStates(), forms.PostalCode, "98052 8300", ""},
		{"a phone with its calling code", unitedStates(), forms.Phone, "+1 312 555 0123", ""},
		{"a word for a phone number where no pattern is known", britain, forms.Phone, "abc", "Enter a phone number that fits the United Kingdom, or leave it empty"},
		{"an Eircode", pcclient.CountryRules{ISO2Code: "IE", PostalCodeRequired: true}, forms.PostalCode, "", "Enter an Eircode"},
		{"a required state without a list", pcclient.CountryRules{ISO2Code: "JP", StateRequired: true}, forms.State, "", "Enter a prefecture"},
		{"a rule nobody can read", pcclient.CountryRules{ISO2Code: "AU", PostalCodePattern: `(?<=a)b`, PhonePattern: `[`}, forms.PostalCode, "anything", ""},
		{"rules of another country are none", australia(), forms.Country, "DE", ""},
		{"no rules", pcclient.CountryRules{}, forms.State, "Anywhere", ""},
		{"a shape that we do not know", pcclient.CountryRules{ISO2Code: "LK", PostalCodePattern: `^[A-Z]9$`}, forms.PostalCode, "1", "Enter a postal code that fits Sri Lanka"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := harbourline(forms.Country, c.rules.ISO2Code, c.field, c.text)
			if d := cmp.Diff(c.want, en(forms.Validate(v, nil, c.rules).For(c.field))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAllComplaintsAtOnceInPageOrder(t *testing.T) {
	v := forms.Values{forms.Country: "JP", forms.PostalCode: "x"}
	rules := pcclient.CountryRules{ISO2Code: "JP", StateRequired: true, CityRequired: true, PostalCodePattern: `^\d{3}-\d{4}$`}
	var got []string
	for _, e := range forms.Validate(v, nil, rules) {
		got = append(got, e.Name)
	}
	want := []string{forms.CompanyName, forms.Email, forms.Language, forms.Culture, forms.PostalCode, forms.State, forms.City, forms.AddressLine1}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStoredValuesDoNotBlock(t *testing.T) {
	legacy := harbourline(forms.Phone, "call Priya", forms.State, "Waikato", forms.PostalCode, "", forms.Culture, "xx-XX", forms.CompanyName, "Ltd")
	edited := harbourline(forms.Phone, "call Priya", forms.State, "Waikato", forms.PostalCode, " ", forms.Culture, "xx-XX", forms.CompanyName, "Ltd",
		forms.Email, "invoices@harbourline.example")
	if errs := forms.Validate(edited, legacy, australia()); errs != nil {
		t.Errorf("somebody who corrects an email is stopped: %v", errs)
	}
	edited[forms.Country] = "NZ"
	got := forms.Validate(edited, legacy, newZealand())
	for _, name := range []string{forms.PostalCode, forms.Culture} {
		if got.For(name).ID == "" {
			t.Errorf("%s is not judged by the new country", name)
		}
	}
	if got.For(forms.CompanyName).ID != "" {
		t.Error("the company name has nothing to do with the country")
	}
	if errs := forms.Validate(harbourline(forms.Email, ""), harbourline(), australia()); errs.For(forms.Email).ID == "" {
		t.Error("a required value may be emptied")
	}
}

func TestCompanyNames(t *testing.T) {
	for _, bad := range []string{"A", " B ", "---", "\t \u00a0", "Ltd", "G.m.b.H.", "INC", "s.p.a.", "Plc.", "!"} {
		if forms.Validate(harbourline(forms.CompanyName, bad), nil, australia()).For(forms.CompanyName).ID == "" {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, good := range []string{"HP", "3M", "Nordlicht GmbH", "大阪陶器", "A1", "Ltd Edition", "מסעדה"} {
		if text := en(forms.Validate(harbourline(forms.CompanyName, good), nil, australia()).For(forms.CompanyName)); text != "" {
			t.Errorf("%q: %s", good, text)
		}
	}
}

func TestEmails(t *testing.T) {
	for _, good := range []string{"a@b.example", "priya.o'hara+billing@sub.harbourline.example", "post@bücher.example", "用户@例子.公司", "a@xn--bcher-kva.example", "x_y=z@a-b.example"} {
		if text := en(forms.Validate(harbourline(forms.Email, good), nil, australia()).For(forms.Email)); text != "" {
			t.Errorf("%q: %s", good, text)
		}
	}
	for _, bad := range []string{"a", "@b.example", "a@", "a@b", "a b@c.example", "a@b..example", "a@-b.example", "a@b-.example", ".a@b.example", "a..b@c.example",
		"a@b@c.example", "<a@b.example>", "Priya <a@b.example>", "a@b.example,c@d.example", "a@[127.0.0.1]", "a@b_c.example", strings.Repeat("a", 250) + "@b.example",
		"somebody@microsoft.com", "somebody@MICROSOFT.com"} {
		if forms.Validate(harbourline(forms.Email, bad), nil, australia()).For(forms.Email).ID == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct{ name, field, text, want string }{
		{"three times", forms.CompanyName, "Studio 999", "It has the same character three times or more in a row. It can be saved."},
		{"single letters", forms.CompanyName, "A B C", "It is single letters with spaces between them. It can be saved."},
		{"a domain", forms.CompanyName, "harbourline.com", "It looks like a domain rather than a company. It can be saved."},
		{"refused anyway", forms.CompanyName, "...", ""},
		{"look-alike", forms.Email, "priya@outlok.com", "Did you mean outlook.com?"},
		{"letters exchanged", forms.Email, "priya@gmial.com", "Did you mean gmail.com?"},
		{"the real one", forms.Email, "priya@outlook.com", ""},
		{"another real one", forms.Email, "priya@mail.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, n := range forms.Warnings(harbourline(c.field, c.text), harbourline(), australia()) {
				got += en(n.Text)
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	poland := harbourline(forms.Country, "PL", forms.Phone, "")
	rules := pcclient.CountryRules{ISO2Code: "PL"}
	if got := forms.Warnings(poland, poland, rules); len(got) != 1 || got[0].Name != forms.Phone {
		t.Errorf("warnings %v, want one about the phone, which was empty before", got)
	}
	if got := forms.Validate(poland, poland, rules); got != nil {
		t.Errorf("the phone was empty before, and nobody touched it: %v", got)
	}
	if got := en(forms.Validate(poland, harbourline(), rules).For(forms.Phone)); got != "Enter a phone number. Partner Center asks for one in Poland." {
		t.Errorf("the phone is said to be %q", got)
	}
	if got := forms.Warnings(harbourline(forms.CompanyName, "999"), harbourline(forms.CompanyName, "999"), australia()); got != nil {
		t.Errorf("nobody touched it: %v", got)
	}
}
