package main

import (
	"database/sql"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/submission"
)

// Values are kept for ever unless the setting says otherwise.
func TestAuditValuesAreKeptForTheDaysThatAreSet(t *testing.T) {
	t.Run("V14.2.7", testAuditValuesAreKeptForTheDaysThatAreSet)
}

func testAuditValuesAreKeptForTheDaysThatAreSet(t *testing.T) {
	db := databasetest.Open(t)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	trail := audit.New(db, ring, time.Now)
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		for _, age := range []int{0, 29, 31, 4000} {
			e := audit.Entry{Kind: audit.Applied, Time: time.Now().AddDate(0, 0, -age)}
			if _, err := trail.Append(t.Context(), tx, e, audit.Values{After: map[string]string{"email": "a@harbourline.example"}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days    int
		deleted int64
	}{{0, 0}, {30, 2}, {30, 0}, {1, 1}} {
		if n, err := (sweeper{trail: trail, days: c.days, now: time.Now}).sweepValues(t.Context()); n != c.deleted || err != nil {
			t.Errorf("after %d days: %d deleted, %v; want %d", c.days, n, err, c.deleted)
		}
	}
}

// What was asked for, and its result page, go with the values.
func TestSavesGoWithTheirAuditValues(t *testing.T) {
	for days, kept := range map[int]bool{0: true, 400: true, 15: false} {
		db := databasetest.Open(t)
		saves, sim, pc := savesOf(t, db)
		id := sim.Customers()[0].ID
		profile, etag, err := pc.BillingProfiles.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		base := forms.FromBillingProfile(profile)
		profile.Email = "new@harbourline.example"
		ada, key := submission.Operator{Key: "tenant|ada", Name: "Ada"}, pcclient.NewGUID()
		got, err := saves.Save(t.Context(), pc, submission.Request{
			Key: key, Draft: "draft", Operator: ada, Customer: id, ETag: etag, Base: base, Wish: forms.FromBillingProfile(profile),
		})
		if err != nil || got.State != submission.Applied {
			t.Fatalf("the save is %s, %v", got.State, err)
		}
		databasetest.Exec(t, db, `UPDATE submissions SET settled_at = $1`, time.Now().AddDate(0, 0, -100).UnixMicro())
		if _, err := (sweeper{saves: saves, days: days, now: time.Now}).sweepSaves(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := saves.Get(t.Context(), ada.Key, key); (err == nil) != kept {
			t.Errorf("after %d days: %v", days, err)
		}
	}
}
