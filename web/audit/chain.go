package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/partnerdesk/portal/web/database"
)

const purpose = "audit values"

// BrokenError names the first row of the trail that is not as it was written.
type BrokenError struct {
	Seq int64
	Why string
}

// Error says which row and what is wrong with it.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("the audit trail is broken at entry %d: %s", e.Seq, e.Why)
}

// Head is where a trail ended at some time: how many entries it had, and the hash of
// the last. Noted outside the database it proves what the chain alone cannot: that
// nothing was cut off at the end, and that the whole was not written anew.
type Head struct {
	Entries int64
	Hash    string
}

// String is a head as people note it; ParseHead reads it.
func (h Head) String() string { return strconv.FormatInt(h.Entries, 10) + ":" + h.Hash }

// ParseHead reads what String wrote.
func ParseHead(text string) (Head, error) {
	count, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if raw, bad := hex.DecodeString(hash); err != nil || n <= 0 || bad != nil || len(raw) != sha256.Size {
		return Head{}, errors.New("must be the number of entries, a colon and the hash of the last, as verify prints them")
	}
	return Head{n, strings.ToLower(hash)}, nil
}

// Verify walks the whole trail and returns how many entries are in order. A
// trail that was changed, cut inside or reordered gives a *BrokenError naming
// the first bad row; any other error is the database's. Values that were
// deleted are no fault. Entries cut off at the end leave no mark in the database:
// see Prove.
func (t *Trail) Verify(ctx context.Context) (int64, error) {
	proof, err := t.Prove(ctx, Head{})
	return proof.Entries, err
}

// Proof is what Prove found: where the trail ends, and how many of its entries have values
// that could not be checked, because their key is gone.
type Proof struct {
	Head
	Unchecked int64
}

// Prove is Verify that also holds the trail against a head noted earlier, if that is
// not zero. It returns the head to note from now on. It reads a thousand entries at a
// time, and what is appended meanwhile too. Values sealed with one of the keys that are
// gone for good, by their ids, are no fault.
func (t *Trail) Prove(ctx context.Context, noted Head, gone ...string) (proof Proof, err error) {
	head := &proof.Head
	for r, err := range t.all(ctx, Span{Values: true}) {
		if err != nil {
			return proof, fmt.Errorf("verify the audit trail: %w", err)
		}
		if r.State == Unreadable && !t.ring.Has(r.key) && slices.Contains(gone, r.key) {
			r.State = LeftOut
			proof.Unchecked++
		}
		fault := r.fault(*head, true)
		if fault != nil && r.State == Unreadable && r.key != "" && !t.ring.Has(r.key) {
			fault.Why = fmt.Sprintf("its values are sealed with the key %q, which is not among the keys", r.key)
		}
		if fault == nil && r.Seq == noted.Entries && r.Hash != noted.Hash {
			fault = &BrokenError{Seq: r.Seq, Why: "it is not the entry that was noted: the trail was written anew from here or before"}
		}
		if fault != nil {
			return proof, fault
		}
		*head = Head{r.Seq, r.Hash}
	}
	if head.Entries < noted.Entries {
		return proof, &BrokenError{Seq: head.Entries + 1, Why: fmt.Sprintf("it is missing, and so is everything up to %d, which was noted: the end was cut off", noted.Entries)}
	}
	return proof, nil
}

// ErrNoKey reports values that are sealed with a key which is not among the keys.
var ErrNoKey = errors.New("a key is missing")

// Opens reports whether the keys open the newest values there are: nil if they do, or if
// there are none. The error matches ErrNoKey, or is the database's.
func (t *Trail) Opens(ctx context.Context) error {
	for r, err := range t.records(ctx, t.db.Read(), true, `WHERE a.seq = (SELECT max(seq) FROM audit_values)`) {
		if r != nil && r.State == Unreadable {
			return fmt.Errorf("%w: the newest values of the audit trail are sealed with %q, which is not there, or is another key of that id", ErrNoKey, r.key)
		}
		if err != nil {
			return fmt.Errorf("read the newest values of the audit trail: %w", err)
		}
	}
	return nil
}

// fault is what is wrong with a row, nil if nothing. Only if nothing was left out since
// the row before it, where head was, can its place be judged.
func (r *row) fault(head Head, nothingLeftOut bool) *BrokenError {
	if next := head.Entries + 1; nothingLeftOut {
		if why := r.misplaced(next, head.Hash); why != "" {
			return &BrokenError{Seq: next, Why: why}
		}
	}
	if why := r.altered(); why != "" {
		return &BrokenError{Seq: r.Seq, Why: why}
	}
	return nil
}

// misplaced says what is wrong with a row's place in the trail, "" if nothing.
func (r *row) misplaced(want int64, prev string) string {
	switch {
	case r.Seq != want:
		return fmt.Sprintf("it is missing; the next one is %d", r.Seq)
	case r.Prev != prev:
		return "it does not follow the entry before it: one of the two was replaced"
	}
	return ""
}

// altered says what is wrong with a row in itself, "" if nothing.
func (r *row) altered() string {
	switch {
	case r.Hash != r.Entry.hash():
		return "its facts were changed"
	case r.State == Unreadable:
		return "its values do not open: they were changed, or the key they were sealed with is missing"
	case r.plain != nil && hashOf(r.plain) != r.ValuesHash:
		return "its values were changed"
	}
	return ""
}

// hash covers every fact, the hash of the values and the entry before. The
// order and names below are the canonical form: changing them breaks every
// trail there is.
func (e Entry) hash() string {
	canonical, _ := json.Marshal(struct { // strings and numbers always marshal
		Seq           int64  `json:"seq"`
		Time          int64  `json:"time"`
		Kind          Kind   `json:"kind"`
		Submission    string `json:"submission"`
		Operator      string `json:"operator"`
		OperatorName  string `json:"operatorName"`
		Customer      string `json:"customer"`
		Fields        string `json:"fields"`
		Reason        string `json:"reason"`
		RequestID     string `json:"requestId"`
		CorrelationID string `json:"correlationId"`
		UpstreamCode  string `json:"upstreamCode"`
		Values        string `json:"values"`
		Prev          string `json:"prev"`
		Via           Via    `json:"via,omitempty"` // after the others: entries from before it hash as they did
	}{e.Seq, database.Micros(e.Time), e.Kind, e.Submission, e.Operator, e.OperatorName, string(e.Customer), fieldsText(e.Fields),
		e.Reason, e.RequestID, e.CorrelationID, e.UpstreamCode, e.ValuesHash, e.Prev, e.Via})
	return hashOf(canonical)
}

// hashOf is the hex SHA-256, "" of nothing.
func hashOf(b []byte) string {
	if b == nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func fieldsText(names []string) string {
	if names == nil {
		names = []string{}
	}
	text, _ := json.Marshal(names) // strings always marshal
	return string(text)
}

// bound ties sealed values to their entry.
func bound(e Entry) []byte {
	b, _ := json.Marshal([]any{e.Seq, e.Submission, e.Customer})
	return b
}
