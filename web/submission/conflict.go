package submission

import (
	"context"
	"errors"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

// Source says where the name of who saved comes from.
type Source string

// The sources.
const (
	FromPortal   Source = "portal"   // our own trail
	FromUpstream Source = "upstream" // Partner Center's audit records
	FromNobody   Source = "unknown"  // neither knows; At is when the change was noticed
)

// Who is who saved a billing profile behind an open form.
type Who struct {
	Name   string // as to be shown; empty if unknown
	You    bool   // the same operator, in another tab or on another machine
	At     time.Time
	Source Source
}

// upstreamOperation is the upstream's name for saving a billing profile.
const upstreamOperation = "update_customer_billing_profile"

// Conflict tells who saved theirs, the content now upstream, after since. Our trail
// knows best, unless Partner Center's audit records, asked as the person pc acts for,
// tell of a later save that explains the content whole. These are closed to many (sales
// agents), and late at times, so "unknown" is a normal answer. It takes 5 s at most and
// never fails.
func (s *Service) Conflict(ctx context.Context, pc *pcclient.Client, customer pcclient.TenantID, since time.Time, operatorKey string, theirs forms.Values) Who {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ours, call, known := s.fromTrail(ctx, customer, since, operatorKey, theirs)
	other, exact, found := s.fromUpstream(ctx, pc, operatorKey, customer, since, theirs, call)
	switch {
	case found && (!known || exact && other.At.After(ours.At)):
		return other
	case known:
		return ours
	}
	return Who{At: s.now(), Source: FromNobody}
}

// fromTrail finds the newest save we know of, if it explains what stands upstream
// now: somebody else may have saved after it. call is its correlation ID.
func (s *Service) fromTrail(ctx context.Context, customer pcclient.TenantID, since time.Time, operatorKey string, theirs forms.Values) (who Who, call string, ok bool) {
	records, err := s.log.Changes(ctx, audit.Filter{Customer: customer, From: since}, audit.Place{}, 1)
	if err != nil {
		s.events.WarnContext(ctx, "submission.conflict_trail", "customer", string(customer), "error", err)
		return Who{}, "", false
	}
	if len(records) == 0 || !shows(theirs, records[0].After, records[0].Fields) {
		return Who{}, "", false
	}
	switch r := records[0]; r.Kind {
	case audit.Applied:
		return Who{Name: r.OperatorName, You: r.Operator == operatorKey, At: r.Time, Source: FromPortal}, r.CorrelationID, true
	case audit.Outside:
		return Who{Name: r.OperatorName, At: r.Time, Source: FromUpstream}, r.CorrelationID, r.OperatorName != ""
	}
	return Who{}, "", false
}

// fromUpstream finds the newest audit record of a save that is not the call we know,
// preferring one whose new value is what stands there now: exact.
func (s *Service) fromUpstream(ctx context.Context, pc *pcclient.Client, operatorKey string, customer pcclient.TenantID, since time.Time, theirs forms.Values, call string) (who Who, exact, ok bool) {
	if s.closedTo(operatorKey) {
		return Who{}, false, false
	}
	start := since
	if oldest := s.now().Add(-89 * 24 * time.Hour); start.Before(oldest) {
		start = oldest // older than 90 days the upstream refuses
	}
	page, err := pc.AuditRecords.Search(ctx, pcclient.AuditQuery{Start: start, Customer: customer, Size: 100})
	switch {
	case errors.Is(err, pcclient.ErrForbidden):
		s.notesClosed(operatorKey)
		return Who{}, false, false
	case err != nil:
		s.events.WarnContext(ctx, "submission.conflict_upstream", "customer", string(customer), "error", err)
		return Who{}, false, false
	}
	var best pcclient.AuditRecord
	for _, r := range page.Items {
		if r.Operation != upstreamOperation || r.Customer != customer || r.Time.Before(since) || r.User == "" || call != "" && r.CorrelationID == call {
			continue
		}
		fits := explains(r, theirs)
		if best.User == "" || fits && !exact || fits == exact && r.Time.After(best.Time) {
			best, exact = r, fits
		}
	}
	return Who{Name: best.User, At: best.Time, Source: FromUpstream}, exact, best.User != ""
}

func explains(r pcclient.AuditRecord, theirs forms.Values) bool {
	after, _, err := pcclient.ParseBillingProfile([]byte(r.NewValue))
	return err == nil && len(forms.Changed(forms.FromBillingProfile(after), theirs)) == 0
}
