package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// Span says which entries are exported. Zero fields do not leave any out.
type Span struct {
	From, To time.Time // From is within, To is not
	Customer pcclient.TenantID
	Values   bool // what stood there before and after, too
}

// EntryWriter takes the entries of an export, in the order of their numbers. broken says
// what is wrong with an entry, "" if nothing.
type EntryWriter interface {
	Entry(r Record, broken string) error
	Flush() error
}

// Export writes entries of every kind and returns how many. It holds a thousand at a
// time. A broken trail is exported all the same, with what is wrong said where it is;
// the error is then a *BrokenError for the first such entry. Whether entries follow each
// other can be told only of a span that leaves none out.
func (t *Trail) Export(ctx context.Context, w EntryWriter, s Span) (n int64, err error) {
	whole := s.From.IsZero() && s.To.IsZero() && s.Customer == ""
	var head Head
	var first *BrokenError
	for r, err := range t.all(ctx, s) {
		if err != nil {
			return n, fmt.Errorf("export the audit trail: %w", err)
		}
		why := ""
		if fault := r.fault(head, whole); fault != nil {
			if first == nil {
				first = fault
			}
			if why = fault.Why; fault.Seq != r.Seq {
				why = fmt.Sprintf("entry %d is missing before it", fault.Seq)
			}
		}
		head = Head{r.Seq, r.Hash}
		if err := w.Entry(r.Record, why); err != nil {
			return n, err
		}
		n++
	}
	if err := w.Flush(); err != nil || first == nil {
		return n, err
	}
	return n, first
}

const entriesAtOnce = 1000

// all yields the entries of a span in the order of their numbers, a thousand at a time.
// Entries whose values do not open are among them.
func (t *Trail) all(ctx context.Context, s Span) iter.Seq2[*row, error] {
	return func(yield func(*row, error) bool) {
		for after := int64(math.MinInt64); ; {
			var where conditions
			where.addSpan(s.Customer, s.From, s.To)
			where.add("a.seq > ?", after)
			rest := fmt.Sprintf(`WHERE %s ORDER BY a.seq LIMIT %d`, where, entriesAtOnce)
			n := 0
			for r, err := range t.records(ctx, t.db.Read(), s.Values, rest, where.args...) {
				if sealed := new(unreadable); errors.As(err, &sealed) {
					err = nil
				}
				if !yield(r, err) || err != nil {
					return
				}
				after = r.Seq
				n++
			}
			if n < entriesAtOnce {
				return
			}
		}
	}
}
