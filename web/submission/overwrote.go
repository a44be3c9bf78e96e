package submission

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

const (
	// overwrittenWait bounds one look into the upstream's audit records, which the
	// operator waits for at the end of a save.
	overwrittenWait = 2 * time.Second
	// closedFor is how long a refusal to show audit records is remembered.
	closedFor = 10 * time.Minute
	// mostRecords is how many audit records are read to find that of one save.
	mostRecords = 500
)

// lookForOverwritten asks the upstream what the PUT really replaced. before is
// what the re-read showed. If somebody outside this portal saved in the instant
// between, and the upstream took our stale write, the trail gets an entry that
// holds their values. Audit records may be late, so the look is repeated for two
// minutes after the save; they are closed to many, who then cannot know.
func (r *run) lookForOverwritten(ctx context.Context, before forms.Values) {
	if r.lookOnce(ctx, before) {
		return
	}
	r.s.later.Go(func() {
		for _, pause := range []time.Duration{5 * time.Second, 25 * time.Second, 90 * time.Second} {
			if r.s.sleep(r.s.halted, pause) != nil || r.lookOnce(r.s.halted, before) {
				return
			}
		}
	})
}

// lookOnce reports whether there is nothing more to look for.
func (r *run) lookOnce(ctx context.Context, before forms.Values) (done bool) {
	if r.s.closedTo(r.sub.Operator.Key) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, overwrittenWait)
	defer cancel()
	own, others, err := r.records(ctx)
	switch {
	case errors.Is(err, pcclient.ErrForbidden):
		r.s.notesClosed(r.sub.Operator.Key)
		return true
	case err != nil:
		r.event(ctx, slog.LevelWarn, "submission.overwritten_unknown", "error", err)
		return false
	case own.ID == "":
		return false
	}
	replaced, _, err := pcclient.ParseBillingProfile([]byte(own.OldValue))
	if err != nil {
		return true // the record does not say
	}
	theirs := forms.FromBillingProfile(replaced)
	lost := r.lost(before, theirs)
	if len(lost) == 0 {
		return true
	}
	values := changes(Submission{Fields: lost}, theirs, r.sub.Saved)
	values.By, values.ByAt = author(others, theirs)
	e := entry(r.sub, audit.Overwrote, r.s.now())
	e.Fields = lost
	if !r.persist(ctx, func(ctx context.Context) error {
		return r.s.db.Write(ctx, func(tx *sql.Tx) error {
			if told, err := r.s.log.Has(ctx, tx, e.Submission, e.Kind); err != nil || told {
				return err
			}
			_, err := r.s.log.Append(ctx, tx, e, values)
			return err
		})
	}) {
		return false
	}
	r.event(ctx, slog.LevelWarn, "submission.overwrote")
	return true
}

// records finds the audit record of the PUT, and those of others on the customer.
func (r *run) records(ctx context.Context) (own pcclient.AuditRecord, others []pcclient.AuditRecord, err error) {
	n := 0
	for record, err := range r.pc.AuditRecords.All(ctx, pcclient.AuditQuery{Start: r.begun, Customer: r.sub.Customer, Size: 100}) {
		if err != nil {
			return own, nil, err
		}
		switch {
		case record.Operation != upstreamOperation || record.Customer != r.sub.Customer:
		case record.CorrelationID == r.sub.CorrelationID:
			own = record
		default:
			others = append(others, record)
		}
		if n++; n == mostRecords {
			break
		}
	}
	return own, others, nil
}

// lost are the names somebody else changed in the instant before, whose new text
// is not what stands there now.
func (r *run) lost(before, theirs forms.Values) []string {
	return only(forms.Changed(before, theirs), forms.Changed(theirs, r.sub.Saved))
}

// author is who saved those values last, and when; empty when no record tells.
func author(records []pcclient.AuditRecord, values forms.Values) (name string, at time.Time) {
	for _, record := range records {
		if record.Time.After(at) && explains(record, values) {
			name, at = record.User, record.Time
		}
	}
	return name, at
}

func (s *Service) closedTo(operator string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.closed[operator]
	if ok && s.now().Sub(found) >= closedFor {
		delete(s.closed, operator)
		return false
	}
	return ok
}

func (s *Service) notesClosed(operator string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[operator] = s.now()
}
