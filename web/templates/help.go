package templates

import (
	"context"
	"strings"
)

// HelpPage says in a few words how things are done here. It reads nothing, so it is
// there when nothing else is.
type HelpPage struct {
	Page
	Contact string // whom to ask; "" leaves the name out
	Edits   bool   // the operator may edit
}

// shortcut is a key, or keys one after another, and what they do.
type shortcut struct {
	keys   []string
	join   string // between them: "then", "or", "+"
	does   string
	single bool // can be switched off
}

// keys are the shortcuts there are for this person.
func (p HelpPage) keys(ctx context.Context) []shortcut {
	list := []shortcut{
		{[]string{"/"}, "", say(ctx, "shortcut.find"), true},
		{[]string{say(ctx, "shortcut.down"), say(ctx, "shortcut.up")}, say(ctx, "shortcut.or"), say(ctx, "shortcut.choose"), false},
		{[]string{"J", "K"}, say(ctx, "shortcut.or"), say(ctx, "shortcut.rows"), true},
		{[]string{"Enter"}, "", say(ctx, "shortcut.open"), false},
	}
	if p.Edits {
		list = append(list, shortcut{[]string{"E"}, "", say(ctx, "shortcut.edit"), true})
	}
	for _, l := range p.links(ctx) {
		list = append(list, shortcut{[]string{"G", strings.ToUpper(l.key)}, say(ctx, "shortcut.then"), say(ctx, "find.go-to", "page", l.text), true})
	}
	if p.Edits {
		list = append(list, shortcut{[]string{"Ctrl", "Enter"}, "+", say(ctx, "shortcut.submit"), false})
	}
	return append(list,
		shortcut{[]string{"Esc"}, "", say(ctx, "shortcut.leave"), false},
		shortcut{[]string{"?"}, "", say(ctx, "shortcut.list"), true})
}

// helpTopic is one section: its id on the page, and the ids of its texts.
type helpTopic struct {
	id   string
	text []string
}

// topics are the sections, in their order.
var topics = []helpTopic{
	{"finding", []string{"help.finding.first", "help.finding.second"}},
	{"editing", []string{"help.editing.first", "help.editing.second", "help.editing.third"}},
	{"drafts", []string{"help.drafts.first", "help.drafts.second"}},
	{"conflicts", []string{"help.conflicts.first", "help.conflicts.second"}},
	{"unknown", []string{"help.unknown.first", "help.unknown.second"}},
	{"history", []string{"help.history.first", "help.history.second"}},
	{"refused", []string{"help.refused.first", "help.refused.second"}},
}
