package forms

import (
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

// Warnings returns remarks on changed values that can be saved but deserve a second look:
// company names that the upstream warns of, look-alike domains of email addresses. And,
// changed or not, on a missing phone number where the upstream asks for one: nothing here
// makes the person add one, but the save may be refused for it. In page order; base may be nil.
func Warnings(v, base Values, rules pcclient.CountryRules) []Note {
	var notes []Note
	name := strings.TrimSpace(v[CompanyName])
	if why := warnCompanyName(name); why.ID != "" && touched(CompanyName, base, v) && checkCompanyName(name).ID == "" {
		notes = append(notes, Note{CompanyName, words.M("warning.company"), why})
	}
	email := strings.TrimSpace(v[Email])
	if d := lookAlike(email); d != "" && touched(Email, base, v) && checkEmail(email).ID == "" {
		notes = append(notes, Note{Email, words.M("warning.email"), words.M("warning.email-meant", "domain", d)})
	}
	if country := Normal(Country, v[Country]); asksForPhone(country) && !v.has(Phone) {
		notes = append(notes, Note{Phone, words.M("warning.phone"), words.M("warning.phone-asked", "country", address.Place(country))})
	}
	return notes
}
