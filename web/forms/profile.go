package forms

import "github.com/partnerdesk/portal/pcclient"

// FromBillingProfile returns a billing profile as the form shows it. Characters that no
// form could bring back (line ends, controls, bidi overrides; see Parse) are left out:
// what is not changed in the form is not touched upstream either, so they stay there.
func FromBillingProfile(p pcclient.BillingProfile) Values {
	v := Values{}
	for name, text := range members(&p) {
		if shown := clean(*text); shown != "" {
			v[name] = shown
		}
	}
	return v
}

// Onto lays v over p: only the names whose text differs from base after Normal are
// changed, to what v has, blank becoming "". Everything else of p, Raw included, stays.
func (v Values) Onto(p pcclient.BillingProfile, base Values) pcclient.BillingProfile {
	to := members(&p)
	for _, name := range Changed(base, v) {
		*to[name] = v[name]
		if !v.has(name) {
			*to[name] = ""
		}
	}
	return p
}

func members(p *pcclient.BillingProfile) map[string]*string {
	a := &p.DefaultAddress
	return map[string]*string{
		CompanyName: &p.CompanyName, FirstName: &p.FirstName, LastName: &p.LastName,
		Email: &p.Email, Culture: &p.Culture, Language: &p.Language,
		Country: &a.Country, Region: &a.Region, City: &a.City, State: &a.State, District: &a.District,
		AddressLine1: &a.AddressLine1, AddressLine2: &a.AddressLine2, AddressLine3: &a.AddressLine3,
		PostalCode: &a.PostalCode, RecipientFirst: &a.FirstName, RecipientMiddle: &a.MiddleName,
		RecipientLast: &a.LastName, Phone: &a.PhoneNumber,
	}
}
