package audit_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

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
		l.change(t, key, noon.Add(-time.Duration(r.IntN(40))*time.Hour), names[r.IntN(3)], harbourline, vias[r.IntN(4)])
	}
	for i := range 300 {
		write(fmt.Sprintf("old-%d", i), random)
	}
	filters := []audit.Filter{{}, {Customer: harbourline}, {Who: "a"}, {Who: "A", Customer: harbourline}, {Via: audit.ViaForm}, {From: noon.Add(-20 * time.Hour), Who: "s"}}
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
