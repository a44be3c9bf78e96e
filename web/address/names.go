package address

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/partnerdesk/portal/web/words"
)

// Names are the names of countries, languages and cultures in one language. They are
// safe for concurrent use.
type Names struct {
	language  string
	countries []string          // in the order of their names
	names     map[string]string // by code, whose case tells its kind: AD a country, de a language, Hans a script
}

// NamesIn returns the names in a language of the portal, by its exact tag: "en", "de",
// "fr", "es", "pt-BR", "ja", "zh-Hans" or "ar". Any other tag gives English. Each
// language is read when it is first asked for, and kept.
func NamesIn(language string) *Names {
	if get, ok := namesIn[language]; ok {
		return get()
	}
	return namesIn["en"]()
}

var namesIn = map[string]func() *Names{
	"en": read("en"), "de": read("de"), "fr": read("fr"), "es": read("es"),
	"pt-BR": read("pt-BR"), "ja": read("ja"), "zh-Hans": read("zh-Hans"), "ar": read("ar"),
}

//go:embed names/*.txt
var nameFiles embed.FS

func read(language string) func() *Names {
	return sync.OnceValue(func() *Names {
		text, err := nameFiles.ReadFile("names/" + language + ".txt")
		if err != nil {
			panic(err) // the table above names the same files
		}
		n := &Names{language: language, names: map[string]string{}}
		for line := range strings.Lines(string(text)) {
			c, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			if !ok { // a comment
				continue
			}
			n.names[c] = name
			if strings.ToUpper(c) == c {
				n.countries = append(n.countries, c)
			}
		}
		return n
	})
}

// Countries returns the ISO 3166-1 alpha-2 codes of all known countries, sorted by their
// names as the language sorts: Österreich among the names in O, Åland among those in A;
// Japanese by kana, then kanji as JIS X 0208 has them (nobody tells CLDR their reading);
// Chinese by pinyin; Arabic by letter, the article counting, so that al-… stand together.
// The slice is the caller's own.
func (n *Names) Countries() []string { return slices.Clone(n.countries) }

// Country returns the name of a country: "Australia". An unknown code comes back as it
// is, trimmed.
func (n *Names) Country(iso2 string) string {
	if name, ok := n.names[code(iso2)]; ok {
		return name
	}
	return strings.TrimSpace(iso2)
}

// InSentence returns the name as it stands inside an English sentence: "the Netherlands".
// In other languages article and case hang on the words around it, so they give the plain
// name, and a sentence is best built to take it after a colon or in brackets. No code
// gives "".
func (n *Names) InSentence(iso2 string) string {
	name := n.Country(iso2)
	if n.language != "en" {
		return name
	}
	for _, suffix := range []string{" Islands", " Territories", " Emirates", " Republic", " Kingdom", " States", " Territory"} {
		if strings.HasSuffix(name, suffix) {
			return "the " + name
		}
	}
	switch code(iso2) {
	case "BS", "GM", "IM", "KM", "MV", "NL", "PH", "SC":
		return "the " + name
	}
	return name
}

// Language returns a language for people as it stands in a list, its code in brackets:
// "English (en)", "Portuguese, Portugal (pt-PT)", "Chinese, Simplified (zh-CHS)". Comma
// and brackets are those of the language: "英语，澳大利亚（en-AU）". An unknown language
// comes back as it is, trimmed.
func (n *Names) Language(tag string) string {
	tag = strings.TrimSpace(tag)
	parts := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(parts) == 0 {
		return tag
	}
	name, ok := n.names[strings.ToLower(parts[0])]
	if !ok {
		return tag
	}
	for _, p := range parts[1:] {
		sub, ok := n.subtag(p)
		if !ok {
			return tag
		}
		name = n.join("localeSeparator", name, sub)
	}
	return n.join("localePattern", name, tag)
}

// Culture returns a culture for people: "English, Australia (en-AU)". An unknown one
// comes back as it is, trimmed.
func (n *Names) Culture(tag string) string { return n.Language(tag) }

func (n *Names) subtag(p string) (string, bool) {
	c := strings.ToUpper(p)
	switch {
	case c == "CHS": // Windows names from before scripts had codes; still in the upstream's rules
		c = "Hans"
	case c == "CHT":
		c = "Hant"
	case c == "419":
		c = "und-419"
	case len(p) == 4:
		c = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
	}
	name, ok := n.names[c]
	return name, ok
}

// join fills one of CLDR's patterns.
func (n *Names) join(pattern, a, b string) string {
	return strings.NewReplacer("{0}", a, "{1}", b).Replace(n.names[pattern])
}

// KnownCountry reports whether iso2, in any case, is the code of a country.
func KnownCountry(iso2 string) bool {
	_, ok := NamesIn("en").names[code(iso2)]
	return ok
}

// Place is a country as a part of a text: its name as it stands inside a sentence, and
// "this country" for no code.
type Place string

// In is the name in a language.
func (p Place) In(l *words.Language) string {
	if name := NamesIn(l.Tag()).InSentence(string(p)); name != "" {
		return name
	}
	return l.Say("country.none")
}

// Tag is a language or a culture as a part of a text: "English, Australia (en-AU)".
type Tag string

// In is the name in a language.
func (t Tag) In(l *words.Language) string { return NamesIn(l.Tag()).Language(string(t)) }

// code takes UK for GB, as people do.
func code(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s == "UK" {
		return "GB"
	}
	return s
}
