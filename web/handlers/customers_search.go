package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/templates"
)

// pageRows is how many customers a page lists.
const pageRows = 25

// place is where in the two upstream searches a page begins. It travels sealed in
// the address, so that nobody can make the portal follow a link of their own.
type place struct {
	Query    string         `json:"q"`
	ByDomain bool           `json:"d,omitempty"` // the names are through, the domains follow
	Link     *pcclient.Link `json:"l,omitempty"` // nil is the first page of the search
	Skip     int            `json:"s,omitempty"` // rows of that page already shown
}

// found is one page of customers.
type found struct {
	rows        []pcclient.Customer
	next        *place
	someMissing bool // the search by domain failed; names are complete
}

// searchCalls is how many upstream calls one page may cost. What is left by then is
// on the next page.
const searchCalls = 8

// findCustomers fills one page from the place given: first the customers whose
// company name starts with the query, then those whose domain does and whose name
// does not. The upstream can search no other way. A query of nothing lists
// everybody. Those outside the person's portfolio are gone past.
func (s *site) findCustomers(v *visit, at place) (found, error) {
	var result found
	for calls := 1; ; calls++ {
		page, err := searchPage(v, at)
		if err != nil && at.ByDomain {
			result.someMissing = true
			return result, nil
		}
		if err != nil {
			return found{}, err
		}
		in, err := s.siftFound(v.Request().Context(), v, page.Items[min(at.Skip, len(page.Items)):])
		if err != nil {
			return found{}, err
		}
		for i, c := range page.Items {
			if i < at.Skip || !in[c.ID] || at.ByDomain && hasPrefixFold(c.CompanyName, at.Query) {
				continue
			}
			if len(result.rows) == pageRows {
				result.next = &place{Query: at.Query, ByDomain: at.ByDomain, Link: at.Link, Skip: i}
				return result, nil
			}
			result.rows = append(result.rows, c)
		}
		switch {
		case page.Next != nil:
			at = place{Query: at.Query, ByDomain: at.ByDomain, Link: page.Next}
		case !at.ByDomain && at.Query != "":
			at = place{Query: at.Query, ByDomain: true}
		default:
			return result, nil
		}
		if len(result.rows) == pageRows || calls == searchCalls {
			result.next = &at
			return result, nil
		}
	}
}

// siftedRows is how many customers a call brings of which few may be in a portfolio.
const siftedRows = 500

// sizeFor is how many customers to call for where so many are wanted. With a portfolio
// most may have to go; but not so many that each has to be asked for its country.
func sizeFor(v *visit, wanted int) int {
	switch {
	case v.portfolio.Whole():
		return wanted
	case v.portfolio.ByCountry():
		return pageRows
	}
	return siftedRows
}

func searchPage(v *visit, at place) (pcclient.CustomerPage, error) {
	ctx := v.Request().Context()
	if at.Link != nil {
		return v.upstream.Customers.Next(ctx, *at.Link)
	}
	query := pcclient.CustomerQuery{Size: sizeFor(v, pageRows)}
	if at.ByDomain {
		query.Domain = at.Query
	} else {
		query.CompanyName = at.Query
	}
	return v.upstream.Customers.Search(ctx, query)
}

func hasPrefixFold(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix))
}

const purposeSearch = "search-place"

// maxQuery is the longest search that is sent on, in bytes; no company name is
// longer.
const maxQuery = 200

func (s *site) searchCustomers(v *visit) error {
	query := clipped(v.QueryParam("q"))
	v.Response().Header().Add("Vary", fragmentHeader)
	if v.Request().Header.Get(fragmentHeader) == fragmentFind {
		return s.suggestCustomers(v, query)
	}
	if id, err := pcclient.ParseTenantID(query); err == nil {
		return v.redirect(customerPath(id))
	}
	start := place{Query: query}
	if after := v.QueryParam("after"); after != "" {
		plain, err := s.Ring.Open(purposeSearch, after, []byte(v.operator.Key()))
		if err != nil || json.Unmarshal(plain, &start) != nil || start.Query != query {
			// A link that is too old, or somebody else's, starts over.
			return v.redirect(searchURL(query, ""))
		}
	}
	page := templates.CustomersPage{Page: s.frame(v, v.Say("customers.title"), templates.SectionCustomers)}
	page.Query = query
	if query != "" {
		page.Title = v.Say("customers.matching", "query", query)
	}
	result, err := s.findCustomers(v, start)
	if err != nil {
		return err
	}
	editors := s.editors(v, idsOf(result.rows)...)
	for _, c := range result.rows {
		page.Rows = append(page.Rows, templates.CustomerRow{
			URL: customerPath(c.ID), Name: cleaned(c.CompanyName), Domain: cleaned(c.Domain), TenantID: string(c.ID), Editing: editors[c.ID],
		})
	}
	page.SomeMissing, page.Empty, page.Contact = result.someMissing, v.portfolio.Empty(), s.Contact
	if v.QueryParam("after") != "" {
		page.FirstURL = searchURL(query, "")
	}
	if result.next != nil {
		plain, err := json.Marshal(result.next)
		if err != nil {
			return err
		}
		page.NextURL = searchURL(query, s.Ring.Seal(purposeSearch, plain, []byte(v.operator.Key())))
	}
	return show(v, http.StatusOK, page.View())
}

func idsOf(customers []pcclient.Customer) []pcclient.TenantID {
	var ids []pcclient.TenantID
	for _, c := range customers {
		ids = append(ids, c.ID)
	}
	return ids
}

func searchURL(query, after string) string {
	values := url.Values{}
	if query != "" {
		values.Set("q", query)
	}
	if after != "" {
		values.Set("after", after)
	}
	if len(values) == 0 {
		return "/customers"
	}
	return "/customers?" + values.Encode()
}
