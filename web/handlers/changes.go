package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/templates"
)

// showChanges is the change log: the changes of all customers.
func (s *site) showChanges(v *visit) error {
	q := s.changeQuery(v, "/changes")
	q.shown.All = true
	if err := s.filterByCustomer(v, &q); err != nil {
		return err
	}
	if q.lost {
		return v.redirect(q.url(q.shown.Action, audit.Place{}))
	}
	page := templates.HistoryPage{
		Page:   s.frame(v, v.Say("changes.title"), templates.SectionChanges),
		Filter: q.shown,
	}
	if len(q.shown.Errors) == 0 {
		page.Sight = s.sight(v, func(ctx context.Context) outside.Sight {
			return s.Outside.All(ctx, v.upstream, v.operator.Key())
		})
	}
	return s.showChangeList(v, page, q)
}

// fittingCustomers is how many customers of one name are offered to choose from.
const fittingCustomers = 10

// filterByCustomer takes the customer of the filter: a tenant ID, or the beginning of a
// name that fits one customer. Of several the person chooses.
func (s *site) filterByCustomer(v *visit, q *changeQuery) error {
	text := clipped(v.QueryParam("customer"))
	if q.shown.Customer = text; text == "" {
		return nil
	}
	if id, err := pcclient.ParseTenantID(text); err == nil {
		q.filter.Customer = id
		return nil
	}
	found, err := s.fitting(v, text)
	switch {
	case errors.Is(err, pcclient.ErrForbidden), errors.Is(err, pcclient.ErrUnavailable), errors.Is(err, pcclient.ErrThrottled):
		middleware.SetError(v.Request().Context(), err)
		q.wrong("customer", v.Say("changes.filter.unasked"))
	case err != nil:
		return err
	case len(found) == 0:
		q.wrong("customer", v.Say("changes.filter.no-customer"))
	case len(found) == 1:
		q.filter.Customer = found[0].ID
	default:
		q.wrong("customer", v.Say("changes.filter.several"))
		for _, c := range found {
			q.values.Set("customer", string(c.ID))
			q.shown.Customers = append(q.shown.Customers, templates.Link{URL: q.url(q.shown.Action, audit.Place{}), Text: strings.TrimSpace(cleaned(c.CompanyName))})
		}
	}
	q.values.Set("customer", text)
	if q.filter.Customer != "" {
		q.values.Set("customer", string(q.filter.Customer))
	}
	return nil
}

// fitting are customers in the person's portfolio whose name begins with a text.
func (s *site) fitting(v *visit, text string) ([]pcclient.Customer, error) {
	if v.portfolio.Whole() {
		page, err := v.upstream.Customers.Search(v.Request().Context(), pcclient.CustomerQuery{CompanyName: text, Size: fittingCustomers})
		return page.Items, err
	}
	found, err := s.findCustomers(v, place{Query: text}) // which goes past those outside
	fit := slices.DeleteFunc(found.rows, func(c pcclient.Customer) bool { return !hasPrefixFold(c.CompanyName, text) })
	return fit[:min(len(fit), fittingCustomers)], err
}
