package audit

import (
	"container/heap"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
)

// lane is a part of the list that one index holds in order: the changes of one name,
// or of one way, or all of them. The list is its lanes, merged.
type lane struct {
	where conditions
	ahead []Place   // read and not yet taken
	after Place     // where reading goes on
	from  time.Time // where it ends
	done  bool      // nothing is left to read
	only  func(context.Context, pcclient.TenantID) (bool, error)
}

// places yields where the wanted changes stand, newest first, beginning after a
// place. wanted is how many the caller is likely to take.
func (t *Trail) places(ctx context.Context, f Filter, after Place, wanted int) iter.Seq2[Place, error] {
	return func(yield func(Place, error) bool) {
		lanes, err := t.lanes(ctx, f, after)
		if err != nil {
			yield(Place{}, err)
			return
		}
		// With many lanes each gives only a few.
		chunk := min(wanted, max(8, 512/max(1, len(lanes))))
		var merged laneHeap
		for _, one := range lanes {
			if err := t.readAhead(ctx, one, chunk); err != nil {
				yield(Place{}, err)
				return
			}
			if len(one.ahead) > 0 {
				merged = append(merged, one)
			}
		}
		for heap.Init(&merged); len(merged) > 0; {
			newest := merged[0]
			if !yield(newest.ahead[0], nil) {
				return
			}
			newest.ahead = newest.ahead[1:]
			if len(newest.ahead) == 0 && !newest.done {
				if err := t.readAhead(ctx, newest, chunk); err != nil {
					yield(Place{}, err)
					return
				}
			}
			if len(newest.ahead) == 0 {
				heap.Pop(&merged)
			} else {
				heap.Fix(&merged, 0)
			}
		}
	}
}

// lanes splits a filter into lanes. Each asks for what is the same in all its changes, and
// for those after one place: SQLite, which knows no statistics, then takes the index that
// has all of that in its order. Between two ends it holds every index for as good.
func (t *Trail) lanes(ctx context.Context, f Filter, after Place) ([]*lane, error) {
	if !f.To.IsZero() && (after == (Place{}) || !after.Time.Before(f.To)) {
		after = Place{Time: f.To}
	}
	all := &lane{after: after, from: f.From, only: f.Only}
	all.where.add(changeKinds)
	all.where.addSpan(f.Customer, time.Time{}, time.Time{})
	lanes := []*lane{all}
	if f.Among != nil {
		var ids []string
		for _, id := range f.Among {
			ids = append(ids, string(id))
		}
		lanes = split(lanes, "a.customer = ?", ids...)
	}
	switch f.Via {
	case "":
	case ViaForm:
		lanes = split(lanes, "a.via = ?", "", string(ViaForm))
	default:
		lanes = split(lanes, "a.via = ?", string(f.Via))
	}
	if strings.TrimSpace(f.Who) == "" {
		return lanes, nil
	}
	names, err := t.names(ctx, f)
	if err != nil {
		return nil, err
	}
	return split(lanes, "a.operator_name = ?", names...), nil
}

// split makes of every lane one for each value.
func split(lanes []*lane, condition string, values ...string) []*lane {
	var out []*lane
	for _, one := range lanes {
		for _, value := range values {
			part := &lane{where: one.where, after: one.after, from: one.from, only: one.only}
			part.where.add(condition, value)
			out = append(out, part)
		}
	}
	return out
}

// readAhead reads the next few places of a lane, going past those that its filter does
// not let through.
func (t *Trail) readAhead(ctx context.Context, n *lane, chunk int) error {
	n.ahead = n.ahead[:0]
	for !n.done && len(n.ahead) == 0 {
		read, err := t.readPlaces(ctx, n, chunk)
		if err != nil {
			return err
		}
		for _, p := range read {
			in := n.only == nil
			if !in {
				if in, err = n.only(ctx, p.customer); err != nil {
					return err
				}
			}
			if in {
				n.ahead = append(n.ahead, p.Place)
			}
		}
		if n.only != nil {
			chunk = batch
		}
	}
	return nil
}

// customerPlace is a place of the list and whose change stands there.
type customerPlace struct {
	Place
	customer pcclient.TenantID
}

// readPlaces reads the next few places of a lane. No query is open when it returns, so
// that whoever sifts them may ask the database too.
func (t *Trail) readPlaces(ctx context.Context, n *lane, chunk int) ([]customerPlace, error) {
	statement, args := n.next(chunk)
	rows, err := t.db.Read().QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var read []customerPlace
	for !n.done && rows.Next() {
		var micros int64
		var at customerPlace
		if err := rows.Scan(&micros, &at.Seq, &at.customer); err != nil {
			return nil, err
		}
		at.Time = database.Time(micros)
		if n.done = !n.from.IsZero() && micros < database.Micros(n.from); !n.done {
			read = append(read, at)
		}
	}
	if n.done = len(read) < chunk; len(read) > 0 {
		n.after = read[len(read)-1].Place
	}
	return read, rows.Err()
}

// next asks for the next few places of a lane.
func (n *lane) next(chunk int) (statement string, args []any) {
	where := n.where
	if n.after != (Place{}) {
		where.add("(a.time, a.seq) < (?, ?)", database.Micros(n.after.Time), n.after.Seq)
	}
	args = append(slices.Clip(where.args), chunk)
	customer := "''" // which no index in this order holds
	if n.only != nil {
		customer = "a.customer"
	}
	return fmt.Sprintf(`SELECT a.time, a.seq, %s FROM audit a WHERE %s ORDER BY a.time DESC, a.seq DESC LIMIT $%d`, customer, where, len(args)), args
}

// laneHeap has the lane with the newest change first.
type laneHeap []*lane

func (h laneHeap) Len() int { return len(h) }
func (h laneHeap) Less(i, j int) bool {
	a, b := h[i].ahead[0], h[j].ahead[0]
	return a.Time.After(b.Time) || a.Time.Equal(b.Time) && a.Seq > b.Seq
}
func (h laneHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *laneHeap) Push(x any)   { *h = append(*h, x.(*lane)) }
func (h *laneHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
