// Package portfolio says which customers somebody may see. Rules are set for the whole
// portal: each gives the people with one value of a claim some customers, by tenant ID,
// by domain or by country. A person's portfolio is the union of what their values give,
// and nothing beyond. Without rules everybody sees every customer.
//
// It is not for use outside the portal.
package portfolio

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// Customer is what a portfolio goes by, as Partner Center has it. Domain and Country are
// "" where they are not known.
type Customer struct {
	ID      pcclient.TenantID
	Domain  string
	Country string // of the billing profile's address, two letters
}

// rule is all that one value gives.
type rule struct {
	all       bool
	ids       map[pcclient.TenantID]bool
	domains   []string // lower-case, without a dot in front
	countries map[string]bool
}

func (r *rule) holds(c Customer) bool {
	return r.all || r.ids[c.ID] || r.countries[strings.ToUpper(c.Country)] ||
		slices.ContainsFunc(r.domains, func(domain string) bool { return within(c.Domain, domain) })
}

// within reports whether a domain is another one or stands below it.
func within(domain, above string) bool {
	domain = strings.ToLower(domain)
	return domain == above || strings.HasSuffix(domain, "."+above)
}

// Portfolio is a set of customers. The nil Portfolio has all of them, the zero one none.
type Portfolio struct{ rules []*rule }

func (p *Portfolio) any(test func(*rule) bool) bool { return slices.ContainsFunc(p.rules, test) }

// Whole reports whether every customer is in it.
func (p *Portfolio) Whole() bool { return p == nil || p.any(func(r *rule) bool { return r.all }) }

// Empty reports whether no customer can be in it.
func (p *Portfolio) Empty() bool { return p != nil && len(p.rules) == 0 }

// Holds reports whether a customer is in it, by what is known of the customer.
func (p *Portfolio) Holds(c Customer) bool {
	return p == nil || p.any(func(r *rule) bool { return r.holds(c) })
}

// Asks reports whether a customer that it does not hold could turn out to be in it, if
// more were known of the customer.
func (p *Portfolio) Asks(c Customer) bool {
	return !p.Holds(c) && p.any(func(r *rule) bool {
		return c.Domain == "" && len(r.domains) > 0 || c.Country == "" && len(r.countries) > 0
	})
}

// ByCountry reports whether a country can bring a customer in. Lists do not tell it.
func (p *Portfolio) ByCountry() bool {
	return !p.Whole() && p.any(func(r *rule) bool { return len(r.countries) > 0 })
}

// List is every customer of a portfolio that goes by tenant IDs alone and has no more of
// them than most; nil for any other.
func (p *Portfolio) List(most int) []pcclient.TenantID {
	if p.Whole() || p.any(func(r *rule) bool { return len(r.domains)+len(r.countries) > 0 }) {
		return nil
	}
	list := []pcclient.TenantID{}
	for _, r := range p.rules {
		for id := range r.ids {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	if list = slices.Compact(list); len(list) > most {
		return nil
	}
	return list
}

// Rules are what the values of a claim give, by the values. With nil Rules everybody has
// all customers.
type Rules map[string]*rule

// Add gives the people with a value what a text says: all, country:DE, domain:contoso.com
// with everything below it, or customer: and a tenant ID. Rules for one value add up.
func (r Rules) Add(value, text string) error {
	one := r[value]
	if one == nil {
		one = &rule{ids: map[pcclient.TenantID]bool{}, countries: map[string]bool{}}
	}
	kind, item, _ := strings.Cut(text, ":")
	switch kind, item = strings.TrimSpace(kind), strings.TrimSpace(item); {
	case kind == "all" && item == "":
		one.all = true
	case kind == "country" && isCountry(item):
		one.countries[strings.ToUpper(item)] = true
	case kind == "domain" && isDomain(strings.TrimPrefix(item, ".")):
		one.domains = append(one.domains, strings.ToLower(strings.TrimPrefix(item, ".")))
	case kind == "customer":
		id, err := pcclient.ParseTenantID(item)
		if err != nil {
			return fmt.Errorf("%q is not a customer's tenant ID", item)
		}
		one.ids[id] = true
	default:
		return fmt.Errorf("%q is no rule: want all, country:DE, domain:contoso.com or customer:TENANT-ID", text)
	}
	r[value] = one
	return nil
}

func isCountry(text string) bool {
	return len(text) == 2 && !strings.ContainsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
}

// isDomain reports whether a text is made as domains are.
func isDomain(text string) bool {
	return text != "" && !strings.HasPrefix(text, ".") && !strings.HasSuffix(text, ".") && !strings.Contains(text, "..") &&
		!strings.ContainsFunc(text, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
		})
}

// Of is the portfolio of somebody with these values; values without a rule give nothing.
func (r Rules) Of(values []string) *Portfolio {
	if r == nil {
		return nil
	}
	p := &Portfolio{}
	for _, value := range values {
		if one := r[value]; one != nil {
			p.rules = append(p.rules, one)
		}
	}
	return p
}

// Values are those that have a rule, sorted; nil without rules.
func (r Rules) Values() []string {
	if r == nil {
		return nil
	}
	values := make([]string, 0, len(r))
	for value := range r {
		values = append(values, value)
	}
	slices.Sort(values)
	return values
}
