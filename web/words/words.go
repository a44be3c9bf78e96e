package words

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Language is one language that the portal speaks. It is safe for concurrent use.
type Language struct {
	tag     string
	rtl     bool
	texts   *i18n.Localizer
	numbers *message.Printer
}

// newLanguage takes the plural rules from the language rules, which is the tag's own
// unless the texts are made of another's.
func newLanguage(tag, rules string, messages []*i18n.Message) *Language {
	rule := language.MustParse(rules)
	bundle := i18n.NewBundle(rule)
	bundle.MustAddMessages(rule, messages...)
	l := &Language{tag: tag, texts: i18n.NewLocalizer(bundle, rules)}
	script, _ := language.MustParse(tag).Script()
	l.rtl = script.String() == "Arab"
	// Digits are the ones that tenant IDs, phone numbers and postal codes have.
	latin, err := language.MustParse(rules).SetTypeForKey("nu", "latn")
	if err != nil {
		panic(err) // the key and its value are constants
	}
	l.numbers = message.NewPrinter(latin)
	return l
}

// Tag is the language's BCP 47 tag: "pt-BR".
func (l *Language) Tag() string { return l.tag }

// Dir is the direction of its script as HTML has it: "ltr" or "rtl".
func (l *Language) Dir() string {
	if l.rtl {
		return "rtl"
	}
	return "ltr"
}

// Name is what the language calls itself: "Deutsch".
func (l *Language) Name() string { return l.Say("language") }

// Say is the text with this id. Parts are pairs of a name and a value, as in
// Say("read-at", "time", "14:31"). Values are texts, whole numbers, Messages and what is
// Spoken; the number called n chooses the plural form, and the first of two parts with one
// name counts. An id without a text comes back as it is, and so does a part without a
// value, in its braces.
func (l *Language) Say(id string, parts ...any) string {
	var b strings.Builder
	for _, piece := range l.Pieces(id, parts...) {
		fmt.Fprint(&b, piece)
	}
	return b.String()
}

// Of is the text of a message; "" for the zero Message.
func (l *Language) Of(m Message) string {
	if m.ID == "" {
		return ""
	}
	return l.Say(m.ID, m.Parts...)
}

// Pieces is Say for values that are no text, such as a link to draw: they come back as
// they are, between the stretches of text.
func (l *Language) Pieces(id string, parts ...any) []any {
	f := filling{language: l, parts: parts}
	config := i18n.LocalizeConfig{MessageID: id, TemplateParser: braces{}, TemplateData: &f}
	if n, ok := f.part("n").(int); ok {
		config.PluralCount = n
	}
	if _, err := l.texts.Localize(&config); err != nil {
		return []any{id}
	}
	return f.pieces
}

// List is a list of names in a sentence: "email, address and phone". No names give "".
func (l *Language) List(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return l.Row(names)
	}
	return l.Say("list.last", "list", l.Row(names[:last]), "name", names[last])
}

// Row is a list of names by itself: "Email, address, phone". No names give "".
func (l *Language) Row(names []string) string {
	if len(names) == 0 {
		return ""
	}
	all := names[0]
	for _, name := range names[1:] {
		all = l.Say("list.more", "list", all, "name", name)
	}
	return all
}

// Inside is a label as it stands inside a sentence: "default address". Abbreviations
// keep their capitals, and so do the nouns of German.
func (l *Language) Inside(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	second, _ := utf8.DecodeRuneInString(label[size:])
	if size == 0 || unicode.IsUpper(second) || strings.HasPrefix(l.tag, "de") {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// Capital is a text as it stands at the start of a sentence.
func Capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

type contextKey struct{}

// With returns a context whose pages are in this language.
func With(ctx context.Context, l *Language) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// In is the language of a context, English if it has none.
func In(ctx context.Context) *Language {
	if l, ok := ctx.Value(contextKey{}).(*Language); ok {
		return l
	}
	return English()
}

// Message is a text that is not in a language yet.
type Message struct {
	ID    string
	Parts []any // as of Say
}

// Spoken is a part of a text that every language has its own words for, such as the name
// of a country. It is asked for them when the text is said.
type Spoken interface{ In(l *Language) string }

// M is the message with this id.
func M(id string, parts ...any) Message { return Message{id, parts} }

// filling fills the parts into one text.
type filling struct {
	language *Language
	parts    []any
	pieces   []any
}

func (f *filling) part(name string) any {
	for i := 0; i+1 < len(f.parts); i += 2 {
		if f.parts[i] == name {
			return f.parts[i+1]
		}
	}
	return nil
}

func (f *filling) fill(s segment) {
	if !s.part {
		f.pieces = append(f.pieces, s.text)
		return
	}
	switch value := f.part(s.text).(type) {
	case nil:
		f.pieces = append(f.pieces, "{"+s.text+"}")
	case string:
		f.pieces = append(f.pieces, f.language.isolated(value))
	case int:
		f.pieces = append(f.pieces, f.language.numbers.Sprint(value))
	case Message:
		f.pieces = append(f.pieces, f.language.Of(value))
	case Spoken:
		f.pieces = append(f.pieces, f.language.isolated(value.In(f.language)))
	default:
		f.pieces = append(f.pieces, value)
	}
}

// Bare is a text without the marks that keep its parts apart, to be compared with what
// somebody types.
func Bare(text string) string {
	return strings.NewReplacer(isolate, "", isolateEnd, "").Replace(text)
}

// The marks of Unicode's UAX #9 around a text whose direction is its own.
const isolate, isolateEnd = "\u2068", "\u2069"

// isolated keeps a name in another script from turning a right-to-left sentence around:
// FIRST STRONG ISOLATE and its end, as Unicode's UAX #9 has them for plain text.
func (l *Language) isolated(text string) string {
	if !l.rtl || text == "" {
		return text
	}
	return isolate + text + isolateEnd
}

// segment is a stretch of a text, or the name of a part.
type segment struct {
	text string
	part bool
}

// segments cuts a text at its parts.
func segments(text string) []segment {
	var list []segment
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			list = append(list, segment{text: before})
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		list = append(list, segment{text: name, part: true})
		text = after
	}
	return list
}

// partsOf are the names of a text's parts, sorted.
func partsOf(text string) []string {
	var names []string
	for _, s := range segments(text) {
		if s.part {
			names = append(names, s.text)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
