package words

import (
	"strings"
	"testing"
)

func TestSay(t *testing.T) {
	l := newLanguage("en", "en", messagesOf(t, `
plain = "Settings saved."
part = "Read from {place} at {time}"
[count]
one = "{n} item by {who}"
other = "{n} items by {who}"
`))
	for want, got := range map[string]string{
		"Settings saved.":        l.Say("plain"),
		"Read from {x} at 9:00":  l.Say("part", "place", "{x}", "time", "9:00"),
		"1 item by Ines":         l.Say("count", "n", 1, "who", "Ines"),
		"1,204 items by Ines":    l.Say("count", "n", 1204, "who", "Ines"),
		"0 items by 1 item by x": l.Of(M("count", "n", 0, "who", M("count", "n", 1, "who", "x"))),
		"Read from  at {time}":   l.Say("part", "place", ""),
		"no.such.id":             l.Say("no.such.id"),
		"":                       l.Of(Message{}),
		"Read from en at 9:00":   l.Say("part", "place", inEach{}, "time", "9:00"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := l.Pieces("part", "place", 1.5, "time", "9:00"); len(got) != 4 || got[1] != 1.5 {
		t.Errorf("pieces %v", got)
	}
}

// inEach is what every language says otherwise: its own tag.
type inEach struct{}

func (inEach) In(l *Language) string { return l.Tag() }

func TestLists(t *testing.T) {
	for want, names := range map[string][]string{
		"":                         nil,
		"email":                    {"email"},
		"email and phone":          {"email", "phone"},
		"email, address and phone": {"email", "address", "phone"},
	} {
		if got := English().List(names); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestInsideASentence(t *testing.T) {
	for label, want := range map[string]string{"Default address": "default address", "ZIP code": "ZIP code", "Ädresse": "ädresse", "": ""} {
		if got := English().Inside(label); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheLanguageAskedFor(t *testing.T) {
	for accept, want := range map[string]string{
		"": "en", "*": "en", "en-GB,en;q=0.9": "en", "sv": "en", "%%%": "en",
		"de-AT": "de", "fr-CA,en;q=0.4": "fr", "es-419": "es", "pt": "pt-BR", "pt-PT": "pt-BR", "ja-JP": "ja", "zh": "zh-Hans", "zh-CN": "zh-Hans", "zh-TW": "zh-Hans",
		"ar-EG": "ar", "ca": "en", "sv,de;q=0.5": "de", "en-US,de;q=0.9": "en", "gsw": "de", "uk": "en", "he": "en", "ko": "en",
		"en-XA": Accented, "ar-XB, en;q=0.5": Mirrored,
		strings.Repeat("x-", 5000): "en", "de," + strings.Repeat("sv,", 10_000): "de", strings.Repeat("sv,", 10_000) + "de": "en",
	} {
		if got := Asked(accept).Tag(); got != want {
			t.Errorf("%.40q: %s, want %s", accept, got, want)
		}
	}
	if Tagged(Accented) != nil || Tagged("xx") != nil || Tagged("en") != English() {
		t.Error("people can choose what they should not, or not what they should")
	}
}

func TestPseudoLanguages(t *testing.T) {
	l := Asked(Mirrored)
	if l.Dir() != "rtl" || English().Dir() != "ltr" {
		t.Error("the mirrored language is not right to left")
	}
	got := l.Say("customers.here", "n", 2)
	if !strings.HasPrefix(got, "⟦2 ") || !strings.HasSuffix(got, "⟧") || strings.ContainsAny(got, "aeiou") || len(got) < len("2 customers on this page")*7/5 {
		t.Errorf("%q", got)
	}
}

// what a header may cost, against what a browser sends.
func BenchmarkAsked(b *testing.B) {
	for name, header := range map[string]string{
		"browser": "de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7",
		"hostile": strings.Repeat("sv,", 10_000),
		"cut":     strings.Repeat("de-", 10_000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Asked(header)
			}
		})
	}
}

func BenchmarkSay(b *testing.B) {
	l := English()
	for b.Loop() {
		l.Say("customers.here", "n", 25)
	}
}
