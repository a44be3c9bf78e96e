package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// resultSite is a site with three items typed and ready to be saved.
func resultSite(t *testing.T, name string) (*testSite, pcclient.TenantID, *page) {
	t.Helper()
	return resultSiteWith(t, name, settings{})
}

func resultSiteWith(t *testing.T, name string, o settings) (*testSite, pcclient.TenantID, *page) {
	t.Helper()
	site := newSiteWith(t, o)
	id := site.customer(harbourline)
	return site, id, site.signIn(name).toReview(id, "email", "typed@harbourline.example", "firstName", "Typed", "defaultAddress.phoneNumber", "2065550188")
}

// allThere asserts that a result lists what was typed, and that Back to editing
// brings it back into the form.
func allThere(t *testing.T, p *page) *form {
	t.Helper()
	p.shows("What you typed", "typed@harbourline.example", "Typed", "2065550188")
	return p.follow("Back to editing").want(http.StatusOK).form("email").
		wants("email", "typed@harbourline.example").wants("firstName", "Typed").wants("defaultAddress.phoneNumber", "2065550188")
}

// settleWindow is more than the portal waits for a change to show.
const settleWindow = 100 * time.Second

// after opens a page until it shows the text, for as long as a doubt may last.
func (b *browser) after(path, text string) *page {
	b.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		p := b.get(path)
		if strings.Contains(p.text(), text) {
			return p
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s never shows %q:\n%s", path, text, p.text())
		}
	}
}

func TestWhatPartnerCenterRefused(t *testing.T) {
	t.Run("F-21 the role", func(t *testing.T) {
		for _, shape := range []string{"900150", "1002", "reason"} {
			site, id, review := resultSite(t, "Hana Helpdesk")
			site.switches(func(w *pcsim.Switches) { w.Role = shape })
			before := site.stored(id)
			p := review.save().want(http.StatusForbidden, "You cannot edit this customer", "Nothing was saved", "Marta Keller (team lead)")
			allThere(t, p)
			site.wantPuts(1, 0)
			site.storedHas(id, "email", before["email"])
		}
	})
	t.Run("F-08 too many calls", func(t *testing.T) {
		site, id, review := resultSite(t, "Ada Admin")
		site.sim.AddFaults(onPut(pcsim.Fault{Status: 429, RetryAfter: "30", Times: -1}))
		p := review.save().want(http.StatusTooManyRequests, "asks us to slow down", "30 seconds", "Nothing was saved")
		if p.header.Get("Retry-After") != "30" {
			t.Errorf("Retry-After is %q", p.header.Get("Retry-After"))
		}
		site.sim.ClearFaults()
		allThere(t, p).press().want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
		site.storedHas(id, "email", "typed@harbourline.example")
	})
	t.Run("F-22 the customer is gone", func(t *testing.T) {
		site, _, review := resultSite(t, "Ada Admin")
		site.sim.AddFaults(onPut(pcsim.Fault{Status: 404, Shape: pcsim.ShapeA}))
		p := review.save().want(http.StatusNotFound, "not in your partner account", "Nothing was saved")
		allThere(t, p)
	})
	t.Run("the values, and its words are shown as text", func(t *testing.T) {
		site, _, review := resultSite(t, "Ada Admin")
		site.sim.AddFaults(onPut(pcsim.Fault{Status: 400, Shape: pcsim.ShapeText}))
		p := review.save().want(http.StatusUnprocessableEntity, "did not accept this profile", "Nothing was saved")
		allThere(t, p)
		site.wantPuts(1, 0)
	})
	t.Run("a value that only Partner Center forbids", func(t *testing.T) {
		site := newSite(t)
		id := site.customer(harbourline)
		f := site.signIn("Ada Admin").edit(id).fill("email", "billing@"+pcsim.PartnerDomain).fill("firstName", "Typed")
		p := f.press().save().want(http.StatusUnprocessableEntity, "did not accept this profile", "billing@"+pcsim.PartnerDomain, "Typed")
		back := p.follow("Back to editing").want(http.StatusOK, "1 thing needs fixing", "Partner Center did not accept this email.")
		back.form("email").wants("email", "billing@"+pcsim.PartnerDomain).wants("firstName", "Typed")
	})
	t.Run("F-21 no second factor", func(t *testing.T) {
		for _, shape := range []string{"900421", "empty"} {
			site := newSite(t)
			site.switches(func(w *pcsim.Switches) { w.MFA = shape })
			site.signIn("Mika Nomfa").get(billing(site.customer(harbourline))).want(http.StatusForbidden, "second factor", "Marta Keller")
		}
	})
	t.Run("no relationship", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		for _, path := range []string{overview(pcsim.UnrelatedCustomer), billing(pcsim.UnrelatedCustomer)} {
			b.get(path).want(http.StatusNotFound, "not in your partner account")
		}
	})
}

// F-01, F-09: when Partner Center does not answer before anything was sent, that is
// said, and nothing typed is lost.
func TestPartnerCenterDown(t *testing.T) {
	down := pcsim.Fault{Path: "/v1/", Times: -1, Status: 503, Shape: pcsim.ShapeE}
	t.Run("while opening", func(t *testing.T) {
		site := newSite(t)
		b := site.signIn("Ada Admin")
		site.sim.AddFaults(down)
		for _, path := range []string{overview(site.customer(0)), billing(site.customer(0)), "/customers", "/customers?q=x"} {
			b.get(path).want(http.StatusServiceUnavailable, "Partner Center is not answering", "Try again")
		}
		b.get("/").want(http.StatusOK)
	})
	t.Run("F-01 while saving", func(t *testing.T) {
		site, _, review := resultSite(t, "Ada Admin")
		site.sim.AddFaults(down)
		p := review.b.after(review.save().url.RequestURI(), "is not answering")
		p.want(http.StatusServiceUnavailable, "Nothing was saved", "typed@harbourline.example")
		site.wantPuts(0, 0)
		site.sim.ClearFaults()
		p.follow("Save again").want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("I-8 while a changed form comes back", func(t *testing.T) {
		site := newSite(t)
		f := site.signIn("Ada Admin").edit(site.customer(harbourline)).fill("email", "typed@harbourline.example").fill("etag", "bent")
		site.sim.AddFaults(down)
		p := f.press().want(http.StatusServiceUnavailable, "Partner Center is not answering", "Everything you typed is kept in this page")
		site.sim.ClearFaults()
		p.form("email").wants("email", "typed@harbourline.example").press().want(http.StatusBadRequest).form("email").wants("email", "typed@harbourline.example")
	})
	t.Run("after the save", func(t *testing.T) {
		site, id, review := resultSite(t, "Ada Admin")
		result := review.save().want(http.StatusOK, "Billing profile saved.")
		site.sim.AddFaults(down)
		result.b.get(result.url.RequestURI()).want(http.StatusOK, "Billing profile saved.")
		site.sim.ClearFaults()
		site.storedHas(id, "email", "typed@harbourline.example")
	})
}

// F-10 to F-14: an answer that was lost, spoilt or untrue leaves a doubt, which is
// said as one and settled by reading, never by sending again.
func TestADoubtIsToldAndSettled(t *testing.T) { everywhere(t, testADoubtIsToldAndSettled) }

func testADoubtIsToldAndSettled(t *testing.T) {
	cut := func(n int) *int { return &n }
	start := func(t *testing.T) (*testSite, pcclient.TenantID, *page) {
		t.Helper()
		return resultSiteWith(t, "Ada Admin", settings{wait: shortWait})
	}
	for _, story := range []struct {
		name   string
		fault  pcsim.Fault
		in     bool // whether Partner Center carries it out
		doubts bool // whether the doubt is seen
	}{
		{"F-11 applied, answer lost", pcsim.Fault{CutAfterBytes: cut(0)}, true, false},
		{"F-14 applied, reset after one byte", pcsim.Fault{CutAfterBytes: cut(1)}, true, false},
		{"F-14 applied, reset after half of it", pcsim.Fault{CutAfterBytes: cut(400)}, true, false},
		{"F-06 applied, answer cut in half", pcsim.Fault{Shape: pcsim.ShapeTruncated}, true, false},
		{"F-06 applied, answer is no object", pcsim.Fault{Shape: pcsim.ShapeWrong}, true, false},
		{"F-10 applied, 503 all the same", pcsim.Fault{Status: 503, Shape: pcsim.ShapeE, Applied: true}, true, false},
		{"F-11 applied late", pcsim.Fault{Shape: pcsim.ShapeLate, DelayAfterMs: 350}, true, false},
		{"F-12 not applied, 500", pcsim.Fault{Status: 500, Shape: pcsim.ShapeD}, false, true},
		{"F-10 not applied, 503", pcsim.Fault{Status: 503, Shape: pcsim.ShapeE}, false, true},
		{"F-12 not applied, and 200 says it was", pcsim.Fault{Shape: pcsim.ShapeLie}, false, true},
	} {
		t.Run(story.name, func(t *testing.T) {
			site, id, review := start(t)
			site.sim.AddFaults(onPut(story.fault))
			key := review.form("key").values.Get("key")
			p := review.save().want(http.StatusOK)
			if story.doubts {
				p = p.b.after(p.url.RequestURI(), "We do not know yet whether this was saved").shows("Do not enter it again", "typed@harbourline.example").hides("Save again")
				p.b.get("/").want(http.StatusOK, "Harbourline Ceramics", "3 items")
				review.b.get(review.url.RequestURI()).shows("We do not know yet")
			}
			if story.in {
				review.b.after(p.url.RequestURI(), "Billing profile saved.")
				site.storedHas(id, "email", "typed@harbourline.example")
				site.wantPuts(1, 1)
				if got := site.kinds(key); got != "recorded sent in_doubt applied" {
					t.Errorf("the trail tells %q", got)
				}
				return
			}
			site.clock.advance(settleWindow)
			p = review.b.after(p.url.RequestURI(), "It was not saved").want(http.StatusOK)
			allThere(t, p)
			site.wantPuts(1, 0)
			if got := site.kinds(key); got != "recorded sent in_doubt not_applied" {
				t.Errorf("the trail tells %q", got)
			}
			p.follow("Save again").want(http.StatusOK, "Review 3 changes").save().want(http.StatusOK, "Billing profile saved.")
			site.wantPuts(2, 1)
		})
	}
	t.Run("reads that lag behind the write", func(t *testing.T) {
		site, _, review := start(t)
		site.switches(func(w *pcsim.Switches) { w.ReadLagSeconds = 20 })
		p := review.save().want(http.StatusOK)
		p.b.after(p.url.RequestURI(), "We do not know yet")
		site.clock.advance(30 * time.Second)
		review.b.after(p.url.RequestURI(), "Billing profile saved.")
		site.wantPuts(1, 1)
	})
	t.Run("superseded by somebody else", func(t *testing.T) {
		site, id, review := start(t)
		site.sim.AddFaults(onPut(pcsim.Fault{Status: 500, Shape: pcsim.ShapeD}))
		p := review.save().want(http.StatusOK)
		p.b.after(p.url.RequestURI(), "We do not know yet")
		site.elsewhere(id, "Ines Duarte", "email", "theirs@harbourline.example")
		site.clock.advance(settleWindow)
		p = review.b.after(p.url.RequestURI(), "at the same time").want(http.StatusOK, "Ines Duarte saved this profile at the same time")
		allThere(t, p)
	})
}

// F-17: without an ETag there is no safe save, so there is no form.
func TestF17WithoutAnETagTheProfileIsReadOnly(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	site.sim.AddFaults(pcsim.Fault{Path: "/v1/customers/" + string(id), Times: -1, Shape: pcsim.ShapeNoETag})
	p := b.get(billing(id)).want(http.StatusOK, "cannot be edited at the moment", "without an ETag", "Harbourline Ceramics")
	if p.find(func(n *node) bool { return n.Data == "input" && attr(n, "name") == "email" }) != nil {
		t.Error("there is a form")
	}
	if p.find(func(n *node) bool { return n.Data == "a" && strings.Contains(inner(n), "Edit billing profile") }) != nil {
		t.Error("the page offers to edit")
	}
}

func TestWithoutCountryRulesTheFormWorks(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	site.sim.AddFaults(pcsim.Fault{Path: "/v1/countryvalidationrules", Times: -1, Status: 500, Shape: pcsim.ShapeD})
	b := site.signIn("Ada Admin")
	f := b.get(billing(id)).want(http.StatusOK, "rules for this country could not be read").form("email")
	f.fill("email", "ruleless@harbourline.example").press().want(http.StatusOK, "Review 1 change").save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "email", "ruleless@harbourline.example")
}

// Codes that explain a refusal better than its status: the page tells the cause, the
// state of the work and the next step, whether the save or the first look met it.
func TestRefusalsAreExplainedByTheirCode(t *testing.T) {
	for _, c := range []struct {
		status, code int
		title, next  string
	}{
		{http.StatusForbidden, 900309, "A sign-in policy of your organisation stopped this", "Microsoft Entra"},
		{http.StatusForbidden, 900416, "This customer’s account is locked", "open a support request"},
		{http.StatusForbidden, 800073, "This customer’s account is under review", "Save again when the review is over"},
		{http.StatusUnauthorized, 900420, "Partner Desk signed in to the wrong service", "Tell the people who run Partner Desk"},
		{http.StatusBadRequest, 600049, "This customer needs a registration number", "account page in Partner Center"},
	} {
		t.Run(c.title, func(t *testing.T) {
			site, id, review := resultSite(t, "Ada Admin")
			site.sim.AddFaults(onPut(pcsim.Fault{Status: c.status, Code: c.code, Times: -1}))
			p := review.save()
			p.shows(c.title, "Nothing was saved", "Everything you typed is kept", c.next)
			site.sim.ClearFaults()
			allThere(t, p)
			site.wantPuts(len(site.puts()), 0)

			site.sim.AddFaults(pcsim.Fault{Method: http.MethodGet, Path: "/v1/customers/*/profiles/billing", Status: c.status, Code: c.code, Times: -1})
			p.b.get("/customers/"+string(id)+"/billing").shows(c.title, "Nothing was being saved", c.next)
		})
	}
	t.Run("600051 at the field", func(t *testing.T) {
		site, _, review := resultSite(t, "Ada Admin")
		site.sim.AddFaults(onPut(pcsim.Fault{Status: http.StatusBadRequest, Code: 600051}))
		review.save().want(http.StatusUnprocessableEntity, "did not accept this profile").
			follow("Back to editing").shows("Enter a phone number. Partner Center asks for one in")
	})
}
