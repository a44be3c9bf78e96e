package pcclient

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// TokenSource returns the bearer token of the person (or application) a client acts for. It is asked before every HTTP
// call. refused is "" then; after a 401 it is asked once more with the token the upstream refused, and must return another
// one or an error. An error ends the operation as [ErrSignIn]. It must honour the context and be safe for concurrent use.
type TokenSource func(ctx context.Context, refused string) (string, error)

// Options are the settings of a client. The zero value talks to the global cloud and needs only a token source, here or by [Client.As].
type Options struct {
	// BaseURL is the API's address without /v1, for instance [Cloud].API. Empty means the global API. Plain http is for
	// localhost and for a Transport of your own: anybody on the way could take the token.
	BaseURL string
	// Transport carries the calls. Nil means an own one with time limits (dial 2 s, TLS 5 s), 64 connections, the proxy from the
	// environment, and HTTP/1.1 only: some refusals are told in the reason phrase, which HTTP/2 does not have.
	Transport http.RoundTripper
	// Token may be nil when every use goes through [Client.As].
	Token TokenSource
	// Application is sent as MS-PartnerCenter-Application; empty sends none.
	Application string
	// Locale is the language of the upstream's texts. Empty means en-US.
	Locale string
	// Now and Sleep replace the clock in tests. Nil means the real ones. Sleep returns early, with an error, when the context ends.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Client talks to Partner Center for one person. It is safe for concurrent use and starts no goroutine of its own.
type Client struct {
	Customers          *CustomersService
	BillingProfiles    *BillingProfilesService
	CompanyProfiles    *CompanyProfilesService
	ValidationStatuses *ValidationStatusesService
	CountryRules       *CountryRulesService
	Addresses          *AddressesService
	AuditRecords       *AuditRecordsService
	SecondFactor       *SecondFactorService

	core *core
	do   step
}

// core is what all clients made from one New share.
type core struct {
	base        *url.URL // no trailing slash
	transport   http.RoundTripper
	application string
	locale      string
	now         func() time.Time
	sleep       func(context.Context, time.Duration) error
	rules       rulesCache
	breaker     breaker
}

// New returns a client, or an error when the base address or a header text cannot be used. It makes no call.
func New(o Options) (*Client, error) {
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if base.Scheme != "https" && o.Transport == nil && !isLocal(base.Hostname()) {
		return nil, errors.New("pcclient: the base address must be https, or http on localhost")
	}
	if !fitsHeader(o.Application) || !fitsHeader(o.Locale) {
		return nil, errors.New("pcclient: application and locale must be plain printable text")
	}
	c := &core{base: base, transport: o.Transport, application: o.Application, locale: o.Locale, now: o.Now, sleep: o.Sleep}
	if c.transport == nil {
		c.transport = newTransport()
	}
	if c.locale == "" {
		c.locale = "en-US"
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	return newClient(c, o.Token), nil
}

// As returns a client that acts for another person over the same transport and caches. It is cheap: make one per request.
func (c *Client) As(t TokenSource) *Client { return newClient(c.core, t) }

// CloseIdleConnections closes connections kept for later calls, those of every client from the same New.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.core.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func newClient(core *core, token TokenSource) *Client {
	c := &Client{core: core}
	// Outermost first. identify sits outside retry, so that each try of an operation carries the same request ID; authorize
	// sits inside, so that a try after a long wait asks for a token again; guard counts calls, not operations; each exchange is one
	// HTTP call with its own correlation ID.
	c.do = identify(core.retry(authorize(token, core.guard(core.exchange))))
	c.Customers = &CustomersService{c}
	c.BillingProfiles = &BillingProfilesService{c}
	c.CompanyProfiles = &CompanyProfilesService{c}
	c.ValidationStatuses = &ValidationStatusesService{c}
	c.CountryRules = &CountryRulesService{c}
	c.Addresses = &AddressesService{c}
	c.AuditRecords = &AuditRecordsService{c}
	c.SecondFactor = &SecondFactorService{c}
	return c
}

func parseBase(s string) (*url.URL, error) {
	if s == "" {
		global, _ := CloudNamed("global")
		s = global.API
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("pcclient: the base address must be like https://host, without query or sign-in data")
	}
	if strings.HasSuffix(strings.TrimRight(strings.ToLower(u.Path), "/"), "/v1") {
		return nil, errors.New("pcclient: the base address must not end in /v1, it is added to each path")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// isLocal reports whether what is sent to the host stays on this machine.
func isLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
