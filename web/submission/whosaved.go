package submission

import (
	"context"
	"errors"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

// Theirs is a billing profile as somebody saved it behind an open form.
type Theirs struct {
	Customer pcclient.TenantID
	Values   forms.Values // what stands upstream now
	Since    time.Time    // when the form was opened
	Mine     string       // the key of the operator whose form it is
}

// Who is who saved a billing profile behind an open form.
type Who struct {
	Name string    // as to be shown; empty if unknown
	You  bool      // the same operator, in another tab or on another machine
	At   time.Time // when they saved; if that is unknown, when it was noticed
	// Change is the entry of the trail that tells of it; 0 when Partner Center alone does.
	Change int64
}

// WhoSaved tells who saved theirs. Our trail knows best, unless Partner Center's audit
// records, asked as the person pc acts for, tell of a later save that explains the
// content whole. These are closed to many (sales agents), and late at times, so nobody
// is a normal answer. It takes 5 s at most and never fails.
func (s *Service) WhoSaved(ctx context.Context, pc *pcclient.Client, theirs Theirs) Who {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	known, call := s.fromTrail(ctx, theirs)
	other, exact := s.fromUpstream(ctx, pc, theirs, call)
	switch {
	case other != nil && (known == nil || exact && other.At.After(known.At)):
		return *other
	case known != nil:
		return *known
	}
	return Who{At: s.now()}
}

// fromTrail finds the newest save we know of, if it explains what stands upstream now:
// somebody else may have saved after it. call is its correlation ID, also when nobody
// knows whose save it was.
func (s *Service) fromTrail(ctx context.Context, theirs Theirs) (who *Who, call string) {
	records, err := s.trail.Changes(ctx, audit.Filter{Customer: theirs.Customer, From: theirs.Since}, audit.Place{}, 1)
	if err != nil {
		s.log.WarnContext(ctx, "submission.conflict_trail", "customer", string(theirs.Customer), "error", err)
		return nil, ""
	}
	if len(records) == 0 || !forms.Agree(theirs.Values, records[0].After, records[0].Fields...) {
		return nil, ""
	}
	r := records[0]
	switch {
	case r.Kind == audit.Applied:
		return &Who{Name: r.OperatorName, You: r.Operator == theirs.Mine, At: r.Time, Change: r.Seq}, r.CorrelationID
	case r.Kind == audit.Outside && r.OperatorName != "":
		return &Who{Name: r.OperatorName, At: r.Time, Change: r.Seq}, r.CorrelationID
	case r.Kind == audit.Outside:
		return nil, r.CorrelationID
	}
	return nil, ""
}

// fromUpstream finds the newest audit record of a save that is not the call we know,
// preferring one whose new value is what stands there now: exact.
func (s *Service) fromUpstream(ctx context.Context, pc *pcclient.Client, theirs Theirs, call string) (who *Who, exact bool) {
	if s.refusals.Has(theirs.Mine) {
		return nil, false
	}
	query := pcclient.AuditQuery{Start: theirs.Since, Customer: theirs.Customer, Size: 100}
	if oldest := s.now().Add(-pcclient.AuditReach); query.Start.Before(oldest) {
		query.Start = oldest
	}
	page, err := pc.AuditRecords.Search(ctx, query)
	switch {
	case errors.Is(err, pcclient.ErrForbidden):
		s.refusals.Add(theirs.Mine)
		return nil, false
	case err != nil:
		s.log.WarnContext(ctx, "submission.conflict_upstream", "customer", string(theirs.Customer), "error", err)
		return nil, false
	}
	for _, r := range page.Items {
		if !isSaveOf(theirs.Customer, r) || r.Time.Before(theirs.Since) || r.User == "" || call != "" && r.CorrelationID == call {
			continue
		}
		fits := explains(r, theirs.Values)
		if who == nil || fits && !exact || fits == exact && r.Time.After(who.At) {
			who, exact = &Who{Name: r.User, At: r.Time}, fits
		}
	}
	return who, exact
}

// isSaveOf reports whether a record tells of the customer's billing profile being saved.
func isSaveOf(customer pcclient.TenantID, r pcclient.AuditRecord) bool {
	return r.Operation == pcclient.AuditUpdateBillingProfile && r.Customer == customer
}

// explains reports whether a record's new value is that content.
func explains(r pcclient.AuditRecord, content forms.Values) bool {
	after, _, err := pcclient.ParseBillingProfile([]byte(r.NewValue))
	return err == nil && len(forms.Changed(forms.FromBillingProfile(after), content)) == 0
}
