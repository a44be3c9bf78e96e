package pcsim

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// Defaults of Options.
const (
	DefaultAudience      = "https://api.partnercenter.microsoft.com"
	DefaultPartnerTenant = "5c0b7b1e-2f64-4a0d-9a53-7d1f0f3be8a1"
	DefaultCustomers     = 250
)

// PartnerDomain is the simulated partner's own mail domain: the upstream refuses
// it in a customer's email.
const PartnerDomain = "meridian-cloud.example"

// Options says what to simulate. The zero value is a partner with 250 customers
// where every bearer token is an admin agent's.
type Options struct {
	Customers int    // how many customers; 0 is DefaultCustomers, the hand-written ones come first
	Seed      uint64 // the same seed gives the same customers

	Issuer        string          // URL of the OpenID provider whose access tokens are accepted; "" accepts any bearer token
	Audience      string          // of the access tokens; "" is DefaultAudience
	HTTPClient    *http.Client    // reads the issuer's discovery document and keys; nil is one with a 10 s limit
	Roles         map[string]Role // by the token's oid
	DefaultRole   Role            // of people not in Roles, None unless said
	PartnerTenant string          // the tid tokens must carry; "" is DefaultPartnerTenant

	Now func() time.Time // nil is time.Now; delays of faults always take real time
	Log *slog.Logger     // one line per call, without bodies or tokens; nil is silent
}

// Simulator is a Partner Center that keeps its customers in memory. All methods
// may be called from several goroutines.
type Simulator struct {
	options Options
	tenant  pcclient.TenantID
	now     func() time.Time
	log     *slog.Logger
	keys    *keySet
	secret  []byte // signs continuation tokens

	mu       sync.Mutex
	world    *world
	switches Switches
	faults   []*armedFault
	journal  journal
	repeats  map[repeatKey]*repeat
	reset    chan struct{} // closed by Reset, which ends all waiting calls
}

// New builds a simulator. It reports an Options value that cannot work; it does
// not contact the issuer.
func New(o Options) (*Simulator, error) {
	if o.Customers < 0 {
		return nil, fmt.Errorf("pcsim: Customers is %d", o.Customers)
	}
	if o.Customers == 0 {
		o.Customers = DefaultCustomers
	}
	if o.Audience == "" {
		o.Audience = DefaultAudience
	}
	if o.PartnerTenant == "" {
		o.PartnerTenant = DefaultPartnerTenant
	}
	tenant, err := pcclient.ParseTenantID(o.PartnerTenant)
	if err != nil {
		return nil, fmt.Errorf("pcsim: PartnerTenant: %w", err)
	}
	for oid, role := range o.Roles {
		if !role.valid() {
			return nil, fmt.Errorf("pcsim: Roles: %q has the unknown role %q", oid, role)
		}
	}
	if !o.DefaultRole.valid() {
		return nil, fmt.Errorf("pcsim: DefaultRole: unknown role %q", o.DefaultRole)
	}
	s := &Simulator{options: o, tenant: tenant, now: o.Now, log: o.Log, secret: make([]byte, 32)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if o.Issuer != "" {
		s.keys = newKeySet(strings.TrimSuffix(o.Issuer, "/"), o.HTTPClient, s.now)
	}
	if _, err := rand.Read(s.secret); err != nil {
		return nil, err
	}
	s.Reset()
	return s, nil
}

// Reset puts customers, ETags, audit records, switches, faults and journal back to
// how New made them. Calls that wait in a fault end without an answer, and late
// changes still to come are dropped.
func (s *Simulator) Reset() {
	world := newWorld(s.options.Customers, s.options.Seed, s.tenant, s.now())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reset != nil {
		close(s.reset)
	}
	s.reset = make(chan struct{})
	s.world = world
	s.switches = DefaultSwitches()
	s.faults = nil
	s.journal = journal{}
	s.repeats = map[repeatKey]*repeat{}
}

// Company names one simulated customer.
type Company struct {
	ID          pcclient.TenantID
	CompanyName string
	Domain      string
	Country     string // ISO 3166-1 alpha-2, of the default address
}

// Customers lists all customers as they are now, in the seeded order.
func (s *Simulator) Customers() []Company {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Company, 0, len(s.world.customers))
	for _, c := range s.world.customers {
		p := c.current().profile
		list = append(list, Company{c.id, p.text("companyName"), c.domain, p.object("defaultAddress").text("country")})
	}
	return list
}

// BillingProfile returns the stored billing profile as GET answers it, without the
// byte order mark and regardless of readLagSeconds; false when there is no such
// customer.
func (s *Simulator) BillingProfile(id pcclient.TenantID) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.byID[id]
	if c == nil {
		return nil, false
	}
	return marshal(c.billing(c.current())), true
}

// EditElsewhere lets somebody else change a customer's billing profile now: a JSON
// merge patch (RFC 7396, names in any casing; id, links and attributes are left
// alone), a new ETag and audit records in the name of by. The patch is not
// validated, so it can also plant what today's rules would refuse, and a member of
// any name: from then on the simulated server knows it.
func (s *Simulator) EditElsewhere(id pcclient.TenantID, by string, patch []byte) error {
	p, err := parseObject(patch)
	if err != nil {
		return fmt.Errorf("pcsim: patch: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.byID[id]
	if c == nil {
		return fmt.Errorf("pcsim: no customer %s", id)
	}
	s.commit(c, mergePatch(c.current().profile, p), change{by: by, correlationID: pcclient.NewGUID()})
	return nil
}
