package pcclient_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
)

func TestACustomerComesWithItsBillingProfile(t *testing.T) {
	u := newUpstream(t, says(200, bom+`{"id":"`+string(tenant)+`","companyProfile":{"companyName":"Quill"},"allowDelegatedAccess":true,"customDomains":["a.example"],"billingProfile":`+profileJSON("77")[3:]+`}`))
	c, err := u.client(t).Customers.Get(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	if c.BillingETag != "77" || c.BillingProfile.DefaultAddress.City != "York" || !c.AllowDelegatedAccess || c.CustomDomains[0] != "a.example" {
		t.Errorf("got %+v", c)
	}
}

func TestACompanyProfile(t *testing.T) {
	u := newUpstream(t, says(200, `{"tenantId":"`+string(tenant)+`","companyName":"Quill","address":{"region":"WA"},"email":"a@b"}`))
	p, err := u.client(t).CompanyProfiles.Get(t.Context(), tenant)
	if err != nil || p.Address.Region != "WA" || p.TenantID != tenant || p.Email != "a@b" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestValidationStatus(t *testing.T) {
	u := newUpstream(t,
		says(200, `{"type":"account","status":"Not Ready","lastUpdateDateTime":"2021-07-14T18:02:00"}`),
		says(404, `{"code":600074,"message":"none","errorName":"AccountStatusNotFound"}`),
		says(404, `{"code":60003,"description":"no such tenant"}`))
	pc := u.client(t)
	got, err := pc.ValidationStatuses.Get(t.Context(), tenant)
	if err != nil || got.Status != pcclient.ValidationNotReady || !got.LastUpdate.Equal(time.Date(2021, 7, 14, 18, 2, 0, 0, time.UTC)) {
		t.Errorf("got %+v, %v", got, err)
	}
	if uri := u.calls()[0].uri; uri != "/v1/customers/"+string(tenant)+"/validationStatus?type=account" {
		t.Error(uri)
	}
	got, err = pc.ValidationStatuses.Get(t.Context(), tenant)
	if diff := cmp.Diff(pcclient.ValidationStatus{}, got); diff != "" || err != nil {
		t.Errorf("no status is no error: %v %s", err, diff)
	}
	_, err = pc.ValidationStatuses.Get(t.Context(), tenant)
	wantKinds(t, err, pcclient.ErrNotFound)
}

func TestCountryRulesAreKeptForADay(t *testing.T) {
	u := newUpstream(t, says(404, `{"code":1000}`), says(200, bom+`{"iso2Code":"PT","isCityRequired":true,"isStateRequired":false,"supportedStatesList":[],"supportedLanguagesList":["en","pt-PT"],"postalCodeRegex":"^\\d{4}$","phoneNumberRegex":null}`))
	pc := u.client(t)
	_, err := pc.CountryRules.Get(t.Context(), "PT")
	wantKinds(t, err, pcclient.ErrNotFound)

	rules, err := pc.CountryRules.Get(t.Context(), " pt ")
	if err != nil || !rules.CityRequired || rules.StateRequired || rules.PostalCodePattern != `^\d{4}$` || rules.PhonePattern != "" {
		t.Fatalf("got %+v, %v", rules, err)
	}
	rules.Languages[0] = "spoilt"
	other := pc.As(func(context.Context, string) (string, error) { return "somebody else", nil })
	rules, err = other.CountryRules.Get(t.Context(), "PT")
	if err != nil || rules.Languages[0] != "en" {
		t.Errorf("got %v, %v", rules.Languages, err)
	}
	rules.Languages[0] = "spoilt again"
	if rules, err = other.CountryRules.Get(t.Context(), "PT"); err != nil || rules.Languages[0] != "en" {
		t.Errorf("got %v, %v", rules.Languages, err)
	}
	u.wantCalls(t, 2)
	if u.calls()[1].uri != "/v1/countryvalidationrules/PT" {
		t.Error(u.calls()[1].uri)
	}

	u.now = u.now.Add(24 * time.Hour)
	if _, err := other.CountryRules.Get(t.Context(), "PT"); err != nil {
		t.Fatal(err)
	}
	u.wantCalls(t, 3)
	for _, code := range []string{"", "P", "PRT", "p/", "../"} {
		_, err := pc.CountryRules.Get(t.Context(), code)
		wantKinds(t, err, pcclient.ErrRejected, pcclient.ErrNotSent)
	}
}

func TestCheckingAnAddress(t *testing.T) {
	mint := pcclient.Address{AddressLine1: "1 Mint Yard", City: "York", PostalCode: "YO1", Country: "GB", FirstName: "not sent"}
	for _, c := range []struct {
		name, body string
		status     int
		want       pcclient.AddressCheck
	}{
		{
			"a suggestion", `{"originalAddress":{},"suggestedAddresses":[{"city":"York","postalCode":"YO1 7HH"}],"status":"StreetPartial","validationMessage":"Address field invalid for property: &#39;City&#39;"}`, 200,
			pcclient.AddressCheck{Status: pcclient.AddressStreetPartial, Suggested: []pcclient.Address{{City: "York", PostalCode: "YO1 7HH"}}, Message: "Address field invalid for property: 'City'"},
		},
		{"a status as the manual prints it", `{"status":"verified shippable"}`, 200, pcclient.AddressCheck{Status: pcclient.AddressVerifiedShippable}},
		{"a status of tomorrow", `{"status":"Lunar","suggestedAddresses":null}`, 200, pcclient.AddressCheck{Status: "Lunar"}},
		{"before mid-2021: nothing but a byte order mark", bom, 200, pcclient.AddressCheck{Status: pcclient.AddressVerified}},
		{"before mid-2021: nothing said, all well", "", 200, pcclient.AddressCheck{Status: pcclient.AddressVerified}},
		{
			"before mid-2021: a correction", `{"code":2007,"description":"{\"code\":\"60071\",\"reason\":\"City &#39;X&#39;\",\"corrected_address\":{\"country\":\"US\",\"region\":\"WA\",\"city\":\"BELLEVUE\",\"address_line1\":\"One &amp; Two\",\"postal_code\":\"98007\"}}"}`, 400,
			pcclient.AddressCheck{Status: pcclient.AddressInteractionRequired, Message: "City 'X'", Suggested: []pcclient.Address{{Country: "US", State: "WA", City: "BELLEVUE", AddressLine1: "One & Two", PostalCode: "98007"}}},
		},
		{"before mid-2021: no idea", `{"code":"2007","description":"{\"reason\":\"unknown\"}"}`, 400, pcclient.AddressCheck{Status: pcclient.AddressNone, Message: "unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUpstream(t, says(c.status, c.body))
			got, err := u.client(t).Addresses.Validate(t.Context(), mint)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if want := `{"AddressLine1":"1 Mint Yard","City":"York","PostalCode":"YO1","Country":"GB"}`; u.calls()[0].body != want {
				t.Errorf("sent %s", u.calls()[0].body)
			}
		})
	}
	t.Run("another 400 is an error", func(t *testing.T) {
		u := newUpstream(t, says(400, `{"code":2000,"description":"{}"}`))
		_, err := u.client(t).Addresses.Validate(t.Context(), mint)
		wantKinds(t, err, pcclient.ErrRejected)
	})
	t.Run("a check changes nothing, so it is repeated like a read", func(t *testing.T) {
		u := newUpstream(t, says(503, ""), says(200, `{"status":"None"}`))
		if _, err := u.client(t).Addresses.Validate(t.Context(), mint); err != nil {
			t.Error(err)
		}
	})
}

func TestAuditRecords(t *testing.T) {
	u := newUpstream(t, says(200, bom+`{"totalCount":1,"items":[{"id":"r","customerId":"`+string(tenant)+`","userPrincipalName":"ada@p.example","operationType":"update_customer_billing_profile","originalCorrelationId":"c","operationDate":"2020-09-02T17:34:12.8069005Z","operationStatus":"succeeded","resourceNewValue":"{\"CompanyName\":\"Quill\",\"DefaultAddress\":{\"City\":\"York\",\"Region\":null},\"Attributes\":{\"Etag\":\"-5\"}}","customizedData":[{"key":"k","value":null}]}]}`))
	pc := u.client(t)
	page, err := pc.AuditRecords.Search(t.Context(), pcclient.AuditQuery{Customer: tenant})
	if err != nil {
		t.Fatal(err)
	}
	got := page.Items[0]
	if got.User != "ada@p.example" || got.CorrelationID != "c" || got.Time.Nanosecond() != 806900500 || got.Data[0].Key != "k" {
		t.Errorf("got %+v", got)
	}
	profile, etag, err := pcclient.ParseBillingProfile([]byte(got.NewValue))
	if err != nil || profile.DefaultAddress.City != "York" || profile.CompanyName != "Quill" || etag != "-5" {
		t.Errorf("got %+v, %q, %v", profile, etag, err)
	}
	asked, err := url.Parse(u.calls()[0].uri)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"startDate": {"2026-02-12"}, "endDate": {"2026-03-14"}, "filter": {`{"Field":"CustomerId","Value":"` + string(tenant) + `","Operator":"equals"}`}}
	if diff := cmp.Diff(want, asked.Query()); diff != "" || asked.Path != "/v1/auditrecords" {
		t.Error(asked.Path, diff)
	}
	for _, q := range []pcclient.AuditQuery{{Customer: "x"}, {Customer: tenant, CompanyName: "Q"}, {Size: 501}} {
		_, err := pc.AuditRecords.Search(t.Context(), q)
		wantKinds(t, err, pcclient.ErrRejected, pcclient.ErrNotSent)
	}
	for _, err := range pc.AuditRecords.All(t.Context(), pcclient.AuditQuery{Start: u.now.Add(-time.Hour)}) {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAuditRecordsOverPages(t *testing.T) {
	page := func(id, next string) string {
		return `{"items":[{"id":"` + id + `","operationDate":"2020-09-02T17:34:12Z"}],"links":{"next":{"uri":"` + next + `","headers":[]}}}`
	}
	u := newUpstream(t, says(200, page("a", "/auditrecords?seekOperation=Next")), says(200, page("b", "")))
	var ids []string
	for record, err := range u.client(t).AuditRecords.All(t.Context(), pcclient.AuditQuery{ResourceType: "customer", Size: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, record.ID)
	}
	if diff := cmp.Diff([]string{"a", "b"}, ids); diff != "" {
		t.Error(diff)
	}
	_, err := u.client(t).AuditRecords.Next(t.Context(), pcclient.Link{URI: "/v1/customers"})
	wantKinds(t, err, pcclient.ErrUnexpected, pcclient.ErrNotSent)
	u.wantCalls(t, 2)
}

func TestAnswersOfAnotherShape(t *testing.T) {
	u := newUpstream(t, says(200, `{"message":"maintenance"}`))
	pc := u.client(t)
	for name, call := range map[string]func() error{
		"customer":        func() error { _, err := pc.Customers.Get(t.Context(), tenant); return err },
		"billing profile": func() error { _, _, err := pc.BillingProfiles.Get(t.Context(), tenant); return err },
		"address check":   func() error { _, err := pc.Addresses.Validate(t.Context(), pcclient.Address{}); return err },
		"audit records":   func() error { _, err := pc.AuditRecords.Search(t.Context(), pcclient.AuditQuery{}); return err },
		"country rules":   func() error { _, err := pc.CountryRules.Get(t.Context(), "GB"); return err },
		"company profile": func() error { _, err := pc.CompanyProfiles.Get(t.Context(), tenant); return err },
		"account status":  func() error { _, err := pc.ValidationStatuses.Get(t.Context(), tenant); return err },
	} {
		t.Run("F-06 "+name, func(t *testing.T) { wantKinds(t, call(), pcclient.ErrUnexpected) })
	}
}

func TestClouds(t *testing.T) {
	for _, name := range []string{"global", "usgov", "China"} {
		cloud, ok := pcclient.CloudNamed(name)
		if !ok || cloud.Scope != cloud.API+"/user_impersonation" {
			t.Errorf("%s: %+v", name, cloud)
		}
		if _, err := pcclient.New(pcclient.Options{BaseURL: cloud.API}); err != nil {
			t.Error(err)
		}
	}
	if _, ok := pcclient.CloudNamed("germany"); ok {
		t.Error("closed in 2021")
	}
	for _, bad := range []string{"ftp://a", "https://", "https://a?b", "https://u:p@a", "https://a/v1", "://", "a.example",
		// The token would go in plain text past whoever is on the way.
		"http://a.example", "http://127.0.0.1.a.example", "http://localhost.a.example", "http://10.0.0.1"} {
		if _, err := pcclient.New(pcclient.Options{BaseURL: bad}); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	for _, local := range []string{"http://localhost:8082", "http://127.0.0.1:8082", "http://[::1]:8082"} {
		if _, err := pcclient.New(pcclient.Options{BaseURL: local}); err != nil {
			t.Errorf("%s: %v", local, err)
		}
	}
	if _, err := pcclient.New(pcclient.Options{Application: "a\nb"}); err == nil {
		t.Error("a line break in a header was accepted")
	}
}

func TestABaseAddressWithAPath(t *testing.T) {
	u := newUpstream(t, says(200, customersJSON("/proxy/v1/customers?x", "A")), says(200, customersJSON("", "B")))
	pc, err := pcclient.New(pcclient.Options{BaseURL: u.URL + "/proxy/", Token: func(context.Context, string) (string, error) { return "one", nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pc.CloseIdleConnections)
	for _, err := range pc.Customers.All(t.Context(), pcclient.CustomerQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, call := range u.calls() {
		if call.uri[:20] != "/proxy/v1/customers?" {
			t.Error(call.uri)
		}
	}
}

func TestTenantIDs(t *testing.T) {
	if id, err := pcclient.ParseTenantID(" 0B6E2A1C-4D5F-4A7B-9C8D-1E2F3A4B5C6D\n"); err != nil || id != tenant {
		t.Errorf("%q, %v", id, err)
	}
	for _, bad := range []string{"", "x", "{0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6d}", "0b6e2a1c4d5f4a7b9c8d1e2f3a4b5c6d", "0b6e2a1c-4d5f-4a7b-9c8d-1e2f3a4b5c6g", "0b6e2a1c-4d5f-4a7b-9c8d_1e2f3a4b5c6d"} {
		if _, err := pcclient.ParseTenantID(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	a, b := pcclient.NewGUID(), pcclient.NewGUID()
	if _, err := pcclient.ParseTenantID(a); err != nil || a == b || a[14] != '4' {
		t.Errorf("%s, %s", a, b)
	}
}

func TestF21WhetherTheSignInHasASecondFactor(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   pcclient.SecondFactor
	}{
		"it says yes":     {says(200, "{}", "isMfaCompliant", "true"), pcclient.SecondFactorGood},
		"in other case":   {says(200, "{}", "ISMFACOMPLIANT", "True"), pcclient.SecondFactorGood},
		"it says no":      {says(200, "{}", "isMfaCompliant", "false"), pcclient.SecondFactorMissing},
		"it says nothing": {says(200, "{}"), pcclient.SecondFactorUnknown},
		"something else":  {says(200, "{}", "isMfaCompliant", "perhaps"), pcclient.SecondFactorUnknown},
		"it refuses":      {says(401, `{"code":900421,"description":"MFA"}`), pcclient.SecondFactorMissing},
		"as in 2019":      {writes("HTTP/1.1 401 Unauthorized - MFA required\r\nContent-Length: 0\r\n\r\n"), pcclient.SecondFactorMissing},
	} {
		t.Run("F-21 "+name, func(t *testing.T) {
			u := newUpstream(t, c.answer)
			if got, err := u.client(t).SecondFactor.Check(t.Context()); err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
			if calls := u.calls(); len(calls) != 1 || calls[0].header.Get("ValidateMfa") != "true" {
				t.Errorf("asked %v", calls)
			}
		})
	}
	u := newUpstream(t, says(403, `{"code":900309}`))
	_, err := u.client(t).SecondFactor.Check(t.Context())
	wantKinds(t, err, pcclient.ErrForbidden)
}
