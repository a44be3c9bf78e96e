package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/submission"
)

// The submissions of the true history, in their order.
const (
	saved    = iota // applied
	refused         // rejected: Partner Center did not take the values
	overrun         // rejected: somebody outside the portal saved before it
	unproved        // not applied after a lost answer
	last            // applied after all of these
)

// trueHistory is one that happened: five saves of a customer, through the write path
// alone. Nothing is wrong with it.
func trueHistory(t *testing.T) *history {
	t.Helper()
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sim, err := pcsim.New(pcsim.Options{Customers: 2})
	if err != nil {
		t.Fatal(err)
	}
	h := &history{shown: map[string]places{}, secrets: []string{"marker-secret"}, private: []string{"marker-typed"}}
	h.begin(sim)
	l := liar{t: t, h: h, sim: sim, customer: sim.Customers()[0].ID, saves: submission.New(submission.Options{
		DB: db, Ring: ring, Trail: audit.New(db, ring, time.Now), Settle: 10 * time.Millisecond,
	})}
	if l.pc, err = pcclient.New(pcclient.Options{BaseURL: "http://upstream.example", Transport: sim.Transport(), Token: anybody}); err != nil {
		t.Fatal(err)
	}
	l.save("email", "saved@customer.example", toldSaved)
	l.save("email", "refused@"+pcsim.PartnerDomain, toldNothing)
	l.outsideSaves("lastName", "Outside")
	l.save("firstName", "Overrun", toldConflict)
	if err := sim.AddFaults(pcsim.Fault{Method: "PUT", Status: 500}); err != nil {
		t.Fatal(err)
	}
	l.save("firstName", "Unproved", toldNothing)
	l.save("firstName", "Last", toldSaved)
	h.sights = []sight{{session: "one", alive: true}, {session: "two", ended: true}, {session: "three", excuse: "its limit was over"}}
	h.outputs = []output{{name: "log", text: `{"msg":"request"}`}, {name: "page", text: "marker-typed", page: true}}
	for range 2 { // so that there is an earlier look at the trail
		if err := h.end(t.Context(), sim, db, ring); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// liar makes true histories and then bends them.
type liar struct {
	t        *testing.T
	h        *history
	sim      *pcsim.Simulator
	saves    *submission.Service
	pc       *pcclient.Client
	customer pcclient.TenantID
	base     forms.Values // what the next form is opened with; nil: what stands there
}

func anybody(context.Context, string) (string, error) { return "anybody", nil }

func (l *liar) save(name, text string, says told) {
	l.t.Helper()
	if l.base == nil {
		l.base = contents(l.sim)[l.customer]
	}
	wish := laid(l.base, forms.Values{name: text}, []string{name})
	r := submission.Request{
		Key: pcclient.NewGUID(), Draft: "draft", Operator: submission.Operator{Key: "meridian|ada", Name: "Ada Admin"},
		Customer: l.customer, Base: l.base, Wish: wish,
	}
	begun := time.Now()
	if _, err := l.saves.Save(l.t.Context(), l.pc, r); err != nil {
		l.t.Fatal(err)
	}
	l.h.edits = append(l.h.edits, &edited{
		operator: r.Operator.Key, customer: r.Customer, typed: forms.Values{name: text}, held: "typed: " + text,
		presses: []attempt{{r.Key, begun, time.Now(), says, ""}}, last: map[string]told{r.Key: says},
	})
	l.base = contents(l.sim)[l.customer]
}

func (l *liar) outsideSaves(name, text string) {
	l.t.Helper()
	begun := time.Now()
	patch, err := json.Marshal(map[string]string{name: text})
	if err == nil {
		err = l.sim.EditElsewhere(l.customer, "clerk", patch)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.h.outside = append(l.h.outside, outsideSave{l.customer, forms.Values{name: text}, begun, time.Now()})
}

func (h *history) key(n int) string { return h.rows[n].Key }

// versionOf is the version a submission made.
func (h *history) versionOf(n int) *pcsim.Version {
	for i := range h.upstream.Versions {
		if h.upstream.Versions[i].RequestID == h.key(n) {
			return &h.upstream.Versions[i]
		}
	}
	panic("no such version")
}

// putOf is the PUT of a submission.
func (h *history) putOf(n int) *pcsim.Request {
	for i := range h.upstream.Requests {
		if r := &h.upstream.Requests[i]; r.Method == "PUT" && r.Headers["MS-RequestId"] == h.key(n) {
			return r
		}
	}
	panic("no such PUT")
}

// entryOf is a submission's entry of that kind.
func (h *history) entryOf(n int, kind audit.Kind) *audit.Entry {
	for i := range h.trail {
		if e := &h.trail[i]; e.Submission == h.key(n) && e.Kind == kind {
			return e
		}
	}
	panic("no such entry")
}

// say changes the last that the person heard, and the answer to the press as well.
func (h *history) say(n int, said told) {
	h.edits[n].last[h.key(n)] = said
	h.edits[n].presses[0].told = said
}

func TestTheCheckerAcceptsWhatHappened(t *testing.T) {
	if found := check(trueHistory(t)); len(found) > 0 {
		t.Errorf("a true history is called wrong: %v", found)
	}
}

// The checker is worth what it notices: each doctored history breaks one invariant,
// and it says which.
func TestTheCheckerNotices(t *testing.T) {
	for _, c := range []struct {
		name, id string
		doctor   func(*history)
	}{
		{"a PUT of which nothing is recorded", "I-1", func(h *history) { h.putOf(refused).Headers["MS-RequestId"] = pcclient.NewGUID() }},
		{"a PUT before its intent", "I-1", func(h *history) { h.putOf(refused).Time = h.rows[refused].RecordedAt.Add(-time.Second) }},
		{"a PUT to another customer", "I-1", func(h *history) { h.putOf(refused).Path = "/v1/customers/x/profiles/billing" }},

		{"a submission without an end", "I-2", func(h *history) { h.entryOf(refused, audit.Rejected).Kind = audit.Sent }},
		{"a submission with two ends", "I-2", func(h *history) { h.entryOf(unproved, audit.InDoubt).Kind = audit.Rejected }},
		{"an end that only the trail tells of", "I-2", func(h *history) { h.rows[refused].State = submission.InDoubt }},
		{"an open one that nobody sees", "I-2", func(h *history) { h.reopen(unproved, places{}) }},
		{"an open one that its person does not see", "I-2", func(h *history) { h.reopen(unproved, places{false, true, true}) }},
		{"an open one that administrators do not see", "I-2", func(h *history) { h.reopen(unproved, places{true, false, true}) }},
		{"an open one that is not counted", "I-2", func(h *history) { h.reopen(unproved, places{true, true, false}) }},
		{"an intent that nobody asked for", "I-2", func(h *history) { h.edits[refused].presses = nil }},
		{"an intent whose row is gone", "I-2", func(h *history) { h.rows = slices.Delete(h.rows, refused, refused+1) }},
		{"a person who is told that nothing is known of it", "I-2", func(h *history) { h.say(saved, toldOpen) }},
		{"a person who is told that there is none", "I-2", func(h *history) { h.say(refused, toldMissing) }},

		{"applied, and in no version", "I-3", func(h *history) { h.versionOf(saved).RequestID = pcclient.NewGUID() }},
		{"applied, with other values", "I-3", func(h *history) { h.rows[saved].Wish["email"] = "other@customer.example" }},
		{"a person who is told it was saved", "I-3", func(h *history) { h.say(refused, toldSaved) }},

		{"rejected, and in a version", "I-4", func(h *history) { h.versionOf(last).RequestID = h.key(refused) }},
		{"not applied, and applied late", "I-4", func(h *history) { h.versionOf(last).RequestID = h.key(unproved) }},
		{"a person who is told that nothing was saved", "I-4", func(h *history) { h.say(saved, toldNothing) }},
		{"a person who was told so at first", "I-4", func(h *history) { h.edits[saved].presses[0].told = toldNothing }},
		{"a person whose only press did nothing, they were told", "I-4", func(h *history) { h.edits[saved].presses[0].told = toldNotByThis }},
		{"a person who is told of somebody who saved at once", "I-4", func(h *history) { h.say(refused, toldSuperseded) }},

		{"one submission, two versions", "I-5", func(h *history) {
			h.upstream.Versions = append(h.upstream.Versions, *h.versionOf(saved))
		}},
		{"one submission, two PUTs with effect", "I-5", func(h *history) {
			h.upstream.Requests = append(h.upstream.Requests, *h.putOf(saved))
		}},

		{"written over a version it did not name", "I-6", func(h *history) { h.versionOf(last).BaseETag = "other" }},
		{"changed more than was wished", "I-6", func(h *history) {
			v := h.versionOf(last)
			v.Profile = json.RawMessage(strings.Replace(string(v.Profile), `"Outside"`, `"Undone"`, 1))
		}},
		{"another content stands there", "I-6", func(h *history) { h.stands[h.rows[last].Customer]["email"] = "other@customer.example" }},
		{"made from a form of long before", "I-6", func(h *history) {
			h.rows[last].Base = laid(h.rows[last].Base, h.rows[saved].Base, []string{"email"})
		}},
		{"applied before what it was made from", "I-6", func(h *history) {
			h.rows[last].RecordedAt, h.rows[last].SettledAt = h.rows[saved].RecordedAt.Add(-2*time.Second), h.rows[saved].RecordedAt.Add(-time.Second)
			h.entryOf(last, audit.Recorded).Time = h.rows[last].RecordedAt
		}},
		{"an outside save that nobody kept", "I-6", func(h *history) { h.outside[0].patch["lastName"] = "Lost" }},

		{"a trail that does not verify", "I-7", func(h *history) { h.broken = errors.New("broken at entry 2") }},
		{"a gap in the numbers", "I-7", func(h *history) { h.trail[3].Seq++ }},
		{"a broken chain", "I-7", func(h *history) { h.trail[2].Prev = "x" }},
		{"an entry rewritten since", "I-7", func(h *history) {
			h.earlier = slices.Clone(h.earlier)
			h.earlier[1].Hash = "x"
		}},
		{"entries cut off since", "I-7", func(h *history) { h.earlier = append(slices.Clone(h.earlier), audit.Entry{}) }},
		{"an end before its intent", "I-7", func(h *history) {
			h.entryOf(refused, audit.Rejected).Time = h.rows[refused].RecordedAt.Add(-time.Second)
		}},
		{"no intent first", "I-7", func(h *history) { h.entryOf(overrun, audit.Recorded).Kind = audit.Sent }},
		{"two intents", "I-7", func(h *history) { h.entryOf(unproved, audit.InDoubt).Kind = audit.Recorded }},
		{"an entry of somebody else", "I-7", func(h *history) { h.entryOf(refused, audit.Rejected).Operator = "meridian|sam" }},

		{"typing that is gone", "I-8", func(h *history) { h.edits[refused].held = "an empty form" }},
		{"a secret in the log", "I-9", func(h *history) { h.outputs[0].text += "marker-secret" }},
		{"a secret on a page", "I-9", func(h *history) { h.outputs[1].text += "marker-secret" }},
		{"typing in the log", "I-9", func(h *history) { h.outputs[0].text += "marker-typed" }},
		{"a dead session that lives", "I-10", func(h *history) { h.sights[1].alive = true }},
		{"a session that died of itself", "I-10", func(h *history) { h.sights[0].alive = false }},
	} {
		t.Run(c.id+" "+c.name, func(t *testing.T) {
			t.Parallel()
			h := trueHistory(t)
			c.doctor(h)
			found := check(h)
			if !slices.ContainsFunc(found, func(v violation) bool { return v.id == c.id }) {
				t.Errorf("not noticed; found: %v", found)
			}
		})
	}
}

// reopen makes a submission one without an end, shown at those places.
func (h *history) reopen(n int, at places) {
	h.rows[n].State, h.rows[n].SettledAt = submission.InDoubt, time.Time{}
	h.trail = slices.DeleteFunc(h.trail, func(e audit.Entry) bool { return e.Submission == h.key(n) && e.Kind == audit.NotApplied })
	h.shown[h.key(n)] = at
	h.say(n, toldOpen)
}

// An open submission that everybody sees is no violation, and one of which nobody
// knows may explain a save that another was made from.
func TestTheCheckerAcceptsAnOpenSubmission(t *testing.T) {
	h := trueHistory(t)
	h.reopen(unproved, places{true, true, true})
	if found := slices.DeleteFunc(check(h), func(v violation) bool { return v.id == "I-7" }); len(found) > 0 { // entries were cut out
		t.Errorf("found: %v", found)
	}
}
