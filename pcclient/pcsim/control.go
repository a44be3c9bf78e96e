package pcsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

const controlPrefix = "/_sim/"

func isControl(path string) bool { return strings.HasPrefix(path, controlPrefix) }

// control answers the control API. It needs no token: whoever reaches the
// simulator's port may steer it, except a web page of another origin. Bodies are
// plain JSON without a byte order mark; an error is {"error":"…"}.
func (s *Simulator) control(r *http.Request, body []byte) answer {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return controlError(http.StatusForbidden, err)
	}
	name := strings.TrimPrefix(r.URL.Path, controlPrefix)
	if rest, ok := strings.CutPrefix(name, "customers/"); ok {
		id, ok := strings.CutSuffix(rest, "/edit")
		if !ok {
			return controlError(http.StatusNotFound, errors.New("no such control"))
		}
		return only(r, []string{"POST"}, func() answer { return s.controlEdit(id, r.URL.Query().Get("by"), body) })
	}
	switch name {
	case "switches":
		return only(r, []string{"GET", "PUT"}, func() answer {
			if r.Method == http.MethodPut {
				if err := s.patchSwitches(body); err != nil {
					return controlError(http.StatusBadRequest, err)
				}
			}
			return controlJSON(s.Switches())
		})
	case "faults":
		return only(r, []string{"GET", "POST", "DELETE"}, func() answer { return s.controlFaults(r.Method, body) })
	case "journal":
		return only(r, []string{"GET"}, func() answer { return controlJSON(s.Journal()) })
	case "customers":
		return only(r, []string{"GET"}, func() answer { return controlJSON(controlCompanies(s.Customers())) })
	case "reset":
		return only(r, []string{"POST"}, func() answer { s.Reset(); return controlJSON(struct{}{}) })
	}
	return controlError(http.StatusNotFound, errors.New("no such control"))
}

func only(r *http.Request, methods []string, do func() answer) answer {
	for _, m := range methods {
		if r.Method == m || r.Method == "" && m == http.MethodGet {
			return do()
		}
	}
	return controlError(http.StatusMethodNotAllowed, errors.New("method not allowed")).with("Allow", strings.Join(methods, ", "))
}

func (s *Simulator) controlFaults(method string, body []byte) answer {
	switch method {
	case http.MethodDelete:
		s.ClearFaults()
	case http.MethodPost:
		var faults []Fault
		if err := json.Unmarshal(body, &faults); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
		if err := s.AddFaults(faults...); err != nil {
			return controlError(http.StatusBadRequest, err)
		}
	}
	return controlJSON(s.armed())
}

// armed lists the faults that calls can still meet, with the calls left in Times.
func (s *Simulator) armed() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Fault{}
	for _, f := range s.faults {
		if f.left != 0 {
			left := f.Fault
			left.Times = f.left
			list = append(list, left)
		}
	}
	return list
}

func (s *Simulator) controlEdit(id, by string, patch []byte) answer {
	tenant, err := pcclient.ParseTenantID(id)
	if err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	if _, ok := s.BillingProfile(tenant); !ok {
		return controlError(http.StatusNotFound, fmt.Errorf("no customer %s", tenant))
	}
	if by == "" {
		by = "Somebody Else"
	}
	if err := s.EditElsewhere(tenant, by, patch); err != nil {
		return controlError(http.StatusBadRequest, err)
	}
	profile, _ := s.BillingProfile(tenant)
	return controlJSON(json.RawMessage(profile))
}

func controlCompanies(list []Company) []object {
	out := make([]object, 0, len(list))
	for _, c := range list {
		out = append(out, obj("id", string(c.ID), "companyName", c.CompanyName, "domain", c.Domain, "country", c.Country))
	}
	return out
}

func controlJSON(v any) answer {
	a := bare(http.StatusOK).with("Content-Type", "application/json")
	a.body = marshal(v)
	return a
}

func controlError(status int, err error) answer {
	a := bare(status).with("Content-Type", "application/json")
	a.body = marshal(obj("error", err.Error()))
	return a
}
