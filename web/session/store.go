package session

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"github.com/partnerdesk/portal/web/crash"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

// Options of a Store. Zero durations mean the values named beside them.
type Options struct {
	DB   *database.DB
	Ring *seal.Ring
	Now  func() time.Time // nil: time.Now

	Wait  time.Duration // for the database before ErrStore: 2 s; 500 ms if others share it, since then a page is best asked for again
	Lease time.Duration // how long the right to renew tokens outlives a process that died: 6 s
}

// Store keeps sessions in the database. It is a gorilla sessions.Store for
// signed-in sessions only: it never creates a row for an anonymous visitor.
// Load, Begin, End and SaveTokens are what the portal uses.
type Store struct {
	db    *database.DB
	ring  *seal.Ring
	now   func() time.Time
	wait  time.Duration
	lease time.Duration
}

var _ sessions.Store = (*Store)(nil)

// The limits of sessions.
const (
	IdleLimit     = 30 * time.Minute // without a request that counts
	AbsoluteLimit = 8 * time.Hour    // after sign-in, whatever happens
	MostOfOne     = 5                // sessions of one person; a sixth ends the one unused longest
)

// New returns a store over a migrated database.
func New(o Options) *Store {
	s := &Store{db: o.DB, ring: o.Ring, now: o.Now, wait: o.Wait, lease: o.Lease}
	if s.now == nil {
		s.now = time.Now
	}
	if s.wait == 0 {
		s.wait = patience(o.DB)
	}
	if s.lease == 0 {
		s.lease = crash.Hasten(6 * time.Second)
	}
	return s
}

func patience(db *database.DB) time.Duration {
	if db.Shared() {
		return 500 * time.Millisecond
	}
	return 2 * time.Second
}

// signedIn is the key in a gorilla session's Values under which the *Session stands.
type signedIn struct{}

// Get returns the request's session, read once per request.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session the request's cookie names. Without one, or with a bad
// or dead one, the session is new and empty and the error nil. The error is
// ErrStore when the database does not answer.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	g := sessions.NewSession(s, name)
	g.Options, g.IsNew = options(), true
	if name != CookieName {
		return g, fmt.Errorf("session: the only session here is %s", CookieName)
	}
	ref, ok := referenceIn(r)
	if !ok {
		return g, nil
	}
	sess, err := s.read(r.Context(), ref)
	if err != nil || sess == nil {
		return g, err
	}
	g.ID, g.IsNew = sess.ID(), false
	g.Values[signedIn{}] = sess
	return g, nil
}

// Save writes a signed-in session if its row still exists as it was read:
// ErrGone or ErrStale otherwise. A session whose Options.MaxAge is negative is
// ended. Values that others put in are kept for nobody, so they are an error.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	if g.Options.MaxAge < 0 {
		return s.end(r, w, g)
	}
	for key := range g.Values {
		if key != (signedIn{}) {
			return fmt.Errorf("session: keeps no values, not even %v", key)
		}
	}
	sess, ok := g.Values[signedIn{}].(*Session)
	if !ok {
		s.Forget(w, r)
		return nil
	}
	if !g.IsNew {
		return s.update(r.Context(), sess, sess.Tokens())
	}
	if err := s.insert(r, sess); err != nil {
		return err
	}
	g.ID, g.IsNew = sess.ID(), false
	http.SetCookie(w, sessions.NewCookie(CookieName, sess.ref.cookie(), g.Options))
	return nil
}

// end removes the row first, then the cookie: a lost answer leaves nothing alive.
func (s *Store) end(r *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	if ref, ok := referenceIn(r); ok {
		if err := s.remove(r.Context(), ref.row()); err != nil {
			return err
		}
	}
	clear(g.Values)
	g.ID, g.IsNew, g.Options = "", true, options()
	s.Forget(w, r)
	return nil
}
