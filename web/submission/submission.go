// Package submission is the portal's only way to change anything upstream. It
// takes what an operator wishes for a billing profile and sees it through to an
// end that is true: applied, rejected, or in doubt until a re-read tells. It is
// not for use outside the portal.
//
// One save goes like this, detached from the browser that asked for it:
//
//  1. the intent is committed, in the same transaction as its audit entry and
//     the customer's lease, so that two people of this portal never race;
//  2. the billing profile is read again; if its content is not what the form
//     was opened with, nothing is sent;
//  3. one PUT goes out, its request ID the submission's key, with the ETag just
//     read; it is never repeated by this package;
//  4. the billing profile is read once more to see the wish with own eyes;
//  5. the outcome, its audit entry and the end of the lease are committed.
//
// A lost answer leaves the submission in doubt, on disk at once. Only re-reads
// end that: the wish is there (applied), or after the settle window it is not
// (not applied; superseded if somebody else's content is). That the PUT went out
// is written with what became of it, not before: a third commit would buy nothing,
// since an intent that ever had the lease may have been sent, and is treated so.
//
// A process at work on a submission says so every few seconds. When it falls
// silent, any other marks the submission in doubt (Recover) and whoever may read
// the customer settles it by a re-read (Settle).
//
// An upstream that takes stale writes lets an outsider's save of the instant
// between 2 and 3 be overwritten. That cannot be prevented from here; it is
// found in the upstream's audit records afterwards, and told (see Overwrote).
//
// A submission is known by its key. Asking again with the same key never sends
// again: it waits for, or returns, what the first asking led to.
package submission

import (
	"errors"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/forms"
)

var (
	// ErrNotFound reports that the operator has no submission of that key; one of
	// somebody else looks the same.
	ErrNotFound = errors.New("submission not found")
	// ErrOtherValues reports a key that was used before with other values. Nothing was done.
	ErrOtherValues = errors.New("this submission was made with other values")
	// ErrNotRecorded reports that the intent could not be written. Nothing was sent, nor will be.
	ErrNotRecorded = errors.New("the intent is not recorded")
	// ErrDraining reports that the portal is shutting down. Nothing was recorded.
	ErrDraining = errors.New("no new submissions: the portal is shutting down")
)

// State is how far a submission got.
type State string

// The states. Recorded and InDoubt are open; the others are ends.
const (
	Recorded   State = "recorded"    // the intent is on disk; whether it was sent is not told
	Applied    State = "applied"     // a re-read after the PUT showed every wished value, maybe in the upstream's spelling: see Saved
	Rejected   State = "rejected"    // the upstream proved that it did not act, or nothing was sent
	InDoubt    State = "in_doubt"    // the PUT may have been carried out; no proof yet
	NotApplied State = "not_applied" // was in doubt; after the settle window the content is as before
	Superseded State = "superseded"  // was in doubt; after the settle window the content is neither as before nor as wished
)

// Settled reports whether the state is an end.
func (s State) Settled() bool { return s != Recorded && s != InDoubt }

// Reason says why a submission was rejected; empty in other states.
type Reason string

// The reasons.
const (
	Conflict       Reason = "conflict"        // the content moved after the form was opened, or the upstream called the ETag stale
	AlreadySaved   Reason = "already_saved"   // the wished values were there already, not through this submission
	Forbidden      Reason = "forbidden"       // the upstream lets this operator not do it
	NoRelationship Reason = "no_relationship" // the customer is not, or no longer, the partner's
	MFA            Reason = "mfa"             // the upstream wants a sign-in with a second factor
	SignIn         Reason = "sign_in"         // only a new sign-in helps
	NotFound       Reason = "not_found"       // the upstream has no such customer
	Invalid        Reason = "invalid"         // the upstream refuses the values: UpstreamCode, UpstreamText
	Throttled      Reason = "throttled"       // too many calls: RetryAfter
	Unavailable    Reason = "unavailable"     // the upstream did not answer the re-read before the PUT
	NotSent        Reason = "not_sent"        // the PUT did not leave: no connection, no ETag, or another save held the customer
	Failed         Reason = "failed"          // an answer nobody understands, or our own fault, before anything was sent
	OtherValues    Reason = "other_values"    // of refused entries in the trail: the key stands for something else
)

// Operator is the person who saves.
type Operator struct {
	Key  string // session.Operator.Key
	Name string // for the trail
}

// Request is a wish: the values of Wish instead of those of Base. Names with the
// same text in both (after normalising) are left as the upstream has them. ETag
// is the one Base was read with, a hint only. Why is the reason the operator gave,
// "" for none; it goes with the first Save of a key and is not compared again.
type Request struct {
	Key        string // GUID of the draft's version: the submission's name and its request ID upstream
	Draft      string
	Operator   Operator
	Customer   pcclient.TenantID
	ETag       pcclient.ETag
	Base, Wish forms.Values
	Via        audit.Via // "" is audit.ViaForm
	Why        string
	Check      *audit.AddressCheck // for the trail; not compared, as Why
}

// Submission is a request and what became of it.
type Submission struct {
	Request
	State  State
	Reason Reason
	// Fields are the names to change, in wire order.
	Fields []string
	// UpstreamCode and UpstreamText are the upstream's refusal. The text is foreign
	// and may hold personal data: escape it, and keep it out of logs.
	UpstreamCode, UpstreamText string
	// CorrelationID names the call for the upstream's support, beside Key; it is empty
	// if there was none. While the state is Recorded it is the one that the PUT gets.
	CorrelationID string
	// RetryAfter is how long the upstream asked to wait, 0 if it did not.
	RetryAfter time.Duration
	// RecordedAt is when the intent was committed. SentAt is when the upstream last
	// may have begun to act, zero if the PUT was not reached or that is not known.
	// SettledAt is zero while the state is open. ClosedAt is when the end of one that
	// was Doubted was seen by its operator, or a superseded one looked into by
	// somebody; zero before, and for others.
	RecordedAt, SentAt, SettledAt, ClosedAt time.Time
	// Doubted is set when the answer was lost once, whatever came of it.
	Doubted bool
	// Saved is the content last seen upstream, nil if none was.
	Saved forms.Values
}
