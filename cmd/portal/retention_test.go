package main

import (
	"database/sql"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

// Values are kept for ever unless the setting says otherwise.
func TestAuditValuesAreKeptForTheDaysThatAreSet(t *testing.T) {
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
		if n, err := (sweeper{trail: trail, days: c.days}).sweepValues(t.Context()); n != c.deleted || err != nil {
			t.Errorf("after %d days: %d deleted, %v; want %d", c.days, n, err, c.deleted)
		}
	}
}
