package words

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func messagesOf(t *testing.T, text string) []*i18n.Message {
	t.Helper()
	messages, err := i18n.ParseMessageBytes([]byte(text), toml.Unmarshal)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// formsOf are the texts of a message by their plural category. A text without a number is
// the one of "other".
func formsOf(m *i18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// categories are the plural categories that whole numbers have in a language.
func categories(tag string) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	found := map[string]bool{}
	for n := range 1000 {
		found[names[plural.Cardinal.MatchPlural(language.MustParse(tag), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// Every language says everything that English says, with the same parts, in the plural
// forms it has.
func TestCataloguesAgree(t *testing.T) {
	english := map[string]*i18n.Message{}
	for _, m := range catalogue("en") {
		english[m.ID] = m
	}
	for _, tag := range tags {
		t.Run(tag, func(t *testing.T) {
			seen, counted := map[string]bool{}, categories(tag)
			for _, m := range catalogue(tag) {
				seen[m.ID] = true
				if english[m.ID] == nil {
					t.Errorf("%s is no text of English", m.ID)
					continue
				}
				sameParts(t, counted, english[m.ID], m)
			}
			for id := range english {
				if !seen[id] {
					t.Errorf("%s is missing", id)
				}
			}
		})
	}
}

// dateParts are what a date is written with.
var dateParts = []string{"day", "month", "short", "number", "year"}

func sameParts(t *testing.T, categories []string, english, m *i18n.Message) {
	t.Helper()
	texts := formsOf(m)
	counted := len(formsOf(english)) > 1
	if counted && !slices.Equal(slices.Sorted(maps.Keys(texts)), categories) {
		t.Errorf("%s has %v, and numbers have %v", m.ID, slices.Sorted(maps.Keys(texts)), categories)
	} else if !counted && (len(texts) != 1 || texts["other"] == "") {
		t.Errorf("%s is counted, or empty", m.ID)
	}
	want := partsOf(english.Other)
	for form, text := range texts {
		got := partsOf(text)
		if strings.HasPrefix(m.ID, "time.") { // each language writes dates its own way
			got = slices.DeleteFunc(got, func(p string) bool { return slices.Contains(dateParts, p) })
			want = slices.DeleteFunc(want, func(p string) bool { return slices.Contains(dateParts, p) })
		}
		if form != "other" { // "one" and "two" may say their number in words
			got = slices.DeleteFunc(got, func(p string) bool { return p == "n" })
		}
		lacks := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return p == "n" && form != "other" })
		if !slices.Equal(got, lacks) {
			t.Errorf("%s, %s: has the parts %v, want %v", m.ID, form, got, want)
		}
		if strings.TrimSpace(text) != text || strings.Contains(text, "  ") || strings.ContainsAny(text, "<>\n\t") {
			t.Errorf("%s, %s: %q has spaces or signs that do not belong into a text", m.ID, form, text)
		}
	}
}

// What happened is said plainly, to nobody's discredit, and nothing is told by its side or
// colour alone (WCAG 2.2, 1.3.3).
func TestPlainWords(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(please|sorry|oops|invalid|forbidden|successfully|click|left-hand|right-hand|on the (left|right)|green|red|amber|blue)\b|!`)
	for _, m := range catalogue("en") {
		for form, text := range formsOf(m) {
			if word := banned.FindString(text); word != "" {
				t.Errorf("%s, %s: says %q", m.ID, form, word)
			}
		}
	}
}
