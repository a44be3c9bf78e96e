package address

import (
	"regexp"
	"strings"
)

// PostalHint returns the hint below the postal code: "4 digits, for example 2000". The
// pattern is the upstream's rule; where it contradicts our table, or we know nothing, the
// hint says only what is certain and may be "". A raw pattern is never shown.
func PostalHint(country, pattern string) string {
	shape, example := PostalShape(country, pattern), PostalExample(country, pattern)
	switch {
	case shape != "" && example != "":
		return shape + ", for example " + example
	case example != "":
		return "For example " + example
	default:
		return shape
	}
}

// PostalShape describes the postal code: "4 digits"; "" if that cannot be told.
func PostalShape(country, pattern string) string {
	if m := digitsOnly.FindStringSubmatch(pattern); m != nil {
		if m[2] == "" || m[2] == m[1] {
			return plural(m[1])
		}
		return m[1] + " to " + plural(m[2])
	}
	l := layoutOf(country)
	if pattern == "" || fits(pattern, l.example) {
		return l.shape
	}
	return ""
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

// PhoneHint returns the hint below a phone number, "" without an example.
func PhoneHint(country, pattern string) string {
	if ex := PhoneExample(country, pattern); ex != "" {
		return "Spaces and brackets are fine, for example " + ex
	}
	return ""
}

var digitsOnly = regexp.MustCompile(`^\^(?:\\d|\[0-9\])\{(\d{1,2})(?:,(\d{1,2}))?\}\$$`)

func plural(n string) string {
	if n == "1" {
		return "1 digit"
	}
	return n + " digits"
}

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
