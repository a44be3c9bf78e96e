package templates

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words used in more than one place.
const (
	product     = "Partner Desk"
	upstream    = "Partner Center"
	notProvided = "Not provided"
	chooseOne   = "Choose one"
	notKnown    = "Not known"
)

// count prints a number with its noun: "1 item", "3 items".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// countryField is the wire name of the select that decides about the other address
// fields; it has the button that redraws them.
const countryField = "defaultAddress.country"

func number(n int) string { return strconv.Itoa(n) }

// lower starts a label in lower case, for the middle of a sentence.
func lower(label string) string {
	r, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(r)) + label[size:]
}

func flat(value string) string { return strings.ReplaceAll(value, "\n", ", ") }
