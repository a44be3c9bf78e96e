package handlers

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

func items(n int) string { return plural(n, "item") }

// wait prints a wait for people: "20 seconds", "2 minutes"; "" when none is known.
func (w times) wait(d time.Duration) string {
	switch n := int((d + time.Second - 1) / time.Second); {
	case n <= 0:
		return ""
	case n < 120:
		return w.Say("wait.seconds", "n", n)
	default:
		return w.Say("wait.minutes", "n", (n+59)/60)
	}
}

// joined lists names in a sentence: "Email, address and phone".
func joined(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// inSentence is a label as it stands inside a sentence: "default address".
func inSentence(label string) string {
	if len(label) > 1 && unicode.IsUpper(rune(label[1])) {
		return label
	}
	return strings.ToLower(label[:min(len(label), 1)]) + label[min(len(label), 1):]
}

func capital(text string) string {
	return strings.ToUpper(text[:min(len(text), 1)]) + text[min(len(text), 1):]
}

func orSomebody(name string) string {
	if name == "" {
		return "Somebody else"
	}
	return name
}
