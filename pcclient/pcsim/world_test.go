package pcsim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorldIsDeterministic(t *testing.T) {
	a, b := newWorld(250, 9, DefaultPartnerTenant, noon), newWorld(250, 9, DefaultPartnerTenant, noon)
	other := newWorld(250, 10, DefaultPartnerTenant, noon)
	same := 0
	for i := range a.customers {
		x, y, z := a.customers[i], b.customers[i], other.customers[i]
		if diff := cmp.Diff(string(marshal(x.billing(x.current()))), string(marshal(y.billing(y.current())))); diff != "" {
			t.Fatal(diff)
		}
		if x.id == z.id {
			same++
		}
	}
	if same != len(handwritten()) {
		t.Errorf("%d customers have the same tenant ID under another seed, want the %d hand-written", same, len(handwritten()))
	}
}

func TestWorldIsBelievable(t *testing.T) {
	for _, n := range []int{1, 3, 250, 3000} {
		w := newWorld(n, 1, DefaultPartnerTenant, noon)
		names, countries, refused := map[string]bool{}, map[string]bool{}, 0
		for _, c := range w.customers {
			p := c.current().profile
			country := p.object("defaultAddress").text("country")
			countries[country] = true
			if names[p.text("companyName")] || names[c.domain] || names[string(c.id)] {
				t.Errorf("%s %s is there twice", p.text("companyName"), c.domain)
			}
			names[p.text("companyName")], names[c.domain], names[string(c.id)] = true, true, true
			if !strings.HasSuffix(c.domain, ".onmicrosoft.example") || !strings.HasSuffix(p.text("email"), ".example") {
				t.Errorf("%s or %s is a domain of somebody", c.domain, p.text("email"))
			}
			if problem := check(normalized(p)); problem != nil {
				refused++
				t.Logf("%s (%s): %s", p.text("companyName"), country, problem.text)
			}
		}
		if len(w.customers) != n || len(w.byID) != n {
			t.Errorf("%d customers, want %d", len(w.customers), n)
		}
		if n >= 250 && (len(countries) < 32 || refused != 1) {
			t.Errorf("%d countries; %d profiles that could not be saved as they are, want the one without its phone", len(countries), refused)
		}
	}
}

func TestFirstCustomers(t *testing.T) {
	var got []string
	for _, c := range newSite(t).sim.Customers()[:12] {
		got = append(got, c.Country)
	}
	want := words("US PT CN DE GB AU CA JP BR SA IL FR")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every trap the package documentation promises is in a world of 250.
func TestTraps(t *testing.T) {
	found := map[string]int{}
	for _, c := range newWorld(250, 1, DefaultPartnerTenant, noon).customers {
		p := c.current().profile
		a := p.object("defaultAddress")
		rules, _ := rulesOf(a.text("country"))
		phone, hasPhone := a.get("phoneNumber")
		count := func(name string, is bool) {
			if is {
				found[name]++
			}
		}
		count("no delegated access", !c.delegated)
		count("missing phone", !hasPhone)
		count("empty phone", phone == "")
		count("region", a.text("region") != "")
		count("language En", p.text("language") == "En")
		count("very long name", len([]rune(p.text("companyName"))) > 100)
		count("culture outside the rules", !containsFold(rules.Cultures, p.text("culture")))
		count("no contact", p.text("firstName") == "")
		for _, name := range []string{"district", "addressLine3", "emailAddress"} {
			count(name, a.text(name) != "")
		}
		for _, name := range []string{"organizationRegistrationId", "invoiceReference"} {
			count(name, p.text(name) != "")
		}
		count("Arabic", strings.ContainsAny(p.text("companyName"), "شركة"))
		count("Hebrew", strings.ContainsAny(p.text("companyName"), "בע״מ"))
		count("status "+c.validation, true)
	}
	t.Log(found)
	if len(found) < 21 {
		t.Errorf("only these traps are there: %v", found)
	}
}
