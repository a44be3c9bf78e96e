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
// about, if that can be told from its code or from a member that its description names, and else
// into a sentence for the page. Exactly one of both is filled. All words are ours; what
// the upstream said is UpstreamQuote, to be shown beside and escaped.
func UpstreamErrors(code, description string, v Values) (Errors, words.Message) {
	country := Normal(Country, v[Country])
	if r, ok := RefusalOf(code); ok && r.Input == Phone {
		return Errors{{Phone, needsPhone(country)}}, words.Message{}
	} else if ok && r.Input != "" {
		return Errors{{r.Input, refusedText(r.Input, country)}}, words.Message{}
	}
	names := named(description)
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

// UpstreamQuote returns what the upstream said, its description, as one line of plain text
// of at most 300 characters, "" if it said nothing. It is hostile text like any other:
// escape it.
func UpstreamQuote(description string) string {
	const limit = 300
	text := strings.Join(strings.Fields(clean(foldSpaces(html.UnescapeString(description)))), " ")
	if rs := []rune(text); len(rs) > limit {
		return string(rs[:limit-1]) + "…"
	}
	return text
}

// spellings are the words by which the upstream may name a member, most telling first.
// The last ones are ordinary words too, and count only if nothing else was named.
var spellings = [...]struct{ words, name string }{
	{"phone number", Phone}, {"phone", Phone}, {"telephone", Phone},
	{"postal code", PostalCode}, {"postalcode", PostalCode}, {"post code", PostalCode}, {"postcode", PostalCode},
	{"zip code", PostalCode}, {"zipcode", PostalCode}, {"zip", PostalCode},
	{"address line 1", AddressLine1}, {"address line1", AddressLine1}, {"line 1", AddressLine1},
	{"address line 2", AddressLine2}, {"address line2", AddressLine2},
	{"address line 3", AddressLine3}, {"address line3", AddressLine3},
	{"company name", CompanyName}, {"email", Email}, {"e mail", Email}, {"culture", Culture},
	{"default address first name", RecipientFirst}, {"default address last name", RecipientLast},
	{"default address middle name", RecipientMiddle}, {"middle name", RecipientMiddle},
	{"first name", FirstName}, {"last name", LastName}, {"city", City}, {"district", District},
}

var weakSpellings = [...]struct{ words, name string }{
	{"state", State}, {"province", State}, {"region", Region}, {"language", Language},
}

// named returns the names that a text mentions, each once.
func named(text string) []string {
	said := " " + strings.Join(splitWords(text), " ") + " "
	var names []string
	take := func(spelling, name string) {
		if strings.Contains(said, " "+spelling+" ") {
			said = strings.ReplaceAll(said, " "+spelling+" ", " , ")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, s := range spellings {
		take(s.words, s.name)
	}
	if len(names) > 0 {
		return names
	}
	said = strings.ReplaceAll(said, " country region ", " country ")
	for _, s := range weakSpellings {
		take(s.words, s.name)
	}
	if len(names) == 0 {
		take("country", Country)
	}
	if len(names) > 1 {
		return nil // ordinary words more likely than members
	}
	return names
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
