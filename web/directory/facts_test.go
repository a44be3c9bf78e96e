package directory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/directory"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/seal"
)

func TestFactsOfCustomersAreKeptSealed(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		now := time.Date(2026, 11, 13, 9, 0, 0, 0, time.UTC)
		ring, err := seal.ParseKeys(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		facts := directory.NewFacts(db, ring, func() time.Time { return now })
		keep := func(id pcclient.TenantID, domain, country string) {
			t.Helper()
			if err := facts.Keep(t.Context(), portfolio.Customer{ID: id, Domain: domain, Country: country}); err != nil {
				t.Fatal(err)
			}
		}
		keep("c1", "harbourline.example", "GB")
		now = now.Add(time.Hour)
		keep("c1", "harbourline.example", "DE")
		var ask []pcclient.TenantID
		for i := range 1200 {
			ask = append(ask, pcclient.TenantID(fmt.Sprintf("x%d", i)))
		}
		keep("x1199", "last.example", "")
		got, err := facts.Of(t.Context(), append(ask, "c1"))
		want := map[pcclient.TenantID]directory.Fact{
			"c1":    {Customer: portfolio.Customer{ID: "c1", Domain: "harbourline.example", Country: "DE"}, At: now},
			"x1199": {Customer: portfolio.Customer{ID: "x1199", Domain: "last.example"}, At: now},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		var legible int
		if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM customers WHERE sealed LIKE '%harbour%' OR sealed LIKE '%DE"%'`).Scan(&legible); err != nil || legible != 0 {
			t.Errorf("%d rows can be read without the key, %v", legible, err)
		}
		other, err := seal.ParseKeys(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := directory.NewFacts(db, other, time.Now).Of(t.Context(), []pcclient.TenantID{"c1"}); len(got) != 0 || err != nil {
			t.Errorf("with another key: %v, %v", got, err)
		}
	})
}
