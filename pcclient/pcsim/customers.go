package pcsim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// filter is the JSON of the filter parameter.
type filter struct {
	Field    string `json:"Field"`
	Value    string `json:"Value"`
	Operator string `json:"Operator"`
}

// readFilter parses the filter parameter; nil when there is none.
func readFilter(c *call) (*filter, error) {
	text := c.query.Get("filter")
	if text == "" {
		return nil, nil
	}
	var f filter
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return nil, err
	}
	return &f, nil
}

func (s *Simulator) badInput(text string) answer {
	a := jsonError(http.StatusBadRequest, shapeA(2000, text, s.Switches().ErrorCode == "string").
		with("source", "PartnerApiServiceControllers"))
	return a
}

const textOperator = "The customer search supports only the operator starts_with."

// listCustomers is the search: starts_with on CompanyName or Domain without regard
// to case, in the order of the world. The names are those of the billing profiles,
// which the upstream calls friendly names.
func (s *Simulator) listCustomers(c *call) answer {
	f, err := readFilter(c)
	if err != nil {
		return s.badInput("The filter is not valid JSON.")
	}
	if f != nil {
		switch {
		case strings.EqualFold(f.Field, "IndirectReseller"), strings.EqualFold(f.Field, "IndirectCloudSolutionProvider"):
			if !c.caller.personal {
				return s.refuse(http.StatusForbidden, 900329, "This resource can't be accessed by application credentials")
			}
		case !strings.EqualFold(f.Field, "CompanyName") && !strings.EqualFold(f.Field, "Domain"):
			return s.badInput("The filter names an unknown field.")
		}
		if !strings.EqualFold(f.Operator, "starts_with") {
			return s.badInput(textOperator)
		}
	}
	s.mu.Lock()
	items := []any{}
	for _, customer := range s.found(f) {
		items = append(items, s.listItem(customer))
	}
	s.mu.Unlock()
	return s.page(c, "/customers", items)
}

// found are the customers that the filter fits, in the order of the list. The simulated
// partner bills directly, so none has an indirect reseller. The caller holds s.mu.
func (s *Simulator) found(f *filter) (list []*customer) {
	if f == nil {
		return s.world.customers
	}
	var texts []string
	switch {
	case strings.EqualFold(f.Field, "CompanyName"):
		texts = s.searchedNames()
	case strings.EqualFold(f.Field, "Domain"):
		texts = s.world.domains
	}
	prefix := strings.ToLower(f.Value)
	for i, text := range texts {
		if strings.HasPrefix(text, prefix) {
			list = append(list, s.world.customers[i])
		}
	}
	return list
}

// searchedNames are the company names as reads see them now, in lower case.
func (s *Simulator) searchedNames() []string {
	if s.switches.ReadLagSeconds == 0 {
		return s.world.names
	}
	names := make([]string, len(s.world.customers))
	for i, c := range s.world.customers {
		names[i] = strings.ToLower(s.seen(c).profile.text("companyName"))
	}
	return names
}

func (s *Simulator) getCustomer(_ *call, c *customer) answer {
	s.mu.Lock()
	full := s.full(c)
	s.mu.Unlock()
	return s.success(full)
}
