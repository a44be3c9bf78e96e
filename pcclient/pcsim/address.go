package pcsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// verdict is the outcome of an address check.
type verdict struct {
	status    string
	suggested []object
	message   string
}

// validateAddress answers the address check as it is since mid-2021: always 200 with a
// status, or the answers of before 2021 with the switch addressCheck=legacy.
func (s *Simulator) validateAddress(c *call) answer {
	if !isJSON(c.header.Get("Content-Type")) {
		return bare(http.StatusUnsupportedMediaType)
	}
	sent, err := parseObject(c.body)
	if err != nil {
		return s.refuse(http.StatusBadRequest, 800002, "Invalid request input")
	}
	original := object{}
	for _, name := range addressMembers {
		if text := sent.text(name); text != "" {
			original = append(original, member{name, text})
		}
	}
	s.mu.Lock()
	places := s.world.places
	s.mu.Unlock()
	v := places.judge(original)
	if s.Switches().AddressCheck == "legacy" {
		return s.legacyAddress(original, v)
	}
	suggested := []any{}
	for _, a := range v.suggested {
		suggested = append(suggested, a)
	}
	return s.success(obj("originalAddress", original, "suggestedAddresses", suggested,
		"status", v.status, "validationMessage", orNothing(v.message)))
}

// judge decides as the documentation does for its eight examples, and in the same
// spirit for other addresses: what fits the country's rules and contradicts nothing
// in the simulated world is verified. The world's knowledge is its customers' streets.
func (p places) judge(a object) verdict {
	rules, ok := rulesOf(a.text("country"))
	if !ok {
		return verdict{status: "NotValidated"}
	}
	if bad := p.wrong(a, rules); bad != nil {
		return verdict{status: "None", message: "Address field invalid for property: '" + strings.Join(bad, "', '") + "'"}
	}
	place, known := p.byPostal[postalKey(a)]
	if !known && a.text("region") != "" && len(rules.States) == 0 {
		return verdict{"Multiple", p.numbered(a, "1", "2", "3"), "Address field invalid for property: 'Region', 'PostalCode', 'City'"}
	}
	number, street := houseNumber(a.text("addressLine1"))
	numbers := p.numbers[streetKey(a, street)]
	switch {
	case known && !strings.EqualFold(place, a.text("city")):
		return verdict{"InteractionRequired", []object{p.finished(a.with("city", place))}, ""}
	case number == "":
		if numbers == nil {
			numbers = []string{"1"}
		}
		return verdict{"StreetPartial", p.numbered(a, numbers...), "Address field invalid for property: 'Region', 'PostalCode', 'City'"}
	case numbers != nil && !slices.Contains(numbers, number):
		return verdict{"PremisesPartial", p.numbered(a, numbers...), ""}
	}
	return p.verified(a)
}

func (p places) verified(a object) verdict {
	done := p.finished(a)
	switch {
	case a.text("country") != "US":
		return verdict{"Verified", []object{done}, ""}
	case len(a.text("postalCode")) == 5:
		return verdict{"VerifiedShippable", []object{done}, ""}
	case done.text("postalCode") == a.text("postalCode"):
		return verdict{"Verified", []object{done}, ""}
	}
	return verdict{"InteractionRequired", []object{done}, ""}
}

// wrong lists the properties that make an address wrong; nil when none does. State
// lists count for US, CA, CN and MX only, as documented.
func (p places) wrong(a object, rules countryRules) []string {
	var bad []string
	state := a.text("state")
	if strings.Contains(" US CA CN MX ", " "+rules.ISO2+" ") && !slices.Contains(rules.States, state) {
		bad = append(bad, "State")
	}
	postal := a.text("postalCode")
	if postal == "" && rules.PostalRequired || postal != "" && !rules.postalFits(postal) {
		bad = append(bad, "PostalCode")
	}
	if rules.CityRequired && a.text("city") == "" {
		bad = append(bad, "City")
	}
	if a.text("addressLine1") == "" {
		bad = append(bad, "AddressLine1")
	}
	if bad != nil {
		return bad
	}
	if rules.ISO2 == "US" && !zipOfState(postal, state) {
		return []string{"State", "PostalCode"}
	}
	// A known street at a wrong code in a wrong city: nothing to hold on to.
	_, street := houseNumber(a.text("addressLine1"))
	if at, ok := p.streets[a.text("country")+"|"+fold(street)]; ok && at.postal != postal5(a) && !strings.EqualFold(at.city, a.text("city")) && street != "" {
		if _, known := p.byPostal[postalKey(a)]; !known {
			return []string{"PostalCode", "City"}
		}
	}
	return nil
}

// numbered are up to three suggestions with house numbers put before the street.
func (p places) numbered(a object, numbers ...string) []object {
	_, street := houseNumber(a.text("addressLine1"))
	list := []object{}
	for _, n := range numbers[:min(3, len(numbers))] {
		list = append(list, p.finished(a.with("addressLine1", joinNumber(a.text("country"), n, street))))
	}
	return list
}

// finished is the address as the service writes it: in the US with ZIP+4.
func (p places) finished(a object) object {
	if a.text("country") != "US" {
		return a
	}
	zip := postal5(a)
	return a.with("postalCode", zip+"-"+plus4(zip, a.text("addressLine1")))
}

// plus4 is invented from the address, but for the one documented example.
func plus4(zip, line string) string {
	if zip == "98052" && fold(line) == "1 microsoft way" {
		return "8300"
	}
	n := 0
	for _, r := range fold(line) {
		n = (n*31 + int(r)) % 8999
	}
	return strconv.Itoa(1001 + n)
}
