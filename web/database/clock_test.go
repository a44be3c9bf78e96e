package database_test

import (
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

func off(by time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(by) }
}

func TestClock(t *testing.T) {
	const close = 2 * time.Second // a wide margin for a busy machine
	t.Run("F-32 machines that disagree have one time on a server they share", func(t *testing.T) {
		db := databasetest.OpenPostgres(t)
		for _, by := range []time.Duration{-10 * time.Minute, 0, 10 * time.Minute} {
			clock, err := database.NewClock(t.Context(), db, off(by))
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Until(clock.Now()); d.Abs() > close {
				t.Errorf("a machine %v off is %v off by the database", by, d)
			}
			if d := clock.Ahead() + by; d.Abs() > close {
				t.Errorf("a machine %v off is said to be %v behind", by, clock.Ahead())
			}
		}
	})
	t.Run("F-32 a slow answer makes no right clock wrong", func(t *testing.T) {
		url := databasetest.PostgresURL(t)
		proxy, through := databasetest.Behind(t, url)
		db := databasetest.OpenURL(t, through)
		proxy.Delay(120 * time.Millisecond)
		clock, err := database.NewClock(t.Context(), db, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if clock.Ahead() != 0 {
			t.Errorf("a right clock is said to be %v behind", clock.Ahead())
		}
	})
	t.Run("F-32 time goes on between two looks, and when the database is gone", func(t *testing.T) {
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			elapsed := time.Duration(0)
			begun := time.Now()
			clock, err := database.NewClock(t.Context(), db, func() time.Time { return begun.Add(elapsed) })
			if err != nil {
				t.Fatal(err)
			}
			first := clock.Now()
			elapsed = time.Minute
			if d := clock.Now().Sub(first); d != time.Minute {
				t.Errorf("after a minute the clock is %v further", d)
			}
			db.Close()
			if err := clock.Set(t.Context()); err == nil && db.Shared() {
				t.Error("the time was read from a closed database")
			}
			elapsed = 2 * time.Minute
			if d := clock.Now().Sub(first); d != 2*time.Minute {
				t.Errorf("after two minutes the clock is %v further", d)
			}
		})
	})
}
