package templates

import "github.com/a-h/templ"

// Others tells who else has a form open. The zero Others draws no words.
type Others struct {
	Names  []string // of the people, the one seen last first
	Since  Time     // when the one person opened it; for several it is left out
	Unread bool     // who is here could not be read; the rest of the page stands
}

// News tells that somebody saved while a form was open. The zero News draws no words.
type News struct {
	Save  string // names what stands upstream now; "" when that is what the form was opened with
	Known bool   // this save was told of and put aside
	Who   string // "" when nobody can tell
	You   bool   // the same person, in another window
	Items int    // how many items differ from what the form was opened with
	At    string // "at 14:31"
}

// Told reports whether the page says something of it.
func (n News) Told() bool { return n.Save != "" && !n.Known }

// PresenceFragment is the answer to an open form that asks whether it is still alone:
// the two parts of the edit page that may have changed, and no page around them.
type PresenceFragment struct {
	Others Others
	News   News
}

// namedOutright is how many people are named before the others are counted.
const namedOutright = 2

// people draws names in a sentence: "Ines Duarte, Rui Melo and 3 others". Nobody draws
// nothing.
func people(names []string) templ.Component {
	if len(names) == 0 {
		return templ.NopComponent
	}
	var list []templ.Component
	for i, n := range names {
		if i == namedOutright && len(names) > namedOutright+1 {
			list = append(list, sentence("presence.others", "n", len(names)-namedOutright))
			break
		}
		list = append(list, name(n))
	}
	all := list[0]
	for i, c := range list[1:] {
		id := "list.more"
		if i == len(list)-2 {
			id = "list.last"
		}
		all = sentence(id, "list", all, "name", c)
	}
	return all
}
