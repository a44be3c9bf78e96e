package templates

import "github.com/partnerdesk/portal/web/forms"

// ResultKind is how a save stands.
type ResultKind string

// What became of a save. A save that was applied has no page of its own: it is the
// customer's overview with a banner.
const (
	ResultRunning      ResultKind = "running"       // being sent now
	ResultUnknown      ResultKind = "unknown"       // sent, answer lost
	ResultNotSaved     ResultKind = "not-saved"     // read back: nothing was saved
	ResultSuperseded   ResultKind = "superseded"    // read back: somebody else's values are there
	ResultConflict     ResultKind = "conflict"      // somebody saved first; MergeURL leads on
	ResultAlreadySaved ResultKind = "already-saved" // the profile already has these values
	ResultRejected     ResultKind = "rejected"      // the upstream did not accept the profile
	ResultForbidden    ResultKind = "forbidden"     // the upstream does not let this person edit
	ResultNoRelation   ResultKind = "no-relation"   // no relationship with this customer
	ResultMFA          ResultKind = "mfa"           // signed in without a second factor
	ResultSignIn       ResultKind = "sign-in"       // only a new sign-in helps
	ResultNotFound     ResultKind = "not-found"
	ResultThrottled    ResultKind = "throttled"
	ResultDown         ResultKind = "down"   // the upstream does not answer; nothing was sent or saved
	ResultFailed       ResultKind = "failed" // our own fault; nothing was saved
)

// ResultPage tells what became of a save that was not applied, or not yet.
type ResultPage struct {
	Page
	Customer     Customer
	Kind         ResultKind
	Who          string        // ResultConflict, ResultSuperseded, ResultAlreadySaved: who saved; "" when not known
	You          bool          // the same person, in another window
	Wait         string        // ResultThrottled: "20 seconds"
	Refusal      forms.Refusal // what the code of a refusal means; the zero value leaves it to Kind
	UpstreamText string        // ResultRejected: what Partner Center said, as it said it
	Contact      string        // who can give access; "" leaves it out
	At           Time          // when Save was pressed
	Changes      []Change      // everything that was to be saved
	CheckURL     string        // this page again; it reads, and never sends
	EditURL      string        // back to the form, everything typed in it
	AgainURL     string        // review, for saving once more
	MergeURL     string
	SignInURL    string
	Close        *Unsettled // ResultSuperseded that nobody has closed: the form that does
	Details      Details
}

// said is what Partner Center said, unless the page says the same in better words.
func (p ResultPage) said() string {
	if p.Kind == ResultThrottled {
		return ""
	}
	return p.UpstreamText
}

// open reports whether the outcome may still come by itself.
func (p ResultPage) open() bool { return p.Kind == ResultRunning || p.Kind == ResultUnknown }
