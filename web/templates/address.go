package templates

import "context"

// AddressQuestion asks which address should be saved, after a check that knows a better
// one or does not know the typed one. Addresses have lines separated by "\n".
type AddressQuestion struct {
	Found     string // what the check found, in the portal's words
	Quote     string // what Partner Center said; "" for nothing
	Suggested []SuggestedAddress
	Typed     string
	Kept      string // small print at the typed one; "" for none
	Chosen    string // the choice made before; "" as long as there is none
	Error     string
}

// SuggestedAddress is one address that the check found.
type SuggestedAddress struct {
	Choice string // value of the radio
	Text   string
	Tag    string // "Deliverable"; "" for none
}

const (
	addressChoice = "choice.address"
	choiceTyped   = "typed"
)

func (q *AddressQuestion) id(choice string) string { return FieldID(addressChoice) + "-" + choice }

// first is the id of the first radio, where the error summary leads.
func (q *AddressQuestion) first() string {
	if len(q.Suggested) > 0 {
		return q.id(q.Suggested[0].Choice)
	}
	return q.id(choiceTyped)
}

func (q *AddressQuestion) title(ctx context.Context, s SuggestedAddress) string {
	if len(q.Suggested) == 1 {
		return say(ctx, "address.suggestion")
	}
	return say(ctx, "address.suggestion-of", "number", s.Choice)
}

// beside is what a suggestion makes different: told at the typed address if there is
// just one.
func (q *AddressQuestion) beside() string {
	if len(q.Suggested) == 1 {
		return q.Suggested[0].Text
	}
	return q.Typed
}

func (q *AddressQuestion) described() string {
	ids := q.id("hint")
	if q.Error != "" {
		ids += " " + q.id("err")
	}
	return ids
}

// focus reports whether the question itself takes the focus: it is new, and no summary
// leads to it.
func (q *AddressQuestion) focus() bool { return q.Chosen == "" && q.Error == "" }
