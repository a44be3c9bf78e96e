package forms

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/address"
)

// fit returns the first of the spellings that the pattern takes. Without a pattern, or
// with one that RE2 does not know (the upstream writes .NET patterns), the first spelling
// fits: what cannot be judged here is left to the upstream.
func fit(pattern string, spellings []string) (string, bool) {
	re, err := regexp.Compile(pattern)
	if pattern == "" || err != nil {
		return spellings[0], true
	}
	for _, s := range spellings {
		if re.MatchString(s) {
			return s, true
		}
	}
	return spellings[0], false
}

// fitPostal tries a postal code as typed, in capitals, bare, with a dash for a space, and
// with the signs where the country's example has them.
func fitPostal(text string, rules pcclient.CountryRules) (string, bool) {
	text = strings.TrimSpace(foldSpaces(text))
	folded := strings.TrimSpace(foldSigns(text))
	upper := strings.ToUpper(folded)
	bare := strings.Map(dropSeparators, upper)
	spellings := []string{text, folded, upper, bare, strings.ReplaceAll(upper, " ", "-")}
	if isASCII(bare) {
		spellings = append(spellings,
			likeExample(bare, address.PostalExample(rules.ISO2Code, "")), splitAt(bare, 5), splitAt(bare, 4))
	}
	return fit(rules.PostalCodePattern, spellings)
}

// likeExample puts the example's separators into a bare code of the same length:
// "00950" like "00-950" is "00-950".
func likeExample(bare, example string) string {
	if len(bare) != len(strings.Map(dropSeparators, example)) {
		return bare
	}
	var b strings.Builder
	rest := bare
	for _, r := range example {
		switch {
		case dropSeparators(r) < 0:
			b.WriteRune(r)
		case rest != "":
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return b.String() + rest
}

// splitAt is for codes with an optional second half, such as ZIP+4.
func splitAt(bare string, n int) string {
	if len(bare) <= n {
		return bare
	}
	return bare[:n] + "-" + bare[n:]
}

// leastDigits is what a phone number must have where the rules have no pattern: enough
// to tell a number from a word, and no more, since most countries' rules have none.
const leastDigits = 3

// fitPhone tries a phone number as typed, by its digits, and without the country's own
// calling code, which most patterns do not expect.
func fitPhone(text string, rules pcclient.CountryRules) (string, bool) {
	text = strings.TrimSpace(foldSpaces(text))
	if rules.PhonePattern == "" && text != "" && countDigits(text) < leastDigits {
		return text, false
	}
	folded := strings.TrimSpace(foldSigns(text))
	bare := strings.Map(dropSeparators, folded)
	spellings := []string{text, folded, bare}
	for _, code := range rules.CallingCodes {
		code = strings.TrimPrefix(strings.ReplaceAll(code, " ", ""), "+")
		for _, prefix := range []string{"+" + code, "00" + code} {
			if rest, ok := strings.CutPrefix(bare, prefix); ok && code != "" && rest != "" {
				national := strings.TrimPrefix(rest, "0") // +44 (0)20 …
				spellings = append(spellings, code+national, national, "0"+national)
			}
		}
	}
	return fit(rules.PhonePattern, spellings)
}

func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// fitState returns the code for a code or name that the list has; without a list any
// text fits as it is.
func fitState(text string, rules pcclient.CountryRules) (string, bool) {
	text = strings.TrimSpace(foldSpaces(text))
	if len(rules.States) == 0 || text == "" {
		return text, true
	}
	if s, ok := listed(rules.States, text); ok {
		return s, true
	}
	if code, ok := address.SubdivisionCode(rules.ISO2Code, text); ok {
		return listed(rules.States, code)
	}
	return text, false
}

// listed finds a text in a list in any case and returns the list's spelling; an empty
// list takes everything.
func listed(list []string, text string) (string, bool) {
	if len(list) == 0 {
		return text, true
	}
	i := slices.IndexFunc(list, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), text) })
	if i < 0 {
		return text, false
	}
	return strings.TrimSpace(list[i]), true
}

// rulesFor is the rules if they are those of the country, else no rules.
func rulesFor(country string, rules pcclient.CountryRules) pcclient.CountryRules {
	if rules.ISO2Code != "" && Normal(Country, country) != Normal(Country, rules.ISO2Code) {
		return pcclient.CountryRules{}
	}
	if rules.ISO2Code == "" {
		rules.ISO2Code = Normal(Country, country)
	}
	return rules
}

// foldSpaces makes plain spaces of tabs and the like, which nobody means to store.
func foldSpaces(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
