package handlers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// shortWait is how long a save is waited for in stories of a doubt: long enough for
// its intent to be recorded on a busy machine.
const shortWait = time.Second

// lost loses the link to Partner Center over calls of a method, before or after they
// are carried out.
func lost(method string, carried bool) hook {
	return func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
		if q.Method != method {
			return next.RoundTrip(q)
		}
		if carried {
			answer, err := next.RoundTrip(q)
			if err != nil {
				return nil, err
			}
			answer.Body.Close()
		}
		return nil, io.ErrUnexpectedEOF
	}
}

// F-38, F-40: whichever step an update of the portal falls between, the person goes on
// where they were.
func TestARestartAtEachStep(t *testing.T) { everywhere(t, testARestartAtEachStep) }

func testARestartAtEachStep(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "half an addr")
	site.restart()
	f.kept()
	site.restart()
	b.get("/").want(http.StatusOK, "Your drafts").follow("Continue").want(http.StatusOK, "Your changes are back.").form("email").wants("email", "half an addr")
	review := f.fill("email", "typed@harbourline.example").press().want(http.StatusOK, "Review 1 change")
	site.restart()
	key := review.form("key").values.Get("key")
	saved := review.save().want(http.StatusOK, "Billing profile saved.")
	site.restart()
	b.get(saved.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
	review.save().want(http.StatusOK, "Billing profile saved.")
	b.get(overview(id)).want(http.StatusOK, "You, today at", "typed@harbourline.example")
	site.wantPuts(1, 1)
	if got := site.kinds(key); got != "recorded sent applied" {
		t.Errorf("the trail tells %q", got)
	}

	t.Run("F-39 while a save is in doubt", func(t *testing.T) {
		site := newSiteWith(t, settings{wait: shortWait})
		b := site.signIn("Ada Admin")
		must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 500, Shape: pcsim.ShapeD})))
		review := b.toReview(id, "email", "typed@harbourline.example")
		p := b.after(review.save().url.RequestURI(), "We do not know yet")
		site.restart()
		b.get(p.url.RequestURI()).want(http.StatusOK, "We do not know yet", "typed@harbourline.example")
		b.get("/").want(http.StatusOK, "Saves that are not settled")
		site.restart()
		site.clock.advance(settleWindow)
		p = b.get(p.url.RequestURI()).want(http.StatusOK, "It was not saved")
		p.follow("Save again").want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(2, 1)
	})
}

// F-38: whenever the process dies that saves, its person is told the truth by the one
// that is there then, and nothing typed is lost.
func TestF38TheProcessDiesOverASave(t *testing.T) { everywhere(t, testF38TheProcessDiesOverASave) }

func testF38TheProcessDiesOverASave(t *testing.T) {
	for _, story := range []struct {
		name    string
		method  string // of the call to Partner Center over which it dies, the first after Save
		carried bool   // whether that call is carried out
		applied int
	}{
		{"F-38 over the re-read", http.MethodGet, false, 0},
		{"F-38 before the PUT is out", http.MethodPut, false, 0},
		{"F-38 after the PUT was carried out", http.MethodPut, true, 1},
	} {
		t.Run(story.name, func(t *testing.T) {
			site := newSiteWith(t, settings{apart: true, wait: shortWait})
			id := site.customer(harbourline)
			b := site.signIn("Ada Admin")
			review := b.toReview(id, "email", "typed@harbourline.example", "firstName", "Typed")
			lose := lost(story.method, story.carried)
			site.onCall(func(r *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
				answer, err := lose(r, q, next)
				if err != nil {
					r.die()
				}
				return answer, err
			})
			f := review.form("key")
			f.values.Set("do", "save")
			if answer, err := b.client.Do(b.request(http.MethodPost, f.action.String(), f.values)); err == nil {
				answer.Body.Close()
				t.Fatalf("a dead portal answered %d", answer.StatusCode)
			}
			site.onCall(func(_ *replica, q *http.Request, next http.RoundTripper) (*http.Response, error) {
				return next.RoundTrip(q)
			})
			site.turns.add(site.replica())

			// Back, and Save once more: the other process takes the first for alive.
			again := review.save().want(http.StatusOK, "Still saving", "typed@harbourline.example")
			b.get("/").want(http.StatusOK, "Saves that are not settled", "Harbourline Ceramics")
			site.clock.advance(31 * time.Second)
			if story.applied == 0 {
				b.get(again.url.RequestURI()).want(http.StatusOK, "We do not know yet", "typed@harbourline.example")
				b.get(overview(id)).want(http.StatusOK, "whether your change of 2 items was saved")
				site.clock.advance(settleWindow)
				p := b.get(again.url.RequestURI()).want(http.StatusOK, "It was not saved", "typed@harbourline.example", "Typed")
				site.wantPuts(0, 0)
				p.follow("Back to editing").want(http.StatusOK).form("email").wants("email", "typed@harbourline.example").wants("firstName", "Typed")
				p.follow("Save again").want(http.StatusOK, "Review 2 changes").save().want(http.StatusOK, "Billing profile saved.")
			} else {
				b.get(again.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
			}
			review.save().want(http.StatusOK)
			site.wantPuts(1, 1)
			site.storedHas(id, "email", "typed@harbourline.example", "firstName", "Typed")
			end := map[int]string{0: "not_applied", 1: "applied"}[story.applied]
			if got := site.kinds(f.values.Get("key")); got != "recorded in_doubt "+end {
				t.Errorf("the trail tells %q", got)
			}
		})
	}
}

// F-46, F-11: a session that ends while a save is in doubt takes nothing with it.
func TestF46TheSessionEndsInDoubt(t *testing.T) { everywhere(t, testF46TheSessionEndsInDoubt) }

func testF46TheSessionEndsInDoubt(t *testing.T) {
	for name, story := range map[string]struct {
		carried bool
		page    string
	}{
		"F-11 it was carried out": {true, "Billing profile saved."},
		"F-12 it was not":         {false, "It was not saved"},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSiteWith(t, settings{wait: shortWait})
			b := site.signIn("Ada Admin")
			review := b.toReview(site.customer(harbourline), "email", "typed@harbourline.example")
			site.onCall(lost(http.MethodPut, story.carried))
			p := review.save()
			site.clock.advance(9 * time.Hour)
			b.get(p.url.RequestURI()).choose("Ada Admin").want(http.StatusOK)
			p = b.after(p.url.RequestURI(), story.page).shows("typed@harbourline.example")
			if !story.carried {
				p.follow("Back to editing").form("email").wants("email", "typed@harbourline.example")
				site.wantPuts(0, 0)
			} else {
				site.wantPuts(1, 1)
			}
		})
	}
}

// F-08: throttled is refused, whichever replica waited.
func TestF08ThrottledSavesNothing(t *testing.T) { everywhere(t, testF08ThrottledSavesNothing) }

func testF08ThrottledSavesNothing(t *testing.T) {
	site, id, review := resultSite(t, "Ada Admin")
	must(t, site.sim.AddFaults(onPut(pcsim.Fault{Status: 429, RetryAfter: "30", Times: -1})))
	key := review.form("key").values.Get("key")
	p := review.save().want(http.StatusTooManyRequests, "asks us to slow down", "Nothing was saved")
	allThere(t, p)
	review.save().want(http.StatusTooManyRequests, "Nothing was saved") // Back, and Save once more
	site.sim.ClearFaults()
	if kinds := site.kinds(key); !strings.HasSuffix(kinds, "rejected") || strings.Count(kinds, "rejected") != 1 {
		t.Errorf("the trail tells %q", kinds)
	}
	p.follow("Save again").want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", "typed@harbourline.example")
}
