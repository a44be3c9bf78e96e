package forms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
)

func TestCanonical(t *testing.T) {
	poland := pcclient.CountryRules{ISO2Code: "PL", PostalCodePattern: `^\d{2}-\d{3}$`}
	canada := pcclient.CountryRules{ISO2Code: "CA", PostalCodePattern: `^[A-Z]\d[A-Z] \d[A-Z]\d$`}
	for _, c := range []struct {
		name              string
		rules             pcclient.CountryRules
		field, text, want string
	}{
		{"trimmed", australia(), forms.CompanyName, " Harbourline\tCeramics ", "Harbourline Ceramics"},
		{"inner spaces are the person's", australia(), forms.CompanyName, "A  B", "A  B"},
		{"state by name", australia(), forms.State, "new south wales", "NSW"},
		{"state by code", australia(), forms.State, "vic", "VIC"},
		{"state that does not fit", australia(), forms.State, " Waikato", "Waikato"},
		{"culture", australia(), forms.Culture, "EN-au", "en-AU"},
		{"country", australia(), forms.Country, "au ", "AU"},
		{"phone as typed where any spelling fits", germany(), forms.Phone, "030 / 23125-123", "030 / 23125-123"},
		{"phone in the plain form the pattern takes", australia(), forms.Phone, "(02) 5550 1234", "0255501234"},
		{"phone as typed where the pattern takes it", unitedStates(), forms.Phone, "(312) 555-0123", "(312) 555-0123"},
		{"postal code as typed where the pattern takes it", unitedStates(), forms.PostalCode, "98052-8300", "98052-8300"},
		{"postal code with a dash", unitedStates(), forms.PostalCode, "98052 8300", "98052-8300"},
		{"postal code without", unitedStates(), forms.PostalCode, "980528300", "98052-8300"},
		{"odd dash", unitedStates(), forms.PostalCode, "98052–8300", "98052-8300"},
		{"like the example", poland, forms.PostalCode, "00950", "00-950"},
		{"in capitals", canada, forms.PostalCode, "k1a0b1", "K1A 0B1"},
		{"capitals only when needed", pcclient.CountryRules{ISO2Code: "GB"}, forms.PostalCode, "sw1a 1aa", "sw1a 1aa"},
		{"what does not fit stays", australia(), forms.PostalCode, "12A", "12A"},
		{"nothing but signs", australia(), forms.Phone, " - ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := harbourline(forms.Country, c.rules.ISO2Code, c.field, c.text)
			got := forms.Canonical(v, nil, c.rules)
			if d := cmp.Diff(c.want, got[c.field]); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(got, forms.Canonical(got, nil, c.rules)); d != "" {
				t.Errorf("a second time it differs: %s", d)
			}
			if v[c.field] != c.text {
				t.Error("the values given were changed")
			}
		})
	}
}

func TestCanonicalKeepsStoredText(t *testing.T) {
	base := harbourline(forms.State, "New South Wales", forms.Culture, "EN-AU", forms.Phone, "(02) 5550 1234")
	v := harbourline(forms.State, " New South Wales", forms.Culture, "en-AU", forms.Phone, "02 5550 1234", forms.Email, " a@b.example ")
	got := forms.Canonical(v, base, australia())
	want := harbourline(forms.State, "New South Wales", forms.Culture, "EN-AU", forms.Phone, "(02) 5550 1234", forms.Email, "a@b.example")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
