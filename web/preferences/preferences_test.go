package preferences_test

import (
	"slices"
	"testing"
	_ "time/tzdata" // as in the portal

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/preferences"
)

func TestPreferences(t *testing.T) { databasetest.Both(t, testPreferences) }

func testPreferences(t *testing.T) {
	store := preferences.New(databasetest.Open(t))
	want := func(operator string, want preferences.Preferences) {
		t.Helper()
		got, err := store.Of(t.Context(), operator)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", operator, err, diff)
		}
	}
	want("ada", preferences.Preferences{})
	all := preferences.Preferences{Theme: preferences.Dark, Density: preferences.Dense, Language: "en", Zone: "Asia/Kathmandu", KeysOff: true}
	for range 2 {
		if err := store.Keep(t.Context(), "ada", all); err != nil {
			t.Fatal(err)
		}
	}
	want("ada", all)
	want("sam", preferences.Preferences{})
	if err := store.Keep(t.Context(), "ada", preferences.Preferences{Theme: preferences.Light}); err != nil {
		t.Fatal(err)
	}
	want("ada", preferences.Preferences{Theme: preferences.Light})
	if err := store.Keep(t.Context(), "ada", preferences.Preferences{Zone: "Mars/Olympus"}); err == nil {
		t.Error("a zone that there is not was kept")
	}
	want("ada", preferences.Preferences{Theme: preferences.Light})
}

func TestWrong(t *testing.T) {
	for _, p := range []preferences.Preferences{
		{}, {Theme: "light", Density: "dense", Zone: "UTC"}, {Theme: "dark", Zone: "America/Argentina/Buenos_Aires"},
	} {
		if wrong := p.Wrong(); wrong != nil {
			t.Errorf("%+v: wrong %v", p, wrong)
		}
	}
	got := preferences.Preferences{Theme: "pink", Density: "Dense", Zone: "../etc/passwd"}.Wrong()
	if diff := cmp.Diff([]preferences.Field{"theme", "density", "zone"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if wrong := (preferences.Preferences{Zone: "Local"}).Wrong(); wrong == nil {
		t.Error("Local is the machine's zone, which is nobody's choice")
	}
}

func TestEveryZoneIsThere(t *testing.T) {
	zones := preferences.Zones()
	var names []string
	for _, zone := range zones {
		names = append(names, zone.String())
	}
	if len(zones) < 400 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%d zones, or not in order", len(zones))
	}
	if got := (preferences.Preferences{Zone: "Asia/Kathmandu"}).Location(); got == nil || got.String() != "Asia/Kathmandu" {
		t.Errorf("Asia/Kathmandu is %v", got)
	}
	if got := (preferences.Preferences{}).Location(); got != nil {
		t.Errorf("nothing chosen is %v", got)
	}
}
