package forms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/partnerdesk/portal/web/forms"
)

func TestNormal(t *testing.T) {
	for _, c := range []struct{ name, a, b string }{
		{forms.CompanyName, " Harbourline  Ceramics ", "Harbourline Ceramics"},
		{forms.CompanyName, "Cafe\u0301", "Café"},
		{forms.CompanyName, "A\u00a0B", "A B"},
		{forms.CompanyName, "A \u2013 B", "A - B"},
		{forms.CompanyName, "A\u200bB", "AB"},
		{forms.Phone, "(02) 5550-1234", "0255501234"},
		{forms.PostalCode, "1100\u2013148", "1100148"},
		{forms.Culture, "EN-us", "en-US"},
		{forms.Language, "En", "en"},
		{forms.Country, "au", "AU"},
		{forms.City, "\t", ""},
	} {
		if forms.Normal(c.name, c.a) != forms.Normal(c.name, c.b) {
			t.Errorf("%s: %q is not %q", c.name, c.a, c.b)
		}
	}
	for _, c := range []struct{ name, a, b string }{
		{forms.CompanyName, "harbourline", "Harbourline"}, {forms.PostalCode, "sw1a", "SW1A"}, {forms.State, "nsw", "NSW"},
		{forms.Email, "A@b.example", "a@b.example"}, {forms.Phone, "+61 2", "61 2"}, {forms.CompanyName, "A-B", "AB"},
	} {
		if forms.Normal(c.name, c.a) == forms.Normal(c.name, c.b) {
			t.Errorf("%s: %q is taken for %q", c.name, c.a, c.b)
		}
	}
}

func TestNormalIsIdempotent(t *testing.T) {
	marks := rapid.StringOfN(rapid.SampledFrom([]rune("aAiIıİßſé e\u0301\u0327\u200b\u00ad-–. \u202e\u0345\u1100\u1161\x00")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(forms.Names()).Draw(t, "name")
		once := forms.Normal(name, rapid.OneOf(rapid.String(), marks).Draw(t, "text"))
		if twice := forms.Normal(name, once); twice != once {
			t.Fatalf("%s: %q then %q", name, once, twice)
		}
	})
}

func TestChangedIsInWireOrder(t *testing.T) {
	got := forms.Changed(harbourline(), harbourline(forms.Phone, "1", forms.CompanyName, "X", forms.City, "Sydney "))
	if d := cmp.Diff([]string{forms.CompanyName, forms.Phone}, got); d != "" {
		t.Error(d)
	}
	if forms.Changed(nil, forms.Values{forms.City: " "}) != nil {
		t.Error("blank is a change of nothing")
	}
}
