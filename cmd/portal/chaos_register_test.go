package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/submission"
)

// lostUpdates is I-6, looked at from both sides. Partner Center's versions must
// each stand on the one its PUT named, and differ from it in the wish alone. And
// what the portal believes, without a look at them, must be the history of a
// register that knows compare-and-set only.
func (c *checker) lostUpdates() {
	c.versions()
	for _, customer := range slices.Sorted(maps.Keys(c.seeded)) {
		switch c.register(customer) {
		case porcupine.Illegal:
			c.wrong("I-6", "no order of the saves of %s explains what was told of them", customer)
		case porcupine.Unknown:
			c.wrong("I-6", "whether an order of the saves of %s explains what was told could not be decided in time", customer)
		}
	}
}

func (c *checker) versions() {
	ifMatch := map[string]string{}
	for _, put := range c.puts() {
		if put.Applied {
			ifMatch[put.Headers["MS-RequestId"]] = put.Headers["If-Match"]
		}
	}
	last := maps.Clone(c.seeded)
	for _, v := range c.upstream.Versions {
		before, now := last[v.Customer], contentOf(v.Profile)
		last[v.Customer] = now
		row, ours := c.rowOf[v.RequestID]
		if !ours {
			continue
		}
		if got := ifMatch[row.Key]; got != `"`+string(v.BaseETag)+`"` && !c.owned(row) {
			c.wrong("I-6", "%s was sent for version %s and replaced %s", row.Key, got, v.BaseETag)
		}
		if got := forms.Changed(before, now); !slices.Equal(got, row.Fields) && !c.owned(row) {
			c.wrong("I-6", "%s changed %q; its person wished %q", row.Key, got, row.Fields)
		}
	}
	for customer, content := range c.stands {
		if len(forms.Changed(last[customer], content)) > 0 {
			c.wrong("I-6", "%s holds another content than its last version", customer)
		}
	}
}

// owned reports whether the portal itself says that the submission replaced what
// an outsider had saved the instant before: where stale writes are accepted, that
// can be told but not prevented.
func (c *checker) owned(row submission.Submission) bool {
	return slices.ContainsFunc(c.trailOf[row.Key], func(e audit.Entry) bool { return e.Kind == audit.Overwrote })
}

// step is one operation on a customer's billing profile.
type step struct {
	kind       stepKind
	base, next string       // texts of contents
	patch      forms.Values // of a save that did not compare
}

type stepKind int

const (
	swapped  stepKind = iota // compare-and-set that took effect
	maybe                    // compare-and-set of which nobody knows
	observed                 // a read that showed base
	patched                  // a save on whatever stood there
)

// searchFor is how long the search for an order may take per customer. It only ends
// a search that would not end by itself.
const searchFor = 30 * time.Second

func (c *checker) register(customer pcclient.TenantID) porcupine.CheckResult {
	model := porcupine.Model{
		Init: func() any { return textOf(c.seeded[customer]) },
		Step: func(state, input, _ any) (bool, any) {
			now, s := state.(string), input.(step)
			switch {
			case s.kind == observed:
				return now == s.base, now
			case s.kind == patched:
				return true, laidOver(now, s.patch)
			case now == s.base:
				return true, s.next
			}
			return s.kind == maybe, now
		},
	}
	return porcupine.CheckOperationsTimeout(model, c.steps(customer), searchFor)
}

// steps are the operations of a customer. What was rejected or not applied had no
// effect, which I-4 holds against the journal; what is open or superseded may have
// had one at any time since, so its end is left open.
func (c *checker) steps(customer pcclient.TenantID) []porcupine.Operation {
	var list []porcupine.Operation
	add := func(s step, begun time.Time, done int64) {
		list = append(list, porcupine.Operation{Input: s, Call: begun.UnixMicro(), Return: max(done, begun.UnixMicro())})
	}
	for _, row := range c.rows {
		if row.Customer != customer {
			continue
		}
		wished := step{swapped, textOf(row.Base), textOf(laid(row.Base, row.Wish, row.Fields)), nil}
		switch {
		case c.owned(row):
			add(step{kind: patched, patch: only(row.Wish, row.Fields)}, row.RecordedAt, row.SettledAt.UnixMicro())
		case row.State == submission.Applied:
			add(wished, row.RecordedAt, row.SettledAt.UnixMicro())
		case row.State == submission.Superseded, !row.State.Settled():
			wished.kind = maybe
			add(wished, row.RecordedAt, math.MaxInt64)
		case (row.Reason == submission.Conflict || row.Reason == submission.AlreadySaved) && row.Saved != nil && !c.lagging:
			add(step{kind: observed, base: textOf(row.Saved)}, row.RecordedAt, row.SettledAt.UnixMicro())
		}
	}
	for _, s := range c.outside {
		if s.customer == customer {
			add(step{kind: patched, patch: s.patch}, s.begun, s.done.UnixMicro())
		}
	}
	if content, known := c.stands[customer]; known {
		add(step{kind: observed, base: textOf(content)}, c.endedAt, c.endedAt.UnixMicro())
	}
	slices.SortStableFunc(list, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return list
}

// textOf is a content as one comparable text.
func textOf(v forms.Values) string {
	var out strings.Builder
	for _, name := range forms.Names() {
		out.WriteString(name + "=" + forms.Normal(name, v[name]) + "\n")
	}
	return out.String()
}

// laidOver lays a patch over a content's text.
func laidOver(text string, patch forms.Values) string {
	v := forms.Values{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		v[name] = value
	}
	maps.Copy(v, patch)
	return textOf(v)
}

// laid is base with the named fields as wished.
func laid(base, wish forms.Values, names []string) forms.Values {
	v := maps.Clone(base)
	for _, name := range names {
		v[name] = wish[name]
	}
	return v
}

// only is the named fields of v.
func only(v forms.Values, names []string) forms.Values {
	part := forms.Values{}
	for _, name := range names {
		part[name] = v[name]
	}
	return part
}
