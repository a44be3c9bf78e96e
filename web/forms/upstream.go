package forms

import (
	"html"
	"slices"
	"strings"
	"unicode"

	"github.com/partnerdesk/portal/web/address"
	"github.com/partnerdesk/portal/web/words"
)

// UpstreamErrors turns a refusal of the upstream into complaints at the fields it is
// about, if that can be told from its code or from a member that its words name, and else
// into a sentence for the page. Exactly one of both is filled. All words are ours; what
// the upstream said is UpstreamQuote, to be shown beside and escaped.
func UpstreamErrors(code, said string, v Values) (Errors, words.Message) {
	country := Normal(Country, v[Country])
	switch input := RefusalOf(code).Input; input {
	case "":
	case Phone:
		return Errors{{Phone, needsPhone(country)}}, words.Message{}
	default:
		return Errors{{input, refusedText(input, country)}}, words.Message{}
	}
	names := named(said)
	var errs Errors
	for _, name := range Order(country) {
		if slices.Contains(names, name) {
			errs = append(errs, FieldError{name, refusedText(name, country)})
		}
	}
	if len(errs) == 0 {
		return nil, words.M("refused.profile")
	}
	return errs, words.Message{}
}

func refusedText(name, country string) words.Message {
	if name != PostalCode {
		return words.M("refused." + called(name, country))
	}
	state := "alone"
	if address.Uses(country, address.State) {
		state = called(State, country)
	}
	return words.M("refused-code." + called(PostalCode, country) + "." + called(City, country) + "." + state)
}

// UpstreamQuote returns what the upstream said as one line of plain text of at most 300
// characters, "" if it said nothing. It is hostile text like any other: escape it.
func UpstreamQuote(said string) string {
	const limit = 300
	text := strings.Join(strings.Fields(clean(foldSpaces(html.UnescapeString(said)))), " ")
	if rs := []rune(text); len(rs) > limit {
		return string(rs[:limit-1]) + "…"
	}
	return text
}

// spelling is how the upstream may name a member.
type spelling struct{ words, name string }

// spellings are the words for the members, most telling first.
var spellings = []spelling{
	{"phone number", Phone}, {"phone", Phone}, {"telephone", Phone},
	{"postal code", PostalCode}, {"postalcode", PostalCode}, {"post code", PostalCode}, {"postcode", PostalCode},
	{"zip code", PostalCode}, {"zipcode", PostalCode}, {"zip", PostalCode},
	{"address line 1", AddressLine1}, {"address line1", AddressLine1}, {"line 1", AddressLine1},
	{"address line 2", AddressLine2}, {"address line2", AddressLine2},
	{"address line 3", AddressLine3}, {"address line3", AddressLine3},
	{"company name", CompanyName}, {"email", Email}, {"e mail", Email}, {"culture", Culture},
	{"default address first name", RecipientFirst}, {"default address last name", RecipientLast},
	{"default address middle name", RecipientMiddle}, {"middle name", RecipientMiddle},
	{"first name", FirstName}, {"last name", LastName}, {"city", City}, {"state code", State}, {"district", District},
}

// ordinary are words that mean much else too. They count only if nothing else was named,
// and only at the beginning or beside a word of complaint.
var ordinary = []spelling{{"state", State}, {"province", State}, {"region", Region}, {"language", Language}}

var complaints = []string{"address", "code", "incorrect", "invalid", "is", "missing", "must", "name", "not", "property", "required", "unknown", "unsupported"}

// wholes name the address and nothing in it, which is complained about at its first line.
var wholes = []spelling{
	{"default address", AddressLine1}, {"invalid address", AddressLine1}, {"address invalid", AddressLine1},
	{"address is invalid", AddressLine1}, {"address is not valid", AddressLine1},
}

// named returns the names that a text mentions, each once.
func named(text string) []string {
	said := " " + strings.Join(splitWords(text), " ") + " "
	if names, _ := mentions(said, spellings, anywhere); len(names) > 0 {
		return names
	}
	said = strings.ReplaceAll(said, " country region ", " country ")
	names, rest := mentions(said, ordinary, complained)
	if len(names) == 0 {
		names, rest = mentions(rest, []spelling{{"country", Country}}, complained)
	}
	if len(names) == 0 {
		names, _ = mentions(rest, wholes, anywhere)
	}
	if len(names) > 1 {
		return nil // ordinary words more likely than members
	}
	return names
}

// mentions returns the names whose words a text has, and the text without them. Whether
// they count is told from what stands between them.
func mentions(said string, list []spelling, counts func(between []string) bool) (names []string, rest string) {
	for _, s := range list {
		between := strings.Split(said, " "+s.words+" ")
		if len(between) == 1 || !counts(between) {
			continue
		}
		said = strings.Join(between, " , ")
		if !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	return names, said
}

func anywhere([]string) bool { return true }

func complained(between []string) bool {
	for i, after := range between[1:] {
		b, a := strings.Fields(between[i]), strings.Fields(after)
		if i == 0 && len(b) == 0 || len(b) > 0 && slices.Contains(complaints, b[len(b)-1]) || len(a) > 0 && slices.Contains(complaints, a[0]) {
			return true
		}
	}
	return false
}

// splitWords cuts a text into lower-case words, also inside "defaultAddress.PhoneNumber",
// "address_line1" and "ZipCityInvalid".
func splitWords(text string) []string {
	var b strings.Builder
	prev := ' '
	for _, r := range html.UnescapeString(text) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && !unicode.IsUpper(prev), unicode.IsDigit(r) && unicode.IsLetter(prev):
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		prev = r
	}
	return strings.Fields(b.String())
}
