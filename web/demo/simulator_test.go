package demo_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
)

// served is a provider on the network, as the simulator wants to read its keys.
func served(t *testing.T) (*client, string) {
	t.Helper()
	var c *client
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.idp.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	c = newClient(t, func(o *demo.Options) { o.Issuer = server.URL + "/idp" })
	return c, server.URL + "/idp"
}

func TestPeopleAtTheSimulator(t *testing.T) {
	c, at := served(t)
	sim, err := pcsim.New(pcsim.Options{
		Customers: 5, Seed: 1, Issuer: at, Roles: demo.UpstreamRoles(), PartnerTenant: demo.PartnerTenant,
		Now: func() time.Time { return c.clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	customer := sim.Customers()[0].ID
	for _, want := range []struct {
		person      string
		read, write error
	}{
		{"ada", nil, nil},
		{"sam", nil, nil},
		{"hana", nil, pcclient.ErrForbidden},
		{"mika", pcclient.ErrMFARequired, nil},
		{"otto", pcclient.ErrForbidden, nil},
	} {
		t.Run(want.person, func(t *testing.T) {
			token := c.tokenFor(want.person)
			pc, err := pcclient.New(pcclient.Options{
				Transport: sim.Transport(),
				Token:     func(context.Context, string) (string, error) { return token, nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			profile, etag, err := pc.BillingProfiles.Get(t.Context(), customer)
			if !errors.Is(err, want.read) {
				t.Fatalf("read: %v, want %v", err, want.read)
			}
			if want.read != nil {
				return
			}
			profile.Email = want.person + "@changed.example"
			if _, _, err := pc.BillingProfiles.Update(t.Context(), customer, etag, profile); !errors.Is(err, want.write) {
				t.Errorf("write: %v, want %v", err, want.write)
			}
		})
	}
}

func (c *client) tokenFor(person string) string {
	c.Helper()
	token, _ := c.signIn(person)["access_token"].(string)
	return token
}
