package pcsim

import (
	"strings"
	"testing"
)

func TestDataBesideTheBillingProfile(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Customers = 250 })
	statuses := map[string]bool{}
	for _, c := range s.sim.Customers() {
		id := "/v1/customers/" + string(c.ID)
		r := s.get(id + "/validationStatus?type=account")
		if r.status == 404 {
			o := r.object(t)
			if r.code(t) != "600074" || o.text("errorName") != "AccountStatusNotFound" {
				t.Errorf("%s", r.raw)
			}
			statuses["404"] = true
			continue
		}
		o := s.want(r, 200, "").object(t)
		statuses[o.text("status")] = true
		if strings.HasSuffix(o.text("lastUpdateDateTime"), "Z") {
			t.Error("the date has a zone")
		}
	}
	for _, want := range []string{"Allowed", "UnderReview", "NotAllowed", "Unknown", "Not Ready", "404"} {
		if !statuses[want] {
			t.Errorf("no customer with status %s", want)
		}
	}
	s.want(s.get("/v1/customers/"+string(s.first())+"/validationStatus"), 400, "2000")
}

func TestWithoutDelegatedAccess(t *testing.T) {
	s := newSite(t)
	customers := s.sim.Customers()
	for i, delegated := range []bool{true, true, false} {
		id := "/v1/customers/" + string(customers[i].ID)
		full := s.get(id).object(t)
		company := s.get(id + "/profiles/company").object(t)
		_, domains := full.get("customDomains")
		if domains != delegated || (company.object("address") != nil) != delegated || (company.text("email") != "") != delegated {
			t.Errorf("%s: %s %s", customers[i].CompanyName, marshal(full), marshal(company))
		}
		allowed, _ := full.get("allowDelegatedAccess")
		if allowed != delegated {
			t.Errorf("allowDelegatedAccess is %v", allowed)
		}
		if string(plain(s.get(id+"/customDomains").raw)) != `["`+customers[i].Domain+`"]` {
			t.Error("customDomains is no bare array")
		}
		if !strings.HasPrefix(string(plain(s.get(id+"/organization").raw)), `[{"street":"`) {
			t.Error("organization is no array")
		}
	}
}

func TestQualifications(t *testing.T) {
	s := newSite(t)
	customers := s.sim.Customers()
	want := []struct{ list, old string }{0: {"[]", `"none"`}, 6: {`[{"qualification":"Education","vettingStatus":"Approved"}]`, `"education"`}}
	for _, i := range []int{0, 6} {
		id := "/v1/customers/" + string(customers[i].ID)
		if got := string(plain(s.get(id + "/qualifications").raw)); got != want[i].list {
			t.Error(got)
		}
		if got := string(plain(s.get(id + "/qualification").raw)); got != want[i].old {
			t.Error(got)
		}
	}
}
