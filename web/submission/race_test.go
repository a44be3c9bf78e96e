package submission_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/submission"
)

// edits is how many saves TestRace tries under each setting; 0 is the short form.
var edits = flag.Int("edits", envInt("RACE_EDITS"), "saves per setting in TestRace")

const shortEdits = 120

func envInt(name string) int {
	n, _ := strconv.Atoi(os.Getenv(name))
	return n
}

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// TestRace lets six sessions edit three customers at random, each from a form
// opened a moment ago, and then asks the upstream's journal whether anybody's
// save was lost. Under "accept" the upstream itself would overwrite silently.
func TestRace(t *testing.T) {
	n := *edits
	if n == 0 {
		n = shortEdits
	}
	for _, stale := range []string{"400-2055", "412", "412-empty", "409", "accept"} {
		t.Run("I-6 "+stale, func(t *testing.T) {
			d := newDesk(t, realTime(time.Second), func(_ *desk, o *submission.Options) {
				o.Log, o.Wait = discard(), time.Minute // a machine under load is no outcome
			})
			d.stale(stale)
			seed := rand.Uint64()
			t.Logf("seed %d, %d edits", seed, n)
			tally := d.race(n, seed)
			t.Logf("%v", tally)
			if tally[submission.Applied] == 0 {
				t.Error("nothing was applied")
			}
			for state := range tally {
				if state != submission.Applied && state != submission.Rejected {
					t.Errorf("%d saves are %s", tally[state], state)
				}
			}
			if got := len(d.sim.Journal().Versions); got != tally[submission.Applied] {
				t.Errorf("%d versions upstream for %d applied saves", got, tally[submission.Applied])
			}
			d.invariants()
		})
	}
}

// race runs n edits and counts the ends.
func (d *desk) race(n int, seed uint64) map[submission.State]int {
	const sessions, customers = 6, 3
	var mu sync.Mutex
	tally := map[submission.State]int{}
	var wg sync.WaitGroup
	for session := range sessions {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(session)))
			who := submission.Operator{Key: fmt.Sprintf("meridian|%d", session), Name: fmt.Sprintf("Operator %d", session)}
			names := []string{"email", "defaultAddress.addressLine2", "defaultAddress.city", "firstName"}
			for i := session; i < n; i += sessions {
				text := fmt.Sprintf("s%d-%d", session, i)
				name := names[random.IntN(len(names))]
				if name == "email" {
					text += "@example.com"
				}
				r := d.edit(who, d.customer(random.IntN(customers)), name, text)
				time.Sleep(time.Duration(random.IntN(3000)) * time.Microsecond) // the operator thinks
				got, err := d.svc.Save(context.WithoutCancel(d.t.Context()), d.pc, r)
				if err != nil {
					d.t.Errorf("Save: %v", err)
					return
				}
				mu.Lock()
				tally[got.State]++
				d.sent = append(d.sent, r)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return tally
}
