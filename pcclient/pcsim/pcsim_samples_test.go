package pcsim

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The samples lie beside the repository, not in it.
const samplesDir = "../../../shared/reference/samples"

func sample(t *testing.T, name string) object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samplesDir, name))
	if os.IsNotExist(err) {
		t.Skip("the samples are not on this machine")
	}
	o, err := parseObject(data)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSamplesOfCountryRules(t *testing.T) {
	s := newSite(t)
	for _, country := range []string{"US", "PT", "CN", "DE", "GB"} {
		want := sample(t, "country-validation-rules."+country+".json")
		r := s.get("/v1/countryvalidationrules/" + country)
		if diff := cmp.Diff(string(marshal(want)), string(plain(r.raw))); diff != "" {
			t.Errorf("%s: %s", country, diff)
		}
		if country == "US" && len(r.raw) != 780 {
			t.Errorf("the recorded body has 780 bytes, this one %d", len(r.raw))
		}
	}
}

// membersOf lists the paths of all members; items of arrays count as one.
func membersOf(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case object:
		for _, m := range v {
			into[at+m.name] = true
			membersOf(m.value, at+m.name+".", into)
		}
	case []any:
		for _, item := range v {
			membersOf(item, at, into)
		}
	}
}

func TestSamplesHaveTheSameMembers(t *testing.T) {
	s := newSite(t)
	id := "/v1/customers/" + string(s.first())
	company := "/v1/customers/" + string(s.sim.Customers()[4].ID) + "/profiles/company"
	for _, c := range []struct {
		sample, path string
		ours         []string // members that only this world's customer has
	}{
		{"billing-profile.get.200.json", id + "/profiles/billing", words("defaultAddress.addressLine2")},
		{"customer.get.200.json", id, words("billingProfile.defaultAddress.addressLine2")},
		{"company-profile.get.200.json", company, words("organizationRegistrationNumber")},
		{"constructed.customers.page1.with-next.200.json", "/v1/customers?size=2", nil},
	} {
		ours, theirs := map[string]bool{}, map[string]bool{}
		membersOf(sample(t, c.sample), "", theirs)
		membersOf(s.want(s.get(c.path), 200, "").object(t), "", ours)
		for _, m := range c.ours {
			delete(ours, m)
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s: %s", c.sample, diff)
		}
	}
}

func TestSamplesOfErrors(t *testing.T) {
	s := newSite(t)
	profile, _ := s.read(s.first())
	unrelated := s.get("/v1/customers/" + string(UnrelatedCustomer))
	stale := s.put(s.first(), profile.with("attributes", obj("etag", "1")))
	s.set(func(w *Switches) { w.Role = "1002" })
	s.sim.AddFaults(Fault{Status: 429, RetryAfter: "57"})
	throttled := s.get("/v1/customers")
	for name, got := range map[string][]byte{"error.403.20002.json": unrelated.raw, "constructed.error.400.2055.json": stale.raw,
		"error.429.gateway.json": throttled.raw, "error.1002.json": s.sim.roleRefused().body} {
		if diff := cmp.Diff(string(marshal(sample(t, name))), string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSamplesOfAuditRecords(t *testing.T) {
	s := newSite(t)
	want := sample(t, "constructed.auditrecord.update-customer-billing-profile.json")
	profile, _ := s.read(s.first())
	s.want(s.put(s.first(), moved(profile, "Tacoma"), "MS-PartnerCenter-Application", "x"), 200, "")
	items, _ := s.get("/v1/auditrecords?size=1").object(t).get("items")
	got := items.([]any)[0].(object)
	if diff := cmp.Diff(names(want), names(got)); diff != "" {
		t.Error(diff)
	}
	for _, member := range []string{"resourceOldValue", "resourceNewValue"} {
		a, _ := parseObject([]byte(want.text(member)))
		b, _ := parseObject([]byte(got.text(member)))
		if diff := cmp.Diff(names(a), names(b)); diff != "" {
			t.Errorf("%s: %s", member, diff)
		}
		if diff := cmp.Diff(names(a.object("DefaultAddress")), names(b.object("DefaultAddress"))); diff != "" {
			t.Errorf("%s: %s", member, diff)
		}
	}
}

func names(o object) []string {
	var list []string
	for _, m := range o {
		list = append(list, m.name)
	}
	return list
}

// The cultures of our countries are the documented ones.
func TestSamplesOfCultures(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(samplesDir, "supported-cultures.json"))
	if err != nil {
		t.Skip("the samples are not on this machine")
	}
	var rows []struct {
		ISO2     string
		Cultures []string
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, bom), &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if r, ok := ourRules[row.ISO2]; ok && !slices.Equal(r.Cultures, row.Cultures) {
			t.Errorf("%s: %v, documented %v", row.ISO2, r.Cultures, row.Cultures)
		}
	}
}
