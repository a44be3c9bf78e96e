package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/submission"
)

// violation is one invariant that does not hold, and for what.
type violation struct{ id, text string }

func (v violation) String() string { return v.id + " " + v.text }

// check holds a history against the invariants I-1 to I-10. It looks at nothing
// else, so a doctored history shows what it would notice.
func check(h *history) []violation {
	c := &checker{history: h, rowOf: map[string]submission.Submission{}, trailOf: map[string][]audit.Entry{}, madeBy: map[string][]pcsim.Version{}, pressesOf: map[string][]attempt{}}
	for _, row := range h.rows {
		c.rowOf[row.Key] = row
	}
	for _, e := range h.trail {
		c.trailOf[e.Submission] = append(c.trailOf[e.Submission], e)
	}
	for _, v := range h.upstream.Versions {
		if v.RequestID != "" {
			c.madeBy[v.RequestID] = append(c.madeBy[v.RequestID], v)
		}
	}
	for _, e := range h.edits {
		for _, p := range e.presses {
			c.pressesOf[p.key] = append(c.pressesOf[p.key], p)
		}
	}
	c.intents()
	c.ends()
	c.truth()
	c.once()
	c.lostUpdates()
	c.chain()
	c.typing()
	c.leaks()
	c.sessions()
	return c.found
}

type checker struct {
	*history
	rowOf     map[string]submission.Submission
	trailOf   map[string][]audit.Entry
	madeBy    map[string][]pcsim.Version
	pressesOf map[string][]attempt
	found     []violation
}

func (c *checker) wrong(id, format string, args ...any) {
	c.found = append(c.found, violation{id, fmt.Sprintf(format, args...)})
}

// intents is I-1: no PUT without an older intent of its request ID, on its customer.
func (c *checker) intents() {
	for _, put := range c.puts() {
		key := put.Headers["MS-RequestId"]
		row, known := c.rowOf[key]
		trail := c.trailOf[key]
		switch {
		case !known || len(trail) == 0 || trail[0].Kind != audit.Recorded:
			c.wrong("I-1", "a PUT at %v under %s, of which nothing is recorded", put.Time, key)
		case trail[0].Time.After(put.Time) || row.RecordedAt.After(put.Time):
			c.wrong("I-1", "the PUT of %s came at %v, its intent at %v", key, put.Time, trail[0].Time)
		case !strings.Contains(put.Path, string(row.Customer)):
			c.wrong("I-1", "the PUT of %s went to %s; the intent is for %s", key, put.Path, row.Customer)
		}
	}
}

// endKinds are the entries that end a submission's story.
var endKinds = []audit.Kind{audit.Applied, audit.Rejected, audit.NotApplied, audit.Superseded}

// ends is I-2: one end each, the same in row and trail; or open, and shown.
func (c *checker) ends() {
	for key := range c.trailOf {
		if _, known := c.rowOf[key]; !known && slices.ContainsFunc(c.trailOf[key], func(e audit.Entry) bool { return e.Kind == audit.Recorded }) {
			c.wrong("I-2", "the trail tells of %s, which is no submission", key)
		}
	}
	for _, row := range c.rows {
		var ends []audit.Kind
		for _, e := range c.trailOf[row.Key] {
			if slices.Contains(endKinds, e.Kind) {
				ends = append(ends, e.Kind)
			}
		}
		switch {
		case row.State.Settled() && !slices.Equal(ends, []audit.Kind{audit.Kind(row.State)}):
			c.wrong("I-2", "%s is %s; the ends in its trail are %q", row.Key, row.State, ends)
		case !row.State.Settled() && len(ends) > 0:
			c.wrong("I-2", "%s is %s; the ends in its trail are %q", row.Key, row.State, ends)
		case !row.State.Settled() && c.shown[row.Key] != places{true, true, true}:
			c.wrong("I-2", "%s is %s and not shown everywhere: %+v", row.Key, row.State, c.shown[row.Key])
		}
		if len(c.pressesOf[row.Key]) == 0 {
			c.wrong("I-2", "%s was recorded and nobody pressed Save for it", row.Key)
		}
	}
}

// truth is I-3 and I-4: what the trail says, and what the person was told, is what
// Partner Center's history shows.
func (c *checker) truth() {
	for _, row := range c.rows {
		made := c.madeBy[row.Key]
		switch row.State {
		case submission.Applied:
			if len(made) == 0 {
				c.wrong("I-3", "%s is called applied and stands in no version", row.Key)
			}
			for _, v := range made {
				if after := contentOf(v.Profile); !holds(after, row.Wish, row.Fields) {
					c.wrong("I-3", "the version of %s does not hold what was wished", row.Key)
				}
			}
		case submission.Rejected, submission.NotApplied:
			if len(made) > 0 {
				c.wrong("I-4", "%s is called %s %s and stands in a version", row.Key, row.State, row.Reason)
			}
		}
	}
	for _, e := range c.edits {
		for key, said := range e.last {
			c.believed(key, said)
		}
	}
	c.denied()
}

// believed compares the last a person heard of a submission with what is.
func (c *checker) believed(key string, said told) {
	row, known := c.rowOf[key]
	made := len(c.madeBy[key]) > 0
	switch {
	case said == toldSaved && (!made || row.State != submission.Applied):
		c.wrong("I-3", "a person was told that %s is saved; it is %s, in a version: %v", key, row.State, made)
	case said.denies() && made:
		c.wrong("I-4", "a person was told of %s: %s; it stands in a version", key, said)
	case said == toldMissing && known:
		c.wrong("I-2", "a person was told that there is no %s; it is %s", key, row.State)
	case said == toldOpen && (!known || row.State.Settled()):
		c.wrong("I-2", "a person was told that %s is not known yet; it is %s", key, row.State)
	case said == toldSuperseded && row.State != submission.Superseded:
		c.wrong("I-4", "a person was told that somebody saved at the same time as %s; it is %s", key, row.State)
	}
}

// denied is the part of I-4 about first answers: the press of Save that led to a
// PUT with effect was not answered with "Nothing was saved".
func (c *checker) denied() {
	for _, put := range c.puts() {
		if !put.Applied {
			continue
		}
		key := put.Headers["MS-RequestId"]
		var cause attempt
		for _, p := range c.pressesOf[key] {
			if !p.begun.After(put.Time) && p.begun.After(cause.begun) {
				cause = p
			}
		}
		switch {
		case cause.key == "":
			c.wrong("I-2", "%s was applied before anybody pressed Save", key)
		case cause.told.denies(), cause.told == toldNotByThis && len(c.pressesOf[key]) == 1:
			c.wrong("I-4", "Save of %s at %v was answered with %q; its PUT came at %v and had effect", key, cause.begun, cause.told, put.Time)
		}
	}
}

// once is I-5.
func (c *checker) once() {
	applied := map[string]int{}
	for _, put := range c.puts() {
		if put.Applied {
			applied[put.Headers["MS-RequestId"]]++
		}
	}
	for key, made := range c.madeBy {
		if len(made) > 1 || applied[key] > 1 {
			c.wrong("I-5", "%s was applied %d times", key, max(len(made), applied[key]))
		}
	}
}

// chain is I-7: numbers without gaps, an unbroken chain, nothing rewritten, and
// every submission's entries in order.
func (c *checker) chain() {
	if c.broken != nil {
		c.wrong("I-7", "%v", c.broken)
	}
	for i, e := range c.trail {
		if e.Seq != int64(i+1) {
			c.wrong("I-7", "entry %d has number %d", i+1, e.Seq)
			break
		}
		if i > 0 && e.Prev != c.trail[i-1].Hash {
			c.wrong("I-7", "entry %d does not follow entry %d", i+1, i)
			break
		}
	}
	if len(c.earlier) > len(c.trail) {
		c.wrong("I-7", "the trail had %d entries and now has %d", len(c.earlier), len(c.trail))
	} else {
		for i, e := range c.earlier {
			if c.trail[i].Hash != e.Hash {
				c.wrong("I-7", "entry %d was rewritten", i+1)
				break
			}
		}
	}
	for _, row := range c.rows {
		c.ordered(row)
	}
}

func (c *checker) ordered(row submission.Submission) {
	trail := c.trailOf[row.Key]
	if len(trail) == 0 || trail[0].Kind != audit.Recorded {
		c.wrong("I-7", "the trail of %s does not begin with its intent", row.Key)
		return
	}
	for i, e := range trail {
		switch {
		case e.Time.Before(trail[0].Time):
			c.wrong("I-7", "the entry %q of %s is older than its intent", e.Kind, row.Key)
		case e.Operator != row.Operator.Key, e.Customer != row.Customer:
			c.wrong("I-7", "the entry %q of %s names %s at %s", e.Kind, row.Key, e.Operator, e.Customer)
		case i > 0 && e.Kind == audit.Recorded:
			c.wrong("I-7", "%s was recorded twice", row.Key)
		}
	}
}

// typing is I-8: what was typed and not saved is there when the person comes back.
func (c *checker) typing() {
	for _, e := range c.edits {
		saved := false
		for _, said := range e.last {
			saved = saved || said == toldSaved || said == toldSame || said == toldOpen
		}
		if saved {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(e.typed)) {
			if !strings.Contains(e.held, e.typed[name]) {
				c.wrong("I-8", "%s typed %s %q for %s; it was not saved, and is gone", e.operator, name, e.typed[name], e.customer)
			}
		}
	}
}

// leaks is I-9.
func (c *checker) leaks() {
	for _, out := range c.outputs {
		for i, secret := range c.secrets {
			if strings.Contains(out.text, secret) {
				c.wrong("I-9", "%s shows secret %d", out.name, i+1)
			}
		}
		for _, text := range c.private {
			if !out.page && strings.Contains(out.text, text) {
				c.wrong("I-9", "%s shows what somebody typed: %q", out.name, text)
			}
		}
	}
}

// sessions is I-10.
func (c *checker) sessions() {
	for _, s := range c.sights {
		switch {
		case s.ended && s.alive:
			c.wrong("I-10", "%s was ended, and works", s.session)
		case !s.ended && !s.alive && s.excuse == "":
			c.wrong("I-10", "%s was alive, and nobody ended it; it does not work", s.session)
		}
	}
}

func contentOf(raw []byte) forms.Values {
	profile, _, err := pcclient.ParseBillingProfile(raw)
	if err != nil {
		panic(err) // the simulator's own versions always read
	}
	return forms.FromBillingProfile(profile)
}

// holds reports whether all the named fields of content have the wished text.
func holds(content, wish forms.Values, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return forms.Normal(name, content[name]) != forms.Normal(name, wish[name])
	})
}
