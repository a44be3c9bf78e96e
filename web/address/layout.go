package address

import (
	"strings"

	"github.com/partnerdesk/portal/web/words"
)

// Field is one input of the address form.
type Field struct {
	Name  string // such as "postalCode"
	Width int    // of six columns
}

// Row is a group of fields that stand side by side, as they do on a printed line.
type Row []Field

// layout is how one country writes addresses. In format, A stands for the address
// lines, C city, S state, P postal code, and "|" ends a line; anything else is printed
// as it is between two parts that are both there. A part that is missing from format is
// not used in that country.
type layout struct {
	format            string
	city, state, post string        // what they are called, see Called; "" takes the default's
	shape             words.Message // of postal codes: "4 digits"
	example           string        // of postal codes: "2000"
	phone             string        // an example as people of that country write it
	spelled           bool          // prints the state's name rather than its code
}

const (
	defaultFormat = "A|C, S|P"
	codeFirst     = "A|P C"
)

func layoutOf(country string) layout {
	c := code(country)
	l, ok := layouts[c]
	if !ok {
		l = layout{format: defaultFormat}
		if codeBeforeCity(c) {
			l.format = codeFirst
		}
		if noPostalCodes(c) {
			l.format = "A|C"
		}
	}
	if l.city == "" {
		l.city = "city"
	}
	if l.state == "" {
		l.state = "state-or-province"
	}
	if l.post == "" {
		l.post = "postal-code"
	}
	return l
}

// Label returns what a part of an address is called in a country: "Postcode",
// "Suburb or city". An unknown part comes back as it is.
func Label(country, part string) words.Message {
	if called := Called(country, part); called != "" {
		return words.M("label." + called)
	}
	return words.M(part)
}

// Called is the label of a part in a country as the ids of texts have it, since many a
// sentence differs by it: "postcode", "suburb-or-city"; "" for an unknown part.
func Called(country, part string) string {
	l := layoutOf(country)
	switch part {
	case Country:
		return "country-or-region"
	case Region:
		return "region"
	case City:
		return l.city
	case State:
		return l.state
	case District:
		return "district"
	case Line1:
		return "address-line-1"
	case Line2:
		return "address-line-2"
	case Line3:
		return "address-line-3"
	case PostalCode:
		return l.post
	}
	return ""
}

// Uses reports whether addresses of the country have the part at all, by our table.
// Address lines 1 and 2 and the city always count, region, district and line 3 never.
func Uses(country, part string) bool {
	f := layoutOf(country).format
	switch part {
	case Country, Line1, Line2, City:
		return true
	case State:
		// The default layout prints a state if there is one, but asks for none.
		return f != defaultFormat && strings.Contains(f, "S")
	case PostalCode:
		return strings.Contains(f, "P")
	}
	return false
}

// Rows returns the rows of the address form below the country, in the country's own
// order, with the parts for which want is true. Parts that the country's layout does not
// place (a state in a country without any, a region, a district) come last.
func Rows(country string, want func(part string) bool) []Row {
	var rows []Row
	placed := map[string]bool{}
	add := func(parts ...string) {
		var row Row
		for _, p := range parts {
			if want(p) && !placed[p] {
				row = append(row, Field{Name: p})
			}
			placed[p] = true
		}
		if len(row) > 0 {
			rows = append(rows, widths(row))
		}
	}
	for line := range strings.SplitSeq(layoutOf(country).format, "|") {
		if line == "A" {
			add(Line1)
			add(Line2)
			add(Line3)
			continue
		}
		add(partsOf(line)...)
	}
	add(City, State, PostalCode)
	add(District, Region)
	return rows
}

func partsOf(line string) []string {
	var parts []string
	for _, r := range line {
		if p := letterPart(r); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func letterPart(r rune) string {
	switch r {
	case 'C':
		return City
	case 'S':
		return State
	case 'P':
		return PostalCode
	}
	return ""
}

func widths(row Row) Row {
	for i := range row {
		switch {
		case len(row) == 1 && strings.HasPrefix(row[i].Name, "addressLine"):
			row[i].Width = 6
		case len(row) == 1:
			row[i].Width = 3
		case len(row) > 2:
			row[i].Width = 2
		case row[0].Name == PostalCode || row[1].Name == PostalCode:
			row[i].Width = 4
			if row[i].Name == PostalCode {
				row[i].Width = 2
			}
		default:
			row[i].Width = 3
		}
	}
	return row
}
