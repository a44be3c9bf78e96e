package pcclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// harbourline is a tiny upstream with one customer, whose billing profile was last saved as ETag "-71".
func harbourline() *httptest.Server {
	const id = "5a0d1f6e-8c1b-4d0e-9a57-3f4b2c6d7e80"
	profile := func(etag, city string) string {
		return `{"companyName":"Harbourline Ceramics","email":"office@harbourline.example","loyalty":7,` +
			`"defaultAddress":{"country":"GB","city":"` + city + `"},"attributes":{"etag":"` + etag + `"}}`
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/customers", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"totalCount":1,"items":[{"id":"`+id+`","companyProfile":{"companyName":"Harbourline Ceramics","domain":"harbourline.example"}}]}`)
	})
	mux.HandleFunc("GET /v1/customers/"+id+"/profiles/billing", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, profile("-71", "Whitby"))
	})
	mux.HandleFunc("PUT /v1/customers/"+id+"/profiles/billing", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("If-Match") != `"-71"` {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"code":2055,"description":"Etag is no longer valid","source":"PartnerFD"}`)
			return
		}
		fmt.Println("unknown member sent back:", strings.Contains(string(body), `"loyalty":7`))
		_, _ = io.WriteString(w, profile("5920358838484612121", "Leeds"))
	})
	return httptest.NewServer(mux)
}

func adasToken(context.Context, string) (string, error) { return "a token", nil }

func Example() {
	server := harbourline()
	defer server.Close()
	pc, err := pcclient.New(pcclient.Options{BaseURL: server.URL, Application: "Partner Desk"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pc.CloseIdleConnections()
	ada := pc.As(adasToken)
	ctx := context.Background()

	page, err := ada.Customers.Search(ctx, pcclient.CustomerQuery{CompanyName: "harb"})
	if err != nil {
		fmt.Println(err)
		return
	}
	customer := page.Items[0]
	fmt.Println(customer.CompanyName)

	profile, etag, err := ada.BillingProfiles.Get(ctx, customer.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	profile.DefaultAddress.City = "Leeds"
	profile, etag, err = ada.BillingProfiles.Update(ctx, customer.ID, etag, profile)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(profile.DefaultAddress.City, etag)
	// Output:
	// Harbourline Ceramics
	// unknown member sent back: true
	// Leeds 5920358838484612121
}

// Somebody else saved after we read: the update is refused, whichever way the upstream says so.
func ExampleBillingProfilesService_Update_conflict() {
	server := harbourline()
	defer server.Close()
	pc, err := pcclient.New(pcclient.Options{BaseURL: server.URL, Token: adasToken})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pc.CloseIdleConnections()
	ctx := context.Background()
	const id = pcclient.TenantID("5a0d1f6e-8c1b-4d0e-9a57-3f4b2c6d7e80")

	profile, _, err := pc.BillingProfiles.Get(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	profile.DefaultAddress.City = "Leeds"
	_, _, err = pc.BillingProfiles.Update(ctx, id, "an older ETag", profile)
	switch {
	case errors.Is(err, pcclient.ErrETagMismatch):
		fmt.Println("read again and compare")
	case errors.Is(err, pcclient.ErrInDoubt):
		fmt.Println("read again to learn whether it was saved")
	}
	if e, ok := errors.AsType[*pcclient.Error](err); ok {
		fmt.Println(e.Status, e.Code, e.Description)
	}
	// Output:
	// read again and compare
	// 400 2055 Etag is no longer valid
}

func ExampleCustomersService_All() {
	server := harbourline()
	defer server.Close()
	pc, err := pcclient.New(pcclient.Options{BaseURL: server.URL, Token: adasToken})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pc.CloseIdleConnections()
	for customer, err := range pc.Customers.All(context.Background(), pcclient.CustomerQuery{Size: 500}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(customer.ID, customer.Domain)
	}
	// Output:
	// 5a0d1f6e-8c1b-4d0e-9a57-3f4b2c6d7e80 harbourline.example
}

func ExampleParseBillingProfile() {
	// The value inside an audit record: Pascal case, explicit nulls.
	profile, etag, err := pcclient.ParseBillingProfile([]byte(`{"CompanyName":"Harbourline","DefaultAddress":{"City":"Whitby","Region":null},"Attributes":{"Etag":"-71"}}`))
	fmt.Println(profile.CompanyName, profile.DefaultAddress.City, etag, err)
	// Output:
	// Harbourline Whitby -71 <nil>
}

func ExampleParseTenantID() {
	id, err := pcclient.ParseTenantID(" 5A0D1F6E-8C1B-4D0E-9A57-3F4B2C6D7E80 ")
	fmt.Println(id, err)
	// Output:
	// 5a0d1f6e-8c1b-4d0e-9a57-3f4b2c6d7e80 <nil>
}
