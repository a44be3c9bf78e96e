package pcsim

import (
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
)

func TestValidationOfAPut(t *testing.T) {
	top := func(name string, value any) func(object) object {
		return func(p object) object { return p.with(name, value) }
	}
	in := func(name string, value any) func(object) object {
		return func(p object) object { return p.with("defaultAddress", p.object("defaultAddress").with(name, value)) }
	}
	long := strings.Repeat("x", 201)
	for _, c := range []struct {
		name   string
		change func(object) object
		code   string // "" saves, "-" is a 400 without a body
	}{
		{"no email", top("email", nil), "3000"}, {"no culture", top("culture", nil), "3000"}, {"no language", top("language", nil), "3000"},
		{"no company name", top("companyName", nil), "3000"}, {"blank company name", top("companyName", " \t"), "3000"},
		{"one character", top("companyName", "X"), "3000"}, {"special characters only", top("companyName", "!!! --"), "3000"},
		{"a bare legal form", top("companyName", "GmbH."), "3000"}, {"number as name", top("companyName", "99"), ""},
		{"Microsoft's mail domain", top("email", "a@MICROSOFT.com"), "3000"}, {"the partner's", top("email", "a@"+PartnerDomain), "3000"},
		{"no mail address", top("email", "nobody"), "3000"}, {"odd culture", top("culture", "english"), "3000"},
		{"culture outside the rules", top("culture", "nn-NO"), ""}, {"language outside the rules", top("language", "tlh"), ""},
		{"no contact names", func(p object) object { return p.with("firstName", nil).with("lastName", nil) }, ""},
		{"a number for a text", top("firstName", []any{}), "800002"}, {"a text for the address", top("defaultAddress", "x"), "800002"},
		{"no address", top("defaultAddress", nil), "3000"},
		{"no country", in("country", nil), "3000"}, {"unknown country", in("country", "UK"), "3000"}, {"no city", in("city", nil), "3000"},
		{"no state", in("state", nil), "3000"}, {"unknown state", in("state", "XX"), "3000"}, {"state in small letters", in("state", "wa"), "3000"},
		{"no postal code", in("postalCode", nil), "3000"}, {"bad postal code", in("postalCode", "9810"), "3000"}, {"ZIP+4", in("postalCode", "98104-1234"), ""},
		{"no line 1", in("addressLine1", nil), "3000"}, {"long line 1", in("addressLine1", long), "3000"}, {"200 wide characters", in("addressLine1", strings.Repeat("字", 200)), ""},
		{"long line 2", in("addressLine2", long), "3000"}, {"empty line 2", in("addressLine2", ""), ""},
		{"long first name", in("firstName", long[:51]), "3000"}, {"empty middle name", in("middleName", ""), "3000"}, {"no names", in("lastName", nil), ""},
		{"a phone the pattern refuses", in("phoneNumber", "call me"), ""}, {"no phone", in("phoneNumber", nil), ""},
		{"empty region", in("region", ""), "-"}, {"a region", in("region", "Puget Sound"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			profile, _ := s.read(s.first())
			r := s.put(s.first(), c.change(profile))
			switch c.code {
			case "":
				s.want(r, 200, "")
			case "-":
				if s.want(r, 400, ""); len(r.raw) != 0 {
					t.Errorf("body %s", r.raw)
				}
			default:
				s.want(r, 400, c.code)
			}
			if v := s.sim.Journal().Versions; (len(v) == 1) != (c.code == "") {
				t.Errorf("%d versions", len(v))
			}
		})
	}
}

func TestPhoneDemandedByCountry(t *testing.T) {
	s := newSite(t)
	var id pcclient.TenantID
	for _, c := range s.sim.Customers() {
		if strings.HasPrefix(c.CompanyName, "Kaveri") {
			id = c.ID
		}
	}
	profile, _ := s.read(id)
	s.want(s.put(id, profile), 400, "600051")
	s.want(s.put(id, profile.with("defaultAddress", profile.object("defaultAddress").with("phoneNumber", "+91 44 5550 1234"))), 200, "")
}
