package pcsim

import (
	"net/url"
	"strings"
	"testing"
)

type listPage struct {
	TotalCount int
	Items      []struct {
		ID             string
		BillingProfile any
		CompanyProfile struct{ CompanyName, Domain string }
	}
	Links map[string]struct {
		URI, Method string
		Headers     []struct{ Key, Value string }
	}
}

func filterJSON(field, value, operator string) string {
	return "filter=" + url.QueryEscape(`{"Field":"`+field+`","Value":"`+value+`","Operator":"`+operator+`"}`)
}

func TestPaging(t *testing.T) {
	for _, form := range []string{"v1", "bare"} {
		t.Run("nextURI="+form, func(t *testing.T) {
			s := newSite(t)
			s.set(func(w *Switches) { w.NextURI = form })
			seen := map[string]bool{}
			uri, token := "/v1/customers?size=25", ""
			for pages := 1; ; pages++ {
				r := s.get(uri, "MS-ContinuationToken", token)
				page := decode[listPage](t, s.want(r, 200, "").raw)
				for _, item := range page.Items {
					seen[item.ID] = true
					if item.BillingProfile != nil {
						t.Error("a list item carries a billing profile")
					}
				}
				next, more := page.Links["next"]
				if !more {
					if pages != 3 || len(seen) != 60 || page.TotalCount != 10 {
						t.Errorf("%d pages, %d customers, last page says %d", pages, len(seen), page.TotalCount)
					}
					return
				}
				if strings.HasPrefix(next.URI, "/v1/") != (form == "v1") {
					t.Errorf("next is %s", next.URI)
				}
				uri, token = "/v1"+strings.TrimPrefix(next.URI, "/v1"), next.Headers[0].Value
				s.want(s.get(uri), 400, "2000")
				s.want(s.get(uri, "MS-ContinuationToken", strings.Replace(token, "_AAAA", "_AAAB", 1)), 400, "2000")
				s.want(s.get(uri+"&"+filterJSON("Domain", "a", "starts_with"), "MS-ContinuationToken", token), 400, "2000")
				s.want(newSite(t).get(uri, "MS-ContinuationToken", token), 400, "2000")
			}
		})
	}
}

func TestPagingBackwards(t *testing.T) {
	s := newSite(t)
	first := decode[listPage](t, s.get("/v1/customers?size=20").raw)
	next := first.Links["next"]
	second := decode[listPage](t, s.get(next.URI, "MS-ContinuationToken", next.Headers[0].Value).raw)
	previous := second.Links["previous"]
	back := decode[listPage](t, s.get(previous.URI, "MS-ContinuationToken", previous.Headers[0].Value).raw)
	if back.Items[0].ID != first.Items[0].ID || back.Links["previous"].URI != "" {
		t.Error("Previous does not lead back")
	}
	last := decode[listPage](t, s.get("/v1/customers?size=25&seekOperation=Last").raw)
	if len(last.Items) != 10 || last.Links["next"].URI != "" {
		t.Errorf("last page has %d items", len(last.Items))
	}
}

func TestSearch(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct{ field, value, want string }{
		{"CompanyName", "harBOUR", "Harbourline Ceramics"}, {"Domain", "VILANOVA", "Azulejaria Vila Nova, Lda."},
		{"companyname", "青竹", "青竹茶业有限公司"}, {"CompanyName", "line", ""}, {"IndirectReseller", "x", ""},
	} {
		page := decode[listPage](t, s.want(s.get("/v1/customers?size=50&"+filterJSON(c.field, c.value, "starts_with")), 200, "").raw)
		got := ""
		if len(page.Items) == 1 {
			got = page.Items[0].CompanyProfile.CompanyName
		}
		if got != c.want || len(page.Items) > 1 {
			t.Errorf("%s %s: %v", c.field, c.value, page.Items)
		}
	}
	for _, query := range []string{filterJSON("CompanyName", "a", "substring"), filterJSON("CompanyName", "a", "equals"),
		filterJSON("Name", "a", "starts_with"), "filter=x", "size=-1", "size=many", "seekOperation=PageIndex"} {
		s.want(s.get("/v1/customers?"+query), 400, "2000")
	}
	for size, want := range map[string]int{"0": 60, "": 60, "1": 1, "9999": 60} {
		if page := decode[listPage](t, s.get("/v1/customers?size="+size).raw); len(page.Items) != want {
			t.Errorf("size %q gives %d", size, len(page.Items))
		}
	}
	big := newSite(t, func(o *Options) { o.Customers = 600 })
	for size, want := range map[string]int{"0": 100, "500": 500, "501": 500} {
		if page := decode[listPage](t, big.get("/v1/customers?size="+size).raw); len(page.Items) != want {
			t.Errorf("size %q gives %d of 600", size, len(page.Items))
		}
	}
}

func TestTheListShowsTheFriendlyName(t *testing.T) {
	s := newSite(t)
	profile, _ := s.read(s.first())
	s.want(s.put(s.first(), profile.with("companyName", "Tidewater Tiles")), 200, "")
	page := decode[listPage](t, s.get("/v1/customers?"+filterJSON("CompanyName", "tidew", "starts_with")).raw)
	if len(page.Items) != 1 {
		t.Error("the new name is not found")
	}
	company := s.get("/v1/customers/" + string(s.first()) + "/profiles/company").object(t)
	if company.text("companyName") != "Harbourline Ceramics" {
		t.Error("the tenant's own name changed")
	}
}

func TestPathsAndMethods(t *testing.T) {
	s := newSite(t)
	id := "/v1/customers/" + string(s.first())
	for _, path := range []string{"/", "/v1", "/v1/orders", id + "/", id + "/Profiles/billing", id + "/profiles/billing/x"} {
		s.want(s.get(path), 404, "")
	}
	r := s.want(s.do("PATCH", billingPath(s.first()), "{}"), 405, "")
	if r.header.Get("Allow") != "GET, PUT" {
		t.Errorf("Allow: %v", r.header)
	}
	s.want(s.get("/v1/customers/not-a-guid"), 400, "900118")
	s.want(s.get("/v1/customers/00000000-0000-4000-8000-000000000000"), 404, "1000")
	s.want(s.get("/v1/customers/"+string(UnrelatedCustomer)), 403, "20002")
	s.set(func(w *Switches) { w.ErrorCode = "string" })
	s.want(s.get("/v1/customers/"+string(UnrelatedCustomer)), 403, `"20002"`)
	s.want(s.do("PUT", billingPath(s.first()), "{}", "Content-Type", "text/plain"), 415, "")
	s.want(s.do("PUT", billingPath(s.first()), "[]"), 400, `"800002"`)
}
