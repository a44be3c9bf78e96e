package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// Every way in which Partner Center is known, or suspected, to call an ETag stale.
var staleAnswers = []string{"400-2055", "412", "412-empty", "409", "accept"}

// between lets somebody else save in the moment between the portal's re-read and
// its next PUT.
func (s *testSite) between(edit func()) {
	var once sync.Once
	s.hosts["partnercenter.example"] = watching{s.hosts["partnercenter.example"], func(r *http.Request) {
		if r.Method == http.MethodPut {
			once.Do(edit)
		}
	}}
}

// A-56, F-19: whoever saves first, and whenever, nothing of the two edits is lost,
// and the person finishes on the page that tells of it.
func TestAConflictIsSolvedWhereItShows(t *testing.T) {
	for _, stale := range staleAnswers {
		t.Run("A-56 F-19 stale as "+stale, func(t *testing.T) {
			t.Run("saved elsewhere while the form was open", func(t *testing.T) {
				site, id, f := conflictSite(t, stale)
				f.fill("email", "mine@harbourline.example").fill("firstName", "Mine")
				site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "defaultAddress.phoneNumber", "2065550199")
				solve(t, site, id, f.press().want(http.StatusConflict))
				site.wantPuts(1, 1)
			})
			t.Run("saved elsewhere during the review", func(t *testing.T) {
				site, id, f := conflictSite(t, stale)
				review := f.fill("email", "mine@harbourline.example").fill("firstName", "Mine").press().want(http.StatusOK, "Review 2 changes")
				site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "defaultAddress.phoneNumber", "2065550199")
				solve(t, site, id, review.save().want(http.StatusConflict))
				site.wantPuts(1, 1)
			})
			if stale == "accept" {
				return // an outside save in the last instant cannot be stopped there
			}
			t.Run("saved elsewhere between re-read and PUT", func(t *testing.T) {
				site, id, f := conflictSite(t, stale)
				review := f.fill("email", "mine@harbourline.example").fill("firstName", "Mine").press().want(http.StatusOK, "Review 2 changes")
				site.between(func() {
					site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "defaultAddress.phoneNumber", "2065550199")
				})
				solve(t, site, id, review.save().want(http.StatusConflict))
				site.wantPuts(2, 1)
			})
		})
	}
}

func conflictSite(t *testing.T, stale string) (*testSite, pcclient.TenantID, *form) {
	t.Helper()
	site := newSite(t)
	site.switches(func(w *pcsim.Switches) { w.Stale = stale })
	id := site.customer(harbourline)
	return site, id, site.signIn("Ada Admin").edit(id)
}

// solve goes through the merge page of a conflict over the email, with a contact
// of mine and a phone of theirs beside it, and saves.
func solve(t *testing.T, site *testSite, id pcclient.TenantID, merge *page) {
	t.Helper()
	site.storedHas(id, "email", "theirs@harbourline.example")
	merge.shows("Ines Duarte saved this profile while you were editing", "Nothing has been overwritten and everything you typed is kept",
		"Of 3 changed items, 1 needs your choice and 2 fit together",
		"Needs your choice", "Email", "Before both edits: nora.whitfield@harbourline.example",
		"Merged for you", "Contact", "Phone", "2 items changed History")
	versions := len(site.sim.Journal().Versions)

	missing := merge.form("choice.email").press("do", "review").want(http.StatusUnprocessableEntity, "Choose which email to save")
	missing.form("choice.email").wants("email", "mine@harbourline.example").wants("firstName", "Mine")
	for _, do := range []string{"theirs", "mine"} {
		drawn := missing.form("choice.email").press("do", do).want(http.StatusOK, "Needs your choice")
		drawn.form("choice.email").wants("choice.email", do)
	}
	if got := len(site.sim.Journal().Versions); got != versions {
		t.Fatalf("choosing saved something: %d versions, then %d", versions, got)
	}
	review := missing.form("choice.email").fill("choice.email", "other").fill("email", "both@harbourline.example").press("do", "review").
		want(http.StatusOK, "Review 2 changes", "both@harbourline.example").hides("2065550142")
	review.save().want(http.StatusOK, "Billing profile saved.", "2 items changed")
	site.storedHas(id, "email", "both@harbourline.example", "firstName", "Mine", "defaultAddress.phoneNumber", "2065550199")
}

// What else somebody changed can be looked at beside the choices.
func TestAMergeLeadsToTheOthersChange(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("email", "mine@harbourline.example")
	site.signIn("Sam Sales").toReview(id, "email", "theirs@harbourline.example", "firstName", "Theirs").save().want(http.StatusOK, "Billing profile saved.")
	merge := f.press().want(http.StatusConflict, "Sam Sales saved this profile", "2 items changed View change in a new tab")
	link := merge.find(func(n *node) bool { return n.Data == "a" && strings.HasPrefix(inner(n), "View change") })
	if attr(link, "target") != "_blank" {
		t.Error("the choices would be left for it")
	}
	merge.b.get(attr(link, "href")).want(http.StatusOK, "Sam Sales changed", "theirs@harbourline.example", "Theirs")
}

func TestEveryChoiceIsHonoured(t *testing.T) {
	for choice, email := range map[string]string{"theirs": "theirs@harbourline.example", "mine": "mine@harbourline.example", "other": "other@harbourline.example"} {
		t.Run(choice, func(t *testing.T) {
			site, id, f := conflictSite(t, "412")
			f.fill("email", "mine@harbourline.example").fill("firstName", "Mine")
			site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "culture", "es-US")
			merge := f.press().want(http.StatusConflict)
			merge.form("choice.email").fill("choice.email", choice).fill("email", "other@harbourline.example").press("do", "review").
				want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
			site.storedHas(id, "email", email, "firstName", "Mine", "culture", "es-US")
		})
	}
}

// What was merged by itself can still be decided otherwise.
func TestWhatWasMergedCanBeChosenOtherwise(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	before := site.stored(id)
	f.fill("firstName", "Mine")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := f.press().want(http.StatusConflict, "Everything fits together")
	merge.form("choice.email").fill("choice.email", "mine").fill("choice.contact", "theirs").press("do", "review").
		want(http.StatusOK, "Review 1 change", before["email"]).save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", before["email"], "firstName", before["firstName"])
}

func TestASecondConflictMergesAgain(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("email", "mine@harbourline.example")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := f.press().want(http.StatusConflict)
	site.elsewhere(id, "Rui Melo", "email", "third@harbourline.example")
	again := merge.form("choice.email").fill("choice.email", "mine").press("do", "review").
		want(http.StatusConflict, "Rui Melo saved this profile", "Before both edits: theirs@harbourline.example", "third@harbourline.example")
	again.form("choice.email").fill("choice.email", "mine").press("do", "review").want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", "mine@harbourline.example")
	site.wantPuts(1, 1)
}

// Taking everything of theirs leaves nothing to save, and that is said.
func TestTakingAllOfTheirsEndsTheEdit(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("email", "mine@harbourline.example")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := f.press().want(http.StatusConflict)
	merge.form("choice.email").fill("choice.email", "theirs").press("do", "review").want(http.StatusOK, "There is nothing left to save.")
	site.wantPuts(0, 0)
}

// Both typed the same: nothing of it may be recorded as applied by this person.
func TestTheSameValuesSavedElsewhereAreNotRecordedAsOurs(t *testing.T) {
	said := func(t *testing.T, site *testSite, id pcclient.TenantID, p *page) {
		t.Helper()
		p.want(http.StatusOK, "Ines Duarte already saved the same values", "nothing to do")
		entries, err := site.trail.Applied(t.Context(), id, 10)
		must(t, err)
		if len(entries) != 0 {
			t.Errorf("%d saves are recorded as applied", len(entries))
		}
		p.b.get(p.url.RequestURI()).want(http.StatusOK, "already saved the same values")
	}
	t.Run("during the review", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		review := f.fill("email", "same@harbourline.example").press().want(http.StatusOK)
		site.elsewhere(id, "Ines Duarte", "email", "Same@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "same@harbourline.example")
		said(t, site, id, review.save())
		site.wantPuts(0, 0)
	})
	t.Run("between re-read and PUT", func(t *testing.T) {
		site, id, f := conflictSite(t, "400-2055")
		review := f.fill("email", "same@harbourline.example").press().want(http.StatusOK)
		site.between(func() { site.elsewhere(id, "Ines Duarte", "email", "same@harbourline.example") })
		said(t, site, id, review.save())
		site.wantPuts(1, 0)
	})
	t.Run("before the review", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		f.fill("email", "same@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "same@harbourline.example")
		f.press().want(http.StatusOK, "Ines Duarte already saved the same values.", "nothing of yours is left to save")
		site.wantPuts(0, 0)
	})
}

// Only the ETag moved, between re-read and PUT: there is nothing to merge, and the
// same changes can be saved at once.
func TestAnETagThatMovedAloneCostsOnePress(t *testing.T) {
	for _, stale := range staleAnswers[:4] {
		t.Run(stale, func(t *testing.T) {
			site, id, f := conflictSite(t, stale)
			review := f.fill("email", "mine@harbourline.example").press().want(http.StatusOK)
			site.between(func() { site.elsewhere(id, "Ines Duarte") })
			again := review.save().want(http.StatusConflict, "Nothing has been saved", "nobody has changed a value", "Review 1 change", "mine@harbourline.example")
			again.save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(2, 1)
			site.storedHas(id, "email", "mine@harbourline.example")
		})
	}
	t.Run("before the re-read nobody notices", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		review := f.fill("email", "mine@harbourline.example").press().want(http.StatusOK)
		site.elsewhere(id, "Ines Duarte")
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
}

func TestWhoSavedAndWhen(t *testing.T) {
	t.Run("another operator of this portal, by our trail", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		f.fill("email", "mine@harbourline.example")
		site.signIn("Sam Sales").toReview(id, "email", "sam@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
		f.press().want(http.StatusConflict, "Sam Sales saved this profile while you were editing", "Sam Sales, "+site.clock.now().UTC().Format("15:"))
	})
	t.Run("oneself in another tab", func(t *testing.T) {
		site, id, f := conflictSite(t, "412")
		defer site.wantPuts(2, 2)
		f.fill("email", "mine@harbourline.example")
		f.page.b.toReview(id, "email", "tab@harbourline.example").save().want(http.StatusOK, "Billing profile saved.")
		f.press().want(http.StatusConflict, "You, elsewhere").form("choice.email").fill("choice.email", "mine").press("do", "review").
			want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("unknown to a sales agent", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Sam Sales").edit(id).fill("email", "mine@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		f.press().want(http.StatusConflict, "changed outside this portal while you were editing", "Changed outside this portal, noticed").hides("Ines Duarte")
	})
}

// The address of a save that met a conflict leads to the merge for as long as it is
// not solved, and afterwards says what happened.
func TestTheResultOfAConflictLeadsOn(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	review := f.fill("email", "mine@harbourline.example").press().want(http.StatusOK)
	key := review.form("key").values.Get("key")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := review.save().want(http.StatusConflict)
	b := merge.b
	b.get(overview(id)+"/saves/"+key).want(http.StatusConflict, "Needs your choice")
	merge.form("choice.email").fill("choice.email", "mine").press("do", "review").save().want(http.StatusOK, "Billing profile saved.")
	b.get(overview(id)+"/saves/"+key).want(http.StatusConflict, "saved this profile while you were editing", "mine@harbourline.example").hides("Needs your choice")
	site.wantPuts(1, 1)
}

// The address of an overlapping edit is one item: it is chosen whole.
func TestAnAddressIsChosenWhole(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("defaultAddress.addressLine1", "1 My Way")
	address, err := json.Marshal(map[string]any{"defaultAddress": map[string]any{"addressLine1": "9 Their Road", "city": "Tacoma", "postalCode": "98402"}})
	must(t, err)
	must(t, site.sim.EditElsewhere(id, "Ines Duarte", address))
	merge := f.press().asTyped().want(http.StatusConflict, "1 item needs your choice")
	merge.form("choice.address").fill("choice.address", "theirs").fill("defaultAddress.addressLine1", "ignored").press("do", "review").want(http.StatusOK, "There is nothing left")
	merge.form("choice.address").fill("choice.address", "mine").press("do", "review").want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "defaultAddress.addressLine1", "1 My Way", "defaultAddress.city", "Seattle", "defaultAddress.postalCode", "98104")
}

// What one chose may not fit the country of the other: the merged whole is checked.
func TestTheMergedWholeIsChecked(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("email", "mine@harbourline.example")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := f.press().want(http.StatusConflict)
	back := merge.form("choice.email").fill("choice.email", "other").fill("email", "not an address").press("do", "review").want(http.StatusUnprocessableEntity)
	back.form("choice.email").wants("choice.email", "other").wants("email", "not an address")
	if !strings.HasPrefix(inner(back.find(func(n *node) bool { return n.Data == "title" })), "Error: ") {
		t.Error("the title does not say that something needs fixing")
	}
}

// Two tabs with one draft: what is merged in a tab is what that tab showed.
func TestAMergePageIsAboutTheVersionItShowed(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("email", "first@harbourline.example")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
	merge := f.press().want(http.StatusConflict, "first@harbourline.example")
	f.fill("email", "second@harbourline.example").press().want(http.StatusConflict, "second@harbourline.example")
	merge.form("choice.email").fill("choice.email", "mine").press("do", "review").want(http.StatusOK, "first@harbourline.example")
}

// The fields of "Something else" follow the country chosen in them, and what does
// not go with it is set aside, never sent along unseen.
func TestTheMergePageFollowsTheCountry(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("defaultAddress.addressLine1", "1 My Way")
	site.elsewhere(id, "Ines Duarte", "defaultAddress.addressLine1", "9 Their Road")
	merge := f.press().asTyped().want(http.StatusConflict, "ZIP code")
	other := merge.form("choice.address").fill("choice.address", "other").fill("defaultAddress.country", "DE")

	t.Run("by its button", func(t *testing.T) {
		german := other.press("do", "country").want(http.StatusOK, "Postal code", "Washington").form("choice.address").
			wants("choice.address", "other").wants("defaultAddress.country", "DE").wants("defaultAddress.state", "").wants("defaultAddress.addressLine1", "1 My Way")
		german.fill("defaultAddress.country", "US").press("do", "country").want(http.StatusOK).form("choice.address").wants("defaultAddress.state", "WA")
	})
	t.Run("without it", func(t *testing.T) {
		german := other.fill("defaultAddress.postalCode", "10115").fill("defaultAddress.city", "Berlin").fill("defaultAddress.phoneNumber", "030 901820").press("do", "review").
			want(http.StatusUnprocessableEntity, "The fields now follow the country you chose")
		german.form("choice.address").fill("choice.phone", "other").fill("choice.language", "other").fill("culture", "de-DE").fill("language", "de").press("do", "review").
			want(http.StatusOK, "Germany").save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "defaultAddress.country", "DE", "defaultAddress.state", "", "defaultAddress.city", "Berlin")
	})
}

// An input of "Something else" that was emptied stays empty.
func TestAnEmptiedInputStaysEmpty(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	f.fill("defaultAddress.addressLine1", "1 My Way").fill("email", "mine@harbourline.example")
	must(t, site.sim.EditElsewhere(id, "Ines Duarte", []byte(`{"email":"theirs@harbourline.example","defaultAddress":{"addressLine1":"9 Their Road"}}`)))
	m := f.press().asTyped().want(http.StatusConflict).form("choice.address").fill("choice.address", "other").fill("defaultAddress.addressLine2", "")
	back := m.press("do", "review").want(http.StatusUnprocessableEntity, "Choose which email to save").form("choice.address").wants("defaultAddress.addressLine2", "")
	back.fill("choice.email", "mine").press("do", "review").asTyped().want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "defaultAddress.addressLine2", "", "defaultAddress.addressLine1", "1 My Way")
}
