package handlers_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/forms"
)

// The hand-written customers that stories are about, by their place in the seed.
const (
	harbourline = 0 // US
	vilaNova    = 1 // PT
	nordlicht   = 3 // DE
	kaveri      = 13
)

// customer is a customer of the seed.
func (s *testSite) customer(n int) pcclient.TenantID { return s.sim.Customers()[n].ID }

func overview(id pcclient.TenantID) string { return "/customers/" + string(id) }

func billing(id pcclient.TenantID) string { return overview(id) + "/billing" }

// edit opens a customer's form.
func (b *browser) edit(id pcclient.TenantID) *form {
	b.t.Helper()
	return b.get(billing(id)).want(http.StatusOK, "Edit billing profile").form("email")
}

// toReview types the pairs of name and text into a customer's form and sends it.
func (b *browser) toReview(id pcclient.TenantID, pairs ...string) *page {
	b.t.Helper()
	f := b.edit(id)
	for i := 0; i < len(pairs); i += 2 {
		f.fill(pairs[i], pairs[i+1])
	}
	return f.press("do", "review").asTyped().want(http.StatusOK, "Nothing is saved until")
}

// asks reports whether the page asks which address should be saved.
func (p *page) asks() bool { return p.byID("choice-address-typed") != nil }

// asTyped keeps the address as it was typed, if the page asks for that.
func (p *page) asTyped() *page {
	p.b.t.Helper()
	if !p.asks() {
		return p
	}
	return p.form("email").fill("choice.address", "typed").press("do", "review")
}

// save presses the one button that saves.
func (p *page) save() *page {
	p.b.t.Helper()
	return p.form("key").press("do", "save")
}

// elsewhere lets somebody else save in Partner Center.
func (s *testSite) elsewhere(id pcclient.TenantID, by string, pairs ...string) {
	s.t.Helper()
	patch := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		if name, ok := strings.CutPrefix(pairs[i], "defaultAddress."); ok {
			patch["defaultAddress"] = map[string]any{name: pairs[i+1]}
		} else {
			patch[pairs[i]] = pairs[i+1]
		}
	}
	text, err := json.Marshal(patch)
	must(s.t, err)
	must(s.t, s.sim.EditElsewhere(id, by, text))
}

// stored is the text of a customer's billing profile as Partner Center has it.
func (s *testSite) stored(id pcclient.TenantID) forms.Values {
	s.t.Helper()
	data, ok := s.sim.BillingProfile(id)
	if !ok {
		s.t.Fatalf("no customer %s", id)
	}
	profile, _, err := pcclient.ParseBillingProfile(data)
	must(s.t, err)
	return forms.FromBillingProfile(profile)
}

func (s *testSite) storedHas(id pcclient.TenantID, pairs ...string) {
	s.t.Helper()
	stored := s.stored(id)
	for i := 0; i < len(pairs); i += 2 {
		if stored[pairs[i]] != pairs[i+1] {
			s.t.Errorf("Partner Center has %s %q, want %q", pairs[i], stored[pairs[i]], pairs[i+1])
		}
	}
}

// addressCheck is where Partner Center checks addresses: a POST that writes nothing.
const addressCheck = "/v1/validations/address"

// puts are the writes that reached Partner Center.
func (s *testSite) puts() []pcsim.Request {
	var puts []pcsim.Request
	for _, r := range s.sim.Journal().Requests {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Path != addressCheck {
			puts = append(puts, r)
		}
	}
	return puts
}

// wantPuts fails unless so many writes reached Partner Center, so many of them
// with effect.
func (s *testSite) wantPuts(sent, applied int) {
	s.t.Helper()
	gotApplied := 0
	for _, r := range s.puts() {
		if r.Applied {
			gotApplied++
		}
	}
	if got := len(s.puts()); got != sent || gotApplied != applied {
		s.t.Fatalf("%d writes reached Partner Center and %d were applied, want %d and %d", got, gotApplied, sent, applied)
	}
}

func (s *testSite) switches(change func(*pcsim.Switches)) {
	s.t.Helper()
	w := s.sim.Switches()
	change(&w)
	must(s.t, s.sim.SetSwitches(w))
}

// onPut is a fault of the write of a billing profile.
func onPut(f pcsim.Fault) pcsim.Fault {
	f.Method, f.Path = http.MethodPut, "/v1/customers/*/profiles/billing"
	return f
}

// exec runs a statement on the portal's database behind its back.
func (s *testSite) exec(statement string) {
	s.t.Helper()
	must(s.t, s.db.Write(s.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(s.t.Context(), statement)
		return err
	}))
}
