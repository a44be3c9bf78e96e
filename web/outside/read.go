package outside

import (
	"context"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
)

const (
	overlap = 24 * time.Hour // how late a record may appear
	perPage = 500            // the most the upstream gives at once
	pages   = 4              // of them in one look
)

// since is the time from which on there may be something new.
func (l *look) since() time.Time {
	if oldest := l.begun.Add(-pcclient.AuditReach); l.seen.Add(-overlap).Before(oldest) {
		return oldest
	}
	return l.seen.Add(-overlap)
}

// read returns the records of a customer, or of all, since a time. complete says that
// there were no more pages than one look may read.
func read(ctx context.Context, pc *pcclient.Client, id pcclient.TenantID, since time.Time) (records []pcclient.AuditRecord, complete bool, err error) {
	q := pcclient.AuditQuery{Start: since, Customer: id, Size: perPage}
	if id == everybody {
		q.ResourceType = "customer"
	}
	page, err := pc.AuditRecords.Search(ctx, q)
	for n := 1; err == nil; n++ {
		records = append(records, page.Items...)
		if page.Next == nil || n == pages {
			return records, page.Next == nil, nil
		}
		page, err = pc.AuditRecords.Next(ctx, *page.Next)
	}
	return records, false, err
}

// seenUpTo is the time from which the next look goes on. After an incomplete look it is
// that of the newest record it got, whichever way round the upstream lists them; and
// records that must wait are looked at again.
func seenUpTo(begun time.Time, records []pcclient.AuditRecord, complete bool, waiting []audit.Record) time.Time {
	at := begun
	if !complete {
		at = time.Time{}
		for _, r := range records {
			if r.Time.After(at) && !r.Time.After(begun) {
				at = r.Time
			}
		}
	}
	for _, r := range waiting {
		if r.Time.Before(at) {
			at = r.Time
		}
	}
	return at
}
