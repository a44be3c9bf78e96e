package forms

// Refusal is what a code of the upstream means to the person whose save it stopped. What
// it means for their work is the same for all of them: nothing was saved, and everything
// typed is kept.
type Refusal struct {
	Input string // the wire name of the input it is about; "" when it is about none
	Title string // what happened, as a heading
	Cause string // why, a sentence
	Next  string // what to do, a sentence
}

// RefusalOf returns the meaning of an upstream code in an answer to a save, and false for
// a code that is not known, or that says no more than the answer's status does. Codes are
// not unique across the upstream's services; these are of the one that keeps billing
// profiles. All words are ours.
func RefusalOf(code string) (Refusal, bool) {
	r, ok := refusals[code]
	return r, ok
}

const (
	askAdmin     = "An administrator of your organisation can see in Microsoft Entra which condition was not met."
	askOperator  = "Tell the people who run Partner Desk: they have to change its registration. Nothing you can do in the form helps."
	askMicrosoft = "Only Microsoft can change this: open a support request in Partner Center and quote the ids below."
	waitReview   = "Save again when the review is over. The account's page in Partner Center shows how far it is."
)

// refusals is every code of the upstream's error pages that a save may end with. The
// sources are its page on error codes, the pages of the resources, and reports of users.
var refusals = map[string]Refusal{
	// What is wrong with the values. The member is not named anywhere else in the answer.
	"600051": {Input: Phone},
	"2007":   {Input: AddressLine1},
	"600049": {Title: "This customer needs a registration number", Cause: "Partner Center asks for the company's registration number in this country, and the customer has none.",
		Next: "Add it on the customer's account page in Partner Center: it is not part of the billing profile."},
	"600050": {Title: "The customer's registration number does not fit", Cause: "Partner Center found that the company's registration number has the wrong form for the country.",
		Next: "Correct it on the customer's account page in Partner Center: it is not part of the billing profile."},
	"600002": {Title: "The customer has a registration number that does not belong there", Cause: "Partner Center takes no registration number in this country, and the customer has one.",
		Next: "Remove it on the customer's account page in Partner Center: it is not part of the billing profile."},

	// What is wrong with the account or the relationship.
	"2030":   {Title: "Your organisation does not serve this country", Cause: "Partner Center has not set your partner account up for the customer's country or region.", Next: askMicrosoft},
	"800073": {Title: "This customer's account is under review", Cause: "Partner Center takes no changes while it reviews the account.", Next: waitReview},
	"800074": {Title: "This customer's account is not approved", Cause: "Partner Center has not approved the account, and takes no changes to it.", Next: waitReview},
	"800075": {Title: "This customer's account is not approved", Cause: "Partner Center has not approved the account, and takes no changes to it.", Next: waitReview},
	"900416": {Title: "This customer's account is locked", Cause: "Partner Center has locked the account.", Next: askMicrosoft},
	"600006": {Title: "Partner Center does not allow this change", Cause: "It says that the action is not allowed for this customer, and not why.",
		Next: "Try it in Partner Center itself; if it is refused there too, open a support request and quote the ids below."},

	// What is wrong with how the person signed in, or with the portal's registration.
	"900309": {Title: "A sign-in policy of your organisation stopped this", Cause: "A Conditional Access policy asks for more than this sign-in had, such as a managed device or another place.", Next: askAdmin},
	"90000":  {Title: "Microsoft Entra refused the sign-in to Partner Center", Cause: "Partner Center passed on a refusal of Microsoft Entra.", Next: askAdmin},
	"900329": {Title: "Partner Center wants a person, not an application", Cause: "Partner Desk reached it as an application alone.", Next: askOperator},
	"900420": {Title: "Partner Desk signed in to the wrong service", Cause: "The token it got is not one that Partner Center takes.", Next: askOperator},
	"800001": {Title: "Partner Desk is not signed in as a partner", Cause: "Partner Center found no partner account behind the request.", Next: askOperator},
}
