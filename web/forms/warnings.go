package forms

import (
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
)

// Warnings returns remarks on changed values that can be saved but deserve a second look:
// company names that the upstream warns of, look-alike domains of email addresses. And,
// changed or not, on a missing phone number where the upstream asks for one: nothing here
// makes the person add one, but the save may be refused for it. In page order; base may be nil.
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
	if country := Normal(Country, v[Country]); asksForPhone(country) && !v.has(Phone) {
		notes = append(notes, Note{Phone, "Phone is empty",
			"Partner Center may ask for a phone number in " + address.InSentence(country) + "."})
	}
	return notes
}
