package forms

import (
	"slices"
	"strings"
	"unicode"

	"github.com/partnerdesk/portal/web/words"
)

// legalForms are refused by the upstream when they are the whole company name.
const legalForms = "ab ag aps as asa bv corp corporation co company doo ead eood gmbh group inc incorporated kft kg kk " +
	"limited llc llp lp ltd ltda nv ohg oy oyj plc pllc pte pty ptyltd pvt pvtltd sa sarl sas sasu sl sia spa spzoo srl sro ug " +
	"uab zrt"

// checkCompanyName is what the upstream documents that it refuses.
func checkCompanyName(text string) words.Message {
	letters := lettersAndDigits(text)
	switch {
	case len(letters) == 0:
		return words.M("wrong.company-letters")
	case len([]rune(strings.Join(strings.Fields(text), ""))) == 1:
		return words.M("wrong.company-short")
	case slices.Contains(strings.Fields(legalForms), strings.ToLower(string(letters))):
		return words.M("wrong.company-form")
	}
	return words.Message{}
}

// warnCompanyName is what the upstream only warns of.
func warnCompanyName(text string) words.Message {
	parts := strings.Fields(text)
	single := len(parts) > 1 && !slices.ContainsFunc(parts, func(w string) bool { return len([]rune(w)) > 1 })
	switch {
	case single:
		return words.M("warning.company-single")
	case repeats(text):
		return words.M("warning.company-repeats")
	case len(parts) == 1 && looksLikeDomain(parts[0]):
		return words.M("warning.company-domain")
	}
	return words.Message{}
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
