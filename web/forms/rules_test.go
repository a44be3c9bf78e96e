package forms_test

import (
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// said is a complaint as people read it.
type said struct{ Name, Text string }

func en(m words.Message) string { return words.English().Of(m) }

// told reports whether a message has a text.
func told(m words.Message) bool { return m.ID != "" && en(m) != m.ID }

// remark is a note as people read it.
type remark struct{ Name, Title, Text string }

func remarks(notes []forms.Note) []remark {
	var out []remark
	for _, n := range notes {
		out = append(out, remark{n.Name, en(n.Title), en(n.Text)})
	}
	return out
}

func english(errs forms.Errors) []said {
	var out []said
	for _, e := range errs {
		out = append(out, said{e.Name, en(e.Text)})
	}
	return out
}

// Rules made up for these tests, in the shape of the upstream's.
func australia() pcclient.CountryRules {
	return pcclient.CountryRules{ISO2Code: "AU", StateRequired: true, CityRequired: true, PostalCodeRequired: true,
		States:    []string{"NSW", "VIC", "QLD", "WA", "SA", "TAS", "ACT", "NT"},
		Languages: []string{"en"}, Cultures: []string{"en-AU", "en-US"}, CallingCodes: []string{"61"},
		PostalCodePattern: `^\d{4}$`, PhonePattern: `^(\+61|0)?[2-478]\d{8}$`}
}

func newZealand() pcclient.CountryRules {
	return pcclient.CountryRules{ISO2Code: "NZ", CityRequired: true, PostalCodeRequired: true,
		Languages: []string{"en"}, Cultures: []string{"en-NZ", "en-US"}, PostalCodePattern: `^[0-9]{4,4}$`}
}

func germany() pcclient.CountryRules {
	return pcclient.CountryRules{ISO2Code: "DE", CityRequired: true, PostalCodeRequired: true,
		Languages: []string{"de", "en"}, Cultures: []string{"de-DE", "en-US"}, PostalCodePattern: `^[0-9]{5,5}$`}
}

func unitedStates() pcclient.CountryRules {
	return pcclient.CountryRules{ISO2Code: "US", StateRequired: true, CityRequired: true, PostalCodeRequired: true,
		States: strings.Fields("CA NY TX WA"), Languages: []string{"en", "es"}, Cultures: []string{"en-US", "es-US"},
		CallingCodes: []string{"1"}, PostalCodePattern: `^\d{5}(-\d{4})?$`,
		PhonePattern: `^(1[ \-\/\.]?)?(\((\d{3})\)|(\d{3}))[ \-\/\.]?(\d{3})[ \-\/\.]?(\d{4})$`}
}

// harbourline is a made-up customer in Sydney; changes are pairs of name and text.
func harbourline(changes ...string) forms.Values {
	v := forms.Values{
		forms.CompanyName: "Harbourline Ceramics Pty Ltd", forms.FirstName: "Priya", forms.LastName: "Raman",
		forms.Email: "accounts@harbourline.example", forms.Culture: "en-AU", forms.Language: "en",
		forms.Country: "AU", forms.State: "NSW", forms.City: "Sydney", forms.AddressLine1: "Suite 12, 80 Pitt Street",
		forms.PostalCode: "2000", forms.Phone: "02 5550 1234",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v[changes[i]] = changes[i+1]
	}
	return v
}
