package templates

import "net/url"

// CustomersPage is the list of customers, and the search through it.
type CustomersPage struct {
	Page
	Query       string // what was searched for; "" is the whole list
	Rows        []CustomerRow
	NextURL     string // "" on the last page
	FirstURL    string // "" on the first page
	SomeMissing bool   // one of the two searches failed, so names may be missing
	Empty       bool   // no customer is in the operator's portfolio
	Contact     string // whom to ask then; may be ""
}

// CustomerRow is one customer in a list.
type CustomerRow struct {
	URL, Name, Domain string
	TenantID          string
	Note              string   // such as when it was opened; "" leaves it out
	Editing           []string // who else has the form open, the one seen last first
}

// again is the address of the same search from its first page.
func (p CustomersPage) again() string { return "/customers?q=" + url.QueryEscape(p.Query) }
