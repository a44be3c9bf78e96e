package merge_test

import (
	"flag"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/merge"
)

// Few texts, some the same after normalising, so that all cases come up often.
var texts = rapid.SampledFrom([]string{"", " ", "a", "a ", "b", "c", "1-2", "12", "é", "e\u0301", "<script>", "\t"})

func values(t *rapid.T, label string) forms.Values {
	v := forms.Values{}
	for _, name := range forms.Names() {
		if text := texts.Draw(t, label+" "+name); text != "" || rapid.Bool().Draw(t, "kept") {
			v[name] = text
		}
	}
	return v
}

// model is the table of the design, written down a second time: per item, on tuples of
// normalised text.
func model(i merge.Item, base, theirs, mine forms.Values) merge.Case {
	key := func(v forms.Values) string {
		var out []string
		for _, name := range i.Names() {
			out = append(out, forms.Normal(name, v[name]))
		}
		return strings.Join(out, "\x00")
	}
	b, th, m := key(base), key(theirs), key(mine)
	table := map[[3]bool]merge.Case{ // base=theirs, base=mine, theirs=mine
		{true, true, true}: merge.Unchanged, {false, true, false}: merge.Theirs,
		{true, false, false}: merge.Mine, {false, false, true}: merge.Same, {false, false, false}: merge.Clash,
	}
	return table[[3]bool{b == th, b == m, th == m}]
}

func TestMergeIsTheModel(t *testing.T) {
	many(t, 10_000)
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, mine := values(t, "base"), values(t, "theirs"), values(t, "mine")
		if rapid.Bool().Draw(t, "mine from base") {
			mine = base
		}
		for _, l := range merge.Merge(base, theirs, mine).Lines {
			if want := model(l.Item, base, theirs, mine); l.Case != want {
				t.Fatalf("%s is %v, want %v", l.Item, l.Case, want)
			}
		}
	})
}

func TestResolveNeverInvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, mine, other := values(t, "base"), values(t, "theirs"), values(t, "mine"), values(t, "other")
		if rapid.Bool().Draw(t, "lost") {
			base = nil
		}
		choices := map[merge.Item]merge.Choice{}
		for _, i := range merge.Items() {
			choices[i] = rapid.SampledFrom([]merge.Choice{"", "theirs", "mine", "other", "none of them"}).Draw(t, string(i))
		}
		r := merge.Merge(base, theirs, mine)
		got, missing := r.Resolve(choices, other)
		for _, i := range merge.Items() {
			if !whole(i, got, theirs) && !whole(i, got, mine) && !(choices[i] == merge.ChoiceOther && whole(i, got, other)) {
				t.Fatalf("%s is of nobody: %v", i, got)
			}
		}
		if len(missing) > len(merge.Items()) {
			t.Fatalf("missing %v", missing)
		}
	})
}

func whole(i merge.Item, got, from forms.Values) bool {
	for _, name := range i.Names() {
		if got[name] != from[name] {
			return false
		}
	}
	return true
}

// Nobody who changed one side only loses it, and a second merge finds nothing to do.
func TestMergeKeepsBothSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, mine := values(t, "base"), values(t, "theirs"), values(t, "mine")
		choices := map[merge.Item]merge.Choice{}
		r := merge.Merge(base, theirs, mine)
		for _, l := range r.Clashes() {
			choices[l.Item] = merge.ChoiceMine
		}
		got, missing := r.Resolve(choices, nil)
		if len(missing) > 0 {
			t.Fatalf("missing %v", missing)
		}
		for _, l := range r.Lines {
			if l.Case == merge.Mine && len(merge.Changes(l.Mine, pick(l.Item, got))) > 0 ||
				l.Case == merge.Theirs && len(merge.Changes(l.Theirs, pick(l.Item, got))) > 0 {
				t.Fatalf("%s lost: %v", l.Item, got)
			}
		}
		if again := merge.Merge(theirs, theirs, got); len(again.Clashes()) > 0 {
			t.Fatalf("a second merge finds clashes: %v", again.Clashes())
		}
	})
}

func pick(i merge.Item, v forms.Values) forms.Values {
	out := forms.Values{}
	for _, name := range i.Names() {
		out[name] = v[name]
	}
	return out
}

// many has rapid make this many checks of a property, for the time of the test.
func many(t *testing.T, checks int) {
	t.Helper()
	usual := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", strconv.Itoa(checks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", usual) })
}
