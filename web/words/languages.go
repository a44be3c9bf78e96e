package words

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed catalogues
var catalogues embed.FS

// tags are the languages people can choose, in the order they are offered.
var tags = []string{"en", "de", "fr", "es", "pt-BR", "ja", "zh-Hans", "ar"}

// languages are those of tags and, behind them, the pseudo-languages.
var languages = sync.OnceValue(func() []*Language {
	var list []*Language
	for _, tag := range tags {
		list = append(list, newLanguage(tag, tag, catalogue(tag)))
	}
	return append(list,
		newLanguage(Accented, "en", pseudo(catalogue("en"))),
		newLanguage(Mirrored, "en", pseudo(catalogue("en"))))
})

// catalogue reads the texts of a language. They are part of the program, so that one
// that cannot be read is a fault of the build; a test reads them all.
func catalogue(tag string) []*i18n.Message {
	text, err := catalogues.ReadFile("catalogues/" + tag + ".toml")
	if err != nil {
		panic(fmt.Sprintf("words: %v", err))
	}
	messages, err := i18n.ParseMessageBytes(text, toml.Unmarshal)
	if err != nil {
		panic(fmt.Sprintf("words: read the catalogue %s: %v", tag, err))
	}
	return messages
}

// Languages are the languages people can choose, English first. The slice is the
// caller's own.
func Languages() []*Language { return append([]*Language(nil), languages()[:len(tags)]...) }

// English is the language of people who ask for none that the portal speaks.
func English() *Language { return languages()[0] }

// Tagged is the language with this tag that people can choose, nil if there is none.
func Tagged(tag string) *Language {
	for _, l := range Languages() {
		if l.tag == tag {
			return l
		}
	}
	return nil
}

var matcher = sync.OnceValue(func() language.Matcher {
	var list []language.Tag
	for _, l := range languages() {
		list = append(list, language.MustParse(l.tag))
	}
	return language.NewMatcher(list)
})

// longestAsk is how many bytes of an Accept-Language header are read. Browsers send less
// than a hundred; one as long as a request may be would cost milliseconds.
const longestAsk = 400

// Asked is the language that fits an Accept-Language header best (RFC 9110, section
// 12.5.4), English if none does. A browser that asks for a pseudo-language gets it.
func Asked(acceptLanguage string) *Language {
	if len(acceptLanguage) > longestAsk {
		acceptLanguage = acceptLanguage[:strings.LastIndex(acceptLanguage[:longestAsk], ",")+1]
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English()
	}
	for _, tag := range wanted {
		for _, l := range languages()[len(tags):] {
			if tag.String() == l.tag {
				return l
			}
		}
	}
	_, i, confidence := matcher().Match(wanted...)
	if confidence == language.No || i >= len(tags) {
		return English()
	}
	return languages()[i]
}
