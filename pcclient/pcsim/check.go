package pcsim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// problem is the first thing a PUT is refused for. Only 600051 is a documented
// code here; 3000 ("invalid property") for all else is ours, since no body of a
// refused billing profile has been seen. Like every refusal it names no field in data.
type problem struct {
	code int // 0: 400 without a body
	text string
}

func (s *Simulator) rejected(p problem) answer {
	if p.code == 0 {
		return bare(http.StatusBadRequest)
	}
	return s.refuse(http.StatusBadRequest, p.code, p.text)
}

func invalid(property string) *problem {
	return &problem{3000, "Invalid property: '" + property + "'"}
}

var cultureForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$`)

// normalized gives the culture its usual casing, EN-US becomes en-US; the language
// stays as sent (both recorded).
func normalized(profile object) object {
	culture := profile.text("culture")
	if !cultureForm.MatchString(culture) {
		return profile
	}
	parts := strings.Split(strings.ToLower(culture), "-")
	for i, p := range parts[1:] {
		if len(p) == 4 {
			parts[i+1] = pascal(p)
		} else {
			parts[i+1] = strings.ToUpper(p)
		}
	}
	return profile.with("culture", strings.Join(parts, "-"))
}

// check is what the simulator demands of a new profile: the members required on
// create, the documented lengths, the rules for company names and emails, and the
// country's rules except phone patterns and supported cultures, whose enforcement
// nobody has seen. nil is good.
func check(profile object) *problem {
	for _, name := range []string{"email", "culture", "language", "companyName"} {
		if strings.TrimSpace(profile.text(name)) == "" {
			return invalid(pascal(name))
		}
	}
	address := profile.object("defaultAddress")
	switch {
	case address == nil:
		return invalid("DefaultAddress")
	case badCompanyName(profile.text("companyName")):
		return invalid("CompanyName")
	case badEmail(profile.text("email")):
		return invalid("Email")
	case !cultureForm.MatchString(profile.text("culture")):
		return invalid("Culture")
	}
	return checkAddress(address)
}

// limits are the documented lengths in characters. minimum counts only when the
// member is there: contact names are optional.
var limits = []struct {
	name             string
	minimum, maximum int
}{
	{"addressLine1", 1, 200}, {"addressLine2", 0, 200},
	{"firstName", 1, 50}, {"lastName", 1, 50}, {"middleName", 1, 50},
}

func checkAddress(address object) *problem {
	if region, present := address.get("region"); present && region == "" {
		return &problem{} // the generic 400 reported for create
	}
	rules, ok := rulesOf(address.text("country"))
	if !ok {
		return invalid("Country")
	}
	for _, l := range limits {
		v, present := address.get(l.name)
		text, _ := v.(string)
		if n := utf8.RuneCountInString(text); present && n < l.minimum || n > l.maximum {
			return invalid(pascal(l.name))
		}
	}
	if strings.TrimSpace(address.text("addressLine1")) == "" {
		return invalid("AddressLine1")
	}
	if p := checkPlace(address, rules); p != nil {
		return p
	}
	if phoneRequired(rules.ISO2) && strings.TrimSpace(address.text("phoneNumber")) == "" {
		return &problem{600051, "billingProfile.defaultAddress.phoneNumber is required for the country."}
	}
	return nil
}

func checkPlace(address object, rules countryRules) *problem {
	state, postal := address.text("state"), address.text("postalCode")
	switch {
	case rules.CityRequired && strings.TrimSpace(address.text("city")) == "":
		return invalid("City")
	case rules.StateRequired && state == "":
		return invalid("State")
	case state != "" && len(rules.States) > 0 && !slices.Contains(rules.States, state):
		return invalid("State")
	case rules.PostalRequired && postal == "":
		return invalid("PostalCode")
	case postal != "" && !rules.postalFits(postal):
		return invalid("PostalCode")
	}
	return nil
}

// legalForms are refused as a whole company name; the documented list is longer.
var legalForms = []string{"llc", "inc", "ltd", "gmbh", "corp", "plc", "co", "company", "limited", "ag", "sa", "bv", "srl", "ab", "as", "oy", "pty"}

func badCompanyName(name string) bool {
	name = strings.TrimSpace(name)
	plain := strings.ToLower(strings.Trim(name, ". "))
	return utf8.RuneCountInString(name) < 2 || slices.Contains(legalForms, plain) ||
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func badEmail(email string) bool {
	local, domain, ok := strings.Cut(strings.ToLower(email), "@")
	return !ok || local == "" || domain == "" || strings.ContainsAny(email, " \t") || strings.Contains(domain, "@") ||
		domain == "microsoft.com" || domain == PartnerDomain
}

// phoneRequired lists the countries of 600051: the error page's and the ones the
// resource pages add. That PUT enforces it is probable, not proved.
func phoneRequired(iso2 string) bool {
	return strings.Contains(" AM AZ BY HU IN KZ KG MD RU TJ UA UZ BR ZA PL AE SA TR TH VN MM IQ SS VE ", " "+iso2+" ")
}
