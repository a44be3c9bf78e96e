package words

import (
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// The pseudo-languages show what is not translated, what a longer language needs for
// room, and what stands on the wrong side. They are English with every letter accented,
// two fifths longer, between ⟦ and ⟧; nobody can choose them, a browser that asks gets them.
const (
	Accented = "en-XA"
	Mirrored = "ar-XB" // the same, right to left
)

func pseudo(english []*i18n.Message) []*i18n.Message {
	for _, m := range english {
		for _, form := range []*string{&m.Zero, &m.One, &m.Two, &m.Few, &m.Many, &m.Other} {
			if *form != "" {
				*form = accented(*form)
			}
		}
	}
	return english
}

func accented(text string) string {
	var b strings.Builder
	letters := 0
	for _, s := range segments(text) {
		if s.part {
			b.WriteString("{" + s.text + "}")
			continue
		}
		b.WriteString(accents.Replace(s.text))
		letters += len(s.text)
	}
	for longer := letters * 2 / 5; longer > 0; longer -= wordLength {
		b.WriteString(" " + strings.Repeat("·", min(longer, wordLength)))
	}
	return "⟦" + b.String() + "⟧"
}

// wordLength is how long the words are that make a text longer: they must break as others do.
const wordLength = 8

var accents = strings.NewReplacer(
	"a", "á", "b", "ƀ", "c", "ç", "d", "ð", "e", "é", "f", "ƒ", "g", "ĝ", "h", "ĥ", "i", "í",
	"j", "ĵ", "k", "ķ", "l", "ļ", "m", "ɱ", "n", "ñ", "o", "ó", "p", "þ", "q", "ǫ", "r", "ŕ",
	"s", "š", "t", "ţ", "u", "ú", "v", "ṽ", "w", "ŵ", "x", "ẋ", "y", "ý", "z", "ž",
	"A", "Á", "B", "Ɓ", "C", "Ç", "D", "Ð", "E", "É", "F", "Ƒ", "G", "Ĝ", "H", "Ĥ", "I", "Í",
	"J", "Ĵ", "K", "Ķ", "L", "Ļ", "M", "Ṁ", "N", "Ñ", "O", "Ó", "P", "Þ", "Q", "Ǫ", "R", "Ŕ",
	"S", "Š", "T", "Ţ", "U", "Ú", "V", "Ṽ", "W", "Ŵ", "X", "Ẋ", "Y", "Ý", "Z", "Ž",
)
