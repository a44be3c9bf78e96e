package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
)

// When every connection to the database is taken, whoever comes waits a little and is
// then told to come again; nobody is signed out by it, and all is well afterwards.
func TestATakenPool(t *testing.T) {
	t.Run("V13.2.6", func(t *testing.T) { databasetest.Both(t, testATakenPool) })
}

func testATakenPool(t *testing.T) {
	p := newPlace(t)
	b := &browser{place: p}
	b.signIn(ada())
	ring, err := seal.ParseKeys(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	hurried := session.New(session.Options{DB: p.db, Ring: ring, Now: p.now, Wait: 300 * time.Millisecond})
	const callers = 40 // more than twice what any pool has
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	held, done := make(chan struct{}, callers), make(chan struct{}, callers)
	for range callers {
		go func() {
			defer func() { done <- struct{}{} }()
			rows, err := p.db.Read().QueryContext(ctx, `SELECT id FROM sessions`)
			if err != nil {
				return
			}
			defer rows.Close()
			held <- struct{}{}
			<-release
			_ = rows.Err() // it was given up
		}()
	}
	for quiet := false; !quiet; { // until the pool has no more to give
		select {
		case <-held:
		case <-time.After(500 * time.Millisecond):
			quiet = true
		}
	}
	begun := time.Now()
	_, err = hurried.Load(b.request())
	if took := time.Since(begun); !errors.Is(err, session.ErrStore) || took < 200*time.Millisecond || took > 3*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
	cancel()
	close(release)
	for range callers {
		<-done
	}
	b.want(true, "once there are connections again")
}
