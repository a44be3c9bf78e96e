package forms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/partnerdesk/portal/web/words"
)

const maxEmail = 254

// checkEmail is liberal: one @, something before it, and a domain with a dot behind it,
// in any script. Only sending a message could tell more.
func checkEmail(text string) words.Message {
	at := strings.LastIndexByte(text, '@')
	if at < 1 || !localPart(text[:at]) || !domain(text[at+1:]) {
		return words.M("wrong.email-format")
	}
	if n := utf8.RuneCountInString(text); n > maxEmail {
		return tooLong(Label(Email, ""), maxEmail, n)
	}
	if strings.EqualFold(text[at+1:], "microsoft.com") {
		return words.M("wrong.email-microsoft")
	}
	return words.Message{}
}

func localPart(s string) bool {
	return !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".") && !strings.Contains(s, "..") &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune(`@<>()[]\,;:"`, r) || !unicode.IsPrint(r)
		})
}

func domain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, notInDomain) {
			return false
		}
	}
	return true
}

func notInDomain(r rune) bool {
	return r != '-' && r != '\u200C' && r != '\u200D' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// lookAlike returns the well-known domain that a domain is one slip away from, or "".
func lookAlike(email string) string {
	at := strings.LastIndexByte(email, '@')
	typed := strings.ToLower(email[at+1:])
	switch typed {
	case "mail.com", "ymail.com", "email.com": // one letter away, and real
		return ""
	}
	for _, d := range []string{"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"} {
		if typed != d && oneSlip(typed, d) {
			return d
		}
	}
	return ""
}

// oneSlip is one letter more, less or other, or two neighbours exchanged.
func oneSlip(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
