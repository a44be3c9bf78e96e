package forms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normal returns the form of a text in which two texts of one name are compared. It trims,
// composes (NFC), folds odd spaces and dashes and drops characters that no form can hold.
// Separators of postal codes and phone numbers do not count, nor does the case of
// countries, cultures and languages. It is for comparing only: nothing is stored so.
func Normal(name, text string) string {
	text = strings.Join(strings.Fields(foldSigns(clean(norm.NFC.String(text)))), " ")
	switch name {
	case PostalCode, Phone:
		text = strings.Map(dropSeparators, text)
	case Country:
		if text = strings.ToUpper(text); text == "UK" {
			text = "GB" // as people call it; ISO 3166 keeps it for them, the upstream has no rules for it
		}
	case Culture, Language:
		text = strings.ToLower(text)
	}
	// Taking signs out can bring a letter and its accent together.
	return norm.NFC.String(text)
}

// Agree reports whether a and b have the same text for all the names, after Normal.
func Agree(a, b Values, names ...string) bool {
	for _, name := range names {
		if a[name] != b[name] && Normal(name, a[name]) != Normal(name, b[name]) {
			return false
		}
	}
	return true
}

// Changed returns the names that differ after Normal, in wire order; nil if none.
func Changed(base, v Values) []string {
	var names []string
	for _, name := range Names() {
		if !Agree(base, v, name) {
			names = append(names, name)
		}
	}
	return names
}

// clean drops what a form cannot bring back: control characters but the tab (browsers
// drop line ends from inputs), and the marks that reorder text around them.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if refused(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// refused reports characters that have no place in a value.
func refused(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	}
	return unicode.IsControl(r)
}

// foldSigns makes one sign of the many spaces and dashes, and drops what takes no room.
func foldSigns(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Pd, r), r == '\u2212': // minus
			return '-'
		case r == '\u200B', r == '\u2060', r == '\uFEFF', r == '\u00AD':
			return -1
		}
		return r
	}, text)
}

func dropSeparators(r rune) rune {
	if strings.ContainsRune(" -.()/", r) {
		return -1
	}
	return r
}
