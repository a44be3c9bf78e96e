package forms

import (
	"slices"
	"strings"
	"unicode"
)

// legalForms are refused by the upstream when they are the whole company name.
const legalForms = "ab ag aps as asa bv corp corporation co company doo ead eood gmbh group inc incorporated kft kg kk " +
	"limited llc llp lp ltd ltda nv ohg oy oyj plc pllc pte pty ptyltd pvt pvtltd sa sarl sas sasu sl sia spa spzoo srl sro ug " +
	"uab zrt"

// checkCompanyName is what the upstream documents that it refuses.
func checkCompanyName(text string) string {
	letters := lettersAndDigits(text)
	switch {
	case len(letters) == 0:
		return "Company name must have letters or digits"
	case len([]rune(strings.Join(strings.Fields(text), ""))) == 1:
		return "Company name must be 2 characters or more"
	case slices.Contains(strings.Fields(legalForms), strings.ToLower(string(letters))):
		return "Enter the whole company name, not only its legal form"
	}
	return ""
}

// warnCompanyName is what the upstream only warns of.
func warnCompanyName(text string) string {
	words := strings.Fields(text)
	single := len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return len([]rune(w)) > 1 })
	switch {
	case single:
		return "It is single letters with spaces between them."
	case repeats(text):
		return "It has the same character three times or more in a row."
	case len(words) == 1 && looksLikeDomain(words[0]):
		return "It looks like a domain rather than a company."
	}
	return ""
}

func lettersAndDigits(text string) []rune {
	var out []rune
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	return out
}

func repeats(text string) bool {
	rs := []rune(strings.ToLower(text))
	for i := 2; i < len(rs); i++ {
		if rs[i] == rs[i-1] && rs[i] == rs[i-2] && !unicode.IsSpace(rs[i]) {
			return true
		}
	}
	return false
}

func looksLikeDomain(word string) bool {
	const tlds = "com net org info biz edu gov mil int eu uk de fr io co"
	i := strings.LastIndexByte(word, '.')
	return i >= 0 && slices.Contains(strings.Fields(tlds), strings.ToLower(word[i+1:])) ||
		slices.Contains(strings.Fields("com net org info biz edu gov"), strings.ToLower(word))
}
