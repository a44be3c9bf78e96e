package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

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

// Verify walks the whole trail and returns how many entries are in order. A
// trail that was changed, cut inside or reordered gives a *BrokenError naming
// the first bad row; any other error is the database's. Values that were
// deleted are no fault. Entries cut off at the end leave no mark in the file:
// compare the count, or the last hash, with one noted elsewhere.
func (l *Log) Verify(ctx context.Context) (int64, error) {
	var n int64
	var prev string
	for r, err := range l.records(ctx, l.db.Read(), `ORDER BY a.seq`) {
		if sealed := new(unreadable); errors.As(err, &sealed) {
			err = nil
			r.broken = "its values do not open"
		}
		if err != nil {
			return n, fmt.Errorf("verify the audit trail: %w", err)
		}
		if why := r.check(n+1, prev); why != "" {
			return n, &BrokenError{Seq: n + 1, Why: why}
		}
		n, prev = r.Seq, r.Hash
	}
	return n, nil
}

// check returns what is wrong with a row, "" if nothing.
func (r *row) check(want int64, prev string) string {
	switch {
	case r.Seq != want:
		return fmt.Sprintf("it is missing; the next one is %d", r.Seq)
	case r.Prev != prev:
		return "it does not follow the entry before it"
	case r.Hash != r.Entry.hash():
		return "its facts were changed"
	case r.broken != "":
		return r.broken
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
