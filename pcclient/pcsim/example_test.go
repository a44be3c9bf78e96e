package pcsim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/pcclient/pcsim"
)

// A client that did not see somebody else's change is told so.
func Example() {
	sim, err := pcsim.New(pcsim.Options{Customers: 20})
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: sim.Transport()}
	customer := sim.Customers()[0]
	fmt.Println(customer.CompanyName, customer.Country)

	url := "https://api.partnercenter.microsoft.com/v1/customers/" + string(customer.ID) + "/profiles/billing"
	status, profile := send(client, "GET", url, "")
	fmt.Println(status)

	_ = sim.EditElsewhere(customer.ID, "Jonas Weber", []byte(`{"email":"office@harbourline.example"}`))
	status, problem := send(client, "PUT", url, strings.Replace(profile, "Seattle", "Tacoma", 1))
	fmt.Println(status, problem)
	// Output:
	// Harbourline Ceramics US
	// 200
	// 400 {"code":2055,"description":"Etag is no longer valid","data":[],"source":"PartnerFD"}
}

func send(client *http.Client, method, url, body string) (int, string) {
	req, _ := http.NewRequest(method, url, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer any")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimPrefix(string(data), "\uFEFF")
}

// The change is made, its answer is lost.
func ExampleSimulator_AddFaults() {
	sim, _ := pcsim.New(pcsim.Options{Customers: 20})
	client := &http.Client{Transport: sim.Transport()}
	url := "https://sim.example/v1/customers/" + string(sim.Customers()[0].ID) + "/profiles/billing"
	_, profile := send(client, "GET", url, "")

	before := 0
	if err := sim.AddFaults(pcsim.Fault{Method: "PUT", CutAfterBytes: &before}); err != nil {
		panic(err)
	}
	req, _ := http.NewRequest("PUT", url, strings.NewReader(strings.Replace(profile, "Seattle", "Tacoma", 1)))
	req.Header.Set("Authorization", "Bearer any")
	req.Header.Set("Content-Type", "application/json")
	_, err := client.Do(req)
	stored, _ := sim.BillingProfile(sim.Customers()[0].ID)
	fmt.Println(err != nil, strings.Contains(string(stored), "Tacoma"))
	// Output: true true
}
