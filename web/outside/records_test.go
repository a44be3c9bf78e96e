package outside_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/outside"
)

// record is an audit record as the upstream writes it.
func (p *post) record(change func(map[string]any)) map[string]any {
	r := map[string]any{
		"id": "partner_customer_updatecustomerbillingprofile_1", "customerId": strings.ToUpper(string(p.customer())),
		"userPrincipalName": "ines@partner.example", "operationType": "update_customer_billing_profile", "operationStatus": "succeeded",
		"operationDate": "2026-05-04T12:00:00.1234567Z", "originalCorrelationId": "c1",
		"resourceOldValue": `{"Email":"old@harbourline.example","CompanyName":"Harbourline","UserCredentials":{"Password":"marker"}}`,
		"resourceNewValue": `{"Email":"new@harbourline.example","CompanyName":"Harbourline"}`,
	}
	change(r)
	return r
}

// answers lets Partner Center's audit records be these.
func (p *post) answers(next bool, records ...map[string]any) {
	p.wire.on(func(r *http.Request) (*http.Response, error) {
		page := map[string]any{"totalCount": len(records), "items": records}
		if next {
			page["links"] = map[string]any{"next": map[string]any{"uri": fmt.Sprintf("/auditrecords?size=500&n=%d", p.wire.asked()), "method": "GET"}}
		}
		body, err := json.Marshal(page)
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body))), Request: r}, err
	})
}

func TestWhatARecordSaysIsKeptAndNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string]any)
		kept   bool
		check  func(audit.Record) bool
	}{
		"as it should be": {func(map[string]any) {}, true, func(r audit.Record) bool {
			return cmp.Equal(r.Before, map[string]string{"email": "old@harbourline.example"}) &&
				cmp.Equal(r.After, map[string]string{"email": "new@harbourline.example"}) &&
				r.Time.Equal(time.Date(2026, 5, 4, 12, 0, 0, 123456000, time.UTC))
		}},
		"the old value is not told": {func(r map[string]any) { delete(r, "resourceOldValue") }, true, func(r audit.Record) bool {
			return r.Before == nil && r.After["companyName"] == "Harbourline" && r.After["email"] == "new@harbourline.example"
		}},
		"the new value is not told": {func(r map[string]any) { delete(r, "resourceNewValue") }, true, func(r audit.Record) bool {
			return r.Before == nil && r.After == nil && len(r.Fields) == 0
		}},
		"the new value is no profile":  {func(r map[string]any) { r["resourceNewValue"] = `"boo"` }, true, func(r audit.Record) bool { return r.After == nil }},
		"the new value has no end":     {func(r map[string]any) { r["resourceNewValue"] = `{"Email":"` + strings.Repeat("x", 70<<10) + `"}` }, true, func(r audit.Record) bool { return r.After == nil }},
		"a service":                    {func(r map[string]any) { delete(r, "userPrincipalName") }, true, func(r audit.Record) bool { return r.OperatorName == "" }},
		"no correlation ID":            {func(r map[string]any) { delete(r, "originalCorrelationId") }, true, func(r audit.Record) bool { return r.CorrelationID == "" }},
		"a name that would break rows": {func(r map[string]any) { r["userPrincipalName"] = "a\x00b\nc\u0007" }, true, func(r audit.Record) bool { return r.OperatorName == "abc" }},
		"a name without an end": {func(r map[string]any) { r["userPrincipalName"] = strings.Repeat("é", 500) }, true,
			func(r audit.Record) bool { return r.OperatorName == strings.Repeat("é", 100) }},
		"A-46 a hostile value": {func(r map[string]any) { r["resourceNewValue"] = `{"Email":"=cmd()<script>"}` }, true,
			func(r audit.Record) bool { return r.After["email"] == "=cmd()<script>" }},
		"another operation":          {func(r map[string]any) { r["operationType"] = "add_customer" }, false, nil},
		"it failed":                  {func(r map[string]any) { r["operationStatus"] = "failed" }, false, nil},
		"it has not ended":           {func(r map[string]any) { r["operationStatus"] = "progress" }, false, nil},
		"another customer":           {func(r map[string]any) { r["customerId"] = pcclient.NewGUID() }, false, nil},
		"no id":                      {func(r map[string]any) { delete(r, "id") }, false, nil},
		"an id that cannot be one":   {func(r map[string]any) { r["id"] = "a\x00b" }, false, nil},
		"no time":                    {func(r map[string]any) { r["operationDate"] = "soon" }, false, nil},
		"everything reads as before": {func(r map[string]any) { r["resourceOldValue"] = r["resourceNewValue"] }, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			p.answers(false, p.record(c.change))
			if got := p.look(ada); got != outside.Seen {
				t.Fatalf("the look was %q:\n%s", got, p.out)
			}
			list := p.changes(audit.Filter{})
			if len(list) > 0 != c.kept {
				t.Fatalf("%d entries: %+v", len(list), list)
			}
			if c.kept && !c.check(list[0]) {
				t.Errorf("kept as %+v", list[0])
			}
			for _, r := range list {
				if strings.Contains(fmt.Sprint(r), "marker") {
					t.Errorf("a secret of the record is kept: %+v", r)
				}
			}
		})
	}
}

// A list without an end is left after a few pages, and what was read of it counts.
func TestALookReadsAFewPagesAtMost(t *testing.T) {
	p := newPost(t)
	p.answers(true, p.record(func(map[string]any) {}), p.record(func(map[string]any) {}))
	if got := p.look(ada); got != outside.Seen || p.wire.asked() != 4 {
		t.Errorf("%q after %d calls, want 4", got, p.wire.asked())
	}
	if n := len(p.changes(audit.Filter{})); n != 1 {
		t.Errorf("%d entries of one save told again and again", n)
	}
}
