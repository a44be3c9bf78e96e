package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database/faultproxy"
	"github.com/partnerdesk/portal/web/forms"
)

// trouble begins all of it: at Partner Center, outside the portal, with the database
// and with the portal's processes. It goes on until the returned function is called,
// which returns when everything works again.
func (r *round) trouble() (calm func()) {
	ctx, cancel := context.WithCancel(r.t.Context())
	var all sync.WaitGroup
	kinds := []func(context.Context, *rand.Rand){r.troubleUpstream, r.troubleWithProcesses}
	if !r.accepts {
		kinds = append(kinds, r.outsideSaves)
	}
	if r.lags {
		kinds = append(kinds, r.laggingReads)
	}
	if r.link != nil {
		kinds = append(kinds, r.troubleWithDatabase)
	}
	for n, kind := range kinds {
		all.Go(func() { kind(ctx, r.dice(uint64(2000+n))) })
	}
	return func() {
		cancel()
		all.Wait()
	}
}

func between(dice *rand.Rand, least, most int) time.Duration {
	return time.Duration(least+dice.IntN(most-least+1)) * time.Millisecond
}

// upstreamFaults are what calls to Partner Center meet. All delays of a call together
// stay well below the settle window, as that is what the window is for.
func upstreamFaults(dice *rand.Rand) map[string]pcsim.Fault {
	none, some := 0, 1+dice.IntN(400)
	later := 50 + dice.IntN(700)
	sick := []int{500, 502, 503, 504}[dice.IntN(4)]
	return map[string]pcsim.Fault{
		"answer lost before the commit": {Method: http.MethodPut, Status: 503, CutAfterBytes: &none},
		"answer lost, commit later":     {Method: http.MethodPut, Shape: pcsim.ShapeLate, DelayAfterMs: later},
		"answer lost after the commit":  {Method: http.MethodPut, DelayAfterMs: later, CutAfterBytes: &none},
		"reset after some bytes":        {Method: http.MethodPut, CutAfterBytes: &some},
		"429":                           {Method: http.MethodPut, Status: 429, RetryAfter: "1"},
		"5xx":                           {Method: http.MethodPut, Status: sick},
		"5xx, applied":                  {Method: http.MethodPut, Status: sick, Applied: true},
		"slow save":                     {Method: http.MethodPut, DelayBeforeMs: later, DelayAfterMs: later},
		"lying 200":                     {Method: http.MethodPut, Shape: pcsim.ShapeLie},
		"401":                           {Path: "/v1/customers/", Status: 401},
		"read 5xx":                      {Method: http.MethodGet, Path: "/v1/customers/", Status: sick, Times: 1 + dice.IntN(4)},
		"read 429":                      {Method: http.MethodGet, Path: "/v1/customers/", Status: 429, RetryAfter: "1"},
		"read broken off":               {Method: http.MethodGet, Path: "/v1/customers/", Shape: pcsim.ShapeTruncated, Times: 1 + dice.IntN(4)},
		"read reset":                    {Method: http.MethodGet, Path: "/v1/customers/", CutAfterBytes: &some},
		"slow read":                     {Method: http.MethodGet, Path: "/v1/customers/", DelayBeforeMs: later},
	}
}

// faultNames are in an order of their own, as that of a map is nobody's seed.
var faultNames = []string{
	"answer lost before the commit", "answer lost, commit later", "answer lost after the commit", "reset after some bytes", "429", "5xx", "5xx, applied",
	"slow save", "lying 200", "401", "read 5xx", "read 429", "read broken off", "read reset", "slow read",
}

// troubleUpstream arms one fault after the other. What no call has met is disarmed
// again: two refusals of a token must not meet one call, which would end a session.
func (r *round) troubleUpstream(ctx context.Context, dice *rand.Rand) {
	for pause(ctx, between(dice, 20, 200)) {
		r.sim.ClearFaults()
		name := faultNames[dice.IntN(len(faultNames))]
		if err := r.sim.AddFaults(upstreamFaults(dice)[name]); err != nil {
			r.t.Error(err)
			return
		}
		r.count(name)
	}
	r.sim.ClearFaults()
}

func (r *round) laggingReads(ctx context.Context, dice *rand.Rand) {
	lag := func(seconds int) {
		switches := r.sim.Switches()
		switches.ReadLagSeconds = seconds
		if err := r.sim.SetSwitches(switches); err != nil {
			r.t.Error(err)
		}
	}
	for pause(ctx, between(dice, 200, 2000)) {
		r.count("lag")
		lag(1)
		pause(ctx, between(dice, 200, 2000))
		lag(0)
	}
}

// outsideSaves are those of somebody who does not use the portal.
func (r *round) outsideSaves(ctx context.Context, dice *rand.Rand) {
	for n := 0; pause(ctx, between(dice, 200, 1000)); n++ {
		patch := forms.Values{"lastName": fmt.Sprintf("Outside %d", n)}
		if dice.IntN(2) == 0 {
			patch = forms.Values{"email": fmt.Sprintf("outside%d@customer.example", n)}
		}
		text, err := json.Marshal(patch)
		id, begun := r.ids[dice.IntN(len(r.ids))], time.Now()
		if err == nil {
			err = r.sim.EditElsewhere(id, "clerk", text)
		}
		if err != nil {
			r.t.Error(err)
			return
		}
		r.chronicle.note(func(h *history) { h.outside = append(h.outside, outsideSave{id, patch, begun, time.Now()}) })
		r.count("outside saves")
	}
}

// troubleWithDatabase is on the way to it; the database itself is well.
func (r *round) troubleWithDatabase(ctx context.Context, dice *rand.Rand) {
	set := func(mode faultproxy.Mode) {
		if err := r.link.Set(mode); err != nil {
			r.t.Error(err)
		}
	}
	for pause(ctx, between(dice, 100, 1000)) {
		switch dice.IntN(6) {
		case 0:
			r.count("database cut")
			r.link.Reset()
		case 1:
			r.count("database cut before a commit")
			r.link.CutNext(faultproxy.BeforeCommit)
		case 2:
			r.count("database cut after a commit")
			r.link.CutNext(faultproxy.AfterCommit)
		case 3:
			r.count("database refuses")
			set(faultproxy.Refuse)
			pause(ctx, between(dice, 50, 600))
			set(faultproxy.Pass)
		case 4:
			r.count("database silent")
			set(faultproxy.Hang)
			pause(ctx, between(dice, 50, 1500))
			set(faultproxy.Pass)
		case 5:
			r.count("database slow")
			r.link.Delay(between(dice, 2, 30))
			pause(ctx, between(dice, 100, 800))
			r.link.Delay(0)
		}
	}
}

// deaths are the steps at which a process may die; the second number is how often it
// has to pass the step first, at most.
var deaths = []struct {
	point string
	most  int
}{
	{"validated", 8}, {"recorded", 8}, {"queued", 3}, {"reread", 8}, {"sent", 8}, {"answered", 8}, {"doubted", 3}, {"settled", 8},
	{"refreshed", 1}, {"session begun", 2}, {"session saved", 2}, {"session ended", 1},
}

// troubleWithProcesses kills, stops and starts. There are always some that should run,
// and at the end all of them do.
func (r *round) troubleWithProcesses(ctx context.Context, dice *rand.Rand) {
	for pause(ctx, between(dice, 300, 2500)) {
		victim := r.pick()
		switch n := dice.IntN(4); {
		case victim == nil:
		case n == 0:
			r.kill(victim)
		case n == 1:
			r.count("stops")
			_ = r.stop(victim)
		default: // from now on a process that dies by itself
			death := deaths[dice.IntN(len(deaths))]
			r.raise(ctx, fmt.Sprintf("CRASH_AT=%s:%d", death.point, 1+dice.IntN(death.most)))
			r.count("stops")
			_ = r.stop(victim)
		}
		r.fill(ctx)
	}
	r.sim.ClearFaults()
	for _, replica := range r.running() { // none may be left that dies by itself
		_ = r.stop(replica)
	}
	r.fill(context.WithoutCancel(ctx))
}

// fill starts as many processes as are missing.
func (r *round) fill(ctx context.Context) {
	for ctx.Err() == nil && len(r.running()) < r.plan.replicas {
		r.raise(ctx)
	}
}

// raise starts a process, as often as that takes: without a database it does not start.
func (r *round) raise(ctx context.Context, more ...string) {
	for ctx.Err() == nil {
		r.count("starts")
		if _, err := r.tryStart(more...); err == nil {
			return
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// running are the replicas that take requests; the dead are forgotten.
func (f *fleet) running() []*replica {
	f.mu.Lock()
	defer f.mu.Unlock()
	var alive []*replica
	for _, r := range f.replicas {
		select {
		case <-r.gone:
		default:
			alive = append(alive, r)
		}
	}
	f.replicas = alive
	return append([]*replica(nil), alive...)
}
