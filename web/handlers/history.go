package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/outside"
	"github.com/partnerdesk/portal/web/signin"
	"github.com/partnerdesk/portal/web/templates"
)

// changeRows is how many changes a page lists.
const changeRows = 25

// seenWait is how long a history waits for Partner Center to show a customer that it
// showed lately.
const seenWait = 5 * time.Second

// showHistory lists the changes of one customer.
func (s *site) showHistory(v *visit) error {
	customer, err := s.seenCustomer(v, v.customer)
	if err != nil {
		return err
	}
	q := s.changeQuery(v, historyPath(v.customer))
	q.filter.Customer = v.customer
	if q.lost {
		return v.redirect(q.url(q.shown.Action, audit.Place{}))
	}
	page := templates.HistoryPage{
		Page:     s.frame(v, v.Say("history.of", "customer", customer.Name), templates.SectionCustomers),
		Customer: &customer,
		Filter:   q.shown,
	}
	if len(q.shown.Errors) == 0 {
		page.Sight = s.sight(v, func(ctx context.Context) outside.Sight {
			return s.Outside.Customer(ctx, v.upstream, v.operator.Key(), v.customer)
		})
	}
	return s.showChangeList(v, page, q)
}

// sight looks for changes made past this portal, for as long as a page can wait, and
// says in words why some may be missing; nil when none are.
func (s *site) sight(v *visit, look func(context.Context) outside.Sight) *templates.Note {
	ctx, cancel := context.WithTimeout(v.Request().Context(), outsideWait)
	defer cancel()
	switch look(ctx) {
	case outside.Closed:
		return &templates.Note{Tone: templates.ToneInfo, Title: v.Say("changes.sight.closed.title"), Text: v.Say("changes.sight.closed.text")}
	case outside.Failed:
		return &templates.Note{Tone: templates.ToneCare, Title: v.Say("changes.sight.failed.title"), Text: v.Say("changes.sight.failed.text")}
	}
	return nil
}

// seenCustomer is a customer whose history somebody asks for, by its name. Partner
// Center decides whose customers they are: it has to show this one, or have shown it to
// the person lately, or within a day if it does not answer. Auditors see what the portal
// recorded even of one that is gone, or while Partner Center does not answer.
func (s *site) seenCustomer(v *visit, id pcclient.TenantID) (templates.Customer, error) {
	ctx := v.Request().Context()
	named := func(name string) templates.Customer {
		return templates.Customer{ID: string(id), Name: name, URL: customerPath(id)}
	}
	seen, err := s.Recents.Find(ctx, v.operator.Key(), id)
	if err != nil {
		s.warn(v, "recent customer not read", err)
	}
	age, asked := s.Now().Sub(seen.At), ctx
	switch {
	case age < lookFor:
		return named(seen.Name), nil
	case age < listFor:
		var cancel context.CancelFunc
		asked, cancel = context.WithTimeout(ctx, seenWait)
		defer cancel()
	}
	customer, err := v.upstream.Customers.Get(asked, id)
	switch {
	case err == nil:
		name := cleaned(customer.CompanyName)
		s.touch(v, id, name)
		return named(name), nil
	case age < listFor && failureOf(err).retry:
		middleware.SetError(ctx, err)
		return named(seen.Name), nil
	case !v.may(middleware.Audit), errors.Is(err, signin.ErrSignInAgain):
		return templates.Customer{}, err
	}
	recorded, trailErr := s.Trail.Changes(ctx, audit.Filter{Customer: id}, audit.Place{}, 1)
	if trailErr != nil || len(recorded) == 0 {
		return templates.Customer{}, errors.Join(trailErr, err)
	}
	middleware.SetError(ctx, err)
	return named(cmp.Or(seen.Name, string(id))), nil
}

// customerNames are the names of the customers of some changes, as anybody saw them last. That
// they cannot be read costs names and nothing else.
func (s *site) customerNames(v *visit, records []audit.Record) map[pcclient.TenantID]string {
	var ids []pcclient.TenantID
	for _, r := range records {
		if !slices.Contains(ids, r.Customer) {
			ids = append(ids, r.Customer)
		}
	}
	names, err := s.Recents.Names(v.Request().Context(), ids)
	if err != nil {
		s.warn(v, "customers not named", err)
	}
	return names
}

// showChangeList reads one page of the list into the page and shows it.
func (s *site) showChangeList(v *visit, page templates.HistoryPage, q changeQuery) error {
	if len(q.shown.Errors) > 0 {
		return show(v, http.StatusUnprocessableEntity, page.View())
	}
	records, err := s.Trail.Changes(v.Request().Context(), q.filter, q.after, changeRows+1)
	if err != nil {
		return err
	}
	if len(records) > changeRows {
		records = records[:changeRows]
		page.NextURL = q.url(q.shown.Action, records[changeRows-1].Place())
	}
	if q.after != (audit.Place{}) {
		page.NewestURL = q.url(q.shown.Action, audit.Place{})
	}
	var names map[pcclient.TenantID]string
	if page.Customer == nil {
		names = s.customerNames(v, records)
	}
	page.ExportURL = q.url(q.shown.Action+".csv", audit.Place{})
	var times []time.Time
	for _, r := range records {
		times = append(times, r.Time)
		page.Rows = append(page.Rows, templates.ChangeRow{
			URL:      changePath(r.Customer, r.Seq),
			At:       v.stamp(r.Time),
			Who:      cleaned(r.OperatorName),
			You:      v.own(r),
			Via:      v.way(r.Via),
			Items:    v.items(r),
			Remark:   v.remark(r.Kind),
			Customer: nameInTrail(r, names),
		})
	}
	page.Zone = v.zoneOf(times)
	return show(v, http.StatusOK, page.View())
}

// own reports whether the person made a change.
func (v *visit) own(r audit.Record) bool { return r.Operator == v.operator.Key() }

// labelsOf are the labels of what was changed, in page order; none when only the save
// is known, and not what stood there before it.
func (w times) labelsOf(r audit.Record) []string {
	if noBefore(r) {
		return nil
	}
	var labels []string
	for _, item := range merge.ItemsOf(r.Fields) {
		labels = append(labels, w.Of(item.Label()))
	}
	return labels
}

// noBefore reports whether only what was saved is known, as Partner Center tells of some
// saves made in it.
func noBefore(r audit.Record) bool { return r.Before == nil && r.After != nil }

// items lists what was changed: "Email, default address, phone".
func (w times) items(r audit.Record) string {
	labels := w.labelsOf(r)
	for i := range labels {
		if i > 0 {
			labels[i] = w.Inside(labels[i])
		}
	}
	return w.Row(labels)
}

// way says by which way a change came.
func (w times) way(via audit.Via) string {
	switch via {
	case audit.ViaUndo:
		return w.Say("changes.way.undo")
	case audit.ViaOutside:
		return w.Say("changes.way.outside")
	}
	return w.Say("changes.way.form")
}

// remark is a word on changes that are not like the others.
func (w times) remark(kind audit.Kind) string {
	switch kind {
	case audit.Superseded:
		return w.Say("changes.remark.superseded")
	case audit.Overwrote:
		return w.Say("changes.remark.overwrote")
	}
	return ""
}

// nameInTrail is what the customer of a change is called: by the change itself, if it
// holds the name, else as last seen, else by its tenant ID.
func nameInTrail(r audit.Record, seen map[pcclient.TenantID]string) string {
	for _, name := range []string{nameToldBy(r), strings.TrimSpace(cleaned(seen[r.Customer]))} {
		if name != "" {
			return name
		}
	}
	return string(r.Customer)
}

// nameToldBy is what a change itself calls its customer, "" if it does not hold the name.
func nameToldBy(r audit.Record) string {
	for _, name := range []string{r.CustomerName, r.After[forms.CompanyName], r.Before[forms.CompanyName]} {
		if name = strings.TrimSpace(cleaned(name)); name != "" {
			return name
		}
	}
	return ""
}
