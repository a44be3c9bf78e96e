package presence_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/presence"
	"github.com/partnerdesk/portal/web/seal"
)

const (
	harbourline = pcclient.TenantID("c1")
	nordlicht   = pcclient.TenantID("c2")
)

// desk is a store with a clock that moves by hand.
type desk struct {
	*presence.Store
	t   *testing.T
	db  *database.DB
	now time.Time
}

// each runs a story on SQLite and on PostgreSQL.
func each(t *testing.T, story func(t *testing.T, d *desk)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		d := &desk{t: t, db: db, now: time.Date(2026, 11, 13, 14, 20, 0, 0, time.UTC)}
		d.Store = presence.New(db, newRing(t), func() time.Time { return d.now })
		story(t, d)
	})
}

func newRing(t *testing.T) *seal.Ring {
	t.Helper()
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func (d *desk) here(operator, name string, customer pcclient.TenantID, draft string) {
	d.t.Helper()
	if err := d.Here(d.t.Context(), operator, name, customer, draft); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) others(operator string, customer pcclient.TenantID) []presence.Person {
	d.t.Helper()
	people, err := d.Others(d.t.Context(), operator, customer)
	if err != nil {
		d.t.Fatal(err)
	}
	return people
}

func (d *desk) names(operator string, customer pcclient.TenantID) string {
	d.t.Helper()
	var names []string
	for _, p := range d.others(operator, customer) {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (d *desk) rows() (n int) {
	d.t.Helper()
	if err := d.db.Read().QueryRowContext(d.t.Context(), `SELECT count(*) FROM presence`).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func TestOthersAreListedForAMinute(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		if got := d.others("ada", harbourline); len(got) != 0 {
			t.Errorf("an empty table lists %v", got)
		}
		opened := d.now
		d.here("ines", "Ines Duarte", harbourline, "i1")
		d.here("ada", "Ada Admin", harbourline, "a1")
		d.here("sam", "Sam Sales", nordlicht, "s1")

		want := []presence.Person{{Operator: "ines", Name: "Ines Duarte", OpenedAt: opened, SeenAt: opened}}
		if diff := cmp.Diff(want, d.others("ada", harbourline)); diff != "" {
			t.Errorf("beside Ada (-want +got):\n%s", diff)
		}
		if got := d.names("rui", nordlicht); got != "Sam Sales" {
			t.Errorf("A-53 at the other customer: %q", got)
		}

		d.now = d.now.Add(30 * time.Second)
		d.here("ines", "Ines Duarte", harbourline, "i1")
		d.now = d.now.Add(50 * time.Second)
		want[0].SeenAt = opened.Add(30 * time.Second)
		if diff := cmp.Diff(want, d.others("ada", harbourline)); diff != "" {
			t.Errorf("50 s after Ines's last note (-want +got):\n%s", diff)
		}
		d.now = d.now.Add(10 * time.Second)
		if got := d.names("ada", harbourline); got != "" {
			t.Errorf("a minute after the last note there is still %q", got)
		}
		d.here("ines", "Ines Duarte", harbourline, "i1")
		if got := d.others("ada", harbourline); len(got) != 1 || !got[0].OpenedAt.Equal(d.now) {
			t.Errorf("a form that was away and is back: %v; want it open since %v", got, d.now)
		}
	})
}

func TestAPersonIsListedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		opened := d.now
		d.here("ines", "Ines Duarte", harbourline, "i1")
		d.now = d.now.Add(10 * time.Second)
		d.here("rui", "Rui Melo", harbourline, "r1")
		d.now = d.now.Add(10 * time.Second)
		d.here("ines", "Ines Duarte-Costa", harbourline, "i2")
		want := []presence.Person{
			{Operator: "ines", Name: "Ines Duarte-Costa", OpenedAt: opened, SeenAt: d.now},
			{Operator: "rui", Name: "Rui Melo", OpenedAt: opened.Add(10 * time.Second), SeenAt: opened.Add(10 * time.Second)},
		}
		if diff := cmp.Diff(want, d.others("ada", harbourline)); diff != "" {
			t.Errorf("two of Ines's tabs and Rui (-want +got):\n%s", diff)
		}
		if got := d.names("ines", harbourline); got != "Rui Melo" {
			t.Errorf("beside Ines: %q; her own second tab is nobody else", got)
		}
	})
}

func TestSeveralCustomersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.here("ines", "Ines Duarte", harbourline, "i1")
		d.here("rui", "Rui Melo", harbourline, "r1")
		d.here("sam", "Sam Sales", nordlicht, "s1")
		d.here("ada", "Ada Admin", nordlicht, "a1")
		all, err := d.Among(t.Context(), "ada", []pcclient.TenantID{harbourline, nordlicht, "c3"})
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 2 || len(all[harbourline]) != 2 || len(all[nordlicht]) != 1 || all[nordlicht][0].Name != "Sam Sales" {
			t.Errorf("Among = %v", all)
		}
		if none, err := d.Among(t.Context(), "ada", nil); err != nil || len(none) != 0 {
			t.Errorf("Among nothing = %v, %v", none, err)
		}
	})
}

func TestANoteStandsForTheNextOnes(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.here("ines", "Ines Duarte", harbourline, "i1")
		noted := d.now
		for range 4 { // 24 s of redrawing
			d.now = d.now.Add(6 * time.Second)
			d.here("ines", "Ines Duarte", harbourline, "i1")
		}
		if got := d.others("ada", harbourline)[0].SeenAt; !got.Equal(noted) {
			t.Errorf("written again after %v", got.Sub(noted))
		}
		d.now = d.now.Add(time.Second)
		d.here("ines", "Ines Duarte", harbourline, "i1")
		if got := d.others("ada", harbourline)[0].SeenAt; !got.Equal(d.now) {
			t.Errorf("25 s later it is still noted at %v", got)
		}
	})
}

func TestLeavingAndSweeping(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.here("ines", "Ines Duarte", harbourline, "i1")
		d.here("ines", "Ines Duarte", harbourline, "i2")
		for _, l := range []struct{ operator, draft string }{{"ines", "i1"}, {"ines", "i1"}, {"ada", "i2"}} {
			if err := d.Leave(t.Context(), l.operator, harbourline, l.draft); err != nil {
				t.Fatal(err)
			}
		}
		if got := d.names("ada", harbourline); got != "Ines Duarte" || d.rows() != 1 {
			t.Errorf("%d rows, %q; want Ines's second form alone", d.rows(), got)
		}
		d.now = d.now.Add(30 * time.Second)
		d.here("rui", "Rui Melo", harbourline, "r1")
		d.now = d.now.Add(30 * time.Second)
		if gone, err := d.Sweep(t.Context()); err != nil || gone != 1 || d.rows() != 1 {
			t.Errorf("Sweep = %d, %v, leaving %d rows; want Ines's gone and Rui's there", gone, err, d.rows())
		}
	})
}

func TestNamesAreSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	db, err := database.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	store := presence.New(db, newRing(t), time.Now)
	if err := store.Here(t.Context(), "ines", "Seeded Marker", harbourline, "i1"); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(path + "*")
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || bytes.Contains(text, []byte("Seeded Marker")) {
			t.Errorf("I-9 %s shows the name (%v)", filepath.Base(file), err)
		}
	}
	if got, err := store.Others(t.Context(), "ada", harbourline); err != nil || len(got) != 1 || got[0].Name != "Seeded Marker" {
		t.Errorf("Others = %v, %v", got, err)
	}

	t.Run("a dropped key hides people and nothing else", func(t *testing.T) {
		rotated := presence.New(db, newRing(t), time.Now)
		if got, err := rotated.Others(t.Context(), "ada", harbourline); err != nil || len(got) != 0 {
			t.Errorf("Others = %v, %v", got, err)
		}
	})
	t.Run("a name moved to another row does not open", func(t *testing.T) {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE presence SET operator = 'rui'`)
			return err
		})
		if got, readErr := store.Others(t.Context(), "ada", harbourline); err != nil || readErr != nil || len(got) != 0 {
			t.Errorf("Others = %v, %v, %v", got, err, readErr)
		}
	})
}

func TestALongNameCostsOtherPagesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.here("ines", strings.Repeat("ł", 100_000), harbourline, "i1")
		if got := d.names("ada", harbourline); len([]rune(got)) != 100 || !strings.HasSuffix(got, "ł…") {
			t.Errorf("%.60q", got)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		var forms sync.WaitGroup
		for _, operator := range []string{"ines", "rui", "sam", "marta"} {
			for _, draft := range []string{"1", "2", "1"} {
				forms.Go(func() {
					if err := d.Here(t.Context(), operator, operator, harbourline, draft); err != nil {
						t.Error(err)
					}
				})
			}
		}
		forms.Wait()
		if got := d.others("ada", harbourline); len(got) != 4 || d.rows() != 8 {
			t.Errorf("%d people in %d rows; want 4 in 8", len(got), d.rows())
		}
	})
}

func TestF35TroubleIsTold(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ended, end := context.WithCancel(t.Context())
		end()
		_, others := d.Others(ended, "ada", harbourline)
		_, sweep := d.Sweep(ended)
		for name, err := range map[string]error{
			"Here": d.Here(ended, "ines", "Ines Duarte", harbourline, "i1"), "Others": others,
			"Leave": d.Leave(ended, "ines", harbourline, "i1"), "Sweep": sweep,
		} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s = %v", name, err)
			}
		}
		d.here("ines", "Ines Duarte", harbourline, "i1")
		if got := d.names("ada", harbourline); got != "Ines Duarte" {
			t.Errorf("after the trouble: %q", got)
		}
	})
}

// However many forms somebody, or a script, opens, a customer's notes stay few.
func TestNotesOfOneOperatorAreBounded(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.here("ada", "Ada", nordlicht, "other")
		d.here("sam", "Sam", harbourline, "sams")
		for i := range 120 {
			d.now = d.now.Add(10 * time.Millisecond)
			d.here("ada", "Ada", harbourline, fmt.Sprint("draft", i))
		}
		var n int
		if err := d.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM presence`).Scan(&n); err != nil || n != 52 {
			t.Errorf("%d notes, %v; want 52", n, err)
		}
		if ada, sam := d.names("sam", harbourline), d.names("ada", harbourline); ada != "Ada" || sam != "Sam" {
			t.Errorf("seen are %q and %q", ada, sam)
		}
		if err := d.Leave(t.Context(), "ada", harbourline, "draft119"); err != nil {
			t.Error(err)
		}
		if ada := d.others("sam", harbourline); len(ada) != 1 || !ada[0].SeenAt.Equal(d.now.Add(-10*time.Millisecond)) {
			t.Errorf("the newest notes are not the ones kept: %+v", ada)
		}
	})
}
