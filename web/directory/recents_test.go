package directory_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/seal"
)

func TestRecents(t *testing.T) { databasetest.Both(t, testRecents) }

func testRecents(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	start := now
	db := databasetest.Open(t)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	recents := directory.NewRecents(db, ring, func() time.Time { return now })
	touch := func(operator string, customer pcclient.TenantID, name string) {
		t.Helper()
		if err := recents.Touch(t.Context(), operator, customer, name); err != nil {
			t.Fatal(err)
		}
		now = now.Add(10 * time.Second)
	}
	list := func(operator string, limit int) []directory.Recent {
		t.Helper()
		got, err := recents.List(t.Context(), operator, limit)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}

	if got := list("ada", 5); len(got) != 0 {
		t.Errorf("a new operator's list: %v", got)
	}
	touch("ada", "c1", "Harbourline Ceramics")
	touch("ada", "c2", "Millstream Foods")
	touch("sam", "c3", "Lantern Books")
	touch("ada", "c1", "Harbourline Ceramics") // 30 s later: still the same visit
	now = now.Add(time.Hour)
	later := now
	touch("ada", "c1", "Harbourline Ceramics Ltd")

	want := []directory.Recent{
		{Customer: "c1", Name: "Harbourline Ceramics Ltd", At: later},
		{Customer: "c2", Name: "Millstream Foods", At: start.Add(10 * time.Second)},
	}
	if diff := cmp.Diff(want, list("ada", 5)); diff != "" {
		t.Errorf("A-53 Ada's list, hers alone (-want +got):\n%s", diff)
	}
	if got := list("ada", 1); len(got) != 1 || got[0].Customer != "c1" {
		t.Errorf("the limit is not kept: %v", got)
	}
	touch("ada", "c3", "Lantern Books & Sons")
	names, err := recents.Names(t.Context(), []pcclient.TenantID{"c1", "c3", "c4"})
	if diff := cmp.Diff(map[pcclient.TenantID]string{"c1": "Harbourline Ceramics Ltd", "c3": "Lantern Books & Sons"}, names); err != nil || diff != "" {
		t.Errorf("names as anybody saw them last: %v (-want +got):\n%s", err, diff)
	}
	if none, err := recents.Names(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("names of nobody: %v, %v", none, err)
	}

	t.Run("a dropped key empties the list and nothing else", func(t *testing.T) {
		other, err := seal.ParseKeys(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		rotated := directory.NewRecents(db, other, func() time.Time { return now })
		if got, err := rotated.List(t.Context(), "ada", 5); err != nil || len(got) != 0 {
			t.Errorf("List = %v, %v", got, err)
		}
		if err := rotated.Touch(t.Context(), "ada", "c2", "Millstream Foods"); err != nil {
			t.Error(err)
		}
	})

	t.Run("only the latest are kept", func(t *testing.T) {
		for i := range 60 {
			touch("hana", pcclient.TenantID(fmt.Sprintf("h%02d", i)), "Name")
		}
		if got := list("hana", 100); len(got) != 50 || got[0].Customer != "h59" || got[49].Customer != "h10" {
			t.Errorf("%d customers kept, from %s", len(got), got[0].Customer)
		}
	})
}

func TestALongNameCostsTheOtherPagesNothing(t *testing.T) {
	databasetest.Both(t, testALongNameCostsTheOtherPagesNothing)
}

func testALongNameCostsTheOtherPagesNothing(t *testing.T) {
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	recents := directory.NewRecents(databasetest.Open(t), ring, time.Now)
	if err := recents.Touch(t.Context(), "ada", "c1", strings.Repeat("ł", 100_000)); err != nil {
		t.Fatal(err)
	}
	got, err := recents.List(t.Context(), "ada", 5)
	if err != nil || len(got) != 1 || len([]rune(got[0].Name)) != 200 || !strings.HasSuffix(got[0].Name, "ł…") {
		t.Errorf("%.60v, %v", got, err)
	}
}

func TestVisitsAtOnceDoNotWaitForEachOther(t *testing.T) {
	databasetest.Both(t, testVisitsAtOnceDoNotWaitForEachOther)
}

func testVisitsAtOnceDoNotWaitForEachOther(t *testing.T) {
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db := databasetest.Open(t)
	// Each process has a clock of its own: then each is about to drop what the others note.
	var wg sync.WaitGroup
	for i := range 6 {
		recents := directory.NewRecents(db, ring, func() time.Time { return time.Now().Add(time.Duration(i) * time.Hour) })
		wg.Go(func() {
			for j := range 30 {
				customer := pcclient.TenantID(fmt.Sprintf("c%02d", (7*i+13*j)%70))
				if err := recents.Touch(t.Context(), "ada", customer, fmt.Sprintf("Name %d", i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := directory.NewRecents(db, ring, time.Now).List(t.Context(), "ada", 100); err != nil || len(got) > 50 {
		t.Errorf("%d customers kept, %v", len(got), err)
	}
}
