package outside

import (
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
)

const (
	succeeded = "succeeded"

	longestID   = 500
	longestName = 200
	longestText = 1000 // of a value: the upstream takes far less
)

// savesOf are the entries to make of records, oldest first. What is no save of a billing
// profile that succeeded is left out, and so is one after which everything read as before.
func savesOf(records []pcclient.AuditRecord, id pcclient.TenantID) []audit.Record {
	var saves []audit.Record
	for _, r := range records {
		if id != everybody && r.Customer != id {
			continue
		}
		if save, ok := saveOf(r); ok {
			saves = append(saves, save)
		}
	}
	slices.SortStableFunc(saves, func(a, b audit.Record) int { return a.Time.Compare(b.Time) })
	return saves
}

func saveOf(r pcclient.AuditRecord) (audit.Record, bool) {
	if r.Operation != pcclient.AuditUpdateBillingProfile || !strings.EqualFold(r.Status, succeeded) ||
		r.Customer == "" || r.Time.IsZero() || r.ID == "" || len(r.ID) > longestID || line(r.ID) != r.ID {
		return audit.Record{}, false
	}
	before, after := values(r.OldValue), values(r.NewValue)
	fields := forms.Changed(before, after)
	switch {
	case after == nil:
		before, fields = nil, nil // that somebody saved is known, and no more
	case before != nil && len(fields) == 0:
		return audit.Record{}, false
	}
	save := audit.Record{Entry: audit.Entry{
		Time: r.Time, Kind: audit.Outside, Via: audit.ViaOutside, Submission: r.ID, OperatorName: cut(line(r.User), longestName),
		Customer: r.Customer, Fields: fields, CorrelationID: cut(line(r.CorrelationID), longestName),
	}}
	save.Before, save.After = merge.Whole(fields, before, after)
	save.CustomerName = cut(line(r.CustomerName), longestName)
	if name := after[forms.CompanyName]; name != "" {
		save.CustomerName = name
	}
	return save, true
}

// values are the form's texts of a billing profile inside a record, and nothing else of
// it; nil when there is none, as in records of services.
func values(text string) forms.Values {
	profile, _, err := pcclient.ParseBillingProfile([]byte(text))
	if err != nil {
		return nil
	}
	v := forms.FromBillingProfile(profile)
	for _, text := range v {
		if len(text) > longestText {
			return nil // comparing it word by word would take for ever
		}
	}
	return v
}

// line is a text without what cannot be stored or would not stay on its line.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
