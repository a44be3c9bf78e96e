package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/words"
)

// keep sends a form as the script does while somebody types.
func (f *form) keep() *page {
	f.page.b.t.Helper()
	id := strings.Split(f.action.Path, "/")[2]
	return f.page.b.post("/customers/"+id+"/draft?"+f.action.RawQuery, f.values)
}

// kept is keep, and wants the text to be kept.
func (f *form) kept() *form {
	f.page.b.t.Helper()
	if p := f.keep().want(http.StatusNoContent); p.header.Get("X-Draft-Kept") == "" || p.body != "" {
		f.page.b.t.Errorf("kept: header %q, body %q", p.header.Get("X-Draft-Kept"), p.body)
	}
	return f
}

// again is the address of the form of the same draft.
func (f *form) again() string { return f.action.RequestURI() }

// says wants an element outside the main part, by its id, to say this.
func (p *page) says(id, text string) *page {
	p.b.t.Helper()
	n := p.byID(id)
	if n == nil || !strings.Contains(strings.Join(strings.Fields(inner(n)), " "), text) {
		p.b.t.Fatalf("%s: #%s does not say %q", p.url, id, text)
	}
	return p
}

// adaKey is Ada Admin as the stores know her.
func adaKey() string {
	for _, p := range demo.People() {
		if p.Name == "Ada Admin" {
			return p.TenantID + "|" + p.ObjectID
		}
	}
	panic("no Ada")
}

func draftOf(p *page) string { return p.url.Query().Get("draft") }

func TestI8WhatIsTypedIsKept(t *testing.T) { everywhere(t, testI8WhatIsTypedIsKept) }

func testI8WhatIsTypedIsKept(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	b.get("/").want(http.StatusOK).hides("Your drafts")
	b.get(overview(id)).want(http.StatusOK).hides("unfinished draft")
	f := b.edit(id).fill("email", "half an addr").fill("defaultAddress.postalCode", "9").kept()
	f.fill("email", "half an address").kept()

	t.Run("I-8 the tab is closed: Home leads back", func(t *testing.T) {
		back := b.get("/").want(http.StatusOK, "Your drafts", "Harbourline Ceramics", "2 items changed, last saved today at").follow("Continue")
		back.want(http.StatusOK, "Your changes are back.", "They were kept today at", "Nothing has been saved to Partner Center yet.").says("draft", "Draft saved at")
		back.form("email").wants("email", "half an address").wants("defaultAddress.postalCode", "9")
		if draftOf(back) != f.action.Query().Get("draft") {
			t.Errorf("another draft: %s", back.url)
		}
	})
	t.Run("I-8 so does the customer's page", func(t *testing.T) {
		p := b.get(overview(id)).want(http.StatusOK, "You have an unfinished draft", "2 items changed, last saved today at").hides("has been changed")
		p.follow("Continue draft").form("email").wants("email", "half an address")
	})
	t.Run("a form that opens afresh tells of it", func(t *testing.T) {
		fresh := b.get(billing(id)).want(http.StatusOK, "You have an unfinished draft of this customer.", "Nothing yet").hides("Your changes are back")
		fresh.form("email").wants("email", site.stored(id)["email"])
		fresh.follow("Continue draft").want(http.StatusOK, "Your changes are back.").form("email").wants("email", "half an address")
	})
	t.Run("reload", func(t *testing.T) {
		b.get(f.again()).want(http.StatusOK, "Your changes are back.").form("email").wants("email", "half an address")
	})
	t.Run("when it was kept stays a time of day in every language", func(t *testing.T) {
		id := strings.Split(f.action.Path, "/")[2]
		r := b.request(http.MethodPost, "/customers/"+id+"/draft?"+f.action.RawQuery, f.values)
		r.Header.Set("Accept-Language", words.Mirrored)
		kept := b.do(r).want(http.StatusNoContent).header.Get("X-Draft-Kept")
		if _, err := time.Parse("15:04", kept); err != nil {
			t.Errorf("kept: %q", kept)
		}
	})
	t.Run("only checked values can be reviewed", func(t *testing.T) {
		for _, page := range []string{"/review", "/merge"} {
			p := b.get(billing(id)+page+"?draft="+f.action.Query().Get("draft")).want(http.StatusOK, "Your changes are back.")
			if p.url.Path != billing(id) {
				t.Errorf("%s led to %s", page, p.url)
			}
		}
	})
	t.Run("taken back, it is no draft", func(t *testing.T) {
		f.fill("email", site.stored(id)["email"]).fill("defaultAddress.postalCode", site.stored(id)["defaultAddress.postalCode"])
		if p := f.keep().want(http.StatusNoContent); p.header.Get("X-Draft-Kept") != "" {
			t.Errorf("kept: %s", p.header.Get("X-Draft-Kept"))
		}
		b.get("/").want(http.StatusOK).hides("Your drafts")
		b.get(f.again()).want(http.StatusOK, "Nothing yet").hides("Your changes are back")
	})
	site.wantPuts(0, 0)
}

func TestADraftEndsWithItsSave(t *testing.T) { everywhere(t, testADraftEndsWithItsSave) }

func testADraftEndsWithItsSave(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "typed@harbourline.example").kept()
	review := f.press().want(http.StatusOK, "Review 1 change")
	b.get("/").want(http.StatusOK, "Your drafts")
	saved := review.save().want(http.StatusOK, "Billing profile saved.")
	b.get("/").want(http.StatusOK).hides("Your drafts")
	b.get(overview(id)).want(http.StatusOK).hides("unfinished draft")

	// A late copy of what is saved, from a script that the form overtook, is no draft.
	f.keep().want(http.StatusNoContent)
	b.get("/").want(http.StatusOK).hides("Your drafts")

	// What is typed on top of it, in the page that Back shows, is.
	f.fill("lastName", "Whitfield-Ames").kept()
	b.get(f.again()).want(http.StatusOK, "Everything fits together").form("choice.contact").press("do", "review").
		want(http.StatusOK, "Review 1 change", "Whitfield-Ames").save().want(http.StatusOK, "Billing profile saved.")
	b.get(saved.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
	site.wantPuts(2, 2)
	site.storedHas(id, "email", "typed@harbourline.example", "lastName", "Whitfield-Ames")
	b.get("/").want(http.StatusOK).hides("Your drafts")
}

func TestASaveWithoutAnEndIsNoUnfinishedDraft(t *testing.T) {
	everywhere(t, testASaveWithoutAnEndIsNoUnfinishedDraft)
}

func testASaveWithoutAnEndIsNoUnfinishedDraft(t *testing.T) {
	site, id, review := resultSiteWith(t, "Ada Admin", settings{wait: shortWait})
	b := review.b
	site.sim.AddFaults(onPut(pcsim.Fault{Status: 500, Shape: pcsim.ShapeD}))
	p := b.after(review.save().url.RequestURI(), "We do not know yet")
	b.get("/").want(http.StatusOK, "Saves that are not settled").hides("Your drafts")
	b.get(overview(id)).want(http.StatusOK).hides("unfinished draft")
	site.clock.advance(settleWindow)
	b.after(p.url.RequestURI(), "It was not saved")
	b.get("/").want(http.StatusOK, "Your drafts", "3 items changed").follow("Continue").want(http.StatusOK).form("email").wants("email", "typed@harbourline.example")
}

// I-8: without scripts whatever is sent is kept, when it comes back for another reason
// than being doubtful.
func TestI8EveryFormThatComesBackIsKept(t *testing.T) {
	everywhere(t, testI8EveryFormThatComesBackIsKept)
}

func testI8EveryFormThatComesBackIsKept(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	back := func(f *form) *form {
		t.Helper()
		return b.get(f.again()).want(http.StatusOK, "Your changes are back.").form("email")
	}
	t.Run("with errors", func(t *testing.T) {
		f := b.edit(id).fill("email", "wrong").fill("companyName", "")
		f.press().want(http.StatusUnprocessableEntity, "Enter an email address").says("draft", "Draft saved at")
		back(f).wants("email", "wrong").wants("companyName", "")
	})
	t.Run("for another country", func(t *testing.T) {
		f := b.edit(id).fill("defaultAddress.country", "DE")
		f.press("do", "country").want(http.StatusOK, "set aside")
		again := back(f).wants("defaultAddress.country", "DE").wants("aside.state", "WA")
		again.fill("defaultAddress.country", "US").press("do", "country").want(http.StatusOK, "is back").form("email").wants("defaultAddress.state", "WA")
	})
	t.Run("undoing one of two", func(t *testing.T) {
		f := b.edit(id).fill("email", "typed@harbourline.example").fill("lastName", "Typed")
		f.press("do", "undo:lastName").want(http.StatusOK)
		back(f).wants("email", "typed@harbourline.example").wants("lastName", site.stored(id)["lastName"])
	})
	t.Run("nothing changed is nothing to keep", func(t *testing.T) {
		f := b.edit(id)
		f.press().want(http.StatusUnprocessableEntity, "Nothing is changed yet")
		b.get(f.again()).want(http.StatusOK, "Nothing yet").hides("Your changes are back")
	})
	t.Run("typed for a country whose fields were not drawn yet", func(t *testing.T) {
		f := b.edit(id).fill("defaultAddress.country", "DE").kept()
		b.get(f.again()).want(http.StatusOK, "Your changes are back.", "set aside").form("email").wants("aside.state", "WA")
	})
	t.Run("the database does not answer", func(t *testing.T) {
		f := b.edit(id).fill("email", "wrong")
		mend := site.breakTable("drafts")
		f.press().want(http.StatusUnprocessableEntity, "Enter an email address").form("email").wants("email", "wrong")
		f.keep().want(http.StatusServiceUnavailable)
		mend()
		f.kept()
	})
	t.Run("a draft that cannot be read costs nothing else", func(t *testing.T) {
		site.exec(`UPDATE drafts SET sealed = 'x'`)
		b.get("/").want(http.StatusOK, "Some drafts could not be read", "Recent customers")
		b.get(overview(id)).want(http.StatusOK, "Default address").hides("unfinished draft")
		b.edit(id)
	})
}

// What a script sends is held to the same rules as what a button does.
func TestADraftIsNotKeptFromADoubtfulForm(t *testing.T) {
	site := newSite(t)
	id, other := site.customer(harbourline), site.customer(vilaNova)
	b, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	f := b.edit(id).fill("email", "good@harbourline.example").kept()
	foreign := sam.edit(id)
	for name, c := range map[string]struct {
		bend   func(*form)
		status int
	}{
		"A-17 no token":                      {func(f *form) { f.values.Del("csrf") }, 403},
		"A-17 the token of another session":  {func(f *form) { f.fill("csrf", foreign.values.Get("csrf")) }, 403},
		"A-17 the token of another customer": {func(f *form) { f.fill("csrf", b.edit(other).values.Get("csrf")) }, 403},
		"A-17 the token in the address": {func(f *form) {
			f.action.RawQuery += "&csrf=" + url.QueryEscape(f.values.Get("csrf"))
			f.values.Del("csrf")
		}, 403},
		"A-54 another ETag":         {func(f *form) { f.fill("etag", "*") }, 400},
		"A-54 no base":              {func(f *form) { f.values.Del("base") }, 400},
		"somebody else's base":      {func(f *form) { f.fill("base", foreign.values.Get("base")).fill("etag", foreign.values.Get("etag")) }, 403},
		"an input that is not ours": {func(f *form) { f.fill("isAdmin", "1") }, 400},
		"an input twice":            {func(f *form) { f.values.Add("email", "twice") }, 400},
		"control characters":        {func(f *form) { f.fill("firstName", "a\x00b") }, 400},
		"no draft":                  {func(f *form) { f.action.RawQuery = "" }, 400},
		"a draft that is none":      {func(f *form) { f.action.RawQuery = "draft=../../x" }, 400},
		"no customer":               {func(f *form) { f.action.Path = "/customers/x/billing" }, 404},
	} {
		t.Run(name, func(t *testing.T) {
			bent := b.get(f.again()).want(http.StatusOK).form("email").fill("email", "bent@harbourline.example")
			c.bend(bent)
			bent.keep().want(c.status)
			b.get(f.again()).want(http.StatusOK).form("email").wants("email", "good@harbourline.example")
		})
	}
	t.Run("a person who may only look", func(t *testing.T) {
		viewer := site.viewer()
		viewer.post(overview(id)+"/draft?"+f.action.RawQuery, f.values).want(http.StatusForbidden)
		viewer.get("/").want(http.StatusOK).hides("Your drafts")
	})
	site.wantPuts(0, 0)
}

// a draft is its person's alone, on every page.
func TestA53SomebodyElsesDraftIsNotFound(t *testing.T) {
	site := newSite(t)
	id, other := site.customer(harbourline), site.customer(vilaNova)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	f := ada.edit(id).fill("email", "secret@harbourline.example").kept()
	query := "?" + f.action.RawQuery
	for _, path := range []string{"/", overview(id), billing(id), billing(id) + query, billing(id) + "/review" + query, billing(id) + "/merge" + query, billing(id) + query + "&keep=1"} {
		sam.get(path).want(http.StatusOK).hides("secret@harbourline.example", "unfinished draft", "Your drafts", "Your changes are back")
	}
	token := sam.edit(id).values.Get("csrf")
	sam.get(overview(id) + "/draft/discard" + query).want(http.StatusNotFound).hides("secret@harbourline.example")
	sam.post(overview(id)+"/draft/discard"+query, url.Values{"csrf": {token}}).want(http.StatusNotFound, "There is no such draft any more.")
	ada.get(overview(other) + "/draft/discard" + query).want(http.StatusNotFound)
	ada.get(f.again()).want(http.StatusOK, "Your changes are back.").form("email").wants("email", "secret@harbourline.example")
}

func TestDiscard(t *testing.T) { everywhere(t, testDiscard) }

func testDiscard(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	start := func() *form { return b.edit(id).fill("email", "gone@harbourline.example").kept() }
	f := start()
	ask := b.get(f.again()).follow("Discard draft").want(http.StatusOK, "Discard your draft of Harbourline Ceramics?", "1 change goes with it", "gone@harbourline.example", "cannot be brought back")
	t.Run("asking changes nothing", func(t *testing.T) {
		ask.follow("Keep the draft").want(http.StatusOK, "Your changes are back.").form("email").wants("email", "gone@harbourline.example")
	})
	t.Run("A-17 a token of another form", func(t *testing.T) {
		ask.read(ask.byID("ask")).fill("csrf", b.get("/").form("csrf").values.Get("csrf")).press().want(http.StatusForbidden)
		b.get(f.again()).want(http.StatusOK, "Your changes are back.")
	})
	t.Run("it is gone for good", func(t *testing.T) {
		ask.choose("Discard draft").want(http.StatusOK, "The draft is discarded.", "The billing profile is as it was.").hides("unfinished draft")
		b.get("/").want(http.StatusOK).hides("Your drafts")
		b.get(f.again()).want(http.StatusOK, "Nothing yet").form("email").wants("email", site.stored(id)["email"])
		b.get(ask.url.RequestURI()).want(http.StatusNotFound)
	})
	t.Run("pressed twice", func(t *testing.T) {
		ask.choose("Discard draft").want(http.StatusNotFound, "There is no such draft any more.")
	})
	t.Run("from Home and the customer's page", func(t *testing.T) {
		start()
		b.get("/").follow("Discard").want(http.StatusOK, "gone@harbourline.example").choose("Discard draft").want(http.StatusOK, "The draft is discarded.")
		start()
		b.get(overview(id)).follow("Discard").want(http.StatusOK, "gone@harbourline.example").choose("Discard draft").want(http.StatusOK, "The draft is discarded.")
	})
	t.Run("what was saved of it before keeps its result", func(t *testing.T) {
		f := b.edit(id).fill("email", "saved@harbourline.example")
		review := f.press().want(http.StatusOK, "Review 1 change")
		review.save().want(http.StatusOK, "Billing profile saved.")
		f.fill("email", "more@harbourline.example").kept()
		b.get("/").follow("Discard").choose("Discard draft").want(http.StatusOK, "The draft is discarded.")
		review.save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
}

// A draft that somebody else's save overtook opens where both versions stand.
func TestAStaleDraftOpensInTheMerge(t *testing.T) { everywhere(t, testAStaleDraftOpensInTheMerge) }

func testAStaleDraftOpensInTheMerge(t *testing.T) {
	start := func(t *testing.T, pairs ...string) (*testSite, pcclient.TenantID, *browser, *form) {
		site := newSite(t)
		id := site.customer(harbourline)
		b := site.signIn("Ada Admin")
		f := b.edit(id).fill("email", "mine@harbourline.example").kept()
		site.elsewhere(id, "Ines Duarte", pairs...)
		return site, id, b, f
	}
	t.Run("from the customer's page", func(t *testing.T) {
		site, id, b, f := start(t, "email", "theirs@harbourline.example")
		p := b.get(overview(id)).want(http.StatusOK, "The profile has been changed by someone else since then, so you will see both versions.").follow("Continue draft")
		p.want(http.StatusOK, "Needs your choice", "mine@harbourline.example", "theirs@harbourline.example")
		if p.url.Path != billing(id)+"/merge" {
			t.Errorf("it led to %s", p.url)
		}
		t.Run("and on to typing all the same", func(t *testing.T) {
			form := p.follow("Back to editing").want(http.StatusOK, "Ines Duarte saved 1 change at ", "Nothing of yours is lost.").form("email").wants("email", "mine@harbourline.example")
			form.fill("lastName", "Typed on").kept()
			b.get(f.again()).want(http.StatusOK, "Needs your choice", "Typed on")
		})
		b.get(f.again()).form("choice.email").fill("choice.email", "mine").press("do", "review").want(http.StatusOK, "Review 2 changes").save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "mine@harbourline.example", "lastName", "Typed on")
		b.get("/").want(http.StatusOK).hides("Your drafts")
	})
	t.Run("one's own save is not called somebody else's", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		b := site.signIn("Ada Admin")
		b.edit(id).fill("email", "mine@harbourline.example").kept()
		site.clock.advance(time.Second)
		b.toReview(id, "lastName", "Other tab").save().want(http.StatusOK, "Billing profile saved.")
		b.get(overview(id)).want(http.StatusOK, "The profile has been changed since then").hides("by someone else")
	})
	t.Run("nothing of mine is left", func(t *testing.T) {
		site, id, b, f := start(t, "email", "mine@harbourline.example")
		b.get(overview(id)).want(http.StatusOK, "The profile has these values by now.").hides("both versions")
		b.get(f.again()).want(http.StatusOK, "already saved the same values")
		b.get("/").want(http.StatusOK).hides("Your drafts")
		site.wantPuts(0, 0)
	})
	t.Run("a day later, which the page says", func(t *testing.T) {
		site, _, _, f := start(t, "email", "theirs@harbourline.example")
		site.clock.advance(24 * time.Hour)
		site.signIn("Ada Admin").get(f.again()).want(http.StatusOK, "You opened the profile yesterday at ", "Ines Duarte, yesterday at ", "You, yesterday at ")
	})
	t.Run("Partner Center does not answer", func(t *testing.T) {
		site, _, b, f := start(t, "email", "theirs@harbourline.example")
		site.sim.AddFaults(pcsim.Fault{Times: -1, Status: 500, Shape: pcsim.ShapeD})
		b.get(f.again()).want(http.StatusOK, "Your changes are back.").form("email").wants("email", "mine@harbourline.example")
	})
	t.Run("theirs in the end: there is no draft any more", func(t *testing.T) {
		_, _, b, f := start(t, "email", "theirs@harbourline.example")
		b.get(f.again()).form("choice.email").fill("choice.email", "theirs").press("do", "review").want(http.StatusOK, "There is nothing left to save.")
		b.get("/").want(http.StatusOK).hides("Your drafts")
	})
}

// I-8: choices, and what was typed for "Something else", are there after the tab was
// closed; what they were about must not have changed meanwhile.
func TestI8AMergeIsKept(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id).fill("email", "mine@harbourline.example").fill("companyName", "Mine Ltd").fill("defaultAddress.phoneNumber", "206 555 0111")
	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "companyName", "Theirs Ltd", "defaultAddress.phoneNumber", "206 555 0122")
	m := f.press().want(http.StatusConflict, "Needs your choice").form("choice.email")
	address := m.again()

	t.Run("sent with choices missing", func(t *testing.T) {
		m.fill("choice.email", "other").fill("email", "other@harbourline.example").fill("choice.companyName", "mine").press("do", "review").want(http.StatusUnprocessableEntity, "Choose which phone to save")
		b.get(address).want(http.StatusOK).says("progress", "2 of 3 choices made").form("choice.email").wants("choice.email", "other").wants("email", "other@harbourline.example").wants("choice.companyName", "mine")
	})
	t.Run("kept by the script", func(t *testing.T) {
		m.fill("email", "else@harbourline.example").kept()
		again := b.get(address).want(http.StatusOK).says("progress", "2 of 3 choices made").form("choice.email").wants("email", "else@harbourline.example")
		t.Run("and the page that was open goes on", func(t *testing.T) {
			m.fill("choice.phone", "theirs").fill("choice.email", "").press("do", "mine").want(http.StatusOK).says("progress", "3 of 3 choices made")
		})
		again.fill("choice.phone", "theirs").kept()
	})
	t.Run("Home tells of the draft, and leads to the merge", func(t *testing.T) {
		b.get("/").want(http.StatusOK, "3 items changed").follow("Continue").want(http.StatusOK).says("progress", "3 of 3 choices made")
	})
	t.Run("a value that changes once more is to be chosen again", func(t *testing.T) {
		site.elsewhere(id, "Ines Duarte", "email", "theirs again@harbourline.example")
		b.get(address).want(http.StatusOK, "theirs again@harbourline.example").says("progress", "2 of 3 choices made").form("choice.email").
			wants("choice.email", "").wants("email", "else@harbourline.example").wants("choice.phone", "theirs").wants("choice.companyName", "mine")
	})
	t.Run("what was typed on in the form takes its place", func(t *testing.T) {
		open := b.get(address).want(http.StatusOK).form("choice.email")
		b.get(billing(id)+"?"+f.action.RawQuery+"&keep=1").want(http.StatusOK).form("email").fill("email", "typed-on@harbourline.example").kept()
		open.fill("choice.email", "mine").press("do", "review").want(http.StatusConflict, "This draft was changed after that page was opened", "typed-on@harbourline.example").
			form("choice.email").wants("choice.email", "mine").press("do", "review").want(http.StatusOK, "typed-on@harbourline.example").
			save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "typed-on@harbourline.example", "companyName", "Mine Ltd", "defaultAddress.phoneNumber", "206 555 0122")
	})
}

// What was typed after a review sends the review back to the form; what was saved
// already keeps its result.
func TestTypedOnAfterAReview(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	review := b.toReview(id, "email", "reviewed@harbourline.example")
	f := review.choose("Back to editing").want(http.StatusOK).hides("Your changes are back").form("email").wants("email", "reviewed@harbourline.example")
	f.fill("email", "typed@harbourline.example").kept()
	review.save().want(http.StatusOK, "This draft was changed after that page was opened. Nothing has been saved.").form("email").wants("email", "typed@harbourline.example")
	site.wantPuts(0, 0)

	// A typed version has a key too, and cannot be saved by it.
	list, err := site.drafts.List(t.Context(), adaKey())
	if err != nil || len(list) != 1 || list[0].Stage != drafts.Typed {
		t.Fatalf("%+v, %v", list, err)
	}
	review.form("key").fill("key", list[0].Key).press("do", "save").want(http.StatusOK, "Your changes are back.")
	site.wantPuts(0, 0)

	taken := f.fill("email", site.stored(id)["email"])
	taken.keep().want(http.StatusNoContent)
	review.save().want(http.StatusOK, "Nothing yet").form("email").wants("email", site.stored(id)["email"])
	site.wantPuts(0, 0)
}

func TestADraftEndsAfterFourteenDays(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	f := site.signIn("Ada Admin").edit(id).fill("email", "old@harbourline.example").kept()
	site.clock.advance(drafts.Lifetime - time.Hour)
	b := site.signIn("Ada Admin")
	b.get("/").want(http.StatusOK, "Your drafts").follow("Continue").want(http.StatusOK, "Your changes are back.").says("draft", "Draft saved on").form("email").wants("email", "old@harbourline.example")
	site.clock.advance(2 * time.Hour)
	b = site.signIn("Ada Admin")
	b.get("/").want(http.StatusOK).hides("Your drafts")
	b.get(f.again()).want(http.StatusOK, "Nothing yet").form("email").wants("email", site.stored(id)["email"])
}

// Typing is activity; looking how long the session lasts is none.
func TestTypingKeepsTheSession(t *testing.T) { t.Run("V7.3.1 V7.3.2", testTypingKeepsTheSession) }

func testTypingKeepsTheSession(t *testing.T) {
	site := newSite(t)
	f := site.signIn("Ada Admin").edit(site.customer(harbourline))
	b := f.page.b
	left := func(p *page) string { return p.header.Get("X-Session-Left") }
	if got := f.page.byID("ending"); got == nil || attr(got, "data-left") != left(f.page) || left(f.page) != "1799" && left(f.page) != "1800" {
		t.Errorf("the form lasts %q, the header says %q", attr(got, "data-left"), left(f.page))
	}
	for i := range 3 {
		site.clock.advance(20 * time.Minute)
		f.fill("email", strings.Repeat("x", i+1)+"@harbourline.example").kept()
	}
	site.clock.advance(20 * time.Minute)
	look := b.request(http.MethodHead, "/", nil)
	look.Header.Set("X-Fragment", "result")
	if got := left(b.do(look).want(http.StatusOK)); got != "599" && got != "600" {
		t.Errorf("left after 20 minutes: %s", got)
	}
	if got := left(b.do(b.request(http.MethodHead, "/", nil)).want(http.StatusOK)); got != "1799" && got != "1800" {
		t.Errorf("left after staying: %s", got)
	}
	for range 19 {
		site.clock.advance(20 * time.Minute)
		f.kept()
	}
	if got := left(f.keep().want(http.StatusNoContent)); !strings.HasSuffix(got, "; fixed") {
		t.Errorf("near the eighth hour: %s", got)
	}
}
