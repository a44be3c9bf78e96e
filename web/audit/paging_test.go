package audit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// While somebody reads the list page by page, others append, some of it with times of
// long ago: what was there at the beginning comes exactly once, and nothing twice.
func TestPagingNeitherSkipsNorRepeats(t *testing.T) {
	databasetest.Both(t, testPagingNeitherSkipsNorRepeats)
}

func testPagingNeitherSkipsNorRepeats(t *testing.T) {
	names := []string{"Ada Admin", "Sam Sales", "ines@partner.example"}
	vias := []audit.Via{"", audit.ViaForm, audit.ViaUndo, audit.ViaOutside}
	l := newTrail(t)
	random := rand.New(rand.NewPCG(1, 2))
	write := func(key string, r *rand.Rand) {
		// Few different times, so that many entries share one.
		l.change(t, key, noon.Add(-time.Duration(r.IntN(40))*time.Hour), names[r.IntN(3)], []pcclient.TenantID{harbourline, harbourline, millstream}[r.IntN(3)], vias[r.IntN(4)])
	}
	for i := range 300 {
		write(fmt.Sprintf("old-%d", i), random)
	}
	filters := []audit.Filter{{}, {Customer: harbourline}, {Who: "a"}, {Who: "A", Customer: harbourline}, {Via: audit.ViaForm}, {From: noon.Add(-20 * time.Hour), Who: "s"},
		{Only: onlyOf(harbourline)}, {Only: onlyOf(harbourline), Via: audit.ViaUndo}, {Only: onlyOf()},
		{Among: []pcclient.TenantID{harbourline, millstream}}}
	before := make([]map[string]bool, len(filters))
	for i, f := range filters {
		before[i] = map[string]bool{}
		for _, key := range l.keys(t, f, 1000) {
			before[i][key] = true
		}
	}

	var readers, writers sync.WaitGroup
	stop := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 3))
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					write(fmt.Sprintf("new-%d-%d", w, i), r)
				}
			}
		})
	}
	for i, f := range filters {
		readers.Go(func() {
			seen := map[string]bool{}
			for _, key := range l.keys(t, f, 7) {
				if seen[key] {
					t.Errorf("%+v: %s came twice", f, key)
				}
				seen[key] = true
			}
			for key := range before[i] {
				if !seen[key] {
					t.Errorf("%+v: %s was skipped", f, key)
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	writers.Wait()
	if _, err := l.Verify(t.Context()); err != nil {
		t.Errorf("I-7 Verify: %v", err)
	}
}

// onlyOf lets through the changes of some customers.
func onlyOf(customers ...pcclient.TenantID) func(context.Context, pcclient.TenantID) (bool, error) {
	return func(_ context.Context, id pcclient.TenantID) (bool, error) {
		return slices.Contains(customers, id), nil
	}
}

// However far apart they stand, the changes of the customers that a filter lets through
// come in full pages, and no others do.
func TestOnlyTheChangesLetThroughAreListed(t *testing.T) {
	databasetest.Both(t, testOnlyTheChangesLetThroughAreListed)
}

func testOnlyTheChangesLetThroughAreListed(t *testing.T) {
	l := newTrail(t)
	for i := range 120 {
		customer := millstream
		if i%20 == 0 {
			customer = harbourline
		}
		l.change(t, fmt.Sprint(i), noon.Add(time.Duration(i)*time.Minute), "Ada Admin", customer, audit.ViaForm)
	}
	for name, mine := range map[string]audit.Filter{"by a test": {Only: onlyOf(harbourline)}, "by a list": {Among: []pcclient.TenantID{harbourline}}} {
		t.Run(name, func(t *testing.T) { l.wantHarbourlineAlone(t, mine) })
	}
	if none, err := l.Changes(t.Context(), audit.Filter{Among: []pcclient.TenantID{}}, audit.Place{}, 4); err != nil || len(none) != 0 {
		t.Errorf("a list of nobody: %d changes, %v", len(none), err)
	}
	trouble := errors.New("trouble")
	unsure := audit.Filter{Only: func(context.Context, pcclient.TenantID) (bool, error) { return false, trouble }}
	if _, err := l.Changes(t.Context(), unsure, audit.Place{}, 4); !errors.Is(err, trouble) {
		t.Errorf("a filter that cannot tell: %v", err)
	}
}

func (l *trail) wantHarbourlineAlone(t *testing.T, mine audit.Filter) {
	t.Helper()
	page, err := l.Changes(t.Context(), mine, audit.Place{}, 4)
	if err != nil || len(page) != 4 {
		t.Fatalf("%d changes on the first page, %v", len(page), err)
	}
	rest, err := l.Changes(t.Context(), mine, page[3].Place(), 4)
	if err != nil || len(rest) != 2 {
		t.Errorf("%d changes on the second page, %v", len(rest), err)
	}
	whole := 0
	for r, err := range l.EachChange(t.Context(), mine) {
		if err != nil || r.Customer != harbourline {
			t.Errorf("a change of %s, %v", r.Customer, err)
		}
		whole++
	}
	if whole != 6 {
		t.Errorf("%d changes in all", whole)
	}
	mine.Customer = millstream
	if none, err := l.Changes(t.Context(), mine, audit.Place{}, 4); err != nil || len(none) != 0 {
		t.Errorf("a customer asked for by name: %d changes, %v", len(none), err)
	}
}
