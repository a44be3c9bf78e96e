package session

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
)

// noted is how often at most a session's last use is written down. A session may
// therefore end up to this much before the idle limit, never after it.
const noted = time.Minute

// Load returns the request's session and counts the request as activity. It is
// nil with a nil error when nobody is signed in, and ErrStore when the database
// does not answer. Forget then clears a cookie that opened nothing.
func (s *Store) Load(r *http.Request) (*Session, error) {
	sess, err := s.Look(r)
	if sess != nil {
		s.touch(r.Context(), sess)
	}
	return sess, err
}

// Look is Load for requests that are no activity of a person, such as polling.
func (s *Store) Look(r *http.Request) (*Session, error) {
	g, err := s.Get(r, CookieName)
	if err != nil {
		return nil, err
	}
	sess, _ := g.Values[signedIn{}].(*Session)
	return sess, nil
}

// Forget clears the browser's session cookie if the request carries one.
func (s *Store) Forget(w http.ResponseWriter, r *http.Request) {
	if len(r.CookiesNamed(CookieName)) == 0 {
		return
	}
	gone := options()
	gone.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(CookieName, "", gone))
}

// Begin signs the person in: a new id and key, the session the browser had
// before deleted first, and the person's sessions over the limit ended, the ones
// unused longest first. The cookie is set once all of that is durable. ErrGone means
// that the provider ended the sign-in while it was on its way here: nothing was begun.
// Call it before the first byte of the answer.
func (s *Store) Begin(w http.ResponseWriter, r *http.Request, d Data) error {
	if d.CSRF == nil {
		d.CSRF = random(half)
	}
	if d.SignedInAt.IsZero() {
		d.SignedInAt = s.now()
	}
	g, _ := s.Get(r, CookieName) // what was there does not matter: it goes
	clear(g.Values)
	g.IsNew, g.Options = true, options()
	g.Values[signedIn{}] = newSession(newReference(), d, s.now())
	return g.Save(r, w)
}

// End signs the person out: the row goes first, then the cookie. Ending nothing
// is no error.
func (s *Store) End(w http.ResponseWriter, r *http.Request) error {
	g := sessions.NewSession(s, CookieName)
	if known, err := s.Get(r, CookieName); err == nil {
		g = known
	}
	g.Options = options()
	g.Options.MaxAge = -1
	return g.Save(r, w)
}

// SaveTokens writes new tokens into the session before they are used. ErrGone
// and ErrStale mean that nothing was written; after ErrStale, Reload.
func (s *Store) SaveTokens(ctx context.Context, sess *Session, t Tokens) error {
	return s.update(ctx, sess, t)
}

// Reload reads the session's tokens again, as another request or another
// process may have renewed them. ErrGone when the session has ended.
func (s *Store) Reload(ctx context.Context, sess *Session) error {
	fresh, err := s.read(ctx, sess.ref)
	if err != nil {
		return err
	}
	if fresh == nil {
		return ErrGone
	}
	sess.mu.Lock()
	defer sess.mu.Unlock()
	sess.tokens, sess.version = fresh.tokens, fresh.version
	return nil
}

// Destroy ends the session from the server's side; the browser's cookie then
// opens nothing. Destroying a dead session is no error.
func (s *Store) Destroy(ctx context.Context, sess *Session) error {
	return s.remove(ctx, sess.ID())
}
