package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/drafts"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/templates"
)

// trailRows is how many changes the overview shows.
const trailRows = 5

// outsideWait is how long a page waits for the first look past this portal.
const outsideWait = 1500 * time.Millisecond

func (s *site) showCustomer(v *visit) error {
	var banner *templates.Banner
	if v.QueryParam("draft") == "discarded" {
		banner = v.banner(bannerDiscarded)
	}
	page, err := s.customerPage(v, v.customer, banner)
	if err != nil {
		return err
	}
	return show(v, http.StatusOK, page.View())
}

// showReadOnly opens the overview in place of the form when the upstream gave no
// ETag, since without one no save is safe (F-17).
func (s *site) showReadOnly(v *visit, customer pcclient.TenantID) error {
	page, err := s.customerPage(v, customer, v.banner(bannerNoETag))
	if err != nil {
		return err
	}
	page.EditURL = ""
	return show(v, http.StatusOK, page.View())
}

// showSameSaved ends an edit because somebody else saved all of its values.
func (s *site) showSameSaved(v *visit, version drafts.Version, now opened) error {
	who := s.whoSaved(v, version.Customer, version.OpenedAt, now.Values)
	return s.showNothingLeft(v, version, v.banner(bannerSameSaved(who)))
}

// showNothingLeft ends an edit of which nothing is left, because the profile has
// those values already.
func (s *site) showNothingLeft(v *visit, version drafts.Version, banner *templates.Banner) error {
	ctx := v.Request().Context()
	if err := s.Drafts.End(ctx, v.operator.Key(), version.Customer, version.Draft); err != nil {
		s.warn(v, "draft not ended", err)
	}
	page, err := s.customerPage(v, version.Customer, banner)
	if err != nil {
		return err
	}
	return show(v, http.StatusOK, page.View())
}

// customerPage reads the customer for the overview. A banner is news that must be
// told even when the read fails: then the page stands without facts.
func (s *site) customerPage(v *visit, id pcclient.TenantID, banner *templates.Banner) (templates.CustomerPage, error) {
	ctx := v.Request().Context()
	noticed := s.lookOutside(v, id)
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
		ReadAt:   v.clock(s.Now()),
		RetryURL: customerPath(id),

		HistoryURL: historyPath(id),
		Unsettled:  s.openFor(v, id),
	}
	if customer.BillingProfile == nil {
		page.Unread = true
	} else {
		values := forms.FromBillingProfile(*customer.BillingProfile)
		page.Customer.Name = nameOf(values, id)
		page.Customer.Country = v.names().Country(values[forms.Country])
		page.Profile, page.Address = v.profileFacts(values), v.addressFacts(values)
		if v.may(middleware.Edit) && customer.BillingETag != "" {
			page.EditURL = customerPath(id) + "/billing"
		}
	}
	page.Title = page.Customer.Name
	<-noticed
	entries, err := s.Trail.Changes(ctx, audit.Filter{Customer: id}, audit.Place{}, trailRows)
	if err != nil {
		s.warn(v, "trail not read", err)
		page.TrailUnread = true
	}
	if page.EditURL != "" && banner == nil {
		page.Draft = s.draftNote(v, id, forms.FromBillingProfile(*customer.BillingProfile), entries)
	}
	for _, entry := range entries {
		page.Trail = append(page.Trail, s.trailEntry(v, entry))
	}
	return page, nil
}

// lookOutside looks for saves made past this portal while the page is being read. The
// channel closes when they are in the trail, or when the page has waited long enough:
// then they are in it the next time.
func (s *site) lookOutside(v *visit, id pcclient.TenantID) <-chan struct{} {
	noticed := make(chan struct{})
	ctx, cancel := context.WithTimeout(v.Request().Context(), outsideWait)
	upstream, operator := v.upstream, v.operator.Key()
	go func() {
		defer close(noticed)
		defer cancel()
		s.Outside.Customer(ctx, upstream, operator, id)
	}()
	return noticed
}

// touch puts a customer into the person's recent ones. That it cannot be kept stops
// nothing.
func (s *site) touch(v *visit, id pcclient.TenantID, name string) {
	ctx := v.Request().Context()
	if err := s.Recents.Touch(ctx, v.operator.Key(), id, name); err != nil {
		s.warn(v, "recent customer not kept", err)
	}
}

func (s *site) trailEntry(v *visit, entry audit.Record) templates.TrailEntry {
	shown := templates.TrailEntry{
		Title: v.trailTitle(v.labelsOf(entry)),
		By:    cleaned(entry.OperatorName),
		Mine:  entry.Operator == v.operator.Key(),
		At:    v.moment(entry.Time),
		Note:  v.trailNote(entry),
		URL:   changePath(entry.Customer, entry.Seq),
	}
	if entry.ValuesGone() {
		shown.Gone = v.Of(s.valuesDeleted())
	}
	for _, change := range undoable(entry) {
		shown.Changes = append(shown.Changes, v.printedChange(change))
	}
	return shown
}

func (w times) trailTitle(changed []string) string {
	switch len(changed) {
	case 0: // a save of which Partner Center tells no more
		return w.Say("customer.trail.saved")
	case 1:
		return w.Say("customer.trail.item", "item", changed[0])
	}
	return w.Say("items-changed", "n", len(changed))
}

// trailNote is what sets a change apart from an ordinary save.
func (w times) trailNote(entry audit.Record) string {
	if entry.Kind == audit.Outside {
		return w.way(entry.Via)
	}
	return w.remark(entry.Kind)
}
