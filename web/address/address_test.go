package address_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

func everyPart(string) bool { return true }

func english(m words.Message) string { return words.English().Of(m) }

// order prints the form below the country: parts of one row joined by "+".
func order(country string, want func(string) bool) []string {
	var out []string
	for _, row := range address.Rows(country, want) {
		var names []string
		for _, f := range row {
			names = append(names, english(address.Label(country, f.Name)))
		}
		out = append(out, strings.Join(names, " + "))
	}
	return out
}

func TestRowsFollowTheCountry(t *testing.T) {
	lines := []string{"Address line 1", "Address line 2"}
	used := func(country string) func(string) bool {
		return func(part string) bool { return address.Uses(country, part) }
	}
	for country, want := range map[string][]string{
		"US": append(lines[:2:2], "City + State + ZIP code"),
		"CA": append(lines[:2:2], "City + Province or territory + Postal code"),
		"GB": append(lines[:2:2], "Town or city", "Postcode"),
		"AU": append(lines[:2:2], "Suburb or city + State or territory + Postcode"),
		"DE": append(lines[:2:2], "Postal code + City"),
		"FR": append(lines[:2:2], "Postal code + City"),
		"IT": append(lines[:2:2], "Postal code + City + Province"),
		"JP": append([]string{"Postal code", "Prefecture + City or ward"}, lines...),
		"IN": append(lines[:2:2], "City + PIN code", "State"),
		"IE": append(lines[:2:2], "Town or city", "County", "Eircode"),
		"AE": append(lines[:2:2], "City", "Emirate"),
		"HK": append(lines[:2:2], "District", "Area"),
		"BS": append(lines[:2:2], "City"),
		"RS": append(lines[:2:2], "Postal code + City"),
		"LK": append(lines[:2:2], "City", "Postal code"),
		"":   append(lines[:2:2], "City", "Postal code"),
	} {
		if d := cmp.Diff(want, order(country, used(country))); d != "" {
			t.Errorf("%q: %s", country, d)
		}
	}
}

func TestEveryCountryPlacesEveryPartOnce(t *testing.T) {
	for _, country := range append(address.NamesIn("en").Countries(), "", "??") {
		seen := map[string]int{}
		for _, row := range address.Rows(country, everyPart) {
			total := 0
			for _, f := range row {
				seen[f.Name]++
				total += f.Width
				if id := address.Label(country, f.Name).ID; english(address.Label(country, f.Name)) == id {
					t.Errorf("%s: %s has no label", country, f.Name)
				}
			}
			if total > 6 {
				t.Errorf("%s: a row is %d columns wide", country, total)
			}
		}
		for _, part := range []string{"region", "city", "state", "district", "addressLine1", "addressLine2", "addressLine3", "postalCode"} {
			if seen[part] != 1 {
				t.Errorf("%s places %s %d times", country, part, seen[part])
			}
		}
	}
}

func TestLines(t *testing.T) {
	base := map[string]string{"addressLine1": "1 Kiln Road", "city": "Town", "postalCode": "CODE"}
	with := func(more ...string) map[string]string {
		out := map[string]string{}
		for k, v := range base {
			out[k] = v
		}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	for _, c := range []struct {
		name  string
		parts map[string]string
		want  []string
	}{
		{"United States", with("country", "US", "state", "TX"), []string{"1 Kiln Road", "Town, TX CODE", "United States"}},
		{"without a state no comma is left", with("country", "US", "city", "", "state", ""), []string{"1 Kiln Road", "CODE", "United States"}},
		{"Australia", with("country", "AU", "state", "NSW"), []string{"1 Kiln Road", "Town NSW CODE", "Australia"}},
		{"Germany with a state somebody typed", with("country", "DE", "state", "Bayern"), []string{"1 Kiln Road", "CODE Town", "Bayern", "Germany"}},
		{"Japan spells the prefecture", with("country", "JP", "state", "13"), []string{"CODE", "Tokyo Town", "1 Kiln Road", "Japan"}},
		{"Brazil", with("country", "BR", "state", "SP"), []string{"1 Kiln Road", "Town-SP", "CODE", "Brazil"}},
		{"region in the place of the state", with("country", "US", "region", "TX"), []string{"1 Kiln Road", "Town, TX CODE", "United States"}},
		{"region beside a state", with("country", "US", "state", "TX", "region", "South"), []string{"1 Kiln Road", "Town, TX CODE", "South", "United States"}},
		{"all lines and a district", with("country", "MX", "addressLine2", "B", "addressLine3", "C", "district", "Centro"), []string{"1 Kiln Road", "B", "C", "Centro", "CODE Town", "Mexico"}},
		{"unknown country", with("country", "QQ", "state", "S"), []string{"1 Kiln Road", "Town, S", "CODE", "QQ"}},
		{"nothing", nil, nil},
		{"A-46 text as it is", map[string]string{"addressLine1": `<script>alert(1)</script>`, "country": `"><b>`}, []string{`<script>alert(1)</script>`, `"><b>`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, address.NamesIn("en").Lines(c.parts)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Nothing stored may be out of sight, whatever country it stands under.
func TestLinesPrintEverything(t *testing.T) {
	parts := map[string]string{"addressLine1": "a1", "addressLine2": "a2", "addressLine3": "a3", "city": "ci", "state": "st",
		"district": "di", "postalCode": "po", "region": "re"}
	for _, country := range append(address.NamesIn("en").Countries(), "") {
		parts["country"] = country
		printed := strings.Join(address.NamesIn("en").Lines(parts), "|")
		for name, text := range parts {
			if name != "country" && !strings.Contains(printed, text) {
				t.Errorf("%s does not print %s: %s", country, name, printed)
			}
		}
	}
}

func TestHints(t *testing.T) {
	for _, c := range []struct{ country, pattern, want string }{
		{"AU", `^\d{4}$`, "4 digits, for example 2000"},
		{"DE", `^[0-9]{5,5}$`, "5 digits, for example 10115"},
		{"GB", `^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$`, "For example SW1A 1AA"},
		{"GB", `^[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}$`, "For example SW1A1AA"},
		{"US", `^\d{5}(-\d{4})?$`, "5 or 9 digits, for example 60601"},
		{"PT", `^\d{4}(-\d{3})?$`, "4 or 7 digits, for example 1100-148"},
		{"AU", "", "4 digits, for example 2000"},
		{"AU", `^\d{9}$`, "9 digits"},                    // the rules beat our table
		{"AU", `^[A-Z]{9}$`, ""},                         // and what is not certain is not said
		{"AU", `(?<=x)\d`, "4 digits, for example 2000"}, // .NET only
		{"AF", `^[0-9]{5,6}$`, "5 to 6 digits"},          // no row of its own
		{"HK", "", ""},
	} {
		if got := english(address.PostalHint(c.country, c.pattern)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.country, c.pattern, got, c.want)
		}
	}
	if got := english(address.PhoneHint("US", `^\(?\d{3}\)?[ -]?\d{3}-?\d{4}$`)); got != "Spaces and brackets are fine, for example (312) 555-0123" {
		t.Errorf("phone hint %q", got)
	}
	if got := english(address.PhoneHint("US", `^[a-z]$`)); got != "" {
		t.Errorf("phone hint %q does not fit the rule", got)
	}
}

func TestHintsNeverShowAPattern(t *testing.T) {
	raw := regexp.MustCompile(`[\\^$\[\]{}|?*]`)
	for _, country := range address.NamesIn("en").Countries() {
		for _, pattern := range []string{"", `^\d{4}$`, `^[0-9]{5,5}$`, `^([gG][iI][rR])$`, `[`} {
			for _, hint := range []words.Message{address.PostalHint(country, pattern), address.PhoneHint(country, pattern)} {
				if raw.MatchString(english(hint)) {
					t.Errorf("%s: %q", country, english(hint))
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	n, l := address.NamesIn("en"), words.English()
	for got, want := range map[string]string{
		n.Country("au"):                          "Australia",
		n.Country("QQ "):                         "QQ",
		n.Country("TR"):                          "Türkiye",
		address.Place("US").In(l):                "the United States",
		n.InSentence("NL"):                       "the Netherlands",
		n.InSentence("FR"):                       "France",
		address.Place("").In(l):                  "this country",
		n.Culture("en-AU"):                       "English, Australia (en-AU)",
		n.Culture("sr-Latn-RS"):                  "Serbian, Latin, Serbia (sr-Latn-RS)",
		n.Culture("zh-CHS"):                      "Chinese, Simplified (zh-CHS)",
		n.Language("En"):                         "English (En)",
		n.Language("pt-PT"):                      "Portuguese, Portugal (pt-PT)",
		n.Language("<b>"):                        "<b>",
		n.Language(""):                           "",
		n.Language("en-"):                        "English (en-)",
		address.SubdivisionName("AU", "nsw"):     "New South Wales",
		address.SubdivisionName("JP", "13"):      "Tokyo",
		address.SubdivisionName("AU", "Waikato"): "Waikato",
		address.SubdivisionName("ZZ", "A=B;C"):   "A=B;C",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSubdivisionCode(t *testing.T) {
	for _, c := range []struct {
		country, text, want string
		ok                  bool
	}{
		{"AU", "nsw", "NSW", true}, {"AU", "New South Wales", "NSW", true}, {"AU", " new  south wales", "NSW", true},
		{"BR", "Sao Paulo", "SP", true}, {"BR", "são paulo", "SP", true}, {"MX", "NUEVO LEÓN", "NLE", true},
		{"NZ", "Hawke's Bay", "HKB", true}, {"AU", "Waikato", "", false}, {"AU", "", "", false}, {"DE", "'", "", false}, {"XX", "A", "", false},
	} {
		if got, ok := address.SubdivisionCode(c.country, c.text); got != c.want || ok != c.ok {
			t.Errorf("%s %q: %q %v, want %q %v", c.country, c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestTablesAreWhole(t *testing.T) {
	countries := address.NamesIn("en").Countries()
	if len(countries) < 245 || countries[0] != "AF" || countries[1] != "AX" {
		t.Errorf("%d countries, the first %v", len(countries), countries[:3])
	}
}
