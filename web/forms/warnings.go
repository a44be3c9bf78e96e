package forms

import (
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
)

// The upstream asks for a phone number when a customer is created in these countries; for
// updates nobody knows.
const phoneCountries = "AE AM AZ BR BY HU IN IQ KG KZ MD MM PL RU SA SS TH TJ TR UA UZ VE VN ZA"

// Warnings returns remarks on changed values that can be saved but deserve a second look:
// company names that the upstream warns of, look-alike domains of email addresses, a
// missing phone number where one may be asked for. In page order; base may be nil.
func Warnings(v, base Values, rules pcclient.CountryRules) []Note {
	var notes []Note
	name := strings.TrimSpace(v[CompanyName])
	if why := warnCompanyName(name); why != "" && touched(CompanyName, base, v) && checkCompanyName(name) == "" {
		notes = append(notes, Note{CompanyName, "Check the company name", why + " It can be saved."})
	}
	email := strings.TrimSpace(v[Email])
	if d := lookAlike(email); d != "" && touched(Email, base, v) && checkEmail(email) == "" {
		notes = append(notes, Note{Email, "Check the email address", "Did you mean " + d + "?"})
	}
	country := Normal(Country, v[Country])
	if _, asks := listed(strings.Fields(phoneCountries), country); asks && country != "" && !v.has(Phone) && touched(Phone, base, v) {
		notes = append(notes, Note{Phone, "Phone is empty",
			"Partner Center may ask for a phone number in " + address.InSentence(country) + "."})
	}
	return notes
}
