package pcsim

import (
	"net/http"
	"strings"
)

// route is one call of the upstream. The variable segment of a pattern is *.
type route struct {
	method  string
	pattern string
	right   right
	appOnly appOnly
	do      func(*Simulator, *call) answer
}

// appOnly is what becomes of a token without a person.
type appOnly int

const (
	appAllowed appOnly = iota
	appRefused         // 403 with code 900329
	// appUnproven: documented as possible, yet writing is reported as refused for the
	// role, and of reading nobody knows for sure (switch appOnly).
	appUnproven
)

// routes is every call the simulator knows.
func routes() []route {
	const id = "/v1/customers/*"
	return []route{
		{"GET", "/v1/customers", mayRead, appAllowed, (*Simulator).listCustomers},
		{"GET", id, mayRead, appAllowed, onCustomer((*Simulator).getCustomer)},
		{"GET", id + "/profiles/billing", mayRead, appUnproven, onCustomer((*Simulator).getBillingProfile)},
		{"PUT", id + "/profiles/billing", mayWriteBilling, appUnproven, onCustomer((*Simulator).putBillingProfile)},
		{"GET", id + "/profiles/company", mayRead, appRefused, onCustomer((*Simulator).getCompanyProfile)},
		{"GET", id + "/validationStatus", mayRead, appRefused, onCustomer((*Simulator).getValidationStatus)},
		{"GET", id + "/qualifications", mayRead, appAllowed, onCustomer((*Simulator).getQualifications)},
		{"GET", id + "/qualification", mayRead, appAllowed, onCustomer((*Simulator).getQualification)},
		{"GET", id + "/organization", mayReadDirectory, appAllowed, onCustomer((*Simulator).getOrganization)},
		{"GET", id + "/customDomains", mayReadDirectory, appAllowed, onCustomer((*Simulator).getCustomDomains)},
		{"GET", "/v1/countryvalidationrules/*", mayCall, appAllowed, (*Simulator).getCountryRules},
		{"POST", "/v1/validations/address", mayCall, appAllowed, (*Simulator).validateAddress},
		{"GET", "/v1/auditrecords", mayReadAudit, appAllowed, (*Simulator).listAuditRecords},
	}
}

// match finds the route of a path as documented; segments in another case are not
// found. The second result lists the methods there are when only the method is wrong.
func match(c *call) (route, []string) {
	var methods []string
	for _, r := range routes() {
		segment, ok := r.segment(c.path)
		if !ok {
			continue
		}
		if r.method == c.method {
			c.segment = segment
			return r, nil
		}
		methods = append(methods, r.method)
	}
	return route{}, methods
}

func (r route) segment(path string) (string, bool) {
	before, after, variable := strings.Cut(r.pattern, "*")
	if !variable {
		return "", path == r.pattern
	}
	rest, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	segment, ok := strings.CutSuffix(rest, after)
	return segment, ok && segment != "" && !strings.Contains(segment, "/")
}

// execute is the call without its fault: route, token, rights, repetition, work.
func (s *Simulator) execute(c *call) answer {
	r, methods := match(c)
	if r.do == nil {
		if methods != nil {
			return bare(http.StatusMethodNotAllowed).with("Allow", strings.Join(methods, ", "))
		}
		return bare(http.StatusNotFound)
	}
	if a, ok := s.authenticate(c); !ok {
		return a
	}
	if a, ok := s.authorize(c, r); !ok {
		return a
	}
	return s.once(c, func() answer { return r.do(s, c) })
}

// onCustomer resolves the customer of the path: 400 for what is no GUID, 404 for
// an unknown one, 403 with code 20002 for another partner's.
func onCustomer(do func(*Simulator, *call, *customer) answer) func(*Simulator, *call) answer {
	return func(s *Simulator, c *call) answer {
		customer, refusal := s.customer(c.segment)
		if customer == nil {
			return refusal
		}
		return do(s, c, customer)
	}
}
