package forms_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
)

func stored() pcclient.BillingProfile {
	return pcclient.BillingProfile{
		ID: "5e0f0c1a-0000-5000-8000-000000000001", CompanyName: "Nordlicht Logistik", Email: "rechnung@nordlicht.example",
		Culture: "de-DE", Language: "de", DefaultAddress: pcclient.Address{Country: "DE", City: "Kiel", AddressLine1: "Hafenstraße 4",
			AddressLine2: "Line\r\nend", PostalCode: "24103", PhoneNumber: "", District: "\u202eevil\u202c"},
		Raw: json.RawMessage(`{"organizationRegistrationId":"kept"}`),
	}
}

func TestOntoChangesOnlyWhatDiffers(t *testing.T) {
	p := stored()
	base := forms.FromBillingProfile(p)
	v := forms.FromBillingProfile(p)
	v[forms.City], v[forms.Email] = "Lübeck", " "
	v[forms.PostalCode] = "24 103" // only separators: no change
	v[forms.Culture] = "DE-de"
	got := v.Onto(p, base)
	want := stored()
	want.DefaultAddress.City, want.Email = "Lübeck", ""
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(stored(), p); d != "" {
		t.Errorf("the profile given was changed: %s", d)
	}
}

// What a browser or Parse would not bring back must not look like a change: the person
// could neither see it nor undo it.
func TestHiddenCharactersStayUpstream(t *testing.T) {
	p := stored()
	p.CompanyName = strings.Repeat("Nordlicht ", 200)
	base := forms.FromBillingProfile(p)
	form := url.Values{}
	for name, text := range base {
		form.Set(name, text)
	}
	v, err := forms.Parse(form)
	if err != nil {
		t.Fatalf("A-46 a stored text makes the form unusable: %v", err)
	}
	if errs := forms.Validate(v, base, germany()); errs != nil {
		t.Errorf("A-46 a stored text is refused: %v", errs)
	}
	if d := cmp.Diff(p, v.Onto(p, base)); d != "" {
		t.Error(d)
	}
}

func TestA42_OntoTouchesNothingElse(t *testing.T) {
	v := forms.Values{"id": "x", "attributes.etag": "x", "defaultAddress.id": "x", "tenantId": "x", "aside.state": "x"}
	if d := cmp.Diff(pcclient.BillingProfile{ID: "1"}, v.Onto(pcclient.BillingProfile{ID: "1"}, nil)); d != "" {
		t.Error(d)
	}
}

func profiles() *rapid.Generator[pcclient.BillingProfile] {
	return rapid.Custom(func(t *rapid.T) pcclient.BillingProfile {
		s := func(name string) string { return rapid.String().Draw(t, name) }
		return pcclient.BillingProfile{ID: s("id"), FirstName: s("first"), LastName: s("last"), Email: s("email"), Culture: s("culture"),
			Language: s("language"), CompanyName: s("company"), DefaultAddress: pcclient.Address{Country: s("country"), Region: s("region"),
				City: s("city"), State: s("state"), District: s("district"), AddressLine1: s("1"), AddressLine2: s("2"), AddressLine3: s("3"),
				PostalCode: s("postal"), FirstName: s("afirst"), MiddleName: s("middle"), LastName: s("alast"), PhoneNumber: s("phone")}}
	})
}

func TestOntoIsIdentityWithoutEdits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := profiles().Draw(t, "profile")
		v := forms.FromBillingProfile(p)
		if d := cmp.Diff(p, v.Onto(p, v)); d != "" {
			t.Fatal(d)
		}
		rules := rapid.SampledFrom([]pcclient.CountryRules{{}, australia(), germany()}).Draw(t, "rules")
		if got := forms.Changed(v, forms.Canonical(v, v, rules)); got != nil {
			t.Fatalf("Canonical changes %v of an untouched form", got)
		}
		if errs := forms.Validate(v, v, rules); errs != nil {
			t.Fatalf("an untouched form is refused: %v", errs)
		}
	})
}

func TestOntoHasWhatWasTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q := profiles().Draw(t, "base"), profiles().Draw(t, "mine")
		base, mine := forms.FromBillingProfile(p), forms.FromBillingProfile(q)
		after := forms.FromBillingProfile(mine.Onto(p, base))
		if got := forms.Changed(mine, after); got != nil {
			t.Fatalf("%v is not what was typed", got)
		}
	})
}
