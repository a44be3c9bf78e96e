package templates

import (
	"context"
	"strings"

	"github.com/partnerdesk/portal/web/merge"
	"github.com/partnerdesk/portal/web/words"
)

// From says whose value a merged item takes.
type From string

// Where a merged item comes from. What comes from one side is the choice of that side.
const (
	FromTheirs = From(merge.ChoiceTheirs)
	FromMine   = From(merge.ChoiceMine)
	FromSame   = From("same")
)

// MergePage lets the operator finish an edit after somebody else saved: choices
// beside each item that both changed, and a list of what fitted together.
type MergePage struct {
	Page
	Customer  Customer
	Action    string
	HereURL   string // of the form, which notes that it is still open
	ETag      string // theirs
	Base      string // theirs, sealed
	Key       string
	CSRF      string
	Hidden    []Hidden
	Banner    *Banner
	Who       string // who saved; "" when nobody can tell
	You       bool   // the same person, in another window
	Clashes   []MergeItem
	Merged    []MergeItem
	Unchanged []MergeItem
	Events    []Event // aside "What happened", oldest first
	Draft     DraftState
	Unkept    bool // the page holds choices that are in no draft yet: the script keeps them
	BackURL   string
	Until     Time
	Left      string // how many seconds the session lasts, for the script
}

// MergeItem is one item, its versions, and the inputs for "Something else". Values
// have lines separated by "\n"; empty prints "Not provided".
type MergeItem struct {
	Item     string // choice.<Item>
	Label    string
	Before   string // before both edits
	NoBase   bool   // the version before both edits is not known any more
	Theirs   string
	Mine     string
	TheirsBy string       // "Ines Duarte, 14:31"
	MineBy   string       // "You, 14:29"
	From     From         // of a merged item
	Choice   merge.Choice // "" as long as there is none
	Error    string
	Fields   []Field // wire-name inputs, always in the page, filled with mine
}

// Event is one step of "What happened".
type Event struct {
	Tone Tone // ToneMine or ToneTheirs
	Text string
	At   Time
	Note string
	Link Link // to where more is told, in a tab of its own; zero for none
}

func (p MergePage) decided() int {
	n := 0
	for _, c := range p.Clashes {
		if c.Choice != "" {
			n++
		}
	}
	return n
}

func (p MergePage) problems() []problem {
	var out []problem
	for _, list := range [][]MergeItem{p.Clashes, p.Merged, p.Unchanged} {
		for _, item := range list {
			if item.Error != "" {
				out = append(out, problem{item.firstChoice(), item.Error})
			}
			for _, f := range item.Fields {
				if f.Error != "" {
					out = append(out, problem{f.id(), f.Error})
				}
			}
		}
	}
	return out
}

func (m MergeItem) name() string { return "choice." + m.Item }

func (m MergeItem) id(choice merge.Choice) string { return FieldID(m.name()) + "-" + string(choice) }

// firstChoice is the id of the first radio, where the error summary leads.
func (m MergeItem) firstChoice() string {
	if m.From == FromSame {
		return m.id(merge.ChoiceMine)
	}
	return m.id(merge.ChoiceTheirs)
}

func (m MergeItem) wrong() bool { return m.Error != "" || m.fieldWrong() }

// fieldWrong reports an error in one of the inputs of "Something else".
func (m MergeItem) fieldWrong() bool {
	for _, f := range m.Fields {
		if f.Error != "" {
			return true
		}
	}
	return false
}

// chosen is the choice the page shows as made; fallback without one. What does not
// fit the rest any more, such as a culture after the other person changed the
// country, opens its inputs: an error must be where it can be mended.
func (m MergeItem) chosen(fallback merge.Choice) merge.Choice {
	switch {
	case m.fieldWrong():
		return merge.ChoiceOther
	case m.Choice != "":
		return m.Choice
	default:
		return fallback
	}
}

// after is what the item becomes if nothing is changed any more.
func (m MergeItem) after() string {
	if m.Choice == merge.ChoiceTheirs || m.Choice == "" && m.From == FromTheirs {
		return m.Theirs
	}
	return m.Mine
}

func anyWrong(list []MergeItem) bool {
	for _, m := range list {
		if m.wrong() || m.Choice == merge.ChoiceOther {
			return true
		}
	}
	return false
}

func (m MergeItem) described() string {
	ids := ""
	if m.Error != "" {
		ids = FieldID(m.name()) + "-err"
	}
	return ids
}

func (m MergeItem) flatBefore() string { return strings.ReplaceAll(m.Before, "\n", ", ") }

func (m MergeItem) change() Change {
	return Change{Label: m.Label, Before: m.Before, After: m.after()}
}

func (m MergeItem) otherHint(ctx context.Context) string {
	if len(m.Fields) == 1 {
		return say(ctx, "merge.something-typed", "label", words.In(ctx).Inside(m.Label))
	}
	return say(ctx, "merge.something-opens")
}

func (e Event) icon() string {
	if e.Tone == ToneMine {
		return "user"
	}
	return "pen"
}

// whole reports whether it is said that an address is chosen whole: parts of two make a
// wrong third one.
func (p MergePage) whole() bool {
	for _, m := range p.Clashes {
		if strings.Contains(m.Before+m.Theirs+m.Mine, "\n") {
			return true
		}
	}
	return false
}

// sum says what became of both edits, and how much there is to decide.
func (p MergePage) sum(ctx context.Context) string {
	need, fit := len(p.Clashes), len(p.Merged)
	switch {
	case need == 0:
		return say(ctx, "merge.sum.fits")
	case fit == 0:
		return say(ctx, "merge.sum.needs", "n", need)
	default:
		return say(ctx, "merge.sum.both", "n", need+fit, "need", words.M("merge.sum.need", "n", need), "fit", words.M("merge.sum.fit", "n", fit))
	}
}

// progress tells how many choices are made: a number, or "{made}" for a script to fill in.
func (p MergePage) progress(ctx context.Context, made any) string {
	return say(ctx, "merge.progress.made", "made", made, "n", len(p.Clashes))
}
