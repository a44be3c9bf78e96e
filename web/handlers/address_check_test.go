package handlers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/forms"
)

// The address that Partner Center's documentation checks, and what makes it wrong there.
var microsoft = []string{"defaultAddress.addressLine1", "1 Microsoft Way", "defaultAddress.addressLine2", "", "defaultAddress.city", "Redmond", "defaultAddress.postalCode", "98052"}

const choose = "Choose which address should be saved"

// types puts pairs of name and text into the form.
func (f *form) types(pairs ...string) *form {
	for i := 0; i < len(pairs); i += 2 {
		f.fill(pairs[i], pairs[i+1])
	}
	return f
}

// atMicrosoft is the form of a customer who moved to 1 Microsoft Way, but for the pairs.
func atMicrosoft(b *browser, id pcclient.TenantID, pairs ...string) *form {
	b.t.Helper()
	return b.edit(id).types(microsoft...).types(pairs...)
}

// checks is how often Partner Center was asked about an address.
func (s *testSite) checks() (n int) {
	for _, r := range s.sim.Journal().Requests {
		if r.Path == addressCheck {
			n++
		}
	}
	return n
}

func (s *testSite) wantChecks(n int) {
	s.t.Helper()
	if got := s.checks(); got != n {
		s.t.Fatalf("Partner Center was asked about an address %d times, want %d", got, n)
	}
}

// radios are the addresses that the page offers, by the value of their radio, and the one
// that is ticked.
func (p *page) radios() (offered map[string]string, ticked string) {
	offered = map[string]string{}
	for n := range p.root.Descendants() {
		if n.Data != "input" || attr(n, "name") != "choice.address" {
			continue
		}
		if offered[attr(n, "value")] = strings.Join(strings.Fields(inner(n.Parent)), " "); has(n, "checked") {
			ticked = attr(n, "value")
		}
	}
	return offered, ticked
}

// answering lets the address check answer with a body of the test's making: what the
// simulator is too well-behaved for.
func (s *testSite) answering(body any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	must(s.t, err)
	s.hosts["partnercenter.example"] = saying{s.hosts["partnercenter.example"], text}
}

type saying struct {
	http.RoundTripper
	text []byte
}

func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err == nil && r.URL.Path == addressCheck {
		_ = answer.Body.Close()
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(s.text)), int64(len(s.text))
		answer.Header.Del("Content-Length")
	}
	return answer, err
}

// Each status leads where ux.md says, by its documented example.
func TestTheAddressCheckAsks(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []string
		asks  []string // texts of the question; nil: none is asked
		offer string   // in the first suggestion; "" without suggestions
		kept  string   // the warning on review when the typed address is kept; "" for none
	}{
		{"VerifiedShippable", nil, nil, "", ""},
		{"Verified", []string{"defaultAddress.postalCode", "98052-8300"}, nil, "", ""},
		{"InteractionRequired", []string{"defaultAddress.city", "Seattle"}, []string{"found a close match"}, "Redmond", "not confirmed"},
		{"StreetPartial", []string{"defaultAddress.addressLine1", "Microsoft Way"}, []string{"The street may be incomplete", "A house or unit number may be missing"}, "1 Microsoft Way", "not confirmed"},
		{"PremisesPartial", []string{"defaultAddress.addressLine1", "3 Microsoft Way"}, []string{"A house or unit number may be missing"}, "1 Microsoft Way", "not confirmed"},
		{"None", []string{"defaultAddress.city", "Seattle", "defaultAddress.postalCode", "98055"}, []string{"does not know this address", "Partner Center said: “Address field invalid", "Edit address"}, "", "not confirmed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := newSite(t)
			id := site.customer(harbourline)
			p := atMicrosoft(site.signIn("Ada Admin"), id, c.pairs...).press()
			site.wantChecks(1)
			if c.asks == nil {
				p.want(http.StatusOK, "Review 1 change", "Verified").hides("not confirmed")
				return
			}
			p.want(http.StatusUnprocessableEntity, append(c.asks, "Which address should be saved?", "Keep what was typed")...).hides(choose)
			offered, ticked := p.radios()
			if ticked != "" || !strings.Contains(offered["1"], c.offer) || (c.offer == "") != (len(offered) == 1) {
				t.Fatalf("the page offers %q and has ticked %q", offered, ticked)
			}
			for name, text := range map[string]string{"addressLine1": offered["typed"]} {
				if !strings.Contains(text, p.form("email").values.Get("defaultAddress."+name)) {
					t.Errorf("what was typed is not offered: %q", text)
				}
			}
			review := p.asTyped().want(http.StatusOK, "Review 1 change")
			if c.kept == "" {
				review.hides("not confirmed")
			} else {
				review.shows(c.kept, "can be saved").hides("Verified")
			}
			site.wantChecks(1)
			review.save().want(http.StatusOK, "Billing profile saved.")
			want := append(append([]string{}, microsoft...), c.pairs...)
			typed := forms.Values{}
			for i := 0; i < len(want); i += 2 {
				typed[want[i]] = want[i+1]
			}
			for name, text := range typed {
				site.storedHas(id, name, text)
			}
			site.wantPuts(1, 1)
		})
	}
}

// Statuses that our own form can hardly bring about.
func TestTheAddressCheckAnswersOtherwise(t *testing.T) {
	us := map[string]any{"country": "US", "city": "Redmond", "state": "WA", "addressLine1": "1 Microsoft Way", "postalCode": "98052-8300"}
	start := func(t *testing.T, body any) *page {
		site := newSite(t)
		site.answering(body)
		return atMicrosoft(site.signIn("Ada Admin"), site.customer(harbourline)).press()
	}
	t.Run("Multiple, with more suggestions than anybody reads", func(t *testing.T) {
		var list []any
		for _, line := range []string{"1 A Way", "2 A Way", "2 a way", "3 A Way", "4 A Way", "5 A Way", "6 A Way"} {
			list = append(list, map[string]any{"country": "US", "addressLine1": line, "region": "Anenii Noi", "state": "Washington"})
		}
		p := start(t, map[string]any{"status": "Multiple", "suggestedAddresses": list}).want(http.StatusUnprocessableEntity, "Several parts of this address may be incomplete")
		offered, _ := p.radios()
		if len(offered) != 6 || !strings.Contains(offered["3"], "3 A Way") || !strings.Contains(offered["3"], "Redmond, WA 98052") {
			t.Fatalf("offered: %q", offered)
		}
		f := p.form("email").fill("choice.address", "3").press().want(http.StatusOK, "3 A Way", "Suggested").hides("not confirmed").
			choose("Back to editing").form("email")
		f.wants("defaultAddress.addressLine1", "3 A Way").wants("defaultAddress.region", "").wants("defaultAddress.state", "WA")
	})
	t.Run("NotValidated", func(t *testing.T) {
		start(t, map[string]any{"status": "NotValidated", "suggestedAddresses": []any{us}}).want(http.StatusOK, "The address was not confirmed by the check.", "could not check it").hides("Verified")
	})
	t.Run("a status that nobody knows", func(t *testing.T) {
		start(t, map[string]any{"status": "Hmm <b>", "suggestedAddresses": []any{us}}).want(http.StatusOK, "The address was not confirmed by the check.").hides("Verified")
	})
	t.Run("status with spaces, suggestions null", func(t *testing.T) {
		start(t, map[string]any{"status": "verified shippable", "suggestedAddresses": nil}).want(http.StatusOK, "Verified").hides("not confirmed")
	})
	t.Run("partial without suggestions", func(t *testing.T) {
		p := start(t, map[string]any{"status": "Street Partial"}).want(http.StatusUnprocessableEntity, "The street may be incomplete", "Keep what was typed", "Edit address")
		p.asTyped().want(http.StatusOK, "not confirmed")
	})
	t.Run("suggestions that could not be saved, or are elsewhere", func(t *testing.T) {
		p := start(t, map[string]any{"status": "InteractionRequired", "suggestedAddresses": []any{
			map[string]any{"country": "DE", "city": "Berlin"}, map[string]any{"country": "US", "postalCode": "ABC"},
			map[string]any{"country": "US", "state": "Narnia"}, map[string]any{"country": "US", "addressLine1": strings.Repeat("x", 201)}, "no address", us,
		}}).want(http.StatusUnprocessableEntity)
		if offered, _ := p.radios(); len(offered) != 2 || !strings.Contains(offered["1"], "98052-8300") {
			t.Fatalf("offered: %q", offered)
		}
	})
	t.Run("A-50 hostile text", func(t *testing.T) {
		const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} ${x}`
		p := start(t, map[string]any{"status": "None", "validationMessage": hostile + "\u202e"}).want(http.StatusUnprocessableEntity, hostile)
		safe(t, p)
		safe(t, p.asTyped().want(http.StatusOK, hostile))
		p = start(t, map[string]any{"status": "InteractionRequired", "suggestedAddresses": []any{map[string]any{"country": "US", "addressLine1": hostile + "\u202e"}}}).want(http.StatusUnprocessableEntity, hostile)
		safe(t, p)
		safe(t, p.form("email").fill("choice.address", "1").press().want(http.StatusOK, hostile))
	})
}

// Before mid-2021 the check answered nothing, or a refusal with the correction in it.
func TestTheAddressCheckOfBefore2021(t *testing.T) {
	site := newSite(t)
	site.switches(func(w *pcsim.Switches) { w.AddressCheck = "legacy" })
	id, b := site.customer(harbourline), site.signIn("Ada Admin")
	atMicrosoft(b, id).press().want(http.StatusOK, "Review 1 change", "Verified")
	corrected := atMicrosoft(b, id, "defaultAddress.city", "Seattle").press().want(http.StatusUnprocessableEntity, "Use the suggestion", "Redmond")
	corrected.form("email").fill("choice.address", "1").press().want(http.StatusOK, "Redmond, WA").hides("Seattle, WA 98052")
	unknown := atMicrosoft(b, id, "defaultAddress.city", "Seattle", "defaultAddress.postalCode", "98055").press().want(http.StatusUnprocessableEntity, "does not know this address")
	if offered, _ := unknown.radios(); len(offered) != 1 {
		t.Errorf("offered: %q", offered)
	}
}

// A check that does not work out stops nobody and costs nothing that was typed.
func TestTheAddressCheckIsDown(t *testing.T) {
	none := 0
	for name, fault := range map[string]pcsim.Fault{
		"refused":     {Status: http.StatusForbidden},
		"down":        {Status: http.StatusServiceUnavailable},
		"slow":        {DelayBeforeMs: 20_000},
		"cut off":     {CutAfterBytes: &none},
		"no object":   {Shape: pcsim.ShapeWrong},
		"too much":    {Shape: pcsim.ShapeOversized},
		"asks for it": {Status: http.StatusTooManyRequests, RetryAfter: "60"},
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			id := site.customer(harbourline)
			fault.Method, fault.Path, fault.Times = http.MethodPost, addressCheck, -1
			must(t, site.sim.AddFaults(fault))
			review := atMicrosoft(site.signIn("Ada Admin"), id).press().want(http.StatusOK, "Review 1 change", "The address was not confirmed by the check.", "did not answer", "can be saved").hides("Verified")
			site.sim.ClearFaults()
			// It is asked again with the form, since it never answered.
			f := review.choose("Back to editing").form("email").wants("defaultAddress.addressLine1", "1 Microsoft Way")
			again := f.press().want(http.StatusOK, "Verified").hides("not confirmed")
			again.save().want(http.StatusOK, "Billing profile saved.")
			site.storedHas(id, microsoft...)
			site.wantPuts(1, 1)
		})
	}
}

// A form does not wait for the check as long as for what it cannot do without.
func TestTheAddressCheckHasLittleTime(t *testing.T) {
	site := newSite(t)
	var left time.Duration
	site.hosts["partnercenter.example"] = watching{site.hosts["partnercenter.example"], func(r *http.Request) {
		if until, limited := r.Context().Deadline(); r.URL.Path == addressCheck && limited {
			left = time.Until(until)
		}
	}}
	atMicrosoft(site.signIn("Ada Admin"), site.customer(harbourline)).press().want(http.StatusOK)
	if left <= 0 || left > 5*time.Second {
		t.Errorf("the check may take %s", left)
	}
}

// Nothing is chosen for a person, and what was chosen holds until the address changes.
func TestAnAddressIsChosen(t *testing.T) {
	site := newSite(t)
	id, b := site.customer(harbourline), site.signIn("Ada Admin")
	asked := atMicrosoft(b, id, "defaultAddress.addressLine1", "Microsoft Way", "defaultAddress.firstName", "Priya").press().want(http.StatusUnprocessableEntity, "1 Microsoft Way")

	missing := asked.form("email").press("do", "review").want(http.StatusUnprocessableEntity, "1 thing needs fixing", choose)
	if link := missing.find(func(n *node) bool { return n.Data == "a" && inner(n) == choose }); link == nil || attr(link, "href") != "#choice-address-1" || missing.byID("choice-address-1") == nil {
		t.Error("the summary does not lead to the first address")
	}
	if describes := attr(missing.byID("choice-address"), "aria-describedby"); missing.byID("choice-address-err") == nil || !strings.Contains(describes, "choice-address-err") {
		t.Errorf("the complaint is not at the question: %q", describes)
	}
	missing.form("email").fill("choice.address", "9").press().want(http.StatusUnprocessableEntity, choose)
	missing.form("email").fill("email", "not an address").press().want(http.StatusUnprocessableEntity, "2 things need fixing", choose).form("email").wants("email", "not an address")
	missing.form("email").press("do", "country").want(http.StatusOK, "Which address should be saved?").hides(choose)
	site.wantChecks(1)

	review := missing.form("email").fill("choice.address", "1").press().want(http.StatusOK, "1 Microsoft Way", "98052-8300", "Priya", "Suggested")
	site.wantChecks(1)
	back := review.choose("Back to editing")
	if _, ticked := back.radios(); ticked != "1" {
		t.Errorf("%q is ticked, want the suggestion that was chosen", ticked)
	}
	f := back.form("email").wants("defaultAddress.addressLine1", "1 Microsoft Way").wants("defaultAddress.postalCode", "98052-8300").wants("defaultAddress.firstName", "Priya")
	f.press().want(http.StatusOK, "1 Microsoft Way", "Suggested")

	// What was typed is still there to go back to.
	typed := b.get(back.url.RequestURI()).form("email").fill("choice.address", "typed").press().want(http.StatusOK, "Microsoft Way", "not confirmed").hides("1 Microsoft Way")
	site.wantChecks(1)

	// Another address is another question, whatever was chosen before.
	f = typed.choose("Back to editing").form("email").wants("choice.address", "typed")
	f.fill("defaultAddress.city", "Seattle").fill("defaultAddress.addressLine1", "1 Microsoft Way").press().want(http.StatusUnprocessableEntity, "found a close match").hides(choose)
	site.wantChecks(2)

	// Other fields are no reason to ask.
	b.toReview(site.customer(vilaNova), "email", "novo@vilanova.example")
	site.wantChecks(2)
	site.wantPuts(0, 0)
}

// Keeping a form while somebody types asks nothing, and keeps what is ticked in it.
func TestAQuestionAboutAnAddressSurvives(t *testing.T) {
	site := newSite(t)
	id, b := site.customer(harbourline), site.signIn("Ada Admin")
	atMicrosoft(b, id).kept()
	site.wantChecks(0)
	asked := atMicrosoft(b, id, "defaultAddress.addressLine1", "Microsoft Way").press().want(http.StatusUnprocessableEntity, "The street may be incomplete")
	asked.form("email").fill("lastName", "Typed on").kept()
	b.get(asked.url.RequestURI()).want(http.StatusOK, "Which address should be saved?").form("email").wants("lastName", "Typed on")
	asked.form("email").fill("choice.address", "1").kept()

	restored := b.get(asked.url.RequestURI()).want(http.StatusOK, "Which address should be saved?")
	if _, ticked := restored.radios(); ticked != "1" {
		t.Errorf("%q is ticked in the draft, want 1", ticked)
	}
	f := restored.form("email").wants("defaultAddress.postalCode", "98052")
	review := f.press().want(http.StatusOK, "98052-8300", "Suggested")
	b.get(asked.url.RequestURI()).form("email").kept() // looked at again, and nothing else
	b.get(review.url.RequestURI()).want(http.StatusOK, "98052-8300", "Nothing is saved until")
	// Changed one's mind, kept by the script and then sent.
	back := b.get(asked.url.RequestURI()).form("email").wants("defaultAddress.postalCode", "98052-8300").fill("choice.address", "typed")
	back.kept()
	back.press().want(http.StatusOK, "Redmond, WA 98052").hides("98052-8300")
	site.wantChecks(1)
}

// What a merge makes of an address is checked as well; what was answered is not asked again.
func TestAMergedAddressIsChecked(t *testing.T) {
	site, id, f := conflictSite(t, "412")
	theirs := []byte(`{"defaultAddress":{"addressLine1":"9 Their Road","city":"Tacoma","postalCode":"98402"}}`)
	review := f.types(microsoft...).press().asTyped().want(http.StatusOK)
	must(t, site.sim.EditElsewhere(id, "Ines Duarte", theirs))
	merge := review.save().want(http.StatusConflict, "1 item needs your choice")
	site.wantChecks(1)

	merge.form("choice.address").fill("choice.address", "mine").press("do", "review").want(http.StatusOK, "9 Their Road").hides("Which address")
	site.wantChecks(1)

	other := merge.form("choice.address").fill("choice.address", "other").fill("defaultAddress.addressLine1", "3 Microsoft Way").press("do", "review").
		want(http.StatusOK, "Edit billing profile", "A house or unit number may be missing")
	site.wantChecks(2)
	if _, ticked := other.radios(); ticked != "" {
		t.Errorf("%q was chosen for the person", ticked)
	}
	other.form("email").fill("choice.address", "1").press().want(http.StatusOK, "9 Their Road", "1 Microsoft Way").save().want(http.StatusOK, "Billing profile saved.")
	site.storedHas(id, "defaultAddress.addressLine1", "1 Microsoft Way", "defaultAddress.city", "Redmond")
}

// The trail keeps what the check said and what was chosen.
func TestTheTrailTellsOfTheAddressCheck(t *testing.T) {
	for choice, want := range map[string]string{"1": "Address check Suggestion used", "typed": "Address check Not confirmed, kept as typed"} {
		t.Run(choice, func(t *testing.T) {
			site := unseen(t)
			id, b := site.customer(harbourline), site.signIn("Ada Admin")
			atMicrosoft(b, id, "defaultAddress.city", "Seattle").press().form("email").fill("choice.address", choice).press().save().want(http.StatusOK, "Billing profile saved.")
			b.get(history(id)).follow("View").want(http.StatusOK, want)
		})
	}
	t.Run("not asked", func(t *testing.T) {
		site := unseen(t)
		id, b := site.customer(harbourline), site.signIn("Ada Admin")
		b.edits(id, "email", "invoices@harbourline.example")
		b.get(history(id)).follow("View").want(http.StatusOK).hides("Address check")
	})
}
