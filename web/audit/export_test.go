package audit

import "context"

// Rehash gives an entry the hash of its facts as they are now, as somebody would who
// changed them and knows how it is made.
func Rehash(e Entry) string { return e.hash() }

// Plans are what SQLite does to read the lanes of a filter after a place.
func (t *Trail) Plans(ctx context.Context, f Filter, after Place) (plans []string, err error) {
	lanes, err := t.lanes(ctx, f, after)
	if err != nil {
		return nil, err
	}
	for _, one := range lanes {
		statement, args := one.next(25)
		var id, parent, unused int
		var plan string
		if err := t.db.Read().QueryRowContext(ctx, "EXPLAIN QUERY PLAN "+statement, args...).Scan(&id, &parent, &unused, &plan); err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}
