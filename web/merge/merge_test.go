package merge_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/words"
)

func profile(changes ...string) forms.Values {
	v := forms.Values{
		forms.CompanyName: "Harbourline Ceramics", forms.FirstName: "Daniel", forms.LastName: "Okafor",
		forms.Email: "accounts@harbourline.example", forms.Culture: "en-NZ", forms.Language: "en",
		forms.Country: "NZ", forms.City: "Hamilton", forms.AddressLine1: "4 Clay Lane", forms.PostalCode: "3204",
		forms.Phone: "07 838 4500",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v[changes[i]] = changes[i+1]
	}
	return v
}

func TestMergeTable(t *testing.T) {
	base := profile()
	for _, c := range []struct {
		name         string
		theirs, mine forms.Values
		item         merge.Item
		want         merge.Case
	}{
		{"nobody changed", profile(), profile(), merge.Email, merge.Unchanged},
		{"only they changed", profile(forms.Email, "finance@harbourline.example"), profile(), merge.Email, merge.Theirs},
		{"only I changed", profile(), profile(forms.Email, "invoices@harbourline.example"), merge.Email, merge.Mine},
		{"both to the same", profile(forms.Email, "finance@harbourline.example"), profile(forms.Email, "finance@harbourline.example "), merge.Email, merge.Same},
		{"both differently", profile(forms.Email, "finance@harbourline.example"), profile(forms.Email, "invoices@harbourline.example"), merge.Email, merge.Clash},
		{"address is one item", profile(forms.City, "Auckland"), profile(forms.AddressLine1, "9 Kiln Road"), merge.Address, merge.Clash},
		{"phone beside the address", profile(forms.City, "Auckland"), profile(forms.Phone, "07 838 9999"), merge.Phone, merge.Mine},
		{"separators of a phone do not count", profile(forms.Phone, "(07) 838-4500"), profile(forms.Phone, "078384511"), merge.Phone, merge.Mine},
		{"empty is absent", profile(forms.Region, ""), profile(forms.Region, " "), merge.Address, merge.Unchanged},
		{"culture and language together", profile(forms.Culture, "en-AU"), profile(forms.Language, "mi"), merge.Language, merge.Clash},
		{"contact names together", profile(forms.FirstName, "Priya"), profile(forms.LastName, "Raman"), merge.Contact, merge.Clash},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, l := range merge.Merge(base, c.theirs, c.mine).Lines {
				if l.Item == c.item && l.Case != c.want {
					t.Errorf("%s is %v, want %v", l.Item, l.Case, c.want)
				}
			}
		})
	}
}

func TestEveryNameIsInExactlyOneItem(t *testing.T) {
	var names []string
	for _, i := range merge.Items() {
		names = append(names, i.Names()...)
		if words.English().Of(i.Label()) == i.Label().ID {
			t.Errorf("%s has no label", i)
		}
	}
	slices.Sort(names)
	want := slices.Sorted(slices.Values(forms.Names()))
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
}

// The address clashes, the email too, the rest fits together.
func TestColleagueSavedFirst(t *testing.T) {
	theirs := profile(forms.Email, "finance@harbourline.example", forms.Phone, "07 838 4511", forms.City, "Auckland")
	mine := profile(forms.Email, "invoices@harbourline.example", forms.RecipientFirst, "Priya",
		forms.Country, "AU", forms.City, "Sydney", forms.State, "NSW", forms.PostalCode, "2000", forms.AddressLine1, "80 Pitt Street")
	r := merge.Merge(profile(), theirs, mine)
	if got := len(r.Clashes()); got != 2 {
		t.Fatalf("%d items need a choice, want 2", got)
	}
	if _, missing := r.Resolve(map[merge.Item]merge.Choice{merge.Email: merge.ChoiceMine}, nil); !cmp.Equal(missing, []merge.Item{merge.Address}) {
		t.Fatalf("missing %v, want the address", missing)
	}
	typed := forms.Values{forms.Country: "AU", forms.City: "Perth", forms.AddressLine1: "1 Kiln Road", forms.Email: "not asked for"}
	got, missing := r.Resolve(map[merge.Item]merge.Choice{merge.Email: merge.ChoiceMine, merge.Address: merge.ChoiceOther}, typed)
	if missing != nil {
		t.Fatalf("still missing %v", missing)
	}
	want := profile(forms.Email, "invoices@harbourline.example", forms.Phone, "07 838 4511", forms.RecipientFirst, "Priya",
		forms.Country, "AU", forms.City, "Perth", forms.AddressLine1, "1 Kiln Road")
	delete(want, forms.PostalCode)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestMergedItemsCanBeChanged(t *testing.T) {
	r := merge.Merge(profile(), profile(forms.Phone, "1"), profile())
	got, _ := r.Resolve(map[merge.Item]merge.Choice{merge.Phone: merge.ChoiceMine}, nil)
	if got[forms.Phone] != "07 838 4500" {
		t.Errorf("phone is %q, want mine", got[forms.Phone])
	}
	if _, missing := r.Resolve(map[merge.Item]merge.Choice{merge.Phone: "whatever"}, nil); len(missing) != 1 {
		t.Errorf("a choice that does not exist is taken")
	}
}

func TestBaseLost(t *testing.T) {
	r := merge.Merge(nil, profile(forms.City, "Auckland"), profile(forms.Phone, "1"))
	for _, l := range r.Lines {
		want := merge.Unchanged
		if l.Item == merge.Address || l.Item == merge.Phone {
			want = merge.Clash
		}
		if l.Case != want || l.Base != nil {
			t.Errorf("%s is %v with base %v, want %v and none", l.Item, l.Case, l.Base, want)
		}
	}
}

func TestChanges(t *testing.T) {
	after := profile(forms.Email, "", forms.City, "Auckland", forms.Phone, "(07) 838 4500")
	got := merge.Changes(profile(), after)
	if len(got) != 2 || got[0].Item != merge.Email || got[1].Item != merge.Address {
		t.Fatalf("changes are %v", got)
	}
	if len(got[0].After) != 0 || got[0].Before[forms.Email] == "" || got[1].After[forms.AddressLine1] != "4 Clay Lane" {
		t.Errorf("an item does not come whole: %v", got)
	}
	if merge.Changes(profile(), profile()) != nil {
		t.Error("no difference gives changes")
	}
}
