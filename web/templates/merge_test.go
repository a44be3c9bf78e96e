package templates

import (
	"testing"

	"github.com/partnerdesk/portal/web/merge"
)

func TestAnErrorOfAMergeIsWhereItCanBeMended(t *testing.T) {
	culture := MergeItem{
		Item: "language", Label: "Language and culture", Mine: "English (en)", From: FromSame,
		Fields: []Field{{Name: "culture", Label: "Culture", Error: "Choose a culture from the list for Germany"}},
	}
	phone := MergeItem{
		Item: "phone", Label: "Phone", Mine: "02 9123 4567", Theirs: "02 9123 4568", From: FromMine, Choice: merge.ChoiceMine,
		Fields: []Field{{Name: "defaultAddress.phoneNumber", Label: "Phone", Error: "Enter a phone number that fits Germany, or leave it empty"}},
	}
	for name, page := range map[string]MergePage{
		"the same everywhere": {Unchanged: []MergeItem{culture}},
		"merged":              {Merged: []MergeItem{phone}},
		"chosen":              {Clashes: []MergeItem{phone}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parsed(t, example{view: page.View()})
			item := append(append(page.Unchanged, page.Merged...), page.Clashes...)[0]
			for choice, want := range map[merge.Choice]bool{merge.ChoiceOther: true, merge.ChoiceMine: false, merge.ChoiceTheirs: false} {
				radio := byID(doc, item.id(choice))
				if radio == nil {
					continue
				}
				if _, got := attr(radio, "checked"); got != want {
					t.Errorf("%s checked: %t, want %t", choice, got, want)
				}
			}
			if fold := inside(byID(doc, item.id(merge.ChoiceOther)), "details"); fold != nil {
				if _, open := attr(fold, "open"); !open {
					t.Error("the item with the error is folded away")
				}
			}
		})
	}
}

func TestAnAddressIsSaidToBeWholeOnlyWhereThereIsOne(t *testing.T) {
	email := MergeItem{Item: "email", Mine: "a@b.example", Theirs: "c@d.example"}
	if got := (MergePage{Clashes: []MergeItem{email}}).whole(); got {
		t.Error("it is said of an email only")
	}
	address := MergeItem{Item: "address", Mine: "1 New Street\nSydney NSW 2000", Theirs: "2 Other Road\nSydney NSW 2000"}
	if got := (MergePage{Clashes: []MergeItem{email, address}}).whole(); !got {
		t.Error("nothing is said beside an address")
	}
}
