package templates

import (
	"regexp"
	"strings"
	"testing"
)

func TestChangesAreMarked(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"an address before and after its @", "accounts@x.example", "finance@x.example", "-accounts- +finance+@x.example"},
		{"a code as a whole", "en-NZ", "en-AU", "-en-NZ- +en-AU+"},
		{"a phone number that shares little", "+64 7 838 4500", "+61 2 9123 4567", "-+64 7 838 4500- ++61 2 9123 4567+"},
		{"one word of several", "4 Clay Lane", "4 Clay Road", "4 Clay -Lane- +Road+"},
		{"a word at the end, without the space before it", "Jacaranda Rail Pty", "Jacaranda Rail", "Jacaranda Rail -Pty-"},
		{"lines in one line", "4 Clay Lane\nHamilton", "9 York Street\nSydney", "-4 Clay Lane, Hamilton- +9 York Street, Sydney+"},
		{"something where nothing was", "", "Priya Raman", "Not provided +Priya Raman+"},
		{"nothing where something was", "Priya", "", "-Priya- Not provided"},
		{"markup is text", "<b>", "<i>", "-&lt;b&gt;- +&lt;i&gt;+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plain(rendered(t, inline(Change{Before: c.before, After: c.after}))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSidesAreComparedLineByLine(t *testing.T) {
	c := Change{Before: "Suite 12, 80 Pitt Street\nSydney NSW 2000\nAustralia", After: "Level 3, 11 York Street\nSydney NSW 2000\nAustralia"}
	if got, want := plain(rendered(t, before(c))), "-Suite 12, 80 Pitt Street-|Sydney NSW 2000|Australia"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := plain(rendered(t, after(c))), "+Level 3, 11 York Street+|Sydney NSW 2000|Australia"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	same := Change{Before: "x y", After: "x y"}
	if got := plain(rendered(t, after(same))); got != "x y" {
		t.Errorf("equal values are marked: %q", got)
	}
}

func TestAddressBreaksBeforeItsAt(t *testing.T) {
	if got, want := rendered(t, lines("accounts@x.example")), `<bdi>accounts<span class="at">@</span>x.example</bdi>`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFoundIsMarkedAtTheStartOfWords(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"Nordlicht Logistik", "nord", "<mark>Nord</mark>licht Logistik"},
		{"Alt Nordlicht", "nord", "Alt <mark>Nord</mark>licht"},
		{"Konord", "nord", "Konord"},
		{"İstanbul", "i", "İstanbul"},
		{"x", "", "x"},
	} {
		if got := strings.TrimSuffix(strings.TrimPrefix(rendered(t, found(c.text, c.query)), "<bdi>"), "</bdi>"); got != c.want {
			t.Errorf("%q in %q: %q", c.query, c.text, got)
		}
	}
}

// plain writes removed text as -x-, added as +x+, line breaks as |.
func plain(markup string) string {
	markup = regexp.MustCompile(`<bdi class="vh">(was|now) </bdi>`).ReplaceAllString(markup, "")
	markup = strings.NewReplacer("<del>", "-", "</del>", "-", "<ins>", "+", "</ins>", "+", "<br>", "|", "&#43;", "+").Replace(markup)
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(markup, "")
}
