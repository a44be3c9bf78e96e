package signin_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

// waitOut lets the session's token come to its end, the session in use all the while.
func (b *browser) waitOut(rest time.Duration) {
	b.Helper()
	until := b.load().Tokens().Expiry.Add(-rest)
	for b.now().Before(until) {
		b.wait(min(20*time.Minute, until.Sub(b.now())))
		b.load()
	}
}

// TestReplicas is about several portals on one database, and refresh tokens that work
// once: using one twice ends the whole family at our provider, as it does at others.
func TestReplicas(t *testing.T) {
	databasetest.Both(t, func(t *testing.T) {
		t.Run("F-30 L-7 500 parallel x 3 replicas: one renewal", func(t *testing.T) {
			b := newDesk(t).browser()
			b.session()
			b.waitOut(0)
			var all []*replica
			for range 3 {
				r, _ := b.replica(nil)
				all = append(all, r)
			}
			var failed, different atomic.Int64
			var tokens sync.Map
			var wg sync.WaitGroup
			for i := range 500 {
				wg.Go(func() {
					token, err := all[i%len(all)].ask(b, "")
					if err != nil {
						t.Log(err)
						failed.Add(1)
						return
					}
					if _, seen := tokens.LoadOrStore(token, true); !seen {
						different.Add(1)
					}
				})
			}
			wg.Wait()
			if failed.Load() != 0 || different.Load() != 1 || b.count("/token") != 2 {
				t.Errorf("%d failed, %d different tokens, %d renewals", failed.Load(), different.Load(), b.count("/token")-1)
			}
		})
		t.Run("F-30 another replica renews a token that still works: it is used meanwhile", func(t *testing.T) {
			b := newDesk(t).browser()
			old := b.session().Tokens().Access
			b.waitOut(4 * time.Minute)
			here, _ := b.replica(nil)
			there, _ := b.replica(nil)
			reached, release := b.holdToken()
			done := make(chan error, 1)
			go func() { _, err := here.ask(b, ""); done <- err }()
			<-reached
			if got, err := there.ask(b, ""); err != nil || got != old {
				t.Errorf("old one %v, %v", got == old, err)
			}
			release()
			if err := <-done; err != nil || b.count("/token") != 2 {
				t.Errorf("%d renewals, %v", b.count("/token")-1, err)
			}
		})
		t.Run("F-28 a renewal slower than the lease", func(t *testing.T) {
			b := newDesk(t).browser()
			b.session()
			b.waitOut(0)
			b.run()
			here, _ := b.replica(nil)
			there, _ := b.replica(nil)
			reached, release := b.holdToken()
			type answer struct {
				token string
				err   error
			}
			answers := make(chan answer, 2)
			ask := func(r *replica) { token, err := r.ask(b, ""); answers <- answer{token, err} }
			go ask(here)
			<-reached
			go ask(there)
			time.Sleep(4 * leaseFor)
			release()
			one, two := <-answers, <-answers
			if one.err != nil || two.err != nil || one.token != two.token || b.count("/token") != 2 {
				t.Errorf("%v, %v, the same token %v, %d renewals", one.err, two.err, one.token == two.token, b.count("/token")-1)
			}
		})
		t.Run("F-38 F-29 a replica dies between the provider's answer and the store", func(t *testing.T) {
			b := newDesk(t).browser()
			old := b.session().Tokens()
			b.waitOut(0)
			b.run()
			here, db := b.replica(nil)
			there, _ := b.replica(nil)
			b.idp.SetHooks(demo.Hooks{TokenAnswer: func(string, map[string]any) { db.Close() }})
			if _, err := here.ask(b, ""); !errors.Is(err, session.ErrStore) {
				t.Errorf("the dying one: %v", err)
			}
			b.idp.SetHooks(demo.Hooks{})
			started := time.Now()
			if _, err := there.ask(b, ""); !errors.Is(err, signin.ErrSignInAgain) {
				t.Errorf("the other one: %v, want ErrSignInAgain", err)
			}
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("the dead one held others up for %v", took)
			}
			if sess := b.load(); sess == nil || sess.Tokens() != old {
				t.Error("the session is gone, and the form would be too")
			}
		})
		t.Run("the database refuses to write: no refresh token is spent", func(t *testing.T) {
			b := newDesk(t).browser()
			old := b.session().Tokens()
			b.waitOut(0)
			here, db := b.replica(nil)
			sess, err := here.store.Load(b.request(portal))
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
			if _, err := here.in.TokenSource(sess, here.store)(t.Context(), ""); !errors.Is(err, session.ErrStore) || errors.Is(err, signin.ErrSignInAgain) {
				t.Errorf("got %v, want ErrStore", err)
			}
			if b.count("/token") != 1 || b.load().Tokens() != old {
				t.Errorf("%d renewals", b.count("/token")-1)
			}
		})
		t.Run("V11.2.2 store keys are rotated one replica after the other, and nobody is signed out", func(t *testing.T) {
			first, second := seal.NewKey(), seal.NewKey()
			ring := func(keys ...string) *seal.Ring {
				r, err := seal.ParseKeys(strings.Join(keys, ","))
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Ring = ring(first) })
			b := d.browser()
			b.session()
			there, _ := d.replica(ring(first))
			var last string
			renewed := func(step string, r, other *replica) {
				t.Helper()
				token, err := r.ask(b, last)
				if err != nil || token == last {
					t.Fatalf("%s: %v", step, err)
				}
				if seen, err := other.ask(b, ""); err != nil || seen != token {
					t.Fatalf("%s, at the other: %v", step, err)
				}
				last = token
			}
			for _, keys := range [][]string{{first, second}, {second, first}, {second}} {
				next := ring(keys...)
				here, _ := d.replica(next)
				renewed("one has the new setting", here, there)
				renewed("one still has the old setting", there, here)
				there, _ = d.replica(next)
				renewed("both have it", there, here)
			}
			gone, _ := d.replica(ring(first))
			if _, err := gone.ask(b, ""); err == nil {
				t.Error("the dropped key still opens the session")
			}
		})
	})
}

// holdToken makes the token endpoint wait: reached tells when the first call is
// there, release lets all go on.
func (b *browser) holdToken() (reached chan struct{}, release func()) {
	reached, gate := make(chan struct{}), make(chan struct{})
	var once, opened sync.Once
	b.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			once.Do(func() { close(reached) })
			<-gate
		}
		return false
	}})
	release = func() { opened.Do(func() { close(gate) }) }
	b.Cleanup(release)
	return reached, release
}
