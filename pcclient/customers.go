package pcclient

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// CustomersService finds and reads the partner's customers.
type CustomersService struct{ c *Client }

// CustomerQuery selects customers. CompanyName and Domain match the beginning, without regard to case; at most one of them
// may be given, and none selects all. Size is the page size, 1 to 500; 0 leaves it to the upstream. The upstream neither
// sorts nor finds parts of words.
type CustomerQuery struct {
	CompanyName, Domain string
	Size                int
}

// Customer is one of the partner's customers. A customer from a list has no billing profile and no address; one read by
// [CustomersService.Get] has the billing profile, and the rest as far as the partner's rights go: their absence is normal.
type Customer struct {
	ID                   TenantID
	CommerceID           string
	CompanyName, Domain  string // those of the company profile
	Relationship         string // like "reseller"; unknown words are passed on
	AllowDelegatedAccess bool
	CustomDomains        []string
	AssociatedPartnerID  string // the indirect reseller, for indirect providers
	Company              CompanyProfile
	BillingProfile       *BillingProfile // nil when the answer has none
	BillingETag          ETag            // of BillingProfile
	// Raw is the object as read. It may hold credentials: never log it.
	Raw json.RawMessage
}

// CustomerPage is one page of a list.
type CustomerPage struct {
	Items []Customer
	// TotalCount is the upstream's number; whether it counts this page or all pages is not documented, so it is no grand total
	// while Next is there.
	TotalCount int
	Next       *Link // nil on the last page
}

const customersPath = "/v1/customers"

// Search returns the first page of the customers that match. No match is an empty page, not an error.
func (s *CustomersService) Search(ctx context.Context, q CustomerQuery) (CustomerPage, error) {
	r := newRequest(http.MethodGet, customersPath)
	if q.CompanyName != "" && q.Domain != "" {
		return CustomerPage{}, refuse(r, "search by company name or by domain, not both", ErrRejected)
	}
	if q.Size < 0 || q.Size > 500 {
		return CustomerPage{}, refuse(r, "the page size must be 0 to 500", ErrRejected)
	}
	r.query = "size=" + strconv.Itoa(q.Size)
	switch {
	case q.CompanyName != "":
		r.query += "&filter=" + filter("CompanyName", q.CompanyName, "starts_with")
	case q.Domain != "":
		r.query += "&filter=" + filter("Domain", q.Domain, "starts_with")
	}
	return s.page(ctx, r)
}

// Next returns the page a link leads to. A link to another host or another list is refused as [ErrUnexpected], and nothing is sent.
func (s *CustomersService) Next(ctx context.Context, l Link) (CustomerPage, error) {
	r, e := s.c.core.follow(l, customersPath)
	if e != nil {
		return CustomerPage{}, e
	}
	return s.page(ctx, r)
}

// All yields every customer that matches, fetching pages as they are needed. It ends after the first error; a list that
// leads back to a page already seen ends as [ErrUnexpected], since it may be incomplete.
func (s *CustomersService) All(ctx context.Context, q CustomerQuery) iter.Seq2[Customer, error] {
	return all(ctx, customersPath,
		func(ctx context.Context) ([]Customer, *Link, error) {
			p, err := s.Search(ctx, q)
			return p.Items, p.Next, err
		},
		func(ctx context.Context, l Link) ([]Customer, *Link, error) {
			p, err := s.Next(ctx, l)
			return p.Items, p.Next, err
		})
}

// Get reads a customer by its tenant ID, with billing profile and ETag.
func (s *CustomersService) Get(ctx context.Context, id TenantID) (Customer, error) {
	r := newRequest(http.MethodGet, customerPath(id))
	a, e := s.c.customerCall(ctx, id, r)
	if e != nil {
		return Customer{}, e
	}
	customer, err := parseCustomer(a.body)
	if err != nil || customer.ID == "" {
		return Customer{}, r.unusable(a)
	}
	return customer, nil
}

func (s *CustomersService) page(ctx context.Context, r *request) (CustomerPage, error) {
	l, a, e := s.c.list(ctx, r)
	if e != nil {
		return CustomerPage{}, e
	}
	page := CustomerPage{Items: make([]Customer, 0, len(l.items)), TotalCount: l.total, Next: l.next}
	for _, item := range l.items {
		customer, err := parseCustomer(item)
		if err != nil {
			return CustomerPage{}, r.unusable(a)
		}
		page.Items = append(page.Items, customer)
	}
	return page, nil
}

func parseCustomer(data []byte) (Customer, error) {
	o, err := parseObject(data)
	if err != nil {
		return Customer{}, err
	}
	c := Customer{
		ID: TenantID(strings.ToLower(o.text("id"))), CommerceID: o.text("commerceId"), Relationship: o.text("relationshipToPartner"),
		AllowDelegatedAccess: o.flag("allowDelegatedAccess"), CustomDomains: words(o.get("customDomains")),
		AssociatedPartnerID: o.text("associatedPartnerId"), Company: companyFrom(o.get("companyProfile")), Raw: data,
	}
	c.CompanyName, c.Domain = c.Company.CompanyName, c.Company.Domain
	if profile, etag, err := ParseBillingProfile(o.get("billingProfile")); err == nil {
		c.BillingProfile, c.BillingETag = &profile, etag
	}
	return c, nil
}

// filter is the upstream's search expression, ready for the query.
func filter(name, value, operator string) string {
	return url.QueryEscape(`{"Field":` + string(quote(name)) + `,"Value":` + string(quote(value)) + `,"Operator":` + string(quote(operator)) + `}`)
}
