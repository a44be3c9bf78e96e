package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
)

// ErrNotFound reports that the customer has no change of that number.
var ErrNotFound = errors.New("no such change")

// Filter says which changes are wanted. Zero fields do not filter.
type Filter struct {
	Customer pcclient.TenantID
	Who      string    // part of the name of who saved, without regard to case
	From, To time.Time // From is within, To is not
	Via      Via
	// Among are customers of whom alone changes are wanted, a few hundred at most; nil does not
	// filter, and none lets nothing through.
	Among []pcclient.TenantID
	// Only lets through the changes of some customers, by their tenant IDs alone; nil lets
	// all through. It is asked once for each change that the other fields let through.
	Only func(context.Context, pcclient.TenantID) (bool, error)
}

// Place is where a page of the list ended: the time and number of its last change.
// The zero Place is the beginning, before the newest.
type Place struct {
	Time time.Time
	Seq  int64
}

// Place is the record's own place in the list.
func (r Record) Place() Place { return Place{r.Time, r.Seq} }

// changeKinds are the kinds of which history is made: each says that a billing
// profile became another. The words must be those of the partial indexes.
const changeKinds = `a.kind IN ('applied', 'outside', 'overwrote', 'superseded')`

// Changes returns the changes after a place of the list, with their values, at most
// limit of them, newest first by time and then number; none is an empty list. A
// change that was written down late stands where its time belongs, so reading on
// from a place neither skips nor repeats what was in the list at the beginning.
func (t *Trail) Changes(ctx context.Context, f Filter, after Place, limit int) ([]Record, error) {
	var page []Place
	if limit <= 0 {
		return nil, nil
	}
	for at, err := range t.places(ctx, f, after, limit) {
		if err != nil {
			return nil, fmt.Errorf("list changes: %w", err)
		}
		if page = append(page, at); len(page) == limit {
			break
		}
	}
	return t.at(ctx, page)
}

// Change returns one change of a customer by its number. ErrNotFound: there is none,
// or it is another customer's, or no change.
func (t *Trail) Change(ctx context.Context, customer pcclient.TenantID, seq int64) (Record, error) {
	list, err := t.list(ctx, `WHERE a.seq = $1 AND a.customer = $2 AND `+changeKinds, seq, string(customer))
	if err != nil {
		return Record{}, err
	}
	if len(list) == 0 {
		return Record{}, ErrNotFound
	}
	return list[0], nil
}

// batch is how many changes EachChange holds at a time.
const batch = 256

// EachChange yields every change that the filter lets through, newest first, as
// Changes orders them. It holds a few hundred at a time and keeps no query open
// between them; an error ends it.
func (t *Trail) EachChange(ctx context.Context, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var page []Place
		flush := func() bool {
			list, err := t.at(ctx, page)
			page = page[:0]
			if err != nil {
				yield(Record{}, err)
				return false
			}
			for _, r := range list {
				if !yield(r, nil) {
					return false
				}
			}
			return true
		}
		for at, err := range t.places(ctx, f, Place{}, batch) {
			if err != nil {
				yield(Record{}, fmt.Errorf("list changes: %w", err))
				return
			}
			if page = append(page, at); len(page) == batch && !flush() {
				return
			}
		}
		flush()
	}
}

// at reads the entries at some places, in the order of the list.
func (t *Trail) at(ctx context.Context, page []Place) ([]Record, error) {
	if len(page) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(page)), make([]any, len(page))
	for i, at := range page {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), at.Seq
	}
	return t.list(ctx, `WHERE a.seq IN (`+strings.Join(marks, ", ")+`) ORDER BY a.time DESC, a.seq DESC`, args...)
}
