package address

import (
	"strings"
	"unicode"
)

// Lines prints an address in the country's own order, the country's name last. Parts are
// keyed by their names ("addressLine1"); empty ones leave no trace, so an address without
// any text gives no lines. A region stands in for a missing state. A state that is spelled
// out has its English name in every language.
func (n *Names) Lines(parts map[string]string) []string {
	get := func(name string) string { return strings.TrimSpace(parts[name]) }
	country := get(Country)
	l := layoutOf(country)
	state, region := get(State), get(Region)
	if state == "" {
		state, region = region, ""
	} else if l.spelled {
		state = SubdivisionName(country, state)
	}
	text := map[rune]string{'C': get(City), 'S': state, 'P': get(PostalCode)}
	var out []string
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	for line := range strings.SplitSeq(l.format, "|") {
		if line == "A" {
			add(get(Line1))
			add(get(Line2))
			add(get(Line3))
			add(get(District))
			continue
		}
		add(printLine(line, text))
	}
	for _, r := range "CSP" {
		if !strings.ContainsRune(l.format, r) {
			add(text[r])
		}
	}
	if region != state {
		add(region)
	}
	if country != "" {
		add(n.Country(country))
	}
	return out
}

// printLine fills one line of a format. What stands between two parts is printed only if
// there is text on both sides of it.
func printLine(line string, text map[rune]string) string {
	var out, between strings.Builder
	for _, r := range line {
		if !unicode.IsUpper(r) {
			between.WriteRune(r)
			continue
		}
		if text[r] != "" {
			if out.Len() > 0 && between.Len() > 0 {
				out.WriteString(between.String())
			}
			out.WriteString(text[r])
		}
		between.Reset()
	}
	return out.String()
}
