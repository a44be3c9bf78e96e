package handlers_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// however often and from wherever one edit is sent, it is saved once, and
// every sender sees the same result.
func TestA57OneEditIsSavedOnce(t *testing.T) { everywhere(t, testA57OneEditIsSavedOnce) }

func testA57OneEditIsSavedOnce(t *testing.T) {
	start := func(t *testing.T) (*testSite, pcclient.TenantID, *page) {
		site := newSite(t)
		id := site.customer(harbourline)
		return site, id, site.signIn("Ada Admin").toReview(id, "email", "once@harbourline.example")
	}
	t.Run("V2.3.4 A-57 double click", func(t *testing.T) {
		site, id, review := start(t)
		site.sim.AddFaults(onPut(pcsim.Fault{DelayBeforeMs: 100}))
		var group sync.WaitGroup
		results := make([]*page, 50)
		for i := range results {
			group.Go(func() { results[i] = review.save() })
		}
		group.Wait()
		for _, p := range results {
			p.want(http.StatusOK, "Billing profile saved.")
			if p.url.Path != results[0].url.Path {
				t.Errorf("one click led to %s, another to %s", p.url.Path, results[0].url.Path)
			}
		}
		site.wantPuts(1, 1)
		if entries, _ := site.trail.Applied(t.Context(), id, 10); len(entries) != 1 {
			t.Errorf("the trail has %d entries", len(entries))
		}
	})
	t.Run("A-57 Back and send", func(t *testing.T) {
		site, _, review := start(t)
		first := review.save().want(http.StatusOK, "Billing profile saved.")
		again := review.save().want(http.StatusOK, "Billing profile saved.")
		if first.url.Path != again.url.Path {
			t.Errorf("sent again it led to %s, not %s", again.url.Path, first.url.Path)
		}
		site.wantPuts(1, 1)
	})
	t.Run("A-57 Back and reload", func(t *testing.T) {
		site, _, review := start(t)
		first := review.save().want(http.StatusOK, "Billing profile saved.")
		again := review.b.get(review.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
		if first.url.Path != again.url.Path {
			t.Errorf("reloading the review led to %s, not %s", again.url.Path, first.url.Path)
		}
		review.b.get(first.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("A-57 Back to the form, which opens afresh", func(t *testing.T) {
		site, id, review := start(t)
		review.save().want(http.StatusOK, "Billing profile saved.")
		draft := review.url.Query().Get("draft")
		review.b.get(billing(id)+"?draft="+draft).want(http.StatusOK, "Nothing yet").form("email").wants("email", "once@harbourline.example")
		site.wantPuts(1, 1)
	})
	t.Run("A-57 two tabs with one draft: the older review leads to the newer", func(t *testing.T) {
		site, id, review := start(t)
		tab := review.b.get(billing(id)+"?draft="+review.url.Query().Get("draft")).form("email").wants("email", "once@harbourline.example")
		tab.fill("email", "newer@harbourline.example").press().want(http.StatusOK, "Review 1 change")
		again := review.save().want(http.StatusOK, "This draft was changed after that page was opened. Nothing has been saved.", "Review 1 change", "newer@harbourline.example")
		site.wantPuts(0, 0)
		again.save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("A-57 two tabs with one draft: the older review after the newer was saved", func(t *testing.T) {
		site, id, review := start(t)
		tab := review.b.get(billing(id)+"?draft="+review.url.Query().Get("draft")).form("email").fill("email", "newer@harbourline.example").press()
		tab.save().want(http.StatusOK, "Billing profile saved.")
		review.save().want(http.StatusConflict, "You saved this profile in another window while you were editing here", "newer@harbourline.example", "once@harbourline.example")
		site.wantPuts(1, 1)
	})
	t.Run("A-57 two tabs with one draft: the review while the form is typed in", func(t *testing.T) {
		site, id, review := start(t)
		draft := review.url.Query().Get("draft")
		tab := review.b.get(billing(id)+"?draft="+draft).form("email").fill("email", "typing@harbourline.example")
		tab.action.Path = overview(id) + "/draft"
		tab.press().want(http.StatusNoContent)
		review.save().want(http.StatusOK, "This draft was changed after that page was opened. Nothing has been saved.", "This form holds what was typed last").
			form("email").wants("email", "typing@harbourline.example")
		site.wantPuts(0, 0)
	})
	t.Run("A-57 two tabs with one draft: the review after the draft was discarded", func(t *testing.T) {
		site, id, review := start(t)
		draft := review.url.Query().Get("draft")
		review.b.get(overview(id)+"/draft/discard?draft="+draft).formAt(draft).press().want(http.StatusOK, "The draft is discarded.")
		review.save().want(http.StatusNotFound, "There is no such draft any more. Nothing has been saved.")
		site.wantPuts(0, 0)
	})
	t.Run("A-57 two tabs with one draft: the review after the form was put back", func(t *testing.T) {
		site, id, review := start(t)
		tab := review.b.get(billing(id) + "?draft=" + review.url.Query().Get("draft")).form("email")
		tab.fill("email", site.stored(id)["email"]).press().want(http.StatusUnprocessableEntity, "Nothing is changed yet.")
		review.save().want(http.StatusOK, "This draft came to its end in another window. Nothing has been saved now.")
		site.wantPuts(0, 0)
	})
	t.Run("A-57 two tabs with a draft each", func(t *testing.T) {
		site, id, review := start(t)
		tab := review.b.toReview(id, "email", "tab@harbourline.example")
		review.save().want(http.StatusOK, "Billing profile saved.")
		tab.save().want(http.StatusConflict, "You saved this profile in another window while you were editing here", "Needs your choice")
		site.wantPuts(1, 1)
		site.storedHas(id, "email", "once@harbourline.example")
	})
}

// a key stands for the values it was made with, whatever is posted beside it.
func TestA58AKeyCannotBeBent(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	review := site.signIn("Ada Admin").toReview(id, "email", "once@harbourline.example")
	f := review.form("key")
	f.fill("email", "bent@harbourline.example").press().want(http.StatusUnprocessableEntity, "Nothing has been saved yet", "once@harbourline.example")
	site.wantPuts(0, 0)
	f.values.Del("email")
	f.press().want(http.StatusOK, "Billing profile saved.")
	f.fill("companyName", "Bent").press().want(http.StatusUnprocessableEntity)
	site.wantPuts(1, 1)
	site.storedHas(id, "email", "once@harbourline.example", "companyName", "Harbourline Ceramics")
}

// A form that is not the review page's own saves nothing, and leads back to the
// changes as they stand.
func TestTheReviewTakesItsOwnFormOnly(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	review := site.signIn("Ada Admin").toReview(id, "email", "once@harbourline.example")
	for _, c := range []struct {
		name   string
		bend   func(url.Values)
		status int
	}{
		{"another button", func(f url.Values) { f.Set("do", "country") }, http.StatusBadRequest},
		{"text that is not UTF-8", func(f url.Values) { f.Set("do", "\xff") }, http.StatusBadRequest},
		{"an input twice", func(f url.Values) { f["do"] = []string{"save", "save"} }, http.StatusBadRequest},
		{"a key that names nothing", func(f url.Values) { f.Set("key", "x") }, http.StatusNotFound},
		{"no key", func(f url.Values) { f.Del("key") }, http.StatusNotFound},
	} {
		f := review.form("key")
		c.bend(f.values)
		p := f.press()
		p.want(c.status, "Nothing has been saved yet", "once@harbourline.example").form("key").press("do", "edit").want(http.StatusOK).
			form("email").wants("email", "once@harbourline.example")
		site.wantPuts(0, 0)
	}
	review.save().want(http.StatusOK, "Billing profile saved.")
}

// keys, drafts and results are their owner's; to everybody else they do not
// exist.
func TestA53SomebodyElsesWorkIsNotFound(t *testing.T) {
	site := newSite(t)
	id, other := site.customer(harbourline), site.customer(vilaNova)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	review := ada.toReview(id, "email", "secret@harbourline.example")
	key, draft := review.form("key").values.Get("key"), review.url.Query().Get("draft")
	mine := sam.toReview(id, "firstName", "Sam").form("key").values

	sam.get(billing(id) + "/review?draft=" + draft).hides("secret@harbourline.example")
	sam.get(billing(id)+"?draft="+draft).want(http.StatusOK).form("email").wants("email", site.stored(id)["email"])
	form := url.Values{"key": {key}, "csrf": {mine.Get("csrf")}, "etag": {mine.Get("etag")}}
	sam.post(billing(id)+"/review?draft="+draft, form).want(http.StatusNotFound).hides("secret@harbourline.example")
	sam.post(billing(id)+"/merge?draft="+draft, form).want(http.StatusNotFound).hides("secret@harbourline.example")
	sam.get(overview(id) + "/saves/" + key).want(http.StatusNotFound)
	site.wantPuts(0, 0)

	result := review.save().want(http.StatusOK, "Billing profile saved.").url.Path
	sam.get(result).want(http.StatusNotFound).hides("secret@harbourline.example")
	ada.get(overview(other) + "/saves/" + key).want(http.StatusNotFound)
	for _, bad := range []string{"x", pcclient.NewGUID(), key + "0", "%00", "..%2f"} {
		ada.get(overview(id) + "/saves/" + bad).want(http.StatusNotFound)
	}
}

// What was refused, or not sent, can be saved once more: as another submission with
// a key of its own, without typing anything again.
func TestSavingAgainIsAnotherSubmission(t *testing.T) {
	everywhere(t, testSavingAgainIsAnotherSubmission)
}

func testSavingAgainIsAnotherSubmission(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	site.sim.AddFaults(onPut(pcsim.Fault{Status: 429, RetryAfter: "20", Times: 2}))
	review := site.signIn("Ada Admin").toReview(id, "email", "patient@harbourline.example")
	first := review.save().want(http.StatusTooManyRequests, "patient@harbourline.example")
	site.sim.ClearFaults()
	again := first.follow("Save again").want(http.StatusOK, "Review 1 change", "patient@harbourline.example")
	reloaded := again.b.get(again.url.RequestURI()).want(http.StatusOK)
	if a, b := again.form("key").values.Get("key"), reloaded.form("key").values.Get("key"); a != b || a == review.form("key").values.Get("key") {
		t.Errorf("keys: first %s, then %s, reloaded %s", review.form("key").values.Get("key"), a, b)
	}
	again.save().want(http.StatusOK, "Billing profile saved.")
	again.b.get(first.url.RequestURI()).want(http.StatusTooManyRequests)
	site.storedHas(id, "email", "patient@harbourline.example")
}
