package forms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/forms"
)

func TestUpstreamErrors(t *testing.T) {
	const unknown = "Partner Center did not accept this profile. Nothing was saved."
	for _, c := range []struct {
		name     string
		code     string
		said     string
		field    string
		text     string
		sentence string
	}{
		{"phone missing, by code", "600051", "whatever", forms.Phone, "Enter a phone number. Partner Center asks for one in Australia.", ""},
		{"postal code in Pascal case", "", "Invalid value for DefaultAddress.PostalCode.", forms.PostalCode,
			"Partner Center did not accept this postcode. Check it against the suburb or city and state or territory.", ""},
		{"zip in words", "", "The zip code does not match.", forms.PostalCode, "", ""},
		{"snake case", "", `{&quot;address_line1&quot;: too long}`, forms.AddressLine1, "Partner Center did not accept this address line 1.", ""},
		{"by data", "", "companyName: too short", forms.CompanyName, "Partner Center did not accept this company name.", ""},
		{"recipient's first name", "", "defaultAddress.firstName is required", forms.RecipientFirst, "", ""},
		{"contact's first name", "", "FirstName is required", forms.FirstName, "", ""},
		{"state", "", "State 'ZZ' is not supported.", forms.State, "", ""},
		{"statement is no state", "", "The statement cannot be processed.", "", "", unknown},
		{"ordinary words", "", "The state of the region's language pack", "", "", unknown},
		{"nothing said", "", "", "", "", unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			errs, sentence := forms.UpstreamErrors(c.code, c.said, harbourline())
			if en(sentence) != c.sentence {
				t.Errorf("sentence %q, want %q", en(sentence), c.sentence)
			}
			if c.field != "" && (len(errs) != 1 || errs[0].Name != c.field || c.text != "" && en(errs[0].Text) != c.text) {
				t.Errorf("errors %v, want %s %q", english(errs), c.field, c.text)
			}
		})
	}
	errs, _ := forms.UpstreamErrors("", "PostalCode and City do not fit, email missing", harbourline())
	var names []string
	for _, e := range errs {
		names = append(names, e.Name)
	}
	if d := cmp.Diff([]string{forms.Email, forms.City, forms.PostalCode}, names); d != "" {
		t.Errorf("several fields, page order: %s", d)
	}
}

func TestUpstreamQuote(t *testing.T) {
	got := forms.UpstreamQuote("It&#39;s \u202ewrong\r\n\x00 <b>here</b>" + strings.Repeat(" x", 400))
	if !strings.HasPrefix(got, "It's wrong <b>here</b> x") || len([]rune(got)) != 300 {
		t.Errorf("A-46 quote %q", got)
	}
	if forms.UpstreamQuote("") != "" {
		t.Error("nothing was said")
	}
}
