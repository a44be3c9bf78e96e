package pcsim

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// places is what the address check knows of the simulated world.
type places struct {
	byPostal map[string]string   // country|postal code (US: five digits) → city
	numbers  map[string][]string // country|postal code|street → house numbers
	streets  map[string]streetAt // country|street → where it is
}

type streetAt struct{ postal, city string }

// newPlaces learns the customers' addresses and the documented example street.
func newPlaces(customers []*customer) places {
	p := places{map[string]string{}, map[string][]string{}, map[string]streetAt{}}
	p.learn(obj("country", "US", "postalCode", "98052", "city", "Redmond", "state", "WA", "addressLine1", "1 Microsoft Way"))
	for _, c := range customers {
		p.learn(c.current().profile.object("defaultAddress"))
	}
	return p
}

func (p places) learn(a object) {
	rules, ok := rulesOf(a.text("country"))
	if !ok || a.text("postalCode") == "" || !rules.postalFits(a.text("postalCode")) {
		return
	}
	if _, known := p.byPostal[postalKey(a)]; !known {
		p.byPostal[postalKey(a)] = a.text("city")
	}
	number, street := houseNumber(a.text("addressLine1"))
	if number == "" || street == "" {
		return
	}
	key := streetKey(a, street)
	if !slices.Contains(p.numbers[key], number) {
		p.numbers[key] = append(p.numbers[key], number)
	}
	if _, known := p.streets[a.text("country")+"|"+fold(street)]; !known {
		p.streets[a.text("country")+"|"+fold(street)] = streetAt{postal5(a), a.text("city")}
	}
}

func postal5(a object) string {
	postal := strings.ToUpper(a.text("postalCode"))
	if a.text("country") == "US" && len(postal) > 5 {
		return postal[:5]
	}
	return postal
}

func postalKey(a object) string { return a.text("country") + "|" + postal5(a) }

func streetKey(a object, street string) string { return postalKey(a) + "|" + fold(street) }

func fold(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// houseNumber splits a line into its first word with a digit and the rest. A line
// written without spaces, as in Chinese, counts as numbered when it has a digit.
func houseNumber(line string) (number, street string) {
	parts := strings.Fields(line)
	for i, part := range parts {
		if strings.ContainsFunc(part, unicode.IsDigit) {
			rest := slices.Delete(slices.Clone(parts), i, i+1)
			return strings.Trim(part, ",."), strings.Trim(strings.Join(rest, " "), ", ")
		}
	}
	return "", strings.Join(parts, " ")
}

// joinNumber writes the number where the country puts it.
func joinNumber(country, number, street string) string {
	if strings.Contains(" US CA GB IE AU NZ ZA IN SG MY FR LU MA NG KE PH IL TH ", " "+country+" ") {
		return number + " " + street
	}
	return street + " " + number
}

// zipRanges are the first three digits of ZIP codes by state, as the postal service
// publishes them; several ranges are joined by a plus sign.
const zipRanges = `AK995-999 AL350-369 AR716-729 AZ850-865 CA900-961 CO800-816 CT060-069 DC200-205 DE197-199 FL320-349
GA300-319+398-399 HI967-968 IA500-528 ID832-838 IL600-629 IN460-479 KS660-679 KY400-427 LA700-714 MA010-027+055-055 MD206-219
ME039-049 MI480-499 MN550-567 MO630-658 MS386-397 MT590-599 NC270-289 ND580-588 NE680-693 NH030-038 NJ070-089 NM870-884
NV889-898 NY100-149+005-005+063-063 OH430-459 OK730-749 OR970-979 PA150-196 RI028-029 SC290-299 SD570-577 TN370-385 TX750-799+885-885 UT840-847
VA220-246+201-201 VT050-059 WA980-994 WI530-549 WV247-268 WY820-831`

func zipOfState(zip, state string) bool {
	if len(zip) < 3 {
		return false
	}
	prefix, err := strconv.Atoi(zip[:3])
	if err != nil {
		return false
	}
	for _, entry := range strings.Fields(zipRanges) {
		if entry[:2] != state {
			continue
		}
		for _, span := range strings.Split(entry[2:], "+") {
			low, _ := strconv.Atoi(span[:3])
			high, _ := strconv.Atoi(span[4:])
			if prefix >= low && prefix <= high {
				return true
			}
		}
	}
	return false
}
