package forms

import "github.com/partnerdesk/portal/web/words"

// Refusal is what a code of the upstream means to the person whose save it stopped. What
// it means for their work is the same for all of them: nothing was saved, and everything
// typed is kept.
type Refusal struct {
	Input string // the wire name of the input it is about; "" when it is about none

	Title words.Message // what happened, as a heading
	Cause words.Message // why, a sentence
	Next  words.Message // what to do, a sentence
}

// RefusalOf returns the meaning of an upstream code in an answer to a save: the zero value
// for a code that is not known, or that says no more than the answer's status does. Codes
// are not unique across the upstream's services; these are of the one that keeps billing
// profiles. All words are ours.
func RefusalOf(code string) Refusal { return refusals[code] }

// refusals is every code of the upstream's error pages that a save may end with. The
// sources are its page on error codes, the pages of the resources, and reports of users.
var refusals = map[string]Refusal{
	// What is wrong with the values. The member is not named anywhere else in the answer.
	"600051": {Input: Phone},
	"2007":   {Input: AddressLine1},
	"600049": refusal("no-number", "refusal.no-number.next"),
	"600050": refusal("wrong-number", "refusal.wrong-number.next"),
	"600002": refusal("needless-number", "refusal.needless-number.next"),

	// What is wrong with the account or the relationship.
	"2030":   refusal("country", askMicrosoft),
	"800073": refusal("under-review", waitReview),
	"800074": refusal("not-approved", waitReview),
	"800075": refusal("not-approved", waitReview),
	"900416": refusal("locked", askMicrosoft),
	"600006": refusal("not-allowed", "refusal.not-allowed.next"),

	// What is wrong with how the person signed in, or with the portal's registration.
	"900309": refusal("policy", askAdmin),
	"90000":  refusal("entra", askAdmin),
	"900329": refusal("application", askOperator),
	"900420": refusal("wrong-service", askOperator),
	"800001": refusal("no-partner", askOperator),
}

const (
	askAdmin     = "refusal.ask-admin"
	askOperator  = "refusal.ask-operator"
	askMicrosoft = "refusal.ask-microsoft"
	waitReview   = "refusal.wait"
)

func refusal(what, next string) Refusal {
	return Refusal{Title: words.M("refusal." + what + ".title"), Cause: words.M("refusal." + what + ".cause"), Next: words.M(next)}
}
