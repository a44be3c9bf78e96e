package templates

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parsed is one example page as a browser's parser sees it.
func parsed(t *testing.T, e example) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(rendered(t, e.view)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, name string) string {
	v, _ := attr(n, name)
	return v
}

func has(n *html.Node, name string) bool {
	_, found := attr(n, name)
	return found
}

// all are the elements below n that fit, in document order.
func all(n *html.Node, fits func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && fits(c) {
			out = append(out, c)
		}
	}
	return out
}

func named(tags ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(tags, n.Data) }
}

func byID(doc *html.Node, id string) *html.Node {
	found := all(doc, func(n *html.Node) bool { return value(n, "id") == id })
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func inside(n *html.Node, tag string) *html.Node {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return p
		}
	}
	return nil
}

// everyPage runs a check over every example page.
func everyPage(t *testing.T, check func(t *testing.T, doc *html.Node)) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) { check(t, parsed(t, e)) })
	}
}

func TestIDsAreUniqueAndReferencesResolve(t *testing.T) {
	everyPage(t, func(t *testing.T, doc *html.Node) {
		seen := map[string]bool{}
		for _, n := range all(doc, func(n *html.Node) bool { return value(n, "id") != "" }) {
			if id := value(n, "id"); seen[id] {
				t.Errorf("id %q twice", id)
			} else {
				seen[id] = true
			}
		}
		for _, name := range []string{"for", "form", "aria-labelledby", "aria-describedby", "aria-controls"} {
			for _, n := range all(doc, func(n *html.Node) bool { return value(n, name) != "" }) {
				for _, id := range strings.Fields(value(n, name)) {
					if !seen[id] {
						t.Errorf("%s of <%s> names %q, which is not there", name, n.Data, id)
					}
				}
			}
		}
		for _, n := range all(doc, named("a")) {
			if target, ok := strings.CutPrefix(value(n, "href"), "#"); ok && !seen[target] {
				t.Errorf("link %q leads to #%s, which is not there", text(n), target)
			}
		}
	})
}

func TestEveryFormSaysWhereItGoesAndEnterPressesItsMainAction(t *testing.T) {
	main := map[string]string{"form": "", "kept": "Continue"}
	everyPage(t, func(t *testing.T, doc *html.Node) {
		for _, f := range all(doc, named("form")) {
			if value(f, "action") == "" || value(f, "method") == "" {
				t.Errorf("form %q has no action or no method", value(f, "id"))
			}
			buttons := all(doc, func(n *html.Node) bool {
				return (n.Data == "button" && value(n, "type") != "button") && (inside(n, "form") == f || value(f, "id") != "" && value(n, "form") == value(f, "id"))
			})
			for _, b := range buttons {
				if value(b, "type") != "submit" {
					t.Errorf("button %q has no type", text(b))
				}
			}
			if _, ok := main[value(f, "id")]; !ok || value(f, "id") == "kept" {
				continue
			}
			first := buttons[0]
			if do := value(first, "value"); value(first, "name") != "do" || do != "review" && do != "save" {
				t.Errorf("the first submit button is %q=%q", value(first, "name"), do)
			}
			if value(first, "tabindex") != "-1" || value(first, "class") != "vh" || f.FirstChild != first && inside(first, "form") != nil {
				t.Errorf("the first submit button is not the hidden copy, before the form or right behind its start")
			}
			last := buttons[len(buttons)-1]
			if value(last, "value") != value(first, "value") || !strings.HasPrefix(text(last), text(first)) {
				t.Errorf("Enter presses %q, the visible button is %q", text(first), text(last))
			}
		}
	})
}

func TestEveryControlHasALabel(t *testing.T) {
	everyPage(t, func(t *testing.T, doc *html.Node) {
		for _, n := range all(doc, named("input", "select", "textarea")) {
			if value(n, "type") == "hidden" {
				continue
			}
			labels := all(doc, func(l *html.Node) bool { return l.Data == "label" && value(l, "for") == value(n, "id") })
			if wrapped := inside(n, "label"); wrapped != nil {
				labels = append(labels, wrapped)
			}
			if value(n, "id") == "" || len(labels) != 1 || text(labels[0]) == "" {
				t.Errorf("%s %q has %d labels", n.Data, value(n, "name"), len(labels))
			}
		}
		for _, n := range all(doc, named("button", "a", "summary", "h1", "h2", "h3")) {
			if text(n) == "" {
				t.Errorf("<%s> without words", n.Data)
			}
		}
	})
}

func TestFieldsFollowTheContract(t *testing.T) {
	doc := parsed(t, example{"", exampleEdit(true).View()})
	form := byID(doc, "form")
	for _, s := range exampleEdit(true).Sections {
		for _, f := range s.Fields {
			n := byID(doc, FieldID(f.Name))
			if n == nil || value(n, "name") != f.Name || inside(n, "form") != form {
				t.Fatalf("no input %s with its id in the form", f.Name)
			}
			_, autofill := attr(n, "autocomplete")
			_, required := attr(n, "required")
			if autofill || required {
				t.Errorf("%s has autocomplete or required", f.Name)
			}
			if n.Data == "input" && (value(n, "type") != "text" || value(n, "dir") != "auto" || value(n, "spellcheck") != "false") {
				t.Errorf("%s: type %q dir %q spellcheck %q", f.Name, value(n, "type"), value(n, "dir"), value(n, "spellcheck"))
			}
			if got := value(n, "aria-required") == "true"; got == f.Optional {
				t.Errorf("%s: required %v, optional %v", f.Name, got, f.Optional)
			}
			if got := value(n, "aria-invalid") == "true"; got != (f.Error != "") {
				t.Errorf("%s: wrong %v", f.Name, got)
			}
			described := value(n, "aria-describedby")
			for suffix, want := range map[string]string{"-hint": f.Hint, "-err": f.Error} {
				part := byID(doc, FieldID(f.Name)+suffix)
				if (part != nil) != (want != "") || part != nil && (!strings.Contains(text(part), want) || !strings.Contains(described, FieldID(f.Name)+suffix)) {
					t.Errorf("%s%s: %q not shown and named", f.Name, suffix, want)
				}
			}
			was := byID(doc, FieldID(f.Name)+"-was")
			if (was != nil) != f.Changed || was != nil && !strings.Contains(text(was), f.was(t.Context())) {
				t.Errorf("%s: no line with what it was", f.Name)
			}
		}
	}
	for _, h := range []string{"etag", "base", "csrf"} {
		if found := all(form, func(n *html.Node) bool { return value(n, "name") == h && value(n, "type") == "hidden" }); len(found) != 1 {
			t.Errorf("%d hidden inputs %s", len(found), h)
		}
	}
}

func TestTheSummaryHasEveryErrorInTheWordsOfItsField(t *testing.T) {
	for _, e := range []example{{"edit", exampleEdit(true).View()}, {"address", exampleAsking("Choose which address should be saved").View()}, {"merge", func() example {
		p := exampleMerge()
		p.Clashes[1].Error = "Choose which address to save"
		return example{"", p.View()}
	}().view}} {
		doc := parsed(t, e)
		links := all(byID(doc, "problems"), named("a"))
		errs := all(doc, func(n *html.Node) bool { return value(n, "class") == "err" })
		if len(links) == 0 || len(links) != len(errs) {
			t.Fatalf("%s: %d links, %d errors", e.name, len(links), len(errs))
		}
		for i, l := range links {
			if got := text(errs[i]); got != "Error: "+text(l) {
				t.Errorf("%s: the summary says %q, the field %q", e.name, text(l), got)
			}
		}
		title := text(all(doc, named("title"))[0])
		if !strings.HasPrefix(title, "Error: ") {
			t.Errorf("%s: title %q", e.name, title)
		}
	}
}

// Each suggestion shows what it makes different, and nothing is chosen beforehand.
func TestAQuestionAboutAnAddress(t *testing.T) {
	doc := parsed(t, example{"", exampleAsking("").View()})
	question := byID(doc, "choice-address")
	var marked []string
	for _, n := range all(question, func(n *html.Node) bool { return value(n, "class") == "dif" }) {
		marked = append(marked, text(n))
	}
	if got := strings.Join(marked, "|"); got != "Street|Lane|2001" {
		t.Errorf("marked: %s", got)
	}
	for _, id := range []string{"choice-address-1", "choice-address-2", "choice-address-typed"} {
		if radio := byID(doc, id); radio == nil || value(radio, "name") != "choice.address" || value(radio, "value") != strings.TrimPrefix(id, "choice-address-") {
			t.Errorf("no radio %s", id)
		}
	}
	if len(all(question, func(n *html.Node) bool { return has(n, "checked") })) > 0 {
		t.Error("an address is chosen beforehand")
	}
	if !has(question, "autofocus") || has(byID(parsed(t, example{"", exampleAsking("x").View()}), "choice-address"), "autofocus") {
		t.Error("the question takes the focus unless the summary does")
	}
}

func TestAMergeKeepsEveryInputInThePage(t *testing.T) {
	doc := parsed(t, example{"", exampleMerge().View()})
	for _, name := range []string{"email", "defaultAddress.addressLine1", "defaultAddress.city", "defaultAddress.phoneNumber", "defaultAddress.firstName", "culture", "companyName"} {
		if byID(doc, FieldID(name)) == nil {
			t.Errorf("no input %s", name)
		}
	}
	checked := map[string]string{}
	for _, n := range all(doc, func(n *html.Node) bool { return value(n, "type") == "radio" }) {
		if _, on := attr(n, "checked"); on {
			checked[value(n, "name")] = value(n, "value")
		}
	}
	want := map[string]string{"choice.email": "mine", "choice.phone": "theirs", "choice.recipient": "mine", "choice.language": "mine", "choice.companyName": "theirs"}
	for name, v := range want {
		if checked[name] != v {
			t.Errorf("%s is %q, want %q", name, checked[name], v)
		}
	}
	if v, ok := checked["choice.address"]; ok {
		t.Errorf("a clash was decided for the person: %q", v)
	}
}

func TestThePolicyCanBeStrict(t *testing.T) { t.Run("V1.2.3 V3.5.7 V3.6.1", testThePolicyCanBeStrict) }

func testThePolicyCanBeStrict(t *testing.T) {
	everyPage(t, func(t *testing.T, doc *html.Node) {
		for _, n := range all(doc, func(*html.Node) bool { return true }) {
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "formaction" {
					t.Errorf("<%s %s>", n.Data, a.Key)
				}
			}
		}
		for _, n := range all(doc, named("script", "link")) {
			if value(n, "rel") == "icon" {
				continue
			}
			if value(n, "nonce") != "nonce-of-test" || n.FirstChild != nil {
				t.Errorf("<%s> without nonce, or with content", n.Data)
			}
		}
		for _, n := range all(doc, named("script")) {
			if !strings.HasPrefix(value(n, "integrity"), "sha384-") || !strings.HasPrefix(value(n, "src"), "/static/") {
				t.Errorf("script %q", value(n, "src"))
			}
		}
		for _, n := range all(doc, named("style", "img", "iframe", "object", "base")) {
			t.Errorf("<%s>", n.Data)
		}
		if refresh := all(doc, func(n *html.Node) bool { return n.Data == "meta" && value(n, "http-equiv") != "" }); len(refresh) > 0 {
			t.Error("<meta http-equiv>")
		}
	})
}

func TestPagesAreWhole(t *testing.T) {
	everyPage(t, func(t *testing.T, doc *html.Node) {
		if n := len(all(doc, named("h1"))); n != 1 {
			t.Errorf("%d h1", n)
		}
		if byID(doc, "main") == nil || byID(doc, "live") == nil {
			t.Error("no main or no live region")
		}
		level := 1
		for _, h := range all(byID(doc, "main"), named("h1", "h2", "h3", "h4")) {
			next := int(h.Data[1] - '0')
			if next > level+1 {
				t.Errorf("heading %q jumps from h%d to h%d", text(h), level, next)
			}
			level = next
		}
		for _, n := range all(doc, named("svg")) {
			if value(n, "aria-hidden") != "true" {
				t.Error("an icon is neither hidden nor named")
			}
		}
		if said := text(doc); strings.Contains(said, "@moment") || strings.Contains(said, "@lines") || strings.Contains(said, "@copy") || strings.Contains(said, "@icon") || strings.Contains(said, "@tag") {
			t.Error("a component's name is printed instead of drawn")
		}
	})
}

// The words of the interface guide: no politeness that delays, no jargon of blame.
func TestWords(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(please|sorry|oops|invalid|forbidden|successfully|click here)\b`)
	everyPage(t, func(t *testing.T, doc *html.Node) {
		if word := banned.FindString(text(doc)); word != "" {
			t.Errorf("the page says %q", word)
		}
	})
}

// Every page about something that went wrong, and of a save that has no end yet, says what,
// what became of the person's work, and how to go on.
func TestWhatWentWrongIsToldWithTheWorkAndTheNextStep(t *testing.T) {
	work := regexp.MustCompile(`Nothing (was|has been) (being )?saved|(was|were|are|is) (not )?(saved|kept|held)|nothing had to be saved|it goes on`)
	shown := map[string]bool{}
	for _, e := range examples() {
		result := strings.HasPrefix(e.name, "result-")
		if !result && !strings.HasPrefix(e.name, "error-") {
			continue
		}
		shown[e.name] = true
		page := byID(parsed(t, e), "main")
		title, said := text(all(page, named("h1"))[0]), text(page)
		if !work.MatchString(said) || !result && !strings.Contains(said, "Nothing was") {
			t.Errorf("%s does not say what became of the person's work: %s", e.name, said)
		}
		verdict := all(page, func(n *html.Node) bool { return value(n, "class") == "verdict" })[0]
		sentences := len(all(verdict, func(n *html.Node) bool { return n.Data == "p" && value(n, "class") == "" }))
		if next := len(all(verdict, named("a", "button"))); title == "" || sentences == 0 || next == 0 && !strings.Contains(said, "ask") {
			t.Errorf("%s: %q, %d sentences, %d ways on", e.name, title, sentences, next)
		}
	}
	for file, kind := range map[string]string{"error.go": "Error", "result.go": "Result"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kinds := regexp.MustCompile(kind+`Kind += "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
		if len(kinds) < 10 {
			t.Errorf("%d kinds in %s", len(kinds), file)
		}
		for _, k := range kinds {
			if name := strings.ToLower(kind) + "-" + k[1]; !shown[name] {
				t.Errorf("there is no example %s", name)
			}
		}
	}
}

func TestNoTokenOfTheFrameIsMissing(t *testing.T) {
	everyPage(t, func(t *testing.T, doc *html.Node) {
		for _, f := range all(doc, func(n *html.Node) bool {
			return n.Data == "form" && value(n, "method") == "post" && value(n, "id") != "kept"
		}) {
			if token := all(f, func(n *html.Node) bool { return value(n, "name") == "csrf" && value(n, "value") != "" }); len(token) != 1 {
				t.Errorf("form to %q has %d tokens", value(f, "action"), len(token))
			}
		}
	})
}
