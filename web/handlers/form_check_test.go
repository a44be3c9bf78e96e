package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// check asks as the script does which complaints about these inputs still hold.
func (f *form) check(wrong string) *page {
	b := f.page.b
	b.t.Helper()
	r := b.request(http.MethodPost, f.action.Path+"/check?"+f.action.RawQuery, f.values)
	r.Header.Set("X-Wrong", wrong)
	return b.do(r)
}

// said is what the script reads out of an answer.
func (p *page) said() string {
	p.b.t.Helper()
	part := p.byID("check")
	if part == nil {
		p.b.t.Fatalf("%s answers %d and nothing about errors", p.url, p.status)
	}
	return attr(part, "data-said")
}

func (p *page) title() string {
	return inner(p.find(func(n *node) bool { return n.Data == "title" }))
}

// checkedAt is where the form's script asks; "" for nowhere.
func (p *page) checkedAt() string { return attr(p.byID("form"), "data-check") }

func TestErrorsGoWhenTheyAreRepaired(t *testing.T) { everywhere(t, testErrorsGoWhenTheyAreRepaired) }

func testErrorsGoWhenTheyAreRepaired(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	if fresh := b.get(billing(id)); fresh.checkedAt() != "" {
		t.Error("a form without errors is checked while somebody types a first answer")
	}
	p := b.edit(id).types("companyName", "", "email", "invoices", "defaultAddress.postalCode", "12").press().want(http.StatusUnprocessableEntity, "3 things need fixing")
	f := p.form("email")
	if want := f.action.Path + "/check?" + f.action.RawQuery; p.checkedAt() != want {
		t.Errorf("the form is checked at %q, want %q", p.checkedAt(), want)
	}
	const all = "companyName email defaultAddress.postalCode"

	still := f.fill("companyName", "Harbourline").check(all).want(http.StatusUnprocessableEntity, "2 things need fixing before you can review", "Enter an email address in the correct format", "ZIP code").hides("Enter a company name", "3 things")
	if still.title() != p.title() || still.said() != "2 things need fixing before you can review" {
		t.Errorf("title %q, said %q", still.title(), still.said())
	}
	f.fill("email", "").check("email defaultAddress.postalCode").want(http.StatusUnprocessableEntity, "2 things", "Enter an email address").hides("format")
	f.fill("defaultAddress.city", "").check("email").want(http.StatusUnprocessableEntity, "1 thing needs").hides("Enter a city", "ZIP code")
	f.check("email defaultAddress.city").want(http.StatusUnprocessableEntity, "2 things need", "Enter a city")
	f.types("email", "repaired@harbourline.example", "defaultAddress.city", "Seattle", "defaultAddress.postalCode", "98104")
	done := f.check(all).want(http.StatusOK).hides("fixing")
	if done.said() != "Nothing needs fixing any more" || "Error: "+done.title() != p.title() {
		t.Errorf("title %q, said %q", done.title(), done.said())
	}

	t.Run("nothing is kept and nothing is sent", func(t *testing.T) {
		b.get(f.again()).form("email").wants("email", "invoices").wants("companyName", "")
		f.fill("defaultAddress.addressLine1", "1 Microsoft Way").check(all).want(http.StatusOK)
		site.wantChecks(0)
		site.wantPuts(0, 0)
	})
	t.Run("a form that is not this person's own is not checked", func(t *testing.T) {
		for name, text := range map[string]string{"csrf": "forged", "base": "broken"} {
			forged := p.form("email").fill(name, text).check(all)
			if forged.status != http.StatusForbidden && forged.status != http.StatusBadRequest || forged.byID("check") != nil {
				t.Errorf("%s: %d", name, forged.status)
			}
		}
	})
	t.Run("no rules find nothing, which takes nothing away", func(t *testing.T) {
		must(t, site.sim.AddFaults(pcsim.Fault{Path: "/v1/countryvalidationrules", Times: -1, Status: 500, Shape: pcsim.ShapeD}))
		f.fill("defaultAddress.country", "PT").check(all).want(http.StatusNoContent)
	})
}

// The question of the address is one of the things to fix, and what Partner Center itself
// did not accept is not ours to call repaired.
func TestWhatIsNotTheRulesToTell(t *testing.T) {
	t.Run("the address to choose", func(t *testing.T) {
		site := newSite(t)
		asked := atMicrosoft(site.signIn("Ada Admin"), site.customer(harbourline), "defaultAddress.city", "Seattle").press().want(http.StatusUnprocessableEntity)
		f := asked.form("email").press().want(http.StatusUnprocessableEntity, choose).form("email")
		f.check("choice.address").want(http.StatusUnprocessableEntity, choose)
		f.fill("choice.address", "typed").check("choice.address").want(http.StatusOK).hides(choose)
		site.wantChecks(1)
	})
	t.Run("a refusal", func(t *testing.T) {
		site := newSite(t)
		site.refuses(map[string]any{"code": 27002, "description": "A property has invalid data.", "data": []string{"property_name:  StateInvalid - Details"}, "source": "PartnerFD"})
		back := site.signIn("Ada Admin").toReview(site.customer(harbourline), "email", "typed@harbourline.example").save().follow("Back to editing")
		back.want(http.StatusOK, "1 thing needs fixing", "Partner Center did not accept this state.")
		if strings.Contains(back.checkedAt(), "/check") {
			t.Error("our rules are asked whether Partner Center's complaint still holds")
		}
	})
}
