package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/handlers"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/signin"
)

// runDemo is `portal demo`: the portal with a demo identity provider and a
// simulated Partner Center, in one process, on this machine only.
func runDemo(ctx context.Context, o DemoOptions, log *slog.Logger) error {
	var listeners [3]net.Listener
	for i, address := range []string{o.Listen, o.IDPListen, o.SimListen} {
		listener, err := listen(ctx, address)
		if err != nil {
			return err
		}
		defer listener.Close()
		listeners[i] = listener
	}
	site, idp, api := origin(listeners[0], o.Listen), origin(listeners[1], o.IDPListen), origin(listeners[2], o.SimListen)

	data, forget, err := demoData(o.Data)
	if err != nil {
		return err
	}
	defer forget()
	settings, err := demoSettings(data, site, idp, api)
	if err != nil {
		return err
	}
	settings.Now, settings.Second = o.now, o.second
	provider, err := demo.NewProvider(demo.Options{
		Issuer:         idp,
		ClientID:       settings.ClientID,
		ClientSecret:   string(settings.ClientSecret),
		RedirectURIs:   []string{site + signin.CallbackPath},
		PostLogoutURIs: []string{site + signin.SignedOutPath},
	})
	if err != nil {
		return fmt.Errorf("set up the demo identity provider: %w", err)
	}
	sim, err := pcsim.New(pcsim.Options{
		Customers:     o.Customers,
		Seed:          1,
		Issuer:        idp,
		Roles:         demo.UpstreamRoles(),
		PartnerTenant: demo.PartnerTenant,
		Log:           log,
	})
	if err != nil {
		return fmt.Errorf("set up the simulator: %w", err)
	}

	// These two stop after the portal has, since its last saves need them.
	beside, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 2)
	for listener, handler := range map[net.Listener]http.Handler{listeners[1]: provider, listeners[2]: sim} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 75 * time.Second}
		go func() { ended <- serveUntil(beside, server, listener) }()
	}
	greet(o, site, idp, api)
	err = run(ctx, settings, listeners[0], log, nil, 0, demoActions(sim)) // without metrics
	stop()
	return errors.Join(err, <-ended, <-ended)
}

// origin is the address a browser uses for a listener: the host as it was asked
// for, with the port that was given.
func origin(listener net.Listener, asked string) string {
	host, _, _ := net.SplitHostPort(asked)
	if host == "" || net.ParseIP(host) != nil {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return "http://" + net.JoinHostPort(host, port)
}

// demoData is the folder of the demo's database, and what removes it if it is a
// temporary one.
func demoData(folder string) (string, func(), error) {
	if folder != "" {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", nil, fmt.Errorf("make the data folder: %w", err)
		}
		return folder, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "partner-desk-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	return folder, func() { os.RemoveAll(folder) }, nil
}

// demoRing is of keys kept beside the database, so that --data finds its drafts again.
func demoRing(folder string) (*seal.Ring, error) {
	path := filepath.Join(folder, "keys")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		text = []byte(seal.NewKey())
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("keep the demo's keys: %w", err)
	}
	return seal.ParseKeys(strings.TrimSpace(string(text)))
}

func demoSettings(folder, site, idp, api string) (Settings, error) {
	ring, err := demoRing(folder)
	if err != nil {
		return Settings{}, err
	}
	base, err := url.Parse(site)
	if err != nil {
		return Settings{}, err
	}
	cloud, _ := pcclient.CloudNamed("global")
	cloud.API = api
	roles := map[string]string{} // the provider sends them by their names
	for _, role := range middleware.Roles() {
		roles[role] = role
	}
	portfolios, err := demoPortfolios()
	if err != nil {
		return Settings{}, err
	}
	return Settings{
		BaseURL:      base,
		DatabaseURL:  Secret("sqlite:" + filepath.Join(folder, "portal.db")),
		Ring:         ring,
		Issuer:       idp,
		ClientID:     "partner-desk-demo",
		ClientSecret: Secret(pcclient.NewGUID()),
		Tenants:      []string{demo.PartnerTenant},
		RolesClaim:   "roles",
		Roles:        roles,
		Confirm:      time.Minute,

		PortfoliosClaim: "groups",
		Portfolios:      portfolios,

		Cloud:    cloud,
		Contact:  "Ada Admin",
		Location: time.Local,
	}, nil
}

// demoPortfolios give everybody all customers, but for those whose group says otherwise.
func demoPortfolios() (portfolio.Rules, error) {
	rules := portfolio.Rules{}
	var trouble []error
	for _, rule := range []string{"country:DE", "country:AT", "country:CH"} {
		trouble = append(trouble, rules.Add(demo.GroupGerman, rule))
	}
	trouble = append(trouble, rules.Add(demo.GroupEverybody, "all"))
	return rules, errors.Join(trouble...)
}

func greet(o DemoOptions, site, idp, api string) {
	fmt.Fprintf(o.Out, "Partner Desk demo with %d made-up customers\n\n  Portal             %s\n  Identity provider  %s\n  Partner Center     %s (simulated)\n\nSign in as:\n", o.Customers, site, idp, api)
	for _, person := range demo.People() {
		fmt.Fprintf(o.Out, "  %-14s %s\n", person.Name, person.About)
	}
	fmt.Fprintf(o.Out, "\nUse Edge, Chrome or Firefox; Safari drops the sign-in cookie on http://localhost.\nPress Ctrl+C to stop.\n")
}

// troubleCalls is how many answers "slow" holds up.
const troubleCalls = 6

// demoActions are what the demo bar does to the simulator.
func demoActions(sim *pcsim.Simulator) *handlers.Demo {
	return &handlers.Demo{
		ColleagueSaves: func(_ context.Context, id pcclient.TenantID) error {
			return colleagueSaves(sim, id)
		},
		Trouble: func(_ context.Context, kind string) error {
			trouble := pcsim.Fault{Method: http.MethodPut, Path: "/v1/customers/*/profiles/billing"}
			switch kind {
			case "slow":
				trouble = pcsim.Fault{Path: "/v1/", Times: troubleCalls, DelayBeforeMs: 3000}
			case "refuse":
				trouble.Status, trouble.RetryAfter = http.StatusTooManyRequests, "20"
			default:
				// Applied so late that the page which does not know yet is seen first.
				trouble.Shape, trouble.DelayAfterMs = pcsim.ShapeLate, 15000
			}
			sim.ClearFaults()
			return sim.AddFaults(trouble)
		},
	}
}

// colleagueSaves changes what somebody else might: the mailbox that invoices go to.
// An edit of the email then meets a real choice, and any other merges by itself.
func colleagueSaves(sim *pcsim.Simulator, id pcclient.TenantID) error {
	stored, ok := sim.BillingProfile(id)
	if !ok {
		return pcclient.ErrNotFound
	}
	profile, _, err := pcclient.ParseBillingProfile(stored)
	if err != nil {
		return err
	}
	_, domain, found := strings.Cut(profile.Email, "@")
	if !found {
		domain = "colleague.example"
	}
	mailbox := "finance"
	if strings.HasPrefix(profile.Email, mailbox+"@") {
		mailbox = "accounts-payable"
	}
	patch, err := json.Marshal(map[string]any{"email": mailbox + "@" + domain})
	if err != nil {
		return err
	}
	return sim.EditElsewhere(id, "Ines Duarte", patch)
}
