package main

import (
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/submission"
)

// onLocalhost serves a handler that needs to know its own address.
func onLocalhost(t *testing.T, handler func(origin string) http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	origin := "http://localhost:" + port
	server := httptest.NewUnstartedServer(handler(origin))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return origin
}

// F-38: where an operator of the portal allows it, the application itself reads what
// became of a save whose process died, and nobody has to come by.
func TestF38TheApplicationSettlesWhatACrashLeft(t *testing.T) {
	db := databasetest.Open(t)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	issuer := onLocalhost(t, func(origin string) http.Handler {
		provider, err := demo.NewProvider(demo.Options{Issuer: origin, ClientID: "portal", ClientSecret: "the secret", RedirectURIs: []string{origin + "/callback"}})
		if err != nil {
			t.Fatal(err)
		}
		return provider
	})
	var sim *pcsim.Simulator
	api := onLocalhost(t, func(string) http.Handler {
		sim, err = pcsim.New(pcsim.Options{Customers: 4, Seed: 1, Issuer: issuer, Roles: demo.UpstreamRoles(), PartnerTenant: demo.PartnerTenant})
		if err != nil {
			t.Fatal(err)
		}
		return sim
	})
	cloud, _ := pcclient.CloudNamed("global")
	provider := signin.New(signin.Config{
		Issuer: issuer, ClientID: "portal", ClientSecret: "the secret", BaseURL: "http://localhost:1", Scope: cloud.Scope,
		HTTPClient: &http.Client{}, Now: time.Now, Ring: ring,
	})
	app, err := pcclient.New(pcclient.Options{BaseURL: api, Token: provider.AppTokenSource()})
	if err != nil {
		t.Fatal(err)
	}
	saves := submission.New(submission.Options{DB: db, Ring: ring, Trail: audit.New(db, ring, time.Now)})

	// An intent as a process leaves it that died with its PUT carried out.
	id := sim.Customers()[0].ID
	profile, etag, err := app.BillingProfiles.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("the application may not read: %v", err)
	}
	base := forms.FromBillingProfile(profile)
	profile.Email = "new@harbourline.example"
	key := pcclient.NewGUID()
	got, err := saves.Save(t.Context(), app, submission.Request{
		Key: key, Draft: "draft", Operator: submission.Operator{Key: "tenant|ada", Name: "Ada"}, Customer: id,
		ETag: etag, Base: base, Wish: forms.FromBillingProfile(profile),
	})
	if err != nil || got.Reason != submission.Forbidden {
		t.Fatalf("the application could write: %s %s, %v", got.State, got.Reason, err)
	}
	if err := sim.EditElsewhere(id, "Ada", []byte(`{"email":"new@harbourline.example"}`)); err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE submissions SET state = 'recorded', reason = '', settled_at = 0, alive_until = 0, outcome = ''`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	tender := &tender{saves: saves, log: slog.New(slog.DiscardHandler)}
	tender.tend(t.Context())
	if got, err = saves.Find(t.Context(), key); err != nil || got.State != submission.InDoubt {
		t.Fatalf("taken over, the save is %s, %v", got.State, err)
	}
	tender.app = app
	tender.tend(t.Context())
	if got, err = saves.Find(t.Context(), key); err != nil || got.State != submission.Applied {
		t.Errorf("read by the application, the save is %s, %v", got.State, err)
	}
}
