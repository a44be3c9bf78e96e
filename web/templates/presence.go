package templates

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

func (n News) items() string { return count(n.Items, "change", "changes") }

// PresenceFragment is the answer to an open form that asks whether it is still alone:
// the two parts of the edit page that may have changed, and no page around them.
type PresenceFragment struct {
	Others Others
	News   News
}

// namedOutright is how many people are named before the others are counted.
const namedOutright = 2

// sentence is the names to print, each with what follows it; more is how many are
// only counted.
func sentence(names []string) (list []nameBefore, more int) {
	if len(names) > namedOutright+1 {
		names, more = names[:namedOutright], len(names)-namedOutright
	}
	for i, name := range names {
		n := nameBefore{name: name}
		switch left := len(names) - 1 - i; {
		case left > 1 || left == 1 && more > 0:
			n.after = ", "
		case left == 1 || more > 0:
			n.after = " and "
		}
		list = append(list, n)
	}
	return list, more
}

type nameBefore struct{ name, after string }

func isOrAre(names []string) string { return plural(len(names), "is", "are") }
