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

// The portal's own credential reads what the evidence says it may, and nothing else.
func TestTheAppAtTheSimulator(t *testing.T) {
	c, at := served(t)
	sim, err := pcsim.New(pcsim.Options{
		Customers: 5, Seed: 1, Issuer: at, Roles: demo.UpstreamRoles(), PartnerTenant: demo.PartnerTenant,
		Now: func() time.Time { return c.clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	_, body := c.redeem(appGrant())
	token, _ := body["access_token"].(string)
	pc, err := pcclient.New(pcclient.Options{
		Transport: sim.Transport(),
		Token:     func(context.Context, string) (string, error) { return token, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, id := t.Context(), sim.Customers()[0].ID
	profile, etag, err := pc.BillingProfiles.Get(ctx, id)
	if err != nil || etag == "" {
		t.Fatalf("reading a billing profile: %v, ETag %q", err, etag)
	}
	if _, err := pc.Customers.Get(ctx, id); err != nil {
		t.Errorf("reading a customer: %v", err)
	}
	profile.Email = "app@changed.example"
	_, _, write := pc.BillingProfiles.Update(ctx, id, etag, profile)
	_, company := pc.CompanyProfiles.Get(ctx, id)
	_, status := pc.ValidationStatuses.Get(ctx, id)
	for _, refused := range []struct {
		what, code string
		err        error
	}{{"writing a billing profile", "900150", write}, {"the company profile", "900329", company}, {"the validation status", "900329", status}} {
		var answer *pcclient.Error
		if !errors.As(refused.err, &answer) || !errors.Is(refused.err, pcclient.ErrForbidden) || answer.Code != refused.code {
			t.Errorf("%s: %v, want it refused with %s", refused.what, refused.err, refused.code)
		}
	}
	c.clock = c.clock.Add(66 * time.Minute)
	if _, _, err := pc.BillingProfiles.Get(ctx, id); !errors.Is(err, pcclient.ErrUnauthorized) {
		t.Errorf("with a token that is over: %v", err)
	}
}
