package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
)

// ask is what the script of an open form asks now and then.
func (f *form) ask() *page {
	f.page.b.t.Helper()
	b := f.page.b
	r := b.request(http.MethodGet, f.action.RequestURI(), nil)
	r.Header.Set("X-Fragment", "presence")
	r.Header.Set("X-Base", f.values.Get("base"))
	r.Header.Set("X-Known", f.known())
	return b.do(r)
}

// known is the save that the form's page told of; what was answered since is read
// from page.
func (f *form) known() string {
	if news := f.page.byID("news"); news != nil {
		return attr(news, "data-save")
	}
	return ""
}

// heard is the form after its script took the answer in.
func (f *form) heard(answer *page) *form {
	heard := *f
	heard.page = answer
	return &heard
}

func TestWhoElseIsEditing(t *testing.T) {
	site := newSite(t)
	id, other := site.customer(harbourline), site.customer(nordlicht)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")

	first := ada.edit(id)
	first.page.hides("editing too")
	first.ask().want(http.StatusOK).hides("editing")
	second := sam.edit(id)
	second.page.shows("Ada Admin is editing too", "Opened "+site.clock.now().UTC().Format("15:04"), "Nothing you type is lost")
	first.ask().want(http.StatusOK, "Sam Sales is editing too")

	t.Run("one's own second tab is nobody else", func(t *testing.T) {
		ada.edit(id).page.shows("Sam Sales is editing too").hides("Ada Admin is", "are editing")
		second.ask().shows("Ada Admin is editing too").hides("and")
	})
	t.Run("A-53 another customer's form is another matter", func(t *testing.T) {
		sam.edit(other).page.hides("editing too")
		ada.get(overview(other)).want(http.StatusOK, "Sam Sales is editing").hides("Ada Admin is")
	})
	t.Run("two others, then three, are named or counted", func(t *testing.T) {
		hana := site.signIn("Hana Helpdesk").edit(id)
		hana.page.shows("are editing too").hides("Hana Helpdesk is", "Opened "+site.clock.now().UTC().Format("15:04")+".")
		if text := first.ask().text(); !strings.Contains(text, "Hana Helpdesk and Sam Sales are editing too") {
			t.Errorf("Ada hears %q", text)
		}
	})
	t.Run("overview, list and home say so to everybody else", func(t *testing.T) {
		ada.get(overview(id)).want(http.StatusOK, "Hana Helpdesk and Sam Sales are editing")
		viewer := site.viewer()
		viewer.get(overview(id)).want(http.StatusOK, "Ada Admin", "are editing")
		viewer.get("/").want(http.StatusOK, "are editing")
		list := viewer.get("/customers?q=harbourline").want(http.StatusOK, "are editing")
		if n := strings.Count(list.text(), "editing"); n != 1 {
			t.Errorf("%d of the rows say so", n)
		}
	})
	t.Run("who reviews or merges is still at it", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
		stays := func(p *page) {
			t.Helper()
			r := ada.request(http.MethodGet, attr(p.byID("form"), "data-here"), nil)
			r.Header.Set("X-Fragment", "presence")
			site.clock.advance(50 * time.Second)
			ada.do(r).want(http.StatusOK)
			site.clock.advance(50 * time.Second)
			sam.get(overview(id)).want(http.StatusOK, "Ada Admin is editing")
			site.clock.advance(2 * time.Minute)
			sam.get(overview(id)).want(http.StatusOK).hides("is editing")
		}
		review := ada.toReview(id, "email", "mine@harbourline.example")
		stays(review)
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		stays(review.save().want(http.StatusConflict, "Needs your choice"))
	})
	t.Run("every redraw says so", func(t *testing.T) {
		second.fill("email", "wrong").press("do", "review").want(http.StatusUnprocessableEntity, "are editing too", "Ada Admin")
		second.press("do", "country").want(http.StatusOK, "are editing too")
		second.fill("email", "sam@harbourline.example").press("do", "review").want(http.StatusOK, "Review 1 change")
		first.ask().shows("Sam Sales")
	})
	t.Run("whoever only looks is not listed", func(t *testing.T) {
		site.clock.advance(2 * time.Minute)
		site.viewer().get(overview(id)).want(http.StatusOK)
		ada.edit(id).page.hides("editing too")
	})
}

func TestPresenceEndsAMinuteAfterTheLastAsking(t *testing.T) {
	everywhere(t, testPresenceEndsAMinuteAfterTheLastAsking)
}

func testPresenceEndsAMinuteAfterTheLastAsking(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales").edit(id)
	for range 4 {
		ada.get(overview(id)).want(http.StatusOK, "Sam Sales is editing")
		site.clock.advance(30 * time.Second)
		sam.ask().want(http.StatusOK)
	}
	site.clock.advance(59 * time.Second)
	ada.get(overview(id)).want(http.StatusOK, "Sam Sales is editing")
	site.clock.advance(time.Second)
	ada.get(overview(id)).want(http.StatusOK).hides("editing")
}

func TestWhoIsDoneIsNotThereAnyMore(t *testing.T) { everywhere(t, testWhoIsDoneIsNotThereAnyMore) }

func testWhoIsDoneIsNotThereAnyMore(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	ada, sam := site.signIn("Ada Admin"), site.signIn("Sam Sales")
	t.Run("after a save", func(t *testing.T) {
		review := sam.toReview(id, "email", "sam@harbourline.example")
		ada.get(overview(id)).want(http.StatusOK, "Sam Sales is editing")
		review.save().want(http.StatusOK, "Billing profile saved.")
		ada.get(overview(id)).want(http.StatusOK).hides("is editing")
	})
	t.Run("after a draft is discarded", func(t *testing.T) {
		f := sam.edit(id).fill("email", "again@harbourline.example")
		kept := f.press("do", "country").want(http.StatusOK)
		ada.get(overview(id)).want(http.StatusOK, "Sam Sales is editing")
		kept.follow("Discard draft").choose("Discard").want(http.StatusOK)
		ada.get(overview(id)).want(http.StatusOK).hides("is editing")
	})
}

// A form that asks by itself is not a person who is there.
func TestAskingIsNoActivity(t *testing.T) { t.Run("V7.3.1", testAskingIsNoActivity) }

func testAskingIsNoActivity(t *testing.T) {
	site := newSite(t)
	f := site.signIn("Ada Admin").edit(site.customer(harbourline))
	for range 4 {
		site.clock.advance(7 * time.Minute)
		answer := f.ask().want(http.StatusOK)
		if answer.header.Get("Vary") != "X-Fragment" || answer.header.Get("Cache-Control") != "no-store" {
			t.Errorf("Vary %q, Cache-Control %q", answer.header.Get("Vary"), answer.header.Get("Cache-Control"))
		}
	}
	site.clock.advance(3 * time.Minute)
	over := f.ask().want(http.StatusUnauthorized)
	if over.url.Host != "portal.example" {
		t.Errorf("a script was sent to %s", over.url)
	}
}

func TestWhoMayAsk(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	f := site.signIn("Ada Admin").edit(id)
	asking := func(b *browser, path, base string) *page {
		r := b.request(http.MethodGet, path, nil)
		r.Header.Set("X-Fragment", "presence")
		r.Header.Set("X-Base", base)
		return b.do(r)
	}
	own, base := f.action.RequestURI(), f.values.Get("base")
	asking(f.page.b, own, base).want(http.StatusOK)
	asking(site.viewer(), own, base).want(http.StatusForbidden)
	asking(site.anybody(), own, base).want(http.StatusUnauthorized)
	site.signIn("Sam Sales").get(overview(id)).want(http.StatusOK, "Ada Admin is editing").hides("are editing")

	t.Run("A-53 with somebody else's form", func(t *testing.T) {
		asking(site.signIn("Sam Sales"), own, base).want(http.StatusForbidden)
		f.ask().hides("Sam Sales")
	})
	for name, bad := range map[string]string{"none": "", "bent": base[:len(base)-2] + "AA", "no base at all": "x"} {
		t.Run("a base that is "+name, func(t *testing.T) { asking(f.page.b, own, bad).want(http.StatusBadRequest) })
	}
	t.Run("another customer's base", func(t *testing.T) {
		asking(f.page.b, billing(site.customer(nordlicht))+"?"+f.action.RawQuery, base).want(http.StatusBadRequest)
	})
	t.Run("no draft", func(t *testing.T) { asking(f.page.b, billing(id)+"?draft=1", base).want(http.StatusNotFound) })
}

// What somebody else saved is told once, by name and time, with a way to merge it.
func TestNewsOfASave(t *testing.T) { everywhere(t, testNewsOfASave) }

func testNewsOfASave(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	f := site.signIn("Ada Admin").edit(id)
	f.ask().want(http.StatusOK).hides("saved")

	site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "defaultAddress.phoneNumber", "2065550199", "lastName", "Ames")
	at := site.clock.now().UTC().Format("15:04")
	news := f.ask().want(http.StatusOK, "Ines Duarte saved 3 changes at "+at+".", "Nothing of yours is lost.", "Merge now", "Keep editing")

	t.Run("the same save is told once", func(t *testing.T) {
		before := len(site.sim.Journal().Requests)
		f.heard(news).ask().want(http.StatusOK).hides("saved", "Merge now")
		if calls := site.sim.Journal().Requests[before:]; len(calls) != 1 || calls[0].Method != http.MethodGet {
			t.Errorf("asking again made %d calls; want the one that reads", len(calls))
		}
	})
	t.Run("another save is told again", func(t *testing.T) {
		site.elsewhere(id, "Rui Melo", "companyName", "Harbourline Tiles")
		f.heard(news).ask().want(http.StatusOK, "Rui Melo saved 4 changes at ")
	})
	t.Run("values put back are no news", func(t *testing.T) {
		was := f.values
		site.elsewhere(id, "Rui Melo", "companyName", was.Get("companyName"), "email", was.Get("email"), "lastName", was.Get("lastName"))
		site.elsewhere(id, "Rui Melo", "defaultAddress.phoneNumber", was.Get("defaultAddress.phoneNumber"))
		answer := f.heard(news).ask().want(http.StatusOK).hides("saved")
		if save := attr(answer.byID("news"), "data-save"); save != "" {
			t.Errorf("the form still hears of save %q", save)
		}
	})
}

func TestAnETagThatMovedAloneIsNoNews(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	f := site.signIn("Ada Admin").edit(id)
	site.elsewhere(id, "Ines Duarte", "email", f.values.Get("email"))
	if now := site.signIn("Sam Sales").edit(id).values.Get("etag"); now == f.values.Get("etag") {
		t.Fatal("the ETag did not move, so this proves nothing")
	}
	f.ask().want(http.StatusOK).hides("saved")
}

func TestNewsNamesWhoeverIsKnown(t *testing.T) {
	t.Run("a save through this portal", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Hana Helpdesk").edit(id)
		site.signIn("Sam Sales").toReview(id, "email", "sam@harbourline.example").save().want(http.StatusOK, "saved")
		f.ask().want(http.StatusOK, "Sam Sales saved 1 change at ")
	})
	t.Run("one's own, in another window", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		sam := site.signIn("Sam Sales")
		f := sam.edit(id)
		sam.toReview(id, "email", "sam@harbourline.example").save().want(http.StatusOK, "saved")
		f.ask().want(http.StatusOK, "You saved 1 change at ", " in another window.")
	})
	t.Run("past this portal, for somebody who reads no audit records", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Sam Sales").edit(id)
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		f.ask().want(http.StatusOK, "1 change was saved outside this portal, noticed at ")
	})
}

// Without a script the same is told whenever the form is drawn again.
func TestNewsWithoutAScript(t *testing.T) {
	start := func(t *testing.T) (*testSite, pcclient.TenantID, *form) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Ada Admin").edit(id).fill("email", "mine@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example", "defaultAddress.phoneNumber", "2065550199")
		return site, id, f
	}
	const told = "Ines Duarte saved 2 changes at "
	t.Run("with the next redraw, whichever it is", func(t *testing.T) {
		_, _, f := start(t)
		f.press("do", "country").want(http.StatusOK, told)
		f.press("do", "undo:email").want(http.StatusOK, told).form("email").wants("email", f.page.form("email").values.Get("email"))
		f.fill("email", "wrong").press("do", "review").want(http.StatusUnprocessableEntity, told, "Enter an email address").form("email").wants("email", "wrong")
	})
	t.Run("Enter still reviews", func(t *testing.T) {
		_, _, f := start(t)
		page := f.press("do", "country").want(http.StatusOK, told)
		for _, n := range page.controls(page.byID("form")) {
			if n.Data == "button" {
				if attr(n, "value") != "review" {
					t.Errorf("Enter presses %s", attr(n, "value"))
				}
				break
			}
		}
	})
	t.Run("put aside, it stays aside until the next save", func(t *testing.T) {
		site, id, f := start(t)
		kept := f.press("do", "country").choose("Keep editing").want(http.StatusOK).hides(told)
		f = kept.form("email").wants("email", "mine@harbourline.example")
		f.ask().want(http.StatusOK).hides("saved")
		f.press("do", "country").want(http.StatusOK).hides(told)
		site.elsewhere(id, "Rui Melo", "firstName", "Rui")
		f.press("do", "country").want(http.StatusOK, "Rui Melo saved 3 changes")
	})
	t.Run("I-8 Merge now takes along what is typed, right or wrong", func(t *testing.T) {
		site, id, f := start(t)
		f.fill("email", "not an address").fill("firstName", "Mine")
		merge := f.press("do", "country").choose("Merge now").
			want(http.StatusOK, "Ines Duarte saved this profile while you were editing", "not an address", "theirs@harbourline.example", "Mine")
		merge.form("choice.email").fill("choice.email", "mine").press("do", "review").
			want(http.StatusUnprocessableEntity, "Enter an email address").
			form("choice.email").fill("choice.email", "other").fill("email", "both@harbourline.example").press("do", "review").
			want(http.StatusOK, "Review 2 changes").save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "both@harbourline.example", "firstName", "Mine", "defaultAddress.phoneNumber", "2065550199")
		site.wantPuts(1, 1)
	})
	t.Run("Merge now with nothing typed opens the form afresh", func(t *testing.T) {
		_, _, f := start(t)
		f.press("do", "country").want(http.StatusOK)
		f.page.b.get("/").want(http.StatusOK, "Your drafts")
		f.fill("email", f.page.form("email").values.Get("email"))
		fresh := f.press("do", "merge").want(http.StatusOK, "Edit billing profile").hides(told)
		fresh.form("email").wants("email", "theirs@harbourline.example")
		f.page.b.get("/").want(http.StatusOK).hides("Your drafts")
	})
	t.Run("Merge now when the values were put back", func(t *testing.T) {
		site, id, f := start(t)
		redrawn := f.press("do", "country").want(http.StatusOK, told)
		site.elsewhere(id, "Ines Duarte", "email", f.page.form("email").values.Get("email"), "defaultAddress.phoneNumber", f.page.form("email").values.Get("defaultAddress.phoneNumber"))
		redrawn.choose("Merge now").want(http.StatusOK, "There is nothing to merge any more").form("email").wants("email", "mine@harbourline.example")
	})
	t.Run("a draft that was come back to tells it in place of its greeting", func(t *testing.T) {
		site, id, f := start(t)
		f.press("do", "country").want(http.StatusOK)
		back := f.page.b.get(f.action.RequestURI()).want(http.StatusOK, "Ines Duarte saved this profile while you were editing")
		form := back.follow("Back to editing").want(http.StatusOK, told, "Merge now").hides("Your changes are back").form("email").wants("email", "mine@harbourline.example")
		site.elsewhere(id, "Ines Duarte", "email", f.page.form("email").values.Get("email"), "defaultAddress.phoneNumber", f.page.form("email").values.Get("defaultAddress.phoneNumber"))
		form.page.b.get(form.action.RequestURI()).want(http.StatusOK, "Your changes are back").hides("saved 2 changes")
	})
	t.Run("F-35 Merge now when nothing can be stored", func(t *testing.T) {
		site, _, f := start(t)
		redrawn := f.press("do", "country").want(http.StatusOK, told)
		mend := site.breakTable("drafts")
		redrawn.choose("Merge now").want(http.StatusServiceUnavailable, "could not be kept").form("email").wants("email", "mine@harbourline.example")
		mend()
		redrawn.choose("Merge now").want(http.StatusOK, "Ines Duarte saved this profile")
	})
}

// names are text, whoever made them up.
func TestA46HostileNamesOfOthers(t *testing.T) {
	const hostile = `<script>alert(1)</script>" onload="x`
	site := newSite(t)
	id := site.customer(harbourline)
	ada := site.signIn("Ada Admin")
	site.provider.SetHooks(demo.Hooks{IDToken: func(token *demo.Token) { token.Claims["name"] = hostile + "\u202e" }})
	site.signIn("Sam Sales").edit(id)
	site.provider.SetHooks(demo.Hooks{})

	f := ada.edit(id)
	site.elsewhere(id, hostile+"\u202e", "email", "theirs@harbourline.example")
	for name, p := range map[string]*page{
		"form": f.page, "fragment": f.ask(), "overview": ada.get(overview(id)), "list": ada.get("/customers?q=harbourline"), "home": ada.get("/"),
	} {
		p.shows(hostile + " is editing")
		if p.find(func(n *node) bool { return n.Data == "script" && attr(n, "src") == "" }) != nil || strings.Contains(p.body, "\u202e") {
			t.Errorf("A-46 on the %s the name is more than text", name)
		}
	}
	f.ask().shows(hostile + " saved 1 change at ")
}

// Trouble with presence, or with the upstream while a form asks, costs the page
// nothing else.
func TestPresenceDegrades(t *testing.T) {
	t.Run("F-35 it can be read and not be written", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		defer site.breakTable("presence")()
		f := site.signIn("Ada Admin").edit(id)
		f.page.hides("could not be read")
		f.ask().want(http.StatusOK)
		f.fill("email", "mine@harbourline.example").press("do", "review").want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("F-35 it cannot be read", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		site.exec(`ALTER TABLE presence RENAME TO away`)
		ada := site.signIn("Ada Admin")
		f := ada.edit(id)
		f.page.shows("Who else is editing could not be read just now.")
		f.ask().want(http.StatusOK, "could not be read just now")
		for _, path := range []string{overview(id), "/customers", "/"} {
			ada.get(path).want(http.StatusOK).hides("editing could not be read")
		}
		f.fill("email", "mine@harbourline.example").press("do", "review").want(http.StatusOK).save().want(http.StatusOK, "Billing profile saved.")
	})
	t.Run("F-09 the upstream is down while a form asks", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Ada Admin").edit(id)
		site.signIn("Sam Sales").edit(id)
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		news := f.ask().want(http.StatusOK, "Ines Duarte saved")
		must(t, site.sim.AddFaults(pcsim.Fault{Method: http.MethodGet, Path: "/v1/customers/*/profiles/billing", Times: -1, Status: http.StatusServiceUnavailable}))
		answer := f.heard(news).ask().want(http.StatusOK, "Sam Sales is editing too")
		if got, want := attr(answer.byID("news"), "data-save"), attr(news.byID("news"), "data-save"); got != want {
			t.Errorf("the form hears of save %q; that it cannot be told leaves it at %q", got, want)
		}
		f.page.form("email").ask().want(http.StatusOK).hides("saved")
	})
}
