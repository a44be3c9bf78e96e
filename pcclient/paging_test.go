package pcclient_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
)

func customersJSON(next string, names ...string) string {
	var items []string
	for i, name := range names {
		items = append(items, fmt.Sprintf(`{"id":"0B6E2A1C-4D5F-4A7B-9C8D-00000000000%d","companyProfile":{"companyName":%q,"domain":"d.example"},"relationshipToPartner":"reseller"}`, i, name))
	}
	links := ""
	if next != "" {
		links = `,"links":{"next":{"uri":"` + next + `","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"a,b/c+d="},{"key":"Authorization","value":"x"},{"key":"idempotency-key","value":"x"}]}}`
	}
	return fmt.Sprintf(bom+`{"totalCount":%d,"items":[%s]%s,"attributes":{"objectType":"Collection"}}`, len(names), strings.Join(items, ","), links)
}

func TestSearchingCustomers(t *testing.T) {
	u := newUpstream(t, says(200, customersJSON("", "Quill & Sons")))
	page, err := u.client(t).Customers.Search(t.Context(), pcclient.CustomerQuery{CompanyName: `Qu"ill &`, Size: 25})
	if err != nil {
		t.Fatal(err)
	}
	got := page.Items[0]
	if got.ID != "0b6e2a1c-4d5f-4a7b-9c8d-000000000000" || got.CompanyName != "Quill & Sons" || got.Domain != "d.example" || got.Relationship != "reseller" || got.BillingProfile != nil || page.Next != nil {
		t.Errorf("got %+v, next %v", got, page.Next)
	}
	asked, err := url.Parse(u.calls()[0].uri)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"size": {"25"}, "filter": {`{"Field":"CompanyName","Value":"Qu\"ill &","Operator":"starts_with"}`}}
	if diff := cmp.Diff(want, asked.Query()); diff != "" {
		t.Error(diff)
	}

	_, err = u.client(t).Customers.Search(t.Context(), pcclient.CustomerQuery{CompanyName: "a", Domain: "b"})
	wantKinds(t, err, pcclient.ErrRejected, pcclient.ErrNotSent)
}

func TestFollowingPages(t *testing.T) {
	for _, uri := range []string{"/v1/customers?size=2&seekOperation=Next", "/customers?size=2&seekOperation=Next", "/V1/Customers?size=2&seekOperation=Next", "ABSOLUTE/v1/customers?size=2&seekOperation=Next", "/customers?size=2?seekOperation=Next"} {
		t.Run(uri, func(t *testing.T) {
			u := newUpstream(t)
			u.answers = append(u.answers, says(200, customersJSON(strings.Replace(uri, "ABSOLUTE", u.URL, 1), "A", "B")), says(200, customersJSON("", "C")))
			var names []string
			ctx := pcclient.WithRequestID(t.Context(), "mine")
			for customer, err := range u.client(t).Customers.All(ctx, pcclient.CustomerQuery{Size: 2}) {
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, customer.CompanyName)
			}
			if diff := cmp.Diff([]string{"A", "B", "C"}, names); diff != "" {
				t.Error(diff)
			}
			first, second := u.calls()[0], u.calls()[1]
			_, query, _ := strings.Cut(uri, "?")
			if second.uri != "/v1/customers?"+query || second.header.Get("MS-ContinuationToken") != "a,b/c+d=" {
				t.Errorf("asked %s with %v", second.uri, second.header)
			}
			if second.header.Get("Authorization") != "Bearer one" || second.header.Get("Idempotency-Key") != "" {
				t.Errorf("a link set what only the client may: %v", second.header)
			}
			if first.header.Get("MS-RequestId") != "mine" || second.header.Get("MS-RequestId") == "mine" {
				t.Error("each page is an operation of its own; the caller's id names the first")
			}
		})
	}
}

func TestLinksThatLeadAstray(t *testing.T) { t.Run("V1.3.6 V13.2.4 V13.2.5", testLinksThatLeadAstray) }

func testLinksThatLeadAstray(t *testing.T) {
	u := newUpstream(t, says(200, customersJSON("", "A")))
	pc := u.client(t)
	host := strings.TrimPrefix(u.URL, "http://")
	for _, l := range []pcclient.Link{
		{URI: "https://evil.example/v1/customers?size=2"}, {URI: "//evil.example/v1/customers"}, {URI: "https://" + host + "/v1/customers"},
		{URI: "http://a@" + host + "/v1/customers"}, {URI: "http://" + host + ".evil.example/v1/customers"}, {URI: "mailto:a@b"},
		{URI: "/v1/invoices"}, {URI: "/v1/customers/../partners"}, {URI: "/_sim/reset"}, {URI: ""}, {URI: "%zz"},
		{URI: "/v1/customers", Method: "DELETE"},
		{URI: "/v1/customers", Headers: []pcclient.LinkHeader{{Key: "MS-ContinuationToken", Value: "a\r\nX: y"}}},
	} {
		_, err := pc.Customers.Next(t.Context(), l)
		if e := details(t, err); e.Status != 0 {
			t.Errorf("%+v was followed", l)
		}
	}
	u.wantCalls(t, 0)
}

func TestAListThatBitesItsTail(t *testing.T) {
	u := newUpstream(t, says(200, customersJSON("/customers?x", "A")))
	var last error
	n := 0
	for _, last = range u.client(t).Customers.All(t.Context(), pcclient.CustomerQuery{}) {
		n++
	}
	wantKinds(t, last, pcclient.ErrUnexpected)
	u.wantCalls(t, 2)
	if n != 3 {
		t.Errorf("%d turns, want two customers and the error", n)
	}
}

func TestALoopMayBeLeftEarly(t *testing.T) {
	u := newUpstream(t, says(200, customersJSON("/customers?x", "A", "B")))
	for range u.client(t).Customers.All(t.Context(), pcclient.CustomerQuery{}) {
		break
	}
	u.wantCalls(t, 1)
}

func TestALinkKeepsAsJSON(t *testing.T) {
	in := `{"uri":"/customers?size=2","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"a,b/c"}]}`
	var l pcclient.Link
	if err := json.Unmarshal([]byte(in), &l); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(l)
	if err != nil || string(out) != in {
		t.Errorf("%s, %v", out, err)
	}
}

func TestAPageThatIsNone(t *testing.T) {
	for _, body := range []string{`{}`, `[]`, `"x"`, ``, `{"items":{}}`, `{"items":[1]}`, `<html>`} {
		u := newUpstream(t, says(200, body))
		_, err := u.client(t).Customers.Search(t.Context(), pcclient.CustomerQuery{})
		wantKinds(t, err, pcclient.ErrUnexpected)
	}
}
