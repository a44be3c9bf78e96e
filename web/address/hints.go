package address

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/partnerdesk/portal/web/words"
)

// PostalHint returns the hint below the postal code: "4 digits, for example 2000". The
// pattern is the upstream's rule; where it contradicts our table, or we know nothing, the
// hint says only what is certain and may be empty. A raw pattern is never shown.
func PostalHint(country, pattern string) words.Message {
	shape, example := PostalShape(country, pattern), PostalExample(country, pattern)
	switch {
	case shape.ID != "" && example != "":
		return words.M("postal-hint.both", "shape", shape, "example", example)
	case example != "":
		return words.M("postal-hint.example", "example", example)
	default:
		return shape
	}
}

// PostalShape describes the postal code: "4 digits"; empty if that cannot be told.
func PostalShape(country, pattern string) words.Message {
	if m := digitsOnly.FindStringSubmatch(pattern); m != nil {
		least, _ := strconv.Atoi(m[1]) // one or two digits
		most, _ := strconv.Atoi(m[2])
		if m[2] == "" || most == least {
			return digits(least)
		}
		return words.M("digits.range", "first", least, "n", most)
	}
	l := layoutOf(country)
	if pattern == "" || fits(pattern, l.example) {
		return l.shape
	}
	return words.Message{}
}

// PostalExample returns an example that fits the pattern, or "".
func PostalExample(country, pattern string) string {
	l := layoutOf(country)
	if l.example == "" || pattern == "" || fits(pattern, l.example) {
		return l.example
	}
	if plain := strings.NewReplacer(" ", "", "-", "").Replace(l.example); fits(pattern, plain) {
		return plain
	}
	return ""
}

// PhoneExample returns a made-up phone number as it is written in the country, if it
// fits the pattern as written or by its digits alone, or "".
func PhoneExample(country, pattern string) string {
	ex := layoutOf(country).phone
	if ex == "" || pattern == "" || fits(pattern, ex) {
		return ex
	}
	if fits(pattern, strings.Map(digit, ex)) {
		return ex
	}
	return ""
}

// PhoneHint returns the hint below a phone number, empty without an example.
func PhoneHint(country, pattern string) words.Message {
	if ex := PhoneExample(country, pattern); ex != "" {
		return words.M("phone.hint", "example", ex)
	}
	return words.Message{}
}

var digitsOnly = regexp.MustCompile(`^\^(?:\\d|\[0-9\])\{(\d{1,2})(?:,(\d{1,2}))?\}\$$`)

// Shapes of postal codes, by their digits.

func digits(n int) words.Message    { return words.M("digits.exactly", "n", n) }
func either(a, b int) words.Message { return words.M("digits.either", "first", a, "n", b) }
func three(a, b, c int) words.Message {
	return words.M("digits.three", "first", a, "second", b, "n", c)
}
func dashed(n int) words.Message      { return words.M("digits.dash", "n", n) }
func maybeDashed(n int) words.Message { return words.M("digits.maybe-dash", "n", n) }

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// fits is true when the pattern cannot be compiled: the upstream writes .NET patterns,
// and one that RE2 does not know is no rule to us.
func fits(pattern, s string) bool {
	re, err := regexp.Compile(pattern)
	return err != nil || re.MatchString(s)
}
