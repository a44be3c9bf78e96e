package pcclient

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// CompanyProfilesService reads the company profiles of customers. The upstream offers no way to change one.
type CompanyProfilesService struct{ c *Client }

// CompanyProfile is what a customer's tenant says about its company. Address and e-mail are often missing.
type CompanyProfile struct {
	TenantID                       TenantID
	CompanyName, Domain, Email     string
	OrganizationRegistrationNumber string
	Address                        Address         // its Region may hold the state
	Raw                            json.RawMessage // the object as read; nil when there was none
}

// Get reads a customer's company profile. It needs a person; an application alone gets [ErrAppOnly].
func (s *CompanyProfilesService) Get(ctx context.Context, id TenantID) (CompanyProfile, error) {
	r := newRequest(http.MethodGet, customerPath(id)+"/profiles/company")
	a, e := s.c.customerCall(ctx, id, r)
	if e != nil {
		return CompanyProfile{}, e
	}
	p := companyFrom(a.body)
	if p.Raw == nil {
		return CompanyProfile{}, r.unusable(a)
	}
	return p, nil
}

func companyFrom(data []byte) CompanyProfile {
	o, err := parseObject(data)
	if err != nil || !o.hasAny("tenantId", "companyName", "domain") {
		return CompanyProfile{}
	}
	return CompanyProfile{
		TenantID: TenantID(strings.ToLower(o.text("tenantId"))), CompanyName: o.text("companyName"), Domain: o.text("domain"),
		Email: o.text("email"), OrganizationRegistrationNumber: o.text("organizationRegistrationNumber"),
		Address: addressFrom(o.get("address")), Raw: data,
	}
}
