package handlers

import (
	"net/http"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
)

// trailRows is how many changes the overview shows.
const trailRows = 5

func (s *site) showCustomer(v *visit) error {
	customer, err := v.customer()
	if err != nil {
		return err
	}
	page, err := s.customerPage(v, customer, nil)
	if err != nil {
		return err
	}
	return show(v, http.StatusOK, page.View())
}

// showReadOnly opens the overview in place of the form when the upstream gave no
// ETag, since without one no save is safe (F-17).
func (s *site) showReadOnly(v *visit, customer pcclient.TenantID) error {
	page, err := s.customerPage(v, customer, bannerNoETag)
	if err != nil {
		return err
	}
	page.EditURL = ""
	return show(v, http.StatusOK, page.View())
}

// showSameSaved ends an edit because somebody else saved all of its values.
func (s *site) showSameSaved(v *visit, version drafts.Version, now opened) error {
	who := s.Submissions.Conflict(v.Request().Context(), v.upstream, version.Customer, version.OpenedAt, v.operator.Key(), now.Values)
	return s.showNothingLeft(v, version.Customer, bannerSameSaved(nameOfWho(who)))
}

// showNothingLeft ends an edit of which nothing is left, because the profile has
// those values already.
func (s *site) showNothingLeft(v *visit, customer pcclient.TenantID, banner *templates.Banner) error {
	page, err := s.customerPage(v, customer, banner)
	if err != nil {
		return err
	}
	return show(v, http.StatusOK, page.View())
}

// customerPage reads the customer for the overview. A banner is news that must be
// told even when the read fails: then the page stands without facts.
func (s *site) customerPage(v *visit, id pcclient.TenantID, banner *templates.Banner) (templates.CustomerPage, error) {
	ctx := v.Request().Context()
	customer, err := v.upstream.Customers.Get(ctx, id)
	switch {
	case err != nil && banner == nil:
		return templates.CustomerPage{}, err
	case err != nil:
		middleware.SetError(ctx, err)
		customer = pcclient.Customer{CompanyName: string(id)}
	default:
		s.touch(v, id, cleaned(customer.CompanyName))
	}
	page := templates.CustomerPage{
		Page:     s.frame(v, "", templates.SectionCustomers),
		Customer: templates.Customer{ID: string(id), Name: cleaned(customer.CompanyName), Domain: cleaned(customer.Domain), URL: customerPath(id)},
		Banner:   banner,
		Editing:  s.editors(v, id)[id],
		ReadAt:   s.clock(s.Now()),
		RetryURL: customerPath(id),

		HistoryURL: historyPath(id),
	}
	if customer.BillingProfile == nil {
		page.Unread = true
	} else {
		values := forms.FromBillingProfile(*customer.BillingProfile)
		page.Customer.Name = nameOf(values, id)
		page.Customer.Country = countryName(values[forms.Country])
		page.Profile, page.Address = profileFacts(values), addressFacts(values)
		if v.may(middleware.Edit) && customer.BillingETag != "" {
			page.EditURL = customerPath(id) + "/billing"
		}
	}
	page.Title = page.Customer.Name
	entries, err := s.Audit.Changes(ctx, audit.Filter{Customer: id}, audit.Place{}, trailRows)
	if err != nil {
		s.Log.WarnContext(ctx, "trail not read", "reference", s.reference(v), "error", err)
		page.TrailUnread = true
	}
	for _, entry := range entries {
		page.Trail = append(page.Trail, s.trailEntry(v, entry))
	}
	return page, nil
}

// touch puts a customer into the person's recent ones. That it cannot be kept stops
// nothing.
func (s *site) touch(v *visit, id pcclient.TenantID, name string) {
	ctx := v.Request().Context()
	if err := s.Recents.Touch(ctx, v.operator.Key(), id, name); err != nil {
		s.Log.WarnContext(ctx, "recent customer not kept", "reference", s.reference(v), "error", err)
	}
}

func (s *site) trailEntry(v *visit, entry audit.Record) templates.TrailEntry {
	labels := labelsOf(entry)
	shown := templates.TrailEntry{
		Title: items(len(labels)) + " changed",
		By:    s.whoChanged(v, entry),
		Mine:  entry.Operator == v.operator.Key(),
		At:    s.moment(entry.Time),
		URL:   changePath(entry.Customer, entry.Seq),
	}
	if len(labels) == 1 {
		shown.Title = labels[0] + " changed"
	}
	for _, change := range merge.Changes(entry.Before, entry.After) {
		shown.Changes = append(shown.Changes, printedChange(change))
	}
	return shown
}
