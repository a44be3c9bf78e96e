package database

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// Clock is the one time of all portals on a database: PostgreSQL's own, or with SQLite
// the machine's. Between two looks at it time goes on steadily, whatever becomes of the
// machine's clock. So a session, a lease or a doubt is as old for one portal as for the
// next, though their machines disagree (F-32). It is safe for concurrent use.
type Clock struct {
	db    *DB
	local func() time.Time // with a monotonic reading, as time.Now has

	mu       sync.Mutex
	read     time.Time // by local
	said     time.Time // by the database, at that moment
	distance time.Duration
}

// NewClock reads the database's time. local is time.Now outside tests.
func NewClock(ctx context.Context, db *DB, local func() time.Time) (*Clock, error) {
	c := &Clock{db: db, local: local}
	return c, c.Set(ctx)
}

// Now is the time by the database, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Add(c.local().Sub(c.read))
}

// Set reads the database's time again: steady clocks drift apart, and a server that
// failed over has another one. After an error the clock goes on as before.
//
// A look tells that the database's time was somewhere between the machine's before and
// after it. A machine's clock that this does not prove wrong is left alone; of a few
// looks the quickest counts.
func (c *Clock) Set(ctx context.Context) error {
	const looks, quick = 3, 10 * time.Millisecond
	best := time.Duration(-1)
	var read time.Time
	var distance time.Duration
	for range looks {
		before := c.local()
		now, err := c.db.engine.now(ctx, c.db.reader, c.local)
		if err != nil {
			return unavailable("read the time", err)
		}
		after := c.local()
		took := after.Sub(before)
		if best >= 0 && took >= best {
			continue
		}
		best, read = took, after
		distance = now.Sub(after.Add(-took / 2).Round(0))
		if distance.Abs() <= took/2 {
			distance = 0
		}
		if best <= quick {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read, c.said, c.distance = read, read.Round(0).Add(distance).UTC(), distance
	return nil
}

// Ahead is how far the database's time was ahead of the machine's at the last look;
// negative when it was behind.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.distance
}

func (serverEngine) now(ctx context.Context, reader *sql.DB, _ func() time.Time) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, silenceLimit)
	defer cancel()
	var micros int64
	err := reader.QueryRowContext(ctx, `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)`).Scan(&micros)
	return Time(micros), err
}

func (fileEngine) now(_ context.Context, _ *sql.DB, local func() time.Time) (time.Time, error) {
	return local().Round(0).UTC(), nil
}
