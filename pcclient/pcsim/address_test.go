package pcsim

import (
	"strings"
	"testing"
)

func TestAddressCheckTable(t *testing.T) {
	s := newSite(t)
	base := obj("AddressLine1", "1 Microsoft Way", "City", "Redmond", "State", "WA", "PostalCode", "98052", "Country", "US")
	for name, c := range map[string]struct {
		address     object
		status      string
		suggestions int
	}{
		"base":            {base, "VerifiedShippable", 1},
		"with ZIP+4":      {base.with("PostalCode", "98052-8300"), "Verified", 1},
		"wrong ZIP+4":     {base.with("PostalCode", "98052-0001"), "InteractionRequired", 1},
		"wrong city":      {base.with("City", "Seattle"), "InteractionRequired", 1},
		"no number":       {base.with("AddressLine1", "Microsoft Way"), "StreetPartial", 1},
		"wrong number":    {base.with("AddressLine1", "3 Microsoft Way"), "PremisesPartial", 1},
		"wrong all over":  {base.with("City", "Seattle").with("PostalCode", "98055"), "None", 0},
		"wrong state":     {base.with("State", "XX"), "None", 0},
		"ZIP of another":  {base.with("State", "OR"), "None", 0},
		"empty country":   {base.with("Country", ""), "NotValidated", 0},
		"unknown country": {base.with("Country", "UK"), "NotValidated", 0},
		"Moldova":         {obj("AddressLine1", "1 Strada Dacia", "City", "Bulboac", "PostalCode", "6512", "Region", "Anenii Noi", "Country", "MD"), "Multiple", 3},
		"Germany":         {obj("AddressLine1", "Am Sandtorkai 41", "City", "Hamburg", "PostalCode", "20457", "Country", "DE"), "Verified", 1},
		"bad code":        {obj("AddressLine1", "Am Sandtorkai 41", "City", "Hamburg", "PostalCode", "2045", "Country", "DE"), "None", 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.want(s.do("POST", "/v1/validations/address", string(marshal(c.address))), 200, "").object(t)
			suggestions, _ := o.get("suggestedAddresses")
			if o.text("status") != c.status || len(suggestions.([]any)) != c.suggestions {
				t.Errorf("%s", marshal(o))
			}
			if c.status == "StreetPartial" && o.text("validationMessage") == "" {
				t.Error("no message")
			}
			if name == "base" && suggestions.([]any)[0].(object).text("postalCode") != "98052-8300" {
				t.Errorf("%s", marshal(o))
			}
		})
	}
	s.want(s.do("POST", "/v1/validations/address", "nonsense"), 400, "800002")
}

func TestSwitchAddressCheck(t *testing.T) {
	s := newSite(t)
	s.set(func(w *Switches) { w.AddressCheck = "legacy" })
	good := `{"AddressLine1":"1 Microsoft Way","City":"Redmond","State":"WA","PostalCode":"98052","Country":"US"}`
	if r := s.want(s.do("POST", "/v1/validations/address", good), 200, ""); len(r.raw) != 0 {
		t.Errorf("body %q", r.raw)
	}
	r := s.want(s.do("POST", "/v1/validations/address", strings.Replace(good, "Redmond", "Seattle", 1)), 400, "2007")
	detail, err := parseObject([]byte(r.object(t).text("description")))
	if err != nil || detail.text("code") != "60071" || !strings.Contains(detail.text("reason"), "&#39;REDMOND&#39;") ||
		detail.object("corrected_address").text("city") != "Redmond" {
		t.Errorf("%s", r.raw)
	}
}
