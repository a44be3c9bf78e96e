package forms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
)

func redmond(pairs ...string) forms.Values {
	v := forms.Values{
		forms.Country: "US", forms.State: "WA", forms.City: "Redmond", forms.PostalCode: "98052", forms.AddressLine1: "1 Microsoft Way",
		forms.AddressLine3: "Dock 3", forms.RecipientFirst: "Priya", forms.Phone: "2065550142",
	}
	for i := 0; i < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return v
}

var usRules = pcclient.CountryRules{ISO2Code: "US", States: []string{"WA", "OR"}, StateRequired: true, CityRequired: true, PostalCodeRequired: true, PostalCodePattern: `^\d{5}(-\d{4})?$`}

func check(v forms.Values, status string, suggested ...pcclient.Address) *forms.AddressCheck {
	return forms.NewAddressCheck(pcclient.AddressCheck{Status: status, Suggested: suggested}, v, redmond(forms.City, "Seattle"), usRules)
}

func TestASuggestionIsLaidOverWhatWasTyped(t *testing.T) {
	for _, c := range []struct {
		name  string
		typed forms.Values
		with  pcclient.Address
		want  forms.Values // nil: not offered
	}{
		{"only what it knows", redmond(), pcclient.Address{PostalCode: "98052-8300"}, redmond(forms.PostalCode, "98052-8300")},
		{"a state by its code", redmond(forms.State, "OR"), pcclient.Address{State: "washington"}, redmond()},
		{"names and phone are not its business", redmond(), pcclient.Address{City: "Bellevue", FirstName: "X", PhoneNumber: "1"}, redmond(forms.City, "Bellevue")},
		{"no region where nobody typed one", redmond(), pcclient.Address{City: "Bellevue", Region: "King County"}, redmond(forms.City, "Bellevue")},
		{"a region for a region", redmond(forms.Region, "Kink"), pcclient.Address{Region: "King"}, redmond(forms.Region, "King")},
		{"line 2 moved to line 1", redmond(forms.AddressLine2, "Suite 5"), pcclient.Address{AddressLine1: "1 Microsoft Way, Suite 5"}, redmond(forms.AddressLine1, "1 Microsoft Way, Suite 5")},
		{"line 2 stays", redmond(forms.AddressLine2, "Suite 5"), pcclient.Address{AddressLine1: "11 Microsoft Way"}, redmond(forms.AddressLine1, "11 Microsoft Way", forms.AddressLine2, "Suite 5")},
		{"a number that was in both lines stays", redmond(forms.AddressLine2, "1"), pcclient.Address{City: "Bellevue"}, redmond(forms.City, "Bellevue", forms.AddressLine2, "1")},
		{"nothing new", redmond(), pcclient.Address{City: "Redmond", PostalCode: "98052"}, nil},
		{"only other letters", redmond(), pcclient.Address{City: "REDMOND", AddressLine1: "1 microsoft way"}, nil},
		{"another country", redmond(), pcclient.Address{Country: "CA", City: "Bellevue"}, nil},
		{"what cannot be saved", redmond(), pcclient.Address{PostalCode: "9805"}, nil},
		{"what is too long", redmond(), pcclient.Address{AddressLine1: strings.Repeat("1", 201)}, nil},
		{"without the marks that bend text", redmond(), pcclient.Address{City: "Belle\u202evue\x00"}, redmond(forms.City, "Bellevue")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := check(c.typed, pcclient.AddressInteractionRequired, c.with)
			if c.want == nil {
				if got.Suggested != nil {
					t.Errorf("offered: %v", got.Suggested)
				}
				return
			}
			if len(got.Suggested) != 1 {
				t.Fatalf("%d suggestions", len(got.Suggested))
			}
			if diff := cmp.Diff(c.want, got.Suggestion(0, c.typed)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhichStatusesAsk(t *testing.T) {
	other := pcclient.Address{City: "Bellevue"}
	for _, c := range []struct {
		status       string
		alone, other bool // whether it asks, without and with a suggestion
	}{
		{pcclient.AddressVerifiedShippable, false, true}, {pcclient.AddressVerified, false, true},
		{pcclient.AddressInteractionRequired, true, true}, {pcclient.AddressStreetPartial, true, true},
		{pcclient.AddressPremisesPartial, true, true}, {pcclient.AddressMultiple, true, true}, {pcclient.AddressNone, true, true},
		{pcclient.AddressNotValidated, false, false}, {"Unheard", false, false},
	} {
		if got := check(redmond(), c.status).Asks(); got != c.alone {
			t.Errorf("%s alone asks: %v", c.status, got)
		}
		if got := check(redmond(), c.status, other).Asks(); got != c.other {
			t.Errorf("%s with a suggestion asks: %v", c.status, got)
		}
	}
	if check(redmond(), pcclient.AddressVerifiedShippable, pcclient.Address{PostalCode: "98052-8300"}).Asks() {
		t.Error("the second half of a ZIP code is asked about")
	}
	if !check(redmond(forms.PostalCode, "98052-8301"), pcclient.AddressVerified, pcclient.Address{PostalCode: "98052-8300"}).Asks() {
		t.Error("another second half of a ZIP code is not asked about")
	}
}

func TestAChoiceHoldsUntilTheAddressChanges(t *testing.T) {
	typed := redmond(forms.AddressLine1, "Microsoft Way")
	c := check(typed, pcclient.AddressStreetPartial, pcclient.Address{AddressLine1: "1 Microsoft Way"}, pcclient.Address{AddressLine1: "2 Microsoft Way"})
	for _, choice := range []string{"", "0", "3", "01", "+1", "theirs"} {
		if c.Has(choice) {
			t.Errorf("%q can be chosen", choice)
		}
	}
	taken, v := c.Take("2", typed)
	if v[forms.AddressLine1] != "2 Microsoft Way" || v[forms.AddressLine3] != "Dock 3" || v[forms.RecipientFirst] != "Priya" {
		t.Errorf("taken: %v", v)
	}
	if typed[forms.AddressLine1] != "Microsoft Way" || c.Choice != "" {
		t.Error("taking changed what it was taken from")
	}
	if !taken.Settled(v) || !taken.Covers(v) || !taken.Covers(typed) || taken.Settled(typed) {
		t.Error("a choice is settled by the address chosen, and is still about the typed one")
	}
	v[forms.Phone] = "2065550199"
	if !taken.Covers(v) {
		t.Error("a phone number is no part of the address")
	}
	v[forms.City] = "Bellevue"
	if taken.Covers(v) {
		t.Error("another address is still covered")
	}
	if back, v := taken.Take(forms.ChoiceTyped, v); v[forms.AddressLine1] != "Microsoft Way" || !back.Settled(v) {
		t.Errorf("what was typed does not come back: %v", v)
	}
	if p := taken.Pick("1"); p.Picked != "1" || p.Choice != "2" || taken.Pick("9").Picked != "" || taken.Pick("2").Picked != "" {
		t.Error("a tick is not a choice yet, and none for what is chosen already")
	}
	var none *forms.AddressCheck
	if none.Covers(v) || none.Answered() || none.Has("typed") || none.Pick("1") != nil || forms.NoAnswer(v).Answered() {
		t.Error("no check says something")
	}
}
