package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/submission"
)

// roundPlan is how large a round is, and where its dice begin.
type roundPlan struct {
	replicas, people, customers, edits int
	seed                               uint64
}

// round is one portal, many people who edit a few customers at the same time, and all
// the trouble there is. In the end everybody comes back, and what is known on all sides
// is held against the invariants.
type round struct {
	*fleet
	plan      roundPlan
	chronicle *chronicle
	ids       []pcclient.TenantID
	lags      bool // reads lag now and then
	accepts   bool // stale writes are accepted
	begun     time.Time

	mu     sync.Mutex
	counts map[string]int
}

// TestChaos is the short form: a round on SQLite, where a portal is one process, and a
// round of three processes on PostgreSQL. The long form is make chaos, where ROUNDS,
// EDITS, REPLICAS, CUSTOMERS, PEOPLE and SEED say how long; it is on PostgreSQL alone.
func TestChaos(t *testing.T) {
	rounds, long := environment("ROUNDS", 1), os.Getenv("ROUNDS") != ""
	seed := uint64(environment("SEED", int(time.Now().UnixNano()%1_000_000)))
	if !long {
		t.Parallel()
		databasetest.Both(t, func(t *testing.T) {
			plan := roundPlan{replicas: 1, people: 6, customers: 4, edits: 12, seed: seed}
			if strings.HasSuffix(t.Name(), "/PostgreSQL") {
				plan.replicas = 3
			}
			runRound(t, plan)
		})
		return
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		for n := range rounds {
			plan := roundPlan{
				replicas: environment("REPLICAS", 3), people: environment("PEOPLE", 24), customers: environment("CUSTOMERS", 20),
				edits: environment("EDITS", 500), seed: seed + uint64(n),
			}
			t.Run(fmt.Sprintf("round %d", n+1), func(t *testing.T) { runRound(t, plan) })
		}
	})
}

func runRound(t *testing.T, plan roundPlan) {
	t.Logf("seed %d", plan.seed)
	r := &round{plan: plan, fleet: newFleet(t, databasetest.URL(t), plan.people, plan.customers), chronicle: &chronicle{}, counts: map[string]int{}, begun: time.Now()}
	for _, company := range r.sim.Customers() {
		r.ids = append(r.ids, company.ID)
	}
	r.chronicle.shown = map[string]places{}
	r.chronicle.begin(r.sim)
	r.weather()
	for range plan.replicas {
		r.start()
	}
	people := make([]*person, plan.people)
	for n := range people {
		people[n] = r.seat(n, r.chronicle)
		people[n].dice = r.dice(uint64(n))
		people[n].restless = 40
	}
	first := r.sim.Journal().Requests
	calm := r.trouble()
	r.work(people)
	calm()
	found := r.judge(r.chronicle)
	if journal := r.chronicle.upstream.Requests; len(first) > 0 && !journal[0].Time.Equal(first[0].Time) {
		t.Error("the simulator's journal has forgotten its beginning: a round must be shorter")
	}
	for _, v := range found {
		t.Error(v)
	}
	r.tellStories(found)
	t.Log(r.figures(found))
}

// dice are one of a round's many, each of which may only be thrown by one.
func (r *round) dice(n uint64) *rand.Rand { return rand.New(rand.NewPCG(r.plan.seed, n)) }

// weather is what holds for the whole of a round.
func (r *round) weather() {
	dice := r.dice(1000)
	switches := r.sim.Switches()
	switches.Stale = []string{"400-2055", "412", "412-empty", "409", "accept"}[dice.IntN(5)]
	r.accepts = switches.Stale == "accept"
	// Where stale writes are accepted, nothing but the portal's own order protects its
	// people from each other, and nothing at all from outsiders or reads that lag.
	r.lags = !r.accepts && dice.IntN(2) == 0
	r.chronicle.lagging = r.lags
	if err := r.sim.SetSwitches(switches); err != nil {
		r.t.Fatal(err)
	}
}

// work is everybody's day: one edit after the other, until all are done.
func (r *round) work(people []*person) {
	next := make(chan int)
	var all sync.WaitGroup
	for _, p := range people {
		all.Go(func() {
			for n := range next {
				p.edit(r.ids[p.dice.IntN(len(r.ids))], wishFrom(p.dice, n))
			}
		})
	}
	for n := range r.plan.edits {
		next <- n
	}
	close(next)
	all.Wait()
}

// wishFrom is one to three items, in words nobody else uses.
func wishFrom(dice *rand.Rand, n int) forms.Values {
	items := []string{"email", "firstName", "companyName", "defaultAddress.addressLine1"}
	dice.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	wish := forms.Values{}
	for _, name := range items[:1+dice.IntN(3)] {
		wish[name] = fmt.Sprintf("%s%d", marker, n)
		if name == "email" {
			wish[name] += "@customer.example"
		}
	}
	return wish
}

func (r *round) count(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[what]++
}

// figures are a round in one line.
func (r *round) figures(found []violation) string {
	states, doubted := map[submission.State]int{}, 0
	for _, row := range r.chronicle.rows {
		states[row.State]++
		if row.Doubted {
			doubted++
		}
	}
	conflicts := 0
	for _, row := range r.chronicle.rows {
		if row.Reason == submission.Conflict {
			conflicts++
		}
	}
	wrong := map[string]int{}
	for _, v := range found {
		wrong[v.id]++
	}
	killed := 0
	for _, replica := range r.all {
		select {
		case <-replica.gone:
			if replica.killed() {
				killed++
			}
		default:
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	faults := 0
	for what, n := range r.counts {
		if what != "stops" && what != "starts" {
			faults += n
		}
	}
	return fmt.Sprintf("seed %d, %d replicas, stale writes %s, lag %v: %d edits of %d customers by %d people; %d submissions: %d applied, %d rejected (%d conflicts), %d not applied, %d superseded, %d open; %d were in doubt; "+
		"%d kills, %d stops, %d faults %v; %d lost, %d doubled, %d unaudited, %d otherwise wrong; %.1f s",
		r.plan.seed, r.plan.replicas, r.sim.Switches().Stale, r.lags, len(r.chronicle.edits), len(r.ids), r.plan.people, len(r.chronicle.rows), states[submission.Applied], states[submission.Rejected], conflicts,
		states[submission.NotApplied], states[submission.Superseded], states[submission.Recorded]+states[submission.InDoubt], doubted,
		killed, r.counts["stops"], faults, r.counts,
		wrong["I-3"]+wrong["I-6"]+wrong["I-8"], wrong["I-5"], wrong["I-1"]+wrong["I-2"]+wrong["I-7"], wrong["I-4"]+wrong["I-9"]+wrong["I-10"], time.Since(r.begun).Seconds())
}

// tellStories prints what is known of the first submissions that violations name.
func (r *round) tellStories(found []violation) {
	const most = 3
	told := 0
	for _, row := range r.chronicle.rows {
		for _, v := range found {
			if told < most && strings.Contains(v.text, row.Key) {
				told++
				r.t.Log(r.storyOf(row))
				break
			}
		}
	}
}

func (r *round) storyOf(row submission.Submission) string {
	const clock = "15:04:05.000"
	var out strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	say("%s of %s at %s: %s %s; recorded %s, sent %s, settled %s, doubted %v, fields %v", row.Key, row.Operator.Name, row.Customer, row.State, row.Reason,
		row.RecordedAt.Format(clock), row.SentAt.Format(clock), row.SettledAt.Format(clock), row.Doubted, row.Fields)
	for _, e := range r.chronicle.edits {
		for _, p := range e.presses {
			if p.key == row.Key {
				say("  pressed %s, answered %s: %s (%s)", p.begun.Format(clock), p.answer.Format(clock), p.told, p.page)
			}
		}
		if last, ok := e.last[row.Key]; ok {
			say("  in the end told: %s", last)
		}
	}
	for _, e := range r.chronicle.trail {
		if e.Submission == row.Key {
			say("  trail %s %s", e.Time.Format(clock), e.Kind)
		}
	}
	for _, call := range r.chronicle.upstream.Requests {
		if strings.Contains(call.Path, string(row.Customer)) && call.Time.After(row.RecordedAt.Add(-time.Second)) && call.Time.Before(row.RecordedAt.Add(15*time.Second)) {
			say("  upstream %s %s %s: %d, applied %v, If-Match %s, by %s", call.Time.Format(clock), call.Method, call.Headers["MS-RequestId"], call.Status, call.Applied, call.Headers["If-Match"], call.Subject)
		}
	}
	for _, v := range r.chronicle.upstream.Versions {
		if v.Customer == row.Customer {
			say("  version %s after %s by %s, %s", v.ETag, v.BaseETag, v.By, v.RequestID)
		}
	}
	for i, log := range r.logs {
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, row.Key) {
				say("  process %d: %s", i+1, strings.TrimSpace(line))
			}
		}
	}
	return out.String()
}

// pause waits between two troubles. It is false when the trouble is over.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
