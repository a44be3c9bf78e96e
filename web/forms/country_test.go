package forms_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/words"
)

// roundTrip is what a browser does with the hidden inputs.
func roundTrip(t *testing.T, v forms.Values, aside map[string]string) map[string]string {
	t.Helper()
	form := url.Values{}
	for entry, text := range aside {
		form.Set(forms.AsideInput(entry), text)
	}
	for name, text := range v {
		form.Set(name, text)
	}
	if _, err := forms.Parse(form); err != nil {
		t.Fatal(err)
	}
	return forms.Aside(form)
}

func TestCountryChangeThereAndBack(t *testing.T) {
	v := harbourline()
	aside := roundTrip(t, v, forms.DrawnFor(v, nil))
	v[forms.Country] = "DE"
	v, aside, notes := forms.CountryChange(v, aside, germany())
	want := harbourline(forms.Country, "DE", forms.State, "", forms.Culture, "")
	if d := cmp.Diff(want, v); d != "" {
		t.Fatal(d)
	}
	wantNotes := []remark{
		{forms.State, "State or territory set aside", "“New South Wales” is not in the rules for Germany. It comes back if you change back to Australia."},
		{forms.Culture, "Choose a culture", "“English, Australia (en-AU)” is not in the rules for Germany. It comes back if you change back to Australia."},
	}
	if d := cmp.Diff(wantNotes, remarks(notes)); d != "" {
		t.Fatal(d)
	}

	aside = roundTrip(t, v, aside)
	v[forms.Country] = "AU"
	v, aside, notes = forms.CountryChange(v, aside, australia())
	if d := cmp.Diff(harbourline(), v); d != "" {
		t.Error(d)
	}
	if len(notes) != 2 || en(notes[0].Title) != "State or territory is back" ||
		en(notes[1].Text) != "“English, Australia (en-AU)” was set aside before and fits Australia." {
		t.Errorf("notes %v", remarks(notes))
	}
	if d := cmp.Diff(map[string]string{"country": "AU"}, aside); d != "" {
		t.Error(d)
	}
}

func TestCountryChangeKeepsWhatFits(t *testing.T) {
	v := harbourline(forms.Country, "US", forms.State, "Washington", forms.Culture, "en-us")
	got, _, notes := forms.CountryChange(v, map[string]string{"country": "AU"}, unitedStates())
	if d := cmp.Diff(harbourline(forms.Country, "US", forms.State, "WA", forms.Culture, "en-US"), got); d != "" {
		t.Error(d)
	}
	if notes != nil {
		t.Errorf("notes %v", notes)
	}
}

// WA is Western Australia in one country and Washington in the other.
func TestSetAsideComesBackOnlyAtHome(t *testing.T) {
	v := harbourline(forms.State, "WA", forms.Country, "DE")
	v, aside, _ := forms.CountryChange(v, map[string]string{"country": "AU"}, germany())
	v[forms.Country] = "US"
	v, aside, _ = forms.CountryChange(v, aside, unitedStates())
	if v[forms.State] != "" {
		t.Fatalf("Western Australia came back as %q in the United States", v[forms.State])
	}
	v[forms.Country] = "AU"
	if v, _, _ = forms.CountryChange(v, aside, australia()); v[forms.State] != "WA" {
		t.Errorf("state %q did not come back", v[forms.State])
	}
}

func TestCodeOfAnotherStateIsSetAside(t *testing.T) {
	v := harbourline(forms.State, "WA", forms.Country, "US", forms.Culture, "en-US")
	got, aside, notes := forms.CountryChange(v, map[string]string{"country": "AU"}, unitedStates())
	if got[forms.State] != "" || aside["state"] != "WA" || aside["state.country"] != "AU" {
		t.Fatalf("Western Australia became %q, set aside %v", got[forms.State], aside)
	}
	want := []remark{{forms.State, "State or territory set aside", "“Western Australia” is not in the rules for the United States. It comes back if you change back to Australia."}}
	if d := cmp.Diff(want, remarks(notes)); d != "" {
		t.Error(d)
	}
}

func TestCountryChangeDoesNotOverwriteAChoice(t *testing.T) {
	v := harbourline(forms.State, "VIC")
	got, _, _ := forms.CountryChange(v, map[string]string{"state": "NSW", "state.country": "AU", "country": "DE"}, australia())
	if got[forms.State] != "VIC" {
		t.Errorf("state %q, want the one chosen since", got[forms.State])
	}
}

func TestCountryChangeWithoutRulesMovesNothing(t *testing.T) {
	v := harbourline(forms.Country, "LK")
	got, aside, notes := forms.CountryChange(v, map[string]string{"state": "X", "country": "AU"}, pcclient.CountryRules{ISO2Code: "LK"})
	if d := cmp.Diff(v, got); d != "" || notes != nil || aside["state"] != "X" {
		t.Errorf("%s %v %v", d, notes, aside)
	}
}

func TestAsideReadsOnlyItsOwn(t *testing.T) {
	got := forms.Aside(url.Values{"aside.state": {"NSW"}, "aside.email": {"x"}, "aside.culture": {"a", "b"}, "aside.language": {"\x00"}, "state": {"y"}, "aside.country": {""}})
	if d := cmp.Diff(map[string]string{"state": "NSW"}, got); d != "" {
		t.Error(d)
	}
}

func TestOptions(t *testing.T) {
	texts := func(options []forms.Option) (out []string) {
		for _, o := range options {
			text := o.Value + ": " + o.Text
			if o.Selected {
				text += " *"
			}
			out = append(out, text)
		}
		return out
	}
	rules := pcclient.CountryRules{ISO2Code: "AU", States: []string{"VIC", "NSW"}, Cultures: []string{"en-US", "en-AU"}, Languages: []string{"en"}}
	for _, c := range []struct {
		name string
		got  []forms.Option
		want []string
	}{
		{"states", forms.StateOptions(words.English(), rules, "NSW"), []string{"NSW: New South Wales (NSW) *", "VIC: Victoria (VIC)"}},
		{"nothing chosen", forms.StateOptions(words.English(), rules, ""), []string{"NSW: New South Wales (NSW)", "VIC: Victoria (VIC)"}},
		{"by name", forms.StateOptions(words.English(), rules, "Victoria"), []string{"Victoria: Victoria *", "NSW: New South Wales (NSW)", "VIC: Victoria (VIC)"}},
		{"not in the rules", forms.StateOptions(words.English(), rules, "Waikato"), []string{"Waikato: Waikato (not in the rules for Australia) *", "NSW: New South Wales (NSW)", "VIC: Victoria (VIC)"}},
		{"no list", forms.StateOptions(words.English(), germany(), "Bayern"), nil},
		{"cultures", forms.CultureOptions(words.English(), rules, "en-AU"), []string{"en-AU: English, Australia (en-AU) *", "en-US: English, United States (en-US)"}},
		{"language as stored", forms.LanguageOptions(words.English(), rules, "En"), []string{"En: English (en) *"}},
		{"language not in the rules", forms.LanguageOptions(words.English(), rules, "de"), []string{"de: German (de) (not in the rules for Australia) *", "en: English (en)"}},
		{"without rules", forms.CultureOptions(words.English(), pcclient.CountryRules{}, "xx"), []string{"xx: xx *"}},
	} {
		if d := cmp.Diff(c.want, texts(c.got)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	if got := forms.CountryOptions(words.English(), "AN"); got[0].Text != "AN (not in the list)" || !got[0].Selected || len(got) < 246 {
		t.Errorf("%d countries, first %v", len(got), got[0])
	}
}

func TestAddressRowsHideNothingStored(t *testing.T) {
	names := func(v, base forms.Values, rules pcclient.CountryRules) (out []string) {
		for _, row := range forms.AddressRows(v, base, rules) {
			for _, f := range row {
				out = append(out, strings.TrimPrefix(f.Name, "defaultAddress."))
			}
		}
		return out
	}
	plain := forms.Values{forms.Country: "DE"}
	if d := cmp.Diff([]string{"addressLine1", "addressLine2", "postalCode", "city"}, names(plain, nil, germany())); d != "" {
		t.Error(d)
	}
	stored := forms.Values{forms.Country: "DE", forms.State: "Bayern", forms.Region: "Süd", forms.District: "Mitte", forms.AddressLine3: "c"}
	want := []string{"addressLine1", "addressLine2", "addressLine3", "postalCode", "city", "state", "district", "region"}
	if d := cmp.Diff(want, names(stored, nil, germany())); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, names(plain, stored, germany())); d != "" {
		t.Errorf("a field that was just emptied is gone: %s", d)
	}
}
