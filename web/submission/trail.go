package submission

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
)

// entry is the audit entry that goes with a submission's state.
func entry(sub Submission, kind audit.Kind, at time.Time) audit.Entry {
	return audit.Entry{
		Time: at, Kind: kind, Via: sub.Via, Submission: sub.Key, Operator: sub.Operator.Key, OperatorName: sub.Operator.Name,
		Customer: sub.Customer, Fields: sub.Fields, Reason: string(sub.Reason),
		RequestID: sub.Key, CorrelationID: sub.CorrelationID, UpstreamCode: sub.UpstreamCode,
	}
}

// event tells of a submission, and names nobody but by key. More is what slog takes.
func (s *Service) event(ctx context.Context, level slog.Level, name string, sub Submission, more ...any) {
	s.log.Log(ctx, level, name, append([]any{
		"submission", sub.Key, "operator", sub.Operator.Key, "customer", string(sub.Customer),
		"state", string(sub.State), "reason", string(sub.Reason), "correlation_id", sub.CorrelationID,
	}, more...)...)
}

// changes are the texts of the changed items on both sides.
func changes(sub Submission, before, after forms.Values) audit.Values {
	v := audit.Values{Why: sub.Why, AddressCheck: sub.Check, CustomerName: after[forms.CompanyName]}
	v.Before, v.After = merge.Whole(sub.Fields, before, after)
	return v
}

// only returns the names that are also among others.
func only(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(others, name) })
}

// same reports whether two requests ask for the same.
func same(a, b Request) bool {
	if a.Customer != b.Customer {
		return false
	}
	for _, name := range forms.Names() {
		if a.Base[name] != b.Base[name] || a.Wish[name] != b.Wish[name] {
			return false
		}
	}
	return true
}
