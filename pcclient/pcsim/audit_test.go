package pcsim

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type auditPage struct {
	TotalCount int
	Items      []struct {
		ID, CustomerID, CustomerName, UserPrincipalName, ApplicationID, ResourceType string
		ResourceOldValue, ResourceNewValue, OperationType, OriginalCorrelationID     string
		OperationDate                                                                time.Time
		OperationStatus                                                              string
	}
	Links map[string]json.RawMessage
}

func TestAuditOfAnUpdate(t *testing.T) {
	s := newSite(t)
	before := decode[auditPage](t, s.want(s.get("/v1/auditrecords"), 200, "").raw)
	if len(before.Items) != 10 {
		t.Errorf("%d past records", len(before.Items))
	}
	profile, etag := s.read(s.first())
	s.want(s.put(s.first(), moved(profile, "Tacoma").with("companyName", "Tidewater"),
		"MS-CorrelationId", "cccccccc-0000-4000-8000-00000000000c", "MS-PartnerCenter-Application", "Desk"), 200, "")
	after := decode[auditPage](t, s.get("/v1/auditrecords?size=2").raw)
	name, update := after.Items[0], after.Items[1]
	if name.OperationType != "update_customer_partner_contract_company_name" || update.OperationType != "update_customer_billing_profile" {
		t.Fatalf("%s, %s", name.OperationType, update.OperationType)
	}
	if update.CustomerID != string(s.first()) || update.CustomerName != "Tidewater" || update.UserPrincipalName != "anonymous" || update.ApplicationID != "Desk" ||
		update.OriginalCorrelationID != "cccccccc-0000-4000-8000-00000000000c" || !update.OperationDate.Equal(noon) || update.OperationStatus != "succeeded" {
		t.Errorf("%+v", update)
	}
	if !regexp.MustCompile(`_updatecustomerbillingprofile_\d{18}$`).MatchString(update.ID) {
		t.Errorf("id %s", update.ID)
	}
	var members []string
	old, err := parseObject([]byte(update.ResourceOldValue))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range old.object("DefaultAddress") {
		members = append(members, m.name)
	}
	want := words("Id Country Region City State District AddressLine1 AddressLine2 AddressLine3 PostalCode FirstName LastName EmailAddress PhoneNumber MiddleName")
	if diff := cmp.Diff(want, members); diff != "" {
		t.Error(diff)
	}
	if v, there := old.object("DefaultAddress").get("Region"); !there || v != nil {
		t.Error("nulls are not explicit")
	}
	if old.object("Attributes").text("Etag") != etag || !strings.Contains(update.ResourceNewValue, `"City":"Tacoma"`) {
		t.Errorf("%s", update.ResourceOldValue)
	}
}

func TestAuditQueries(t *testing.T) {
	s := newSite(t)
	day := func(back int) string { return noon.AddDate(0, 0, -back).Format(time.DateOnly) }
	count := func(query string) int {
		t.Helper()
		return len(decode[auditPage](t, s.want(s.get("/v1/auditrecords?"+query), 200, "").raw).Items)
	}
	sdk := url.QueryEscape(noon.AddDate(0, 0, -7).Format("1/2/2006 3:04:05 PM"))
	got := []int{count("startDate=" + day(90)), count("startDate=" + day(7)), count("startDate=" + sdk),
		count("startDate=" + day(24) + "&endDate=" + day(24)), count(filterJSON("CompanyName", "LINE", "substring")),
		count(filterJSON("CustomerId", strings.ToUpper(string(s.first())), "equals")), count(filterJSON("ResourceType", "customer", "equals"))}
	if want := []int{10, 3, 3, 1, 2, 2, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, query := range []string{"startDate=" + day(91), "startDate=yesterday", "endDate=x", "filter=x",
		filterJSON("CompanyName", "a", "starts_with"), filterJSON("User", "a", "equals")} {
		s.want(s.get("/v1/auditrecords?"+query), 400, "2000")
	}
	r := s.get("/v1/auditrecords?size=4")
	token := r.object(t).object("links").object("next")
	headers, _ := token.get("headers")
	value := headers.([]any)[0].(object).text("value")
	if next := decode[auditPage](t, s.get(token.text("uri"), "MS-ContinuationToken", value).raw); len(next.Items) != 4 {
		t.Errorf("second page has %d", len(next.Items))
	}
}
