package templates

import "strings"

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
func (p HelpPage) keys() []shortcut {
	list := []shortcut{
		{[]string{"/"}, "", "Find a customer", true},
		{[]string{"Down", "Up"}, "or", "Choose from what the find box offers, customers and actions; Enter opens it", false},
		{[]string{"J", "K"}, "or", "Next or previous row of a list", true},
		{[]string{"Enter"}, "", "Open the row", false},
	}
	if p.Edits {
		list = append(list, shortcut{[]string{"E"}, "", "Edit the customer on the page", true})
	}
	for _, l := range p.links() {
		list = append(list, shortcut{[]string{"G", strings.ToUpper(l.key)}, "then", "Go to " + l.text, true})
	}
	if p.Edits {
		list = append(list, shortcut{[]string{"Ctrl", "Enter"}, "+", "Review changes, or save them", false})
	}
	return append(list,
		shortcut{[]string{"Esc"}, "", "Leave the find box, close a dialog", false},
		shortcut{[]string{"?"}, "", "Show this list", true})
}

// helpTopic is one section, reached by its id.
type helpTopic struct {
	id, title string
	text      []string
}

func (p HelpPage) topics() []helpTopic {
	return []helpTopic{
		{"finding", "Find a customer", []string{
			"Type the beginning of the company’s name or of its domain, or its whole tenant ID. " + upstream + " searches from the start of a name only, so “Ceramics” does not find Harbourline Ceramics.",
			"Customers you opened lately stand on Home and in the side bar. With scripts the box offers them while you type, by any word of their name, and pages to go to.",
		}},
		{"editing", "Edit and save", []string{
			"Open the customer, choose Edit billing profile, change what is wrong, then Review changes. The review shows each change beside what stands there now. Nothing is saved until you press Save billing profile.",
			"You save as yourself: " + upstream + " decides whether your account may, and its own records name you.",
			"Address fields, their order and what is required follow the country. When you change the country, what does not fit it is set aside and comes back with the country.",
		}},
		{"drafts", "Drafts", []string{
			"What you type is kept as a draft for 14 days, for you alone: while you type if scripts are on, with each form you send if they are off. After a closed tab, a restart or the end of your session, Home and the customer’s page lead back to it.",
			"A draft changes nothing for anybody else. Discard draft asks once, and shows what goes.",
		}},
		{"conflicts", "Somebody else saved first", []string{
			"Nothing is ever overwritten without a word. If a colleague saved while you were editing, you see both versions item by item. Choose theirs, yours or something else where they clash; what fits together is put together and listed.",
			"Address lines, city, postal code, state and country are one item: an address mixed from two versions would be wrong even if each line were right.",
		}},
		{"unknown", "“We do not know yet”", []string{
			"If the answer to a save gets lost, nobody can tell at once whether it was made. The profile is read back until it is known, mostly within two minutes. Do not enter the change again: the page, Home and the customer’s page say what became of it.",
			"A save is never sent twice by itself. If it was not saved, everything you typed is there to be saved again.",
		}},
		{"history", "History and putting back", []string{
			"Each customer has a history: who changed what and when, here or outside. A change shows before and after, and the IDs that Microsoft’s support asks for.",
			"Start an edit with the earlier values puts them into the form. It is reviewed and checked like every other edit.",
		}},
		{"refused", "Partner Center refuses", []string{
			"What it refused stands at the field if it said which, and above the form if not, with its own words. Nothing was saved, and everything you typed is kept.",
			"If it refuses you rather than the values, the page says who can give access. The role that edits billing profiles there is Admin agent or Sales agent.",
		}},
	}
}
