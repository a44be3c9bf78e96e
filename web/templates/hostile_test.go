package templates

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// hostile is what somebody may have stored upstream to see who trips over it.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}</title></textarea>'&lt;javascript:alert(3)` + "\u202e"

func TestHostileTextIsText(t *testing.T) {
	t.Run("A-46 shown as text on every page", func(t *testing.T) {
		for name, view := range hostilePages() {
			t.Run(name, func(t *testing.T) {
				clean, dirty := shape(t, view("Harmless words")), shape(t, view(hostile))
				if clean != dirty {
					t.Errorf("the page has other elements with hostile text in it:\n%s\n%s", clean, dirty)
				}
				if doc := parsed(t, example{"", view(hostile)}); !strings.Contains(text(doc), strings.Join(strings.Fields(hostile), " ")) && !anyValue(doc, hostile) {
					t.Error("the text is not shown as it is")
				}
			})
		}
	})
	t.Run("V1.2.2 A-47 a link from data cannot run a script", func(t *testing.T) {
		p := exampleReview()
		p.Customer.URL, p.Action = "JaVaScRiPt:alert(1)", "javascript:alert(1)"
		for _, n := range all(parsed(t, example{"", p.View()}), func(*html.Node) bool { return true }) {
			for _, a := range n.Attr {
				if strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
	})
}

// The whole corpus: whatever it is, a page has the elements and attributes it has with
// harmless words in it.
func TestHostileCorpus(t *testing.T) {
	texts := hostileTexts(t)
	if len(texts) < 200 {
		t.Fatalf("%d texts", len(texts))
	}
	for name, view := range hostilePages() {
		t.Run("A-46 V1.2.1 V1.1.2 "+name, func(t *testing.T) {
			clean := shape(t, view("Harmless words"))
			for _, hostile := range texts {
				if dirty := shape(t, view(hostile)); dirty != clean {
					at := 0
					for at < min(len(clean), len(dirty)) && clean[at] == dirty[at] {
						at++
					}
					t.Errorf("the page has other elements with %.40q in it: …%.200s", hostile, dirty[max(0, at-60):])
				}
				// Braces are our catalogues' own: what is filled in is not filled in once more.
				if strings.Contains(hostile, "{") && !strings.ContainsAny(hostile, "\n\r\t") {
					doc := parsed(t, example{"", view(hostile)})
					if !strings.Contains(text(doc), strings.Join(strings.Fields(hostile), " ")) && !anyValue(doc, hostile) {
						t.Errorf("%q is not shown as it is", hostile)
					}
				}
			}
		})
	}
}

// hostileTexts are the texts of testdata/hostile.txt.
func hostileTexts(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, err := strconv.Unquote(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		texts = append(texts, text)
	}
	return texts
}

func hostilePages() map[string]func(string) templ.Component {
	customer := func(s string) Customer {
		return Customer{ID: exampleID, Name: s, Domain: s, Country: s, URL: "/customers/" + exampleID}
	}
	change := func(s string) []Change {
		return []Change{{Label: "Email", Before: "x", After: s}, {Label: "Phone", Before: s, After: "x"}}
	}
	return map[string]func(string) templ.Component{
		"overview": func(s string) templ.Component {
			p := exampleOverview()
			p.Editing = []string{s, s, s, s}
			p.Title, p.Customer, p.Recent = s, customer(s), []Link{{URL: "/customers/1", Text: s}}
			p.Profile = []Fact{{Label: "Email", Value: s}}
			p.Trail = []TrailEntry{{Title: "2 items changed", By: s, Changes: change(s)}}
			p.Operator = &Operator{Name: s, SignOutCSRF: "token"}
			return p.View()
		},
		"edit": func(s string) templ.Component {
			p := exampleAsking("")
			q := p.Sections[2].Fields[5].Question
			q.Found, q.Quote, q.Typed = s, s, s
			q.Suggested = []SuggestedAddress{{"1", "Harmless", s}, {"2", s, s}}
			p.Customer, p.ETag, p.Hidden = customer(s), s, []Hidden{{"aside.state", s}}
			p.Others, p.News = Others{Names: []string{s, s}}, News{Save: s, Who: s, Items: 2, At: s}
			p.Sections = []FormSection{{ID: "s", Title: "Company", Fields: []Field{
				{Name: "companyName", Label: "Company name", Value: s, Was: s, Base: s, Changed: true, Error: s, Note: &Note{Title: s, Text: s}},
				{Name: "culture", Label: "Culture", Kind: KindSelect, Value: s, Options: []Option{{s, s}, {"en", s}}},
			}}}
			return p.View()
		},
		"review": func(s string) templ.Component {
			p := exampleReview()
			p.Customer, p.Changes, p.Unchanged = customer(s), change(s), []Fact{{Label: "Contact", Value: s}}
			return p.View()
		},
		"merge": func(s string) templ.Component {
			p := exampleMerge()
			p.Customer, p.Who = customer(s), s
			p.Clashes[0].Before, p.Clashes[0].Theirs, p.Clashes[0].Mine, p.Clashes[0].TheirsBy = s, s, "mine", s
			return p.View()
		},
		"result": func(s string) templ.Component {
			p := exampleResult(ResultRejected)
			p.Customer, p.UpstreamText, p.Changes = customer(s), s, change(s)
			return p.View()
		},
		"history": func(s string) templ.Component {
			p, c := exampleHistory(), customer(s)
			p.Title, p.Customer, p.Filter.Who, p.Filter.From = s, &c, s, s
			p.Rows = []ChangeRow{{URL: "/customers/1/history/1", Who: s, Via: "Form", Items: "Email"}}
			return p.View()
		},
		"find": func(s string) templ.Component {
			return FindFragment{Query: "harm", Customers: []CustomerRow{{URL: "/customers/1", Name: s, Domain: s}}, Edits: []Link{{URL: "/customers/1/billing", Text: s}}}.View()
		},
		"change log": func(s string) templ.Component {
			p := exampleChangeLog()
			p.Filter.Customer, p.Filter.Errors, p.Filter.Customers = s, map[string]string{"customer": "Choose one of them."}, []Link{{URL: "/changes?customer=1", Text: s}}
			return p.View()
		},
		"change log, names": func(s string) templ.Component {
			p := exampleChangeLog()
			p.Rows = []ChangeRow{{URL: "/customers/1/history/1", Who: s, Via: "Form", Items: "Email", Customer: s}}
			return p.View()
		},
		"change": func(s string) templ.Component {
			p := exampleChange()
			p.Title, p.Customer, p.Who, p.Changes = s, customer(s), s, change(s)
			p.Notes = []Note{{Title: "Changed outside this portal.", Text: s}}
			p.About = []Fact{{Label: "Reason", Value: s}, {Label: "Correlation ID", Value: s, Copy: "correlation ID"}}
			p.Undo.Items = []UndoItem{{Name: "email", Label: "Email", Value: s}, {Name: "phone", Label: "Phone", Value: s}}
			return p.View()
		},
		"presence": func(s string) templ.Component {
			return PresenceFragment{Others: Others{Names: []string{s}}, News: News{Save: s, Known: true}}.View()
		},
		"customers": func(s string) templ.Component {
			return CustomersPage{Page: examplePage(s), Query: s, Rows: []CustomerRow{{URL: "/customers/1", Name: s, Domain: s, TenantID: exampleID, Note: s, Editing: []string{s}}}}.View()
		},
		"kept": func(s string) templ.Component {
			p := exampleError(ErrorSessionOver)
			p.ContinueURL, p.Kept = "/customers/1/billing", []Hidden{{"email", s}}
			return p.View()
		},
	}
}

// shape is the page's elements and attribute names, without texts. Marks of changes and
// of lines are left out, as other text changes and breaks in other places.
func shape(t *testing.T, view templ.Component) string {
	t.Helper()
	var b strings.Builder
	for _, n := range all(parsed(t, example{"", view}), func(*html.Node) bool { return true }) {
		switch n.Data {
		case "ins", "del", "mark", "bdi", "br":
			if len(n.Attr) == 0 || len(n.Attr) == 1 && n.Attr[0].Key == "class" {
				continue
			}
		case "span":
			if c := value(n, "class"); c == "vh" || c == "dif" || c == "at" {
				continue
			}
		}
		b.WriteString("<" + n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteString(">")
	}
	return b.String()
}

func anyValue(doc *html.Node, want string) bool {
	return len(all(doc, func(n *html.Node) bool { return value(n, "value") == want })) > 0
}
