package handlers_test

import (
	"context"
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/database/faultproxy"
	"github.com/partnerdesk/portal/web/session"
)

// storeDown wants the page of a database in trouble: in words, with a time to ask again,
// and as good as nothing done to whoever is signed in.
func (p *page) storeDown(texts ...string) *page {
	p.b.t.Helper()
	p.want(http.StatusServiceUnavailable, texts...)
	if p.header.Get("Retry-After") == "" {
		p.b.t.Errorf("%s does not say when to ask again", p.url)
	}
	if p.url.Host != "portal.example" {
		p.b.t.Errorf("it led to %s", p.url)
	}
	for _, cookie := range p.header.Values("Set-Cookie") {
		if strings.HasPrefix(cookie, session.CookieName+"=") {
			p.b.t.Errorf("the session's cookie is touched: %s", cookie)
		}
	}
	return p
}

// proxied is a site on PostgreSQL behind a proxy that makes trouble, with something
// typed into a form and something else ready to be saved.
func proxied(t *testing.T) (site *testSite, f *form, review *page) {
	t.Helper()
	site = newSiteWith(t, settings{proxied: true})
	b := site.signIn("Ada Admin")
	review = b.toReview(site.customer(nordlicht), "email", "saved@nordlicht.example")
	f = b.edit(site.customer(harbourline)).fill("email", "typed@harbourline.example").fill("firstName", "Typed")
	return site, f, review
}

// F-33, F-36, I-8: whatever becomes of the database, people are told in words, stay
// signed in and keep what they typed, and nothing is sent without an intent on disk.
func TestF33ThePagesOfADatabaseInTrouble(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		for _, trouble := range []struct {
			name       string
			make, mend func(*faultproxy.Proxy) error
		}{
			{"F-33 F-36 it refuses", setMode(faultproxy.Refuse), setMode(faultproxy.Pass)},
			{"F-33 F-36 it hangs", setMode(faultproxy.Hang), setMode(faultproxy.Pass)},
			{"F-33 F-36 it takes two seconds for each answer", delayed(2 * time.Second), delayed(0)},
		} {
			t.Run(trouble.name, func(t *testing.T) {
				site, f, review := proxied(t)
				b := f.page.b
				must(t, trouble.make(site.proxy))
				b.get("/customers").storeDown("cannot reach its own storage", "Nobody is signed out by this", "Try again")
				b.get(overview(site.customer(harbourline))).storeDown("cannot reach its own storage")
				kept := f.press().storeDown("Everything you typed is kept in this page")
				stillTyped(t, kept, "email", "typed@harbourline.example", "firstName", "Typed")
				f.keep().storeDown()
				review.save().storeDown()
				site.wantPuts(0, 0)
				must(t, trouble.mend(site.proxy))

				// Connections of before may each have to be found broken once.
				for range 20 {
					if kept = kept.form("email").press(); kept.status == http.StatusOK {
						break
					}
					stillTyped(t, kept.storeDown(), "email", "typed@harbourline.example", "firstName", "Typed")
				}
				kept.want(http.StatusOK, "Review 2 changes")
				review.save().want(http.StatusOK, "Billing profile saved.")
				site.wantPuts(1, 1)
			})
		}
		t.Run("F-33 F-36 it fails over", func(t *testing.T) {
			site, f, review := proxied(t)
			time.Sleep(1100 * time.Millisecond) // connections that lie idle are looked at again
			site.proxy.Reset()
			f.press().want(http.StatusOK, "Review 2 changes")
			review.save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
		t.Run("F-33 it is read-only: pages are there, nothing is sent", func(t *testing.T) {
			site, f, review := proxied(t)
			var name string
			must(t, site.db.Read().QueryRowContext(t.Context(), `SELECT current_database()`).Scan(&name))
			databasetest.Exec(t, site.db, `ALTER DATABASE `+name+` SET default_transaction_read_only = on`)
			site.proxy.Reset()
			time.Sleep(1100 * time.Millisecond)
			f.page.b.get(overview(site.customer(harbourline))).want(http.StatusOK, "Harbourline Ceramics")
			kept := f.press().storeDown("could not be kept for review", "Everything typed is still in this form")
			kept.form("email").wants("email", "typed@harbourline.example").wants("firstName", "Typed")
			review.save().storeDown("Nothing was saved")
			site.wantPuts(0, 0)
			// Mending takes a session of its own: those that are there are read-only too.
			databasetest.Exec(t, databasetest.OpenURL(t, site.url+"&default_transaction_read_only=off"), `ALTER DATABASE `+name+` SET default_transaction_read_only = off`)
			kept.form("email").press().want(http.StatusOK, "Review 2 changes")
			review.save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
	})
}

func setMode(m faultproxy.Mode) func(*faultproxy.Proxy) error {
	return func(p *faultproxy.Proxy) error { return p.Set(m) }
}

func delayed(d time.Duration) func(*faultproxy.Proxy) error {
	return func(p *faultproxy.Proxy) error { p.Delay(d); return nil }
}

// F-36: the link is lost during a commit. One that was carried out is found by looking,
// and only then does the save go on; of one that was not, nothing comes.
func TestF36TheLinkIsLostDuringTheCommitOfASave(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		t.Run("F-36 of the intent, after it", func(t *testing.T) {
			site, _, review := proxied(t)
			site.proxy.CutNext(faultproxy.AfterCommit)
			review.save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
			if !strings.Contains(site.log.String(), "submission.commit_found") {
				t.Error("the commit that was lost was another")
			}
		})
		t.Run("F-36 I-1 of the intent, before it", func(t *testing.T) {
			site, _, review := proxied(t)
			site.proxy.CutNext(faultproxy.BeforeCommit)
			p := review.save().storeDown()
			site.wantPuts(0, 0)
			if !strings.Contains(site.log.String(), "submission.not_recorded") {
				t.Error("the commit that was lost was another")
			}
			p.follow("Try again").want(http.StatusOK, "saved@nordlicht.example").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(1, 1)
		})
		for name, cut := range map[string]faultproxy.Cut{"before": faultproxy.BeforeCommit, "after": faultproxy.AfterCommit} {
			t.Run("F-37 of the outcome, "+name+" it", func(t *testing.T) {
				site, _, review := proxied(t)
				site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
					answer, err := next.RoundTrip(q)
					if q.Method == http.MethodPut {
						site.proxy.CutNext(cut)
					}
					return answer, err
				})
				key := review.form("key").values.Get("key")
				p := review.save().want(http.StatusOK)
				p.b.after(p.url.RequestURI(), "Billing profile saved.")
				site.wantPuts(1, 1)
				if got := site.kinds(key); got != "recorded sent applied" {
					t.Errorf("the trail tells %q", got)
				}
				if !strings.Contains(site.log.String(), "submission.outcome_not_written") {
					t.Error("the commit that was lost was another")
				}
			})
		}
	})
}

// F-35: the same for a file that takes nothing any more. A full disk is told like one
// whose triggers refuse, see TestF35DraftsCannotBeStored.
func TestF35ThePagesOfAFileInTrouble(t *testing.T) {
	start := func(t *testing.T) (*testSite, *form, *page) {
		t.Parallel()
		site := newSiteWith(t, settings{apart: true})
		b := site.signIn("Ada Admin")
		review := b.toReview(site.customer(nordlicht), "email", "saved@nordlicht.example")
		return site, b.edit(site.customer(harbourline)).fill("email", "typed@harbourline.example").fill("firstName", "Typed"), review
	}
	goesOn := func(site *testSite, f *form, review *page) {
		site.t.Helper()
		f.press().want(http.StatusOK, "Review 2 changes")
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	}
	t.Run("F-35 it is read-only", func(t *testing.T) {
		site, f, review := start(t)
		must(t, site.turns.all[0].db.Write(t.Context(), func(tx *sql.Tx) error { // the one handle that writes
			_, err := tx.Exec(`PRAGMA query_only = 1`)
			return err
		}))
		f.page.b.get(overview(site.customer(harbourline))).want(http.StatusOK, "Harbourline Ceramics") // reads go on
		kept := f.press().storeDown("could not be kept for review", "Everything typed is still in this form")
		kept.form("email").wants("email", "typed@harbourline.example").wants("firstName", "Typed")
		f.keep().storeDown()
		review.save().storeDown("Nothing was saved")
		site.wantPuts(0, 0)
		site.restart()
		goesOn(site, kept.form("email"), review)
	})
	t.Run("F-35 somebody else has it locked", func(t *testing.T) {
		site, f, review := start(t)
		held, free, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- site.db.Write(context.WithoutCancel(t.Context()), func(*sql.Tx) error { close(held); <-free; return nil })
		}()
		<-held
		review.save().storeDown("Nothing was saved")
		site.wantPuts(0, 0)
		close(free)
		must(t, <-done)
		goesOn(site, f, review)
	})
}
