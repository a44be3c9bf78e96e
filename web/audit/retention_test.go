package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

func TestOldValuesAreDeletedAndTheTrailStands(t *testing.T) {
	databasetest.Both(t, testOldValuesAreDeletedAndTheTrailStands)
}

func testOldValuesAreDeletedAndTheTrailStands(t *testing.T) {
	l := newTrail(t)
	values := audit.Values{Before: map[string]string{"email": "a@harbourline.example"}, After: map[string]string{"email": "b@harbourline.example"}, Why: "asked by phone"}
	old, fresh := noon.Add(-31*24*time.Hour), noon.Add(-29*24*time.Hour)
	for _, e := range []audit.Entry{
		{Kind: audit.Recorded, Submission: "done", Time: old},
		{Kind: audit.Recorded, Submission: "in doubt", Time: old},
		{Kind: audit.Applied, Submission: "done", Time: old},
		{Kind: audit.InDoubt, Submission: "in doubt", Time: old},
		{Kind: audit.Recorded, Submission: "lately", Time: fresh},
		{Kind: audit.Applied, Submission: "lately", Time: fresh},
		{Kind: audit.Outside, Submission: "record-1", Time: old}, // written down late
		{Kind: audit.Outside, Submission: "record-2", Time: fresh},
	} {
		e.Customer = harbourline
		l.write(t, e, values)
	}
	if n, err := l.DeleteValues(t.Context(), noon.Add(-30*24*time.Hour)); n != 3 || err != nil {
		t.Errorf("deleted %d, %v; want 3", n, err)
	}
	if n, err := l.DeleteValues(t.Context(), noon.Add(-30*24*time.Hour)); n != 0 || err != nil {
		t.Errorf("the second time %d, %v", n, err)
	}
	if n, err := l.Verify(t.Context()); n != 8 || err != nil {
		t.Errorf("I-7 Verify = %d, %v", n, err)
	}
	gone := map[string]bool{}
	for _, s := range []string{"done", "in doubt", "lately", "record-1", "record-2"} {
		list, err := l.ForSubmission(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		gone[s] = list[0].ValuesGone()
		if list[0].ValuesGone() != (list[0].After == nil) || list[0].ValuesGone() != (list[0].Why == "") {
			t.Errorf("%s: %+v", s, list[0])
		}
	}
	want := map[string]bool{"done": true, "in doubt": false, "lately": false, "record-1": true, "record-2": false}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("whose values are gone (-want +got):\n%s", diff)
	}

	// Settled at last, its values go like all others.
	l.write(t, audit.Entry{Kind: audit.NotApplied, Submission: "in doubt", Time: noon}, audit.Values{})
	if n, err := l.DeleteValues(t.Context(), noon.Add(-30*24*time.Hour)); n != 2 || err != nil {
		t.Errorf("after its end: deleted %d, %v; want 2", n, err)
	}
	if list, err := l.ForSubmission(t.Context(), "in doubt"); err != nil || list[2].ValuesGone() {
		t.Errorf("an entry that never had values is called redacted: %+v, %v", list, err)
	}
}

// More than one batch, and more than one look.
func TestManyOldValuesAreDeleted(t *testing.T) { databasetest.Both(t, testManyOldValuesAreDeleted) }

func testManyOldValuesAreDeleted(t *testing.T) {
	l := newTrail(t)
	l.bulk(t, 5_600)
	if n, err := l.DeleteValues(t.Context(), noon.Add(24*time.Hour)); n != 5_600 || err != nil {
		t.Errorf("deleted %d, %v", n, err)
	}
	if n, err := l.Verify(t.Context()); n != 5_600 || err != nil {
		t.Errorf("I-7 Verify = %d, %v", n, err)
	}
}

// bulk writes many changes in one transaction.
func (l *trail) bulk(t testing.TB, n int) {
	t.Helper()
	l.writeAll(t, func(yield func(audit.Entry, audit.Values) bool) {
		for i := range n {
			e := audit.Entry{Kind: audit.Applied, Submission: fmt.Sprint(i), OperatorName: "Ada Admin", Customer: harbourline, Fields: []string{"email"},
				Time: noon.Add(time.Duration(i) * time.Millisecond)}
			if !yield(e, audit.Values{Before: map[string]string{"email": fmt.Sprint(i)}, After: map[string]string{"email": fmt.Sprint(i + 1)}}) {
				return
			}
		}
	})
}
