package submission

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

const (
	// overwrittenWait bounds one look into the upstream's audit records, which the
	// operator waits for at the end of a save.
	overwrittenWait = 2 * time.Second
	// mostRecords is how many audit records are read to find that of one save.
	mostRecords = 500
)

// overwritten looks for a save of somebody else's that an applied submission replaced.
type overwritten struct {
	s      *Service
	pc     *pcclient.Client
	sub    Submission
	before forms.Values // what the PUT was made for
}

// lookForOverwritten asks the upstream what an applied submission's PUT really
// replaced. If somebody outside this portal saved in the instant between re-read and
// PUT, and the upstream took our stale write, the trail gets an entry that holds their
// values. Audit records may be late, so the look is repeated for two minutes; they are
// closed to many, who then cannot know.
func (s *Service) lookForOverwritten(ctx context.Context, pc *pcclient.Client, sub Submission, before forms.Values) {
	o := overwritten{s, pc, sub, before}
	if sub.CorrelationID == "" || o.look(ctx) {
		return
	}
	s.later.Go(func() {
		defer func() {
			if recover() != nil { // the value may hold anything, so it is not logged
				s.event(s.halted, slog.LevelError, "submission.panic", sub, "stack", string(debug.Stack()))
			}
		}()
		for _, pause := range []time.Duration{5 * time.Second, 25 * time.Second, 90 * time.Second} {
			if s.sleep(s.halted, pause) != nil || o.look(s.halted) {
				return
			}
		}
	})
}

// look reports whether there is nothing more to look for.
func (o overwritten) look(ctx context.Context) (done bool) {
	if o.s.refusals.Has(o.sub.Operator.Key) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, overwrittenWait)
	defer cancel()
	own, others, err := o.records(ctx)
	switch {
	case errors.Is(err, pcclient.ErrForbidden):
		o.s.refusals.Add(o.sub.Operator.Key)
		return true
	case err != nil:
		o.s.event(ctx, slog.LevelWarn, "submission.overwritten_unknown", o.sub, "error", err)
		return false
	case own.ID == "":
		return false
	}
	replaced, _, err := pcclient.ParseBillingProfile([]byte(own.OldValue))
	if err != nil {
		return true // the record does not say
	}
	theirs := forms.FromBillingProfile(replaced)
	// What somebody changed in the instant before, and what does not stand there now.
	lost := only(forms.Changed(o.before, theirs), forms.Changed(theirs, o.sub.Saved))
	if len(lost) == 0 {
		return true
	}
	values := changes(Submission{Fields: lost}, theirs, o.sub.Saved)
	values.By, values.ByAt = author(others, theirs)
	if err := o.tell(ctx, lost, values); err != nil {
		o.s.event(ctx, slog.LevelWarn, "submission.overwritten_not_written", o.sub, "error", err)
		return false
	}
	o.s.event(ctx, slog.LevelWarn, "submission.overwrote", o.sub)
	return true
}

// records finds the audit record of the PUT, and those of others on the customer.
func (o overwritten) records(ctx context.Context) (own pcclient.AuditRecord, others []pcclient.AuditRecord, err error) {
	n := 0
	for record, err := range o.pc.AuditRecords.All(ctx, pcclient.AuditQuery{Start: o.sub.RecordedAt, Customer: o.sub.Customer, Size: 100}) {
		if err != nil {
			return own, nil, err
		}
		switch {
		case !isSaveOf(o.sub.Customer, record):
		case record.CorrelationID == o.sub.CorrelationID:
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

// tell writes the entry, once for a submission.
func (o overwritten) tell(ctx context.Context, lost []string, values audit.Values) error {
	e := entry(o.sub, audit.Overwrote, o.s.now())
	e.Fields = lost
	return o.s.db.Write(ctx, func(tx *sql.Tx) error {
		if told, err := o.s.trail.Has(ctx, tx, e.Submission, e.Kind); err != nil || told {
			return err
		}
		_, err := o.s.trail.Append(ctx, tx, e, values)
		return err
	})
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
