package forms_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/forms"
)

func TestParseKeepsTextAsTyped(t *testing.T) {
	form := url.Values{
		forms.CompanyName: {"  Harbourline\tCeramics "}, forms.Email: {""}, forms.City: {"\u200fתל אביב"}, "etag": {"x"},
		"aside.state": {"NSW"}, "aside.state.country": {"AU"}, "aside.country": {"DE"}, "other": {"theirs"},
	}
	v, err := forms.Parse(form, "etag", "other")
	if err != nil {
		t.Fatal(err)
	}
	want := forms.Values{forms.CompanyName: "  Harbourline\tCeramics ", forms.City: "\u200fתל אביב"}
	if d := cmp.Diff(want, v); d != "" {
		t.Error(d)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, input string
		texts       []string
	}{
		{"A-42 the profile's id", "id", []string{"x"}},
		{"A-42 the address's id", "defaultAddress.id", []string{"x"}},
		{"A-42 a member the form has not", "defaultAddress.emailAddress", []string{"a@b.example"}},
		{"A-42 links", "links.self.uri", []string{"/"}},
		{"A-42 attributes", "attributes.etag", []string{"1"}},
		{"A-42 other casing", "CompanyName", []string{"x"}},
		{"A-42 tenant", "tenantId", []string{"x"}},
		{"A-42 a set-aside value of another field", "aside.email", []string{"x"}},
		{"twice", forms.Email, []string{"a@b.example", "c@d.example"}},
		{"an extra twice", "etag", []string{"1", "2"}},
		{"not UTF-8", forms.City, []string{"Syd\xffney"}},
		{"NUL", forms.City, []string{"Syd\x00ney"}},
		{"line end", forms.City, []string{"Syd\nney"}},
		{"C1 control", forms.City, []string{"Syd\u0085ney"}},
		{"bidi override", forms.City, []string{"Syd\u202eyen"}},
		{"bidi isolate", forms.City, []string{"Syd\u2066yen"}},
		{"too long", forms.City, []string{strings.Repeat("é", 4001)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{forms.CompanyName: {"Harbourline"}}
			form[c.input] = c.texts
			v, err := forms.Parse(form, "etag")
			var m *forms.MalformedError
			if !errors.Is(err, forms.ErrMalformed) || !errors.As(err, &m) || !slices.ContainsFunc(m.Problems, func(p forms.FieldError) bool { return p.Name == c.input }) {
				t.Fatalf("error %v does not name %s", err, c.input)
			}
			if v[forms.CompanyName] != "Harbourline" {
				t.Error("what was typed elsewhere is lost")
			}
			if strings.Contains(err.Error(), c.texts[0]) && len(c.texts[0]) > 1 {
				t.Errorf("the error shows the value: %v", err)
			}
			if text := v[forms.City]; !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\n\u202e\u2066") {
				t.Errorf("city %q would not be readable in the form", text)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	v, err := forms.Parse(url.Values{forms.Country: {"AU"}, forms.City: {"a\x00"}, forms.PostalCode: {strings.Repeat("1", 4001)}, "id": {"x"}})
	want := []said{
		{Name: forms.City, Text: "Suburb or city holds characters that cannot be saved. They have been taken out; check what is left."},
		{Name: forms.PostalCode, Text: "Postcode must be 400 characters or less. It is 4001."},
	}
	if d := cmp.Diff(want, english(forms.Unreadable(err, v))); d != "" {
		t.Error(d)
	}
	if forms.Unreadable(errors.New("other"), v) != nil || forms.Unreadable(nil, v) != nil {
		t.Error("an error that is not Parse's gives complaints")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"companyName=a&email=b", "companyName=a&companyName=b", "id=1", "=", "%00=%00", "email=%ff%fe",
		"defaultAddress.city=%E2%80%AE", "aside.state=NSW&aside.country=AU", "defaultAddress.city=%0d%0a", "culture=" + strings.Repeat("a", 500),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		v, err := forms.Parse(form)
		for name, text := range v {
			if !utf8.ValidString(text) || text == "" {
				t.Fatalf("%s is %q", name, text)
			}
			again, refused := forms.Parse(url.Values{name: {text}})
			if len([]rune(text)) <= 4000 && (refused != nil || again[name] != text) {
				t.Fatalf("%s %q does not survive a second time: %v", name, text, refused)
			}
		}
		if err != nil && !errors.Is(err, forms.ErrMalformed) {
			t.Fatal(err)
		}
		for _, e := range english(forms.Unreadable(err, v)) {
			if e.Text == "" || strings.ContainsAny(e.Text, "{}") {
				t.Fatalf("%s is said to be %q", e.Name, e.Text)
			}
		}
		forms.Aside(form)
	})
}
