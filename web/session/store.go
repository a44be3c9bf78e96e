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

// Options of a Store. Zero durations and counts mean the values named beside them.
type Options struct {
	DB   *database.DB
	Ring *seal.Ring
	Now  func() time.Time // nil: time.Now

	Idle        time.Duration // 30 min without a request that counts
	Absolute    time.Duration // 8 h after sign-in, whatever happens
	PerOperator int           // 5 sessions of one person; a sixth ends the one unused longest
	Wait        time.Duration // for the database before ErrStore: 2 s; 500 ms if others share it, since then a page is best asked for again
	Lease       time.Duration // how long the right to renew tokens outlives a process that died: 6 s
}

// Store keeps sessions in the database. It is a gorilla sessions.Store for
// signed-in sessions only: it never creates a row for an anonymous visitor.
// Load, Begin, End and SaveTokens are what the portal uses.
type Store struct {
	db       *database.DB
	ring     *seal.Ring
	now      func() time.Time
	idle     time.Duration
	absolute time.Duration
	perOp    int
	wait     time.Duration
	lease    time.Duration
}

var _ sessions.Store = (*Store)(nil)

// The limits of sessions, where Options name no others.
const (
	IdleLimit     = 30 * time.Minute
	AbsoluteLimit = 8 * time.Hour
	MostOfOne     = 5
)

// New returns a store over a migrated database.
func New(o Options) *Store {
	s := &Store{db: o.DB, ring: o.Ring, now: o.Now, idle: o.Idle, absolute: o.Absolute, perOp: o.PerOperator, wait: o.Wait}
	if s.now == nil {
		s.now = time.Now
	}
	s.idle = orDefault(s.idle, IdleLimit)
	s.absolute = orDefault(s.absolute, AbsoluteLimit)
	s.perOp = orDefault(s.perOp, MostOfOne)
	s.wait = orDefault(s.wait, patience(o.DB))
	s.lease = orDefault(o.Lease, crash.Hasten(6*time.Second))
	return s
}

func patience(db *database.DB) time.Duration {
	if db.Shared() {
		return 500 * time.Millisecond
	}
	return 2 * time.Second
}

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
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
	fill(g, sess)
	return g, nil
}

// Save writes a signed-in session if its row still exists as it was read:
// ErrGone or ErrStale otherwise. A session whose Options.MaxAge is negative is
// ended. Values may hold text under text keys; anything else is an error, and so
// is anything at all in an anonymous session.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	if g.Options.MaxAge < 0 {
		return s.end(r, w, g)
	}
	extra, err := texts(g.Values)
	if err != nil {
		return err
	}
	sess, ok := g.Values[signedIn{}].(*Session)
	if !ok {
		if len(extra) > 0 {
			return fmt.Errorf("session: nobody is signed in, nothing can be kept")
		}
		s.Forget(w, r)
		return nil
	}
	if !g.IsNew {
		return s.update(r.Context(), sess, sess.Tokens(), extra)
	}
	if err := s.insert(r, sess, extra); err != nil {
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

func fill(g *sessions.Session, sess *Session) {
	g.ID, g.IsNew = sess.ID(), false
	for name, text := range sess.extra {
		g.Values[name] = text
	}
	g.Values[signedIn{}] = sess
}

func texts(values map[any]any) (map[string]string, error) {
	extra := map[string]string{}
	for key, value := range values {
		if _, own := key.(signedIn); own {
			continue
		}
		name, okName := key.(string)
		text, okText := value.(string)
		if !okName || !okText {
			return nil, fmt.Errorf("session: keeps text under text keys, not %T under %T", value, key)
		}
		extra[name] = text
	}
	return extra, nil
}
