package merge

import "github.com/partnerdesk/portal/web/forms"

// Choice is what a person decided about an item.
type Choice string

// The choices, as they stand in the form.
const (
	ChoiceTheirs Choice = "theirs"
	ChoiceMine   Choice = "mine"
	ChoiceOther  Choice = "other"
)

// Resolve makes the merged values. Each clash takes its choice, other taking the item's
// names from other; merged items take what the merge found unless there is a choice for
// them too. Items that need a choice and have none, or have one that does not exist, come
// back in page order; in the values they stand as theirs.
//
// Every item comes whole from one side, and what does not differ stays as theirs, to the
// letter.
func (r Result) Resolve(choices map[Item]Choice, other forms.Values) (forms.Values, []Item) {
	out := forms.Values{}
	var missing []Item
	for _, l := range r.Lines {
		from, ok := r.pick(l, choices, other)
		if !ok {
			missing = append(missing, l.Item)
		}
		for name, text := range l.Item.of(from) {
			out[name] = text
		}
	}
	return out, missing
}

func (r Result) pick(l Line, choices map[Item]Choice, other forms.Values) (forms.Values, bool) {
	choice, chosen := choices[l.Item]
	switch {
	case choice == ChoiceTheirs:
		return r.theirs, true
	case choice == ChoiceMine:
		return r.mine, true
	case choice == ChoiceOther:
		return other, true
	case chosen && choice != "":
		return r.theirs, false
	case l.Case == Clash:
		return r.theirs, false
	case l.Case == Mine:
		return r.mine, true
	}
	return r.theirs, true
}

// Change is one item that differs between two versions, with its values in both.
type Change struct {
	Item          Item
	Before, After forms.Values
}

// Changes returns the items that differ after normalising, in page order, for reviews and
// histories; nil if none.
func Changes(before, after forms.Values) []Change {
	var out []Change
	for _, i := range Items() {
		if !i.same(before, after) {
			out = append(out, Change{i, i.of(before), i.of(after)})
		}
	}
	return out
}
