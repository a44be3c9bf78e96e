package pcsim

import (
	"strings"
	"testing"
)

func TestRulesOfEveryCountry(t *testing.T) {
	s := newSite(t)
	if len(Countries()) < 40 {
		t.Errorf("only %d countries", len(Countries()))
	}
	for _, code := range Countries() {
		o := s.want(s.get("/v1/countryvalidationrules/"+code), 200, "").object(t)
		if o.text("iso2Code") != code || o.text("defaultCulture") == "" {
			t.Errorf("%s: %s", code, marshal(o))
		}
	}
}

func TestEveryNationHasRulesAndFittingPlaces(t *testing.T) {
	for _, n := range nations() {
		rules, ok := rulesOf(n.code)
		if !ok {
			t.Errorf("%s has no rules", n.code)
		}
		for _, city := range n.cities {
			f := strings.Split(city, "/")
			if n.code == "IT" || n.code == "JP" || n.code == "IE" {
				rules.States = nil
			}
			if p := checkPlace(obj("city", f[0], "state", orNothing(f[1]), "postalCode", orNothing(f[2])), rules); p != nil {
				t.Errorf("%s %s: %s", n.code, city, p.text)
			}
			if n.code == "US" && !zipOfState(f[2], f[1]) {
				t.Errorf("%s is not in %s", f[2], f[1])
			}
		}
	}
}

func TestUnknownCountry(t *testing.T) {
	s := newSite(t)
	for _, code := range []string{"UK", "gb", "ZZ", "USA"} {
		r := s.want(s.get("/v1/countryvalidationrules/"+code), 404, "3000")
		if r.object(t).text("description") != "No validation rules were found for the country/region "+code {
			t.Errorf("%s", r.raw)
		}
	}
}
