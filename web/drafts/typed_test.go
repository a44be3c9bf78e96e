package drafts_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
)

const another = pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c002")

func TestI8WhatIsTypedTakesThePlaceOfWhatWas(t *testing.T) {
	databasetest.Both(t, testI8WhatIsTypedTakesThePlaceOfWhatWas)
}

func testI8WhatIsTypedTakesThePlaceOfWhatWas(t *testing.T) {
	s := newShelf(t)
	s.keep(t, s.version("t1", "tab-1", "a@example.com"))
	s.keep(t, s.version("t2", "tab-1", "ab@example.com"))
	full := s.version("t3", "tab-1", "abc@example.com")
	full.Aside = map[string]string{"country": "US", "state": "WA"}
	full.Merging = &drafts.Merging{Theirs: forms.Values{"email": "theirs@example.com"}, Choices: map[string]string{"email": "other"}, Other: forms.Values{"email": "other@example.com"}}
	s.keep(t, full)
	full.Stage = drafts.Typed
	got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1")
	if diff := cmp.Diff(full, got); err != nil || diff != "" {
		t.Errorf("latest (%v, -want +got):\n%s", err, diff)
	}
	if n := s.rows(t); n != 1 {
		t.Errorf("%d rows of one draft that was never sent", n)
	}
	if _, err := s.Get(t.Context(), "meridian|ada", "t1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("what was typed before: %v", err)
	}
}

func TestWhatWasSentStaysBesideWhatIsTyped(t *testing.T) {
	databasetest.Both(t, testWhatWasSentStaysBesideWhatIsTyped)
}

func testWhatWasSentStaysBesideWhatIsTyped(t *testing.T) {
	s := newShelf(t)
	s.put(t, s.version("v1", "tab-1", "sent@example.com"))
	s.keep(t, s.version("t1", "tab-1", "typed@example.com"))
	if _, err := s.Get(t.Context(), "meridian|ada", "v1"); err != nil {
		t.Errorf("the key of a submission: %v", err)
	}
	s.wantList(t, "tab-1: typed@example.com")
	s.put(t, s.version("v2", "tab-1", "sent again@example.com"))
	s.wantList(t, "tab-1: sent again@example.com")

	// A request that the form itself overtook brings the same once more.
	s.keep(t, s.version("t2", "tab-1", " sent again@example.com "))
	if got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); err != nil || got.Key != "v2" {
		t.Errorf("the latest is %q, %v", got.Key, err)
	}
	other := s.version("t3", "tab-1", "sent again@example.com")
	other.Why = "another reason"
	s.keep(t, other)
	if got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); err != nil || got.Key != "t3" {
		t.Errorf("with another reason the latest is %q, %v", got.Key, err)
	}
}

func TestNothingTypedIsNoDraft(t *testing.T) { databasetest.Both(t, testNothingTypedIsNoDraft) }

func testNothingTypedIsNoDraft(t *testing.T) {
	t.Run("never changed", func(t *testing.T) {
		s := newShelf(t)
		s.keep(t, s.version("t1", "tab-1", "marker-old@example.com"))
		if s.rows(t) != 0 {
			t.Error("a form as it was opened is kept")
		}
	})
	t.Run("taken back", func(t *testing.T) {
		s := newShelf(t)
		s.keep(t, s.version("t1", "tab-1", "new@example.com"))
		s.keep(t, s.version("t2", "tab-1", " marker-old@example.com"))
		s.wantList(t)
		if s.rows(t) != 0 {
			t.Error("what was taken back is kept")
		}
	})
	t.Run("taken back after it was sent, then typed again", func(t *testing.T) {
		s := newShelf(t)
		s.put(t, s.version("v1", "tab-1", "new@example.com"))
		s.keep(t, s.version("t1", "tab-1", "marker-old@example.com"))
		s.wantList(t)
		if got, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); err != nil || got.Key != "v1" || !got.Over {
			t.Errorf("the version that was sent: %+v, %v", got, err)
		}
		s.keep(t, s.version("t2", "tab-1", "new@example.com"))
		s.wantList(t, "tab-1: new@example.com")
	})
	t.Run("a merge is a draft whatever is chosen", func(t *testing.T) {
		s := newShelf(t)
		v := s.version("t1", "tab-1", "marker-old@example.com")
		v.Merging = &drafts.Merging{}
		s.keep(t, v)
		if s.rows(t) != 1 {
			t.Error("where the merge stood is lost")
		}
	})
}

func TestADraftIsOverWhenAVersionOfItStandsUpstream(t *testing.T) {
	databasetest.Both(t, testADraftIsOverWhenAVersionOfItStandsUpstream)
}

func testADraftIsOverWhenAVersionOfItStandsUpstream(t *testing.T) {
	s := newShelf(t)
	s.keep(t, s.version("t1", "tab-1", "typed@example.com"))
	s.put(t, s.version("v1", "tab-1", "sent@example.com"))
	s.put(t, s.version("v9", "tab-2", "other tab@example.com"))
	s.finish(t, "tab-1", "v1")
	s.wantList(t, "tab-2: other tab@example.com")
	if got, err := s.Get(t.Context(), "meridian|ada", "v1"); err != nil || !got.Over {
		t.Errorf("the saved version: %+v, %v", got, err)
	}
	if _, err := s.Get(t.Context(), "meridian|ada", "t1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("what was typed on the way to it: %v", err)
	}
	t.Run("a late copy of what is saved is no draft", func(t *testing.T) {
		s.keep(t, s.version("t2", "tab-1", "sent@example.com"))
		s.wantList(t, "tab-2: other tab@example.com")
	})
	t.Run("what is typed afterwards is", func(t *testing.T) {
		s.keep(t, s.version("t3", "tab-1", "later@example.com"))
		s.wantList(t, "tab-1: later@example.com", "tab-2: other tab@example.com")
	})
	t.Run("and what was typed before the outcome came", func(t *testing.T) {
		s.keep(t, s.version("t4", "tab-2", "meanwhile@example.com"))
		s.finish(t, "tab-2", "v9")
		s.wantList(t, "tab-2: meanwhile@example.com", "tab-1: later@example.com")
	})
	t.Run("or when nothing of it is left", func(t *testing.T) {
		s.keep(t, s.version("t5", "tab-3", "theirs in the end@example.com"))
		if err := s.End(t.Context(), "meridian|ada", customer, "tab-3"); err != nil {
			t.Fatal(err)
		}
		s.wantList(t, "tab-2: meanwhile@example.com", "tab-1: later@example.com")
		if got, err := s.Get(t.Context(), "meridian|ada", "t5"); err != nil || !got.Over {
			t.Errorf("the version of a page still open: %+v, %v", got, err)
		}
	})
	t.Run("a version that is gone ends nothing", func(t *testing.T) {
		s.finish(t, "tab-1", "gone")
		s.wantList(t, "tab-2: meanwhile@example.com", "tab-1: later@example.com")
	})
}

func TestTheListIsOnePersonsUnfinishedDrafts(t *testing.T) {
	databasetest.Both(t, testTheListIsOnePersonsUnfinishedDrafts)
}

func testTheListIsOnePersonsUnfinishedDrafts(t *testing.T) {
	s := newShelf(t)
	s.keep(t, s.version("t1", "tab-1", "first@example.com"))
	s.now = s.now.Add(time.Minute)
	elsewhere := s.version("t2", "tab-2", "second@example.com")
	elsewhere.Customer = another
	s.keep(t, elsewhere)
	foreign := s.version("t3", "tab-1", "sam@example.com")
	foreign.Operator = "meridian|sam"
	s.keep(t, foreign)
	s.wantList(t, "tab-2: second@example.com", "tab-1: first@example.com")

	of, err := s.Of(t.Context(), "meridian|ada", customer)
	if err != nil || len(of) != 1 || of[0].Key != "t1" {
		t.Errorf("of one customer: %+v, %v", of, err)
	}
	t.Run("one that cannot be read hides no other", func(t *testing.T) {
		s.exec(t, `UPDATE drafts SET sealed = 'x' WHERE key = 't2'`)
		list, err := s.List(t.Context(), "meridian|ada")
		if err == nil || len(list) != 1 || list[0].Key != "t1" {
			t.Errorf("%+v, %v", list, err)
		}
	})
	t.Run("after 14 days there is none", func(t *testing.T) {
		s.now = s.now.Add(drafts.Lifetime + time.Second)
		s.wantList(t)
	})
}

func TestDiscardedIsGone(t *testing.T) { databasetest.Both(t, testDiscardedIsGone) }

func testDiscardedIsGone(t *testing.T) {
	s := newShelf(t)
	s.put(t, s.version("v1", "tab-1", "sent@example.com"))
	s.keep(t, s.version("t1", "tab-1", "typed@example.com"))
	s.keep(t, s.version("t2", "tab-2", "other tab@example.com"))
	for _, c := range []struct {
		operator string
		customer pcclient.TenantID
	}{{"meridian|sam", customer}, {"meridian|ada", another}} {
		if err := s.Discard(t.Context(), c.operator, c.customer, "tab-1"); !errors.Is(err, drafts.ErrNotFound) {
			t.Errorf("A-53 discarded by %s at %s: %v", c.operator, c.customer, err)
		}
	}
	if err := s.Discard(t.Context(), "meridian|ada", customer, "tab-1"); err != nil {
		t.Fatal(err)
	}
	s.wantList(t, "tab-2: other tab@example.com")
	if _, err := s.Latest(t.Context(), "meridian|ada", customer, "tab-1"); !errors.Is(err, drafts.ErrNotFound) || s.rows(t) != 1 {
		t.Errorf("after discarding: %v, %d rows", err, s.rows(t))
	}
	if err := s.Discard(t.Context(), "meridian|ada", customer, "tab-1"); !errors.Is(err, drafts.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
}

func TestTheOldestGoPastTheLimits(t *testing.T) { databasetest.Both(t, testTheOldestGoPastTheLimits) }

func testTheOldestGoPastTheLimits(t *testing.T) {
	s := newShelf(t)
	foreign := s.version("sam", "tab", "sam@example.com")
	foreign.Operator = "meridian|sam"
	s.keep(t, foreign)
	s.put(t, s.version("sent", "tab-sent", "sent@example.com"))
	at := func(n int, id pcclient.TenantID) drafts.Version {
		v := s.version(fmt.Sprintf("t%03d", n), fmt.Sprintf("tab-%03d", n), fmt.Sprintf("%d@example.com", n))
		v.Customer = id
		return v
	}
	for n := range drafts.PerCustomer + 1 {
		s.keep(t, at(n, customer))
	}
	if of, err := s.Of(t.Context(), "meridian|ada", customer); err != nil || len(of) != drafts.PerCustomer+1 || of[len(of)-1].Key != "sent" || of[len(of)-2].Key != "t001" {
		t.Errorf("of one customer %d are left (%v)", len(of), err)
	}
	for n := range drafts.PerOperator {
		s.keep(t, at(1000+n, pcclient.TenantID(fmt.Sprintf("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0d%03d", n%20))))
	}
	list, err := s.List(t.Context(), "meridian|ada")
	if err != nil || len(list) != drafts.PerOperator+1 || list[len(list)-1].Key != "sent" || list[len(list)-2].Key != "t1000" {
		t.Errorf("in all %d are left (%v)", len(list), err)
	}
	if other, err := s.List(t.Context(), "meridian|sam"); err != nil || len(other) != 1 {
		t.Errorf("somebody else's: %d (%v)", len(other), err)
	}
}

// V2.4.1: what was sent is bounded too, and the newest of every draft stays as long as
// there is room.
func TestV241SentVersionsAreBounded(t *testing.T) {
	databasetest.Both(t, func(t *testing.T) { t.Run("V2.4.1", testV241SentVersionsAreBounded) })
}

func testV241SentVersionsAreBounded(t *testing.T) {
	s := newShelf(t)
	foreign := s.version("sam", "tab", "sam@example.com")
	foreign.Operator = "meridian|sam"
	s.put(t, foreign)
	s.put(t, s.version("other", "tab-0", "other@example.com"))
	s.keep(t, s.version("typed", "tab-1", "typed@example.com"))
	for n := range drafts.PerDraft + 5 {
		s.put(t, s.version(fmt.Sprint("v", n), "tab-1", fmt.Sprintf("%d@example.com", n)))
	}
	if n := s.rows(t); n != drafts.PerDraft+3 {
		t.Errorf("%d rows", n)
	}
	if _, err := s.Get(t.Context(), "meridian|ada", "v5"); err != nil {
		t.Errorf("the oldest that fits: %v", err)
	}
	s.wantList(t, "tab-1: 54@example.com", "tab-0: other@example.com")

	t.Run("in all", func(t *testing.T) {
		s.exec(t, fmt.Sprintf(`INSERT INTO drafts (key, draft, operator, customer, stage, opened_at, saved_at, sealed)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT 'bulk' || i, 'bulk' || i, 'meridian|ada', '%s', 'sent', 0, 0, '' FROM n`, drafts.InAll, another))
		s.put(t, s.version("last", "tab-last", "last@example.com"))
		s.wantList(t, "tab-last: last@example.com")
		if n := s.rows(t); n != drafts.InAll+1 {
			t.Errorf("%d rows", n)
		}
		if _, err := s.Get(t.Context(), "meridian|sam", "sam"); err != nil {
			t.Errorf("somebody else's: %v", err)
		}
	})
}

func TestOneFormAtTwoPortalsIsOneTypedVersion(t *testing.T) {
	databasetest.Both(t, testOneFormAtTwoPortalsIsOneTypedVersion)
}

func testOneFormAtTwoPortalsIsOneTypedVersion(t *testing.T) {
	s := newShelf(t)
	s.put(t, s.version("sent", "tab-1", "sent@example.com"))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			v := s.version(fmt.Sprintf("typed-%d", i), "tab-1", fmt.Sprintf("typed-%d@example.com", i))
			if i%4 == 0 {
				v.Mine = v.Base // taken back
			}
			s.keep(t, v)
		})
	}
	wg.Wait()
	var typed int
	err := s.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM drafts WHERE stage = 'typed'`).Scan(&typed)
	if err != nil || typed > 1 {
		t.Errorf("%d typed versions of one form, %v", typed, err)
	}
}

// However many forms a script sends, a page that lists drafts opens a bounded number.
func TestAListOfDraftsIsBounded(t *testing.T) {
	databasetest.Both(t, testAListOfDraftsIsBounded)
}

func testAListOfDraftsIsBounded(t *testing.T) {
	s := newShelf(t)
	for i := range 300 {
		s.now = s.now.Add(time.Second)
		if err := s.Put(t.Context(), s.version(pcclient.NewGUID(), fmt.Sprint("draft", i), "new@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	for name, list := range map[string]func() ([]drafts.Version, error){
		"List": func() ([]drafts.Version, error) { return s.List(t.Context(), "meridian|ada") },
		"Of":   func() ([]drafts.Version, error) { return s.Of(t.Context(), "meridian|ada", customer) },
	} {
		if got, err := list(); err != nil || len(got) != 250 || got[0].Draft != "draft299" {
			t.Errorf("%s: %d drafts, %v", name, len(got), err)
		}
	}
}
