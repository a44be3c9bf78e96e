package templates

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestPeopleInASentence(t *testing.T) {
	for want, names := range map[string][]string{
		"":                                     nil,
		"Ines Duarte is editing":               {"Ines Duarte"},
		"Ines Duarte and Rui Melo are editing": {"Ines Duarte", "Rui Melo"},
		"Ines Duarte, Rui Melo and Marta Keller are editing": {"Ines Duarte", "Rui Melo", "Marta Keller"},
		"Ines Duarte, Rui Melo and 2 others are editing":     {"Ines Duarte", "Rui Melo", "Marta Keller", "Sam Sales"},
		"<b> and and are editing":                            {"<b>", "and"},
		"Ines Duarte, Rui Melo and 38 others are editing":    append([]string{"Ines Duarte", "Rui Melo"}, make([]string, 38)...),
	} {
		doc := parsed(t, example{"", editing(names)})
		if got := text(doc); got != want {
			t.Errorf("%d people: %q, want %q", len(names), got, want)
		}
	}
}

func TestNewsSaysWhoWhatAndWhen(t *testing.T) {
	for want, n := range map[string]News{
		"Ines Duarte saved 3 changes at 14:31.":                       {Save: "x", Who: "Ines Duarte", Items: 3, At: "at 14:31"},
		"You saved 1 change yesterday at 14:31 in another window.":    {Save: "x", Who: "Tomas Lindqvist", You: true, Items: 1, At: "yesterday at 14:31"},
		"2 changes were saved outside this portal, noticed at 14:31.": {Save: "x", Items: 2, At: "at 14:31"},
		"1 change was saved outside this portal, noticed at 14:31.":   {Save: "x", Items: 1, At: "at 14:31"},
	} {
		if got := text(byID(parsed(t, example{"", news(n)}), "news-t")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What the script fills is there to be filled, and what is put aside is sent along.
func TestTheFormHasRoomForNews(t *testing.T) {
	quiet := parsed(t, example{"", exampleEdit(false).View()})
	for _, id := range []string{"news", "others"} {
		if n := byID(quiet, id); n == nil || text(n) != "" {
			t.Errorf("no empty #%s", id)
		}
	}
	page := exampleEdit(false)
	page.News = News{Save: "Zm9v", Known: true, Who: "Ines Duarte", Items: 3}
	doc := parsed(t, example{"", page.View()})
	known := all(doc, func(n *html.Node) bool { return value(n, "name") == "known" })
	if len(known) != 1 || value(known[0], "value") != "Zm9v" || value(known[0], "form") != "form" || text(byID(doc, "news")) != "" {
		t.Errorf("a save put aside: %d inputs, %q", len(known), text(byID(doc, "news")))
	}
	page.News.Known = false
	buttons := all(byID(parsed(t, example{"", page.View()}), "news"), named("button"))
	var values []string
	for _, b := range buttons {
		values = append(values, value(b, "value"))
	}
	if !slices.Equal(values, []string{"review", "merge", "keep:Zm9v"}) || !strings.Contains(value(buttons[0], "class"), "vh") {
		t.Errorf("the buttons of the news are %q", values)
	}
}
