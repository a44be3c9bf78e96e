package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// change writes one change; s is its submission, by which tests know it.
func (l *trail) change(t *testing.T, s string, at time.Time, name string, customer pcclient.TenantID, via audit.Via) audit.Entry {
	t.Helper()
	kind := audit.Applied
	if via == audit.ViaOutside {
		kind = audit.Outside
	}
	return l.write(t, audit.Entry{Kind: kind, Via: via, Submission: s, OperatorName: name, Customer: customer, Time: at},
		audit.Values{Before: map[string]string{"email": "a@harbourline.example"}, After: map[string]string{"email": s + "@harbourline.example"}})
}

// keys lists the submissions of the changes a filter lets through, read in pages.
func (l *trail) keys(t *testing.T, f audit.Filter, pageOf int) []string {
	t.Helper()
	keys := []string{}
	var at audit.Place
	for {
		page, err := l.Changes(t.Context(), f, at, pageOf)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			keys = append(keys, r.Submission)
		}
		if len(page) < pageOf {
			return keys
		}
		at = page[len(page)-1].Place()
	}
}

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func TestChangesAreListedNewestFirstByWhatIsAsked(t *testing.T) {
	databasetest.Both(t, testChangesAreListedNewestFirstByWhatIsAsked)
}

func testChangesAreListedNewestFirstByWhatIsAsked(t *testing.T) {
	l := newTrail(t)
	l.change(t, "one", at(1), "Ada Admin", harbourline, "")
	l.change(t, "two", at(2), "Sam Sales", harbourline, audit.ViaForm)
	l.change(t, "four", at(4), "ADA ADMIN", millstream, audit.ViaUndo)
	l.change(t, "three", at(3), "ines@partner.example", harbourline, audit.ViaOutside) // written down late
	l.change(t, "four-too", at(4), "Łucja Żuk", millstream, audit.ViaForm)
	for _, kind := range []audit.Kind{audit.Recorded, audit.Sent, audit.Rejected, audit.InDoubt, audit.NotApplied, audit.Refused} {
		l.write(t, audit.Entry{Kind: kind, Submission: string(kind), OperatorName: "Ada Admin", Customer: harbourline}, audit.Values{})
	}
	l.write(t, audit.Entry{Kind: audit.Superseded, Submission: "superseded", OperatorName: "Ada Admin", Customer: harbourline, Time: at(6)}, audit.Values{})
	l.write(t, audit.Entry{Kind: audit.Overwrote, Submission: "overwrote", OperatorName: "Ada Admin", Customer: harbourline, Time: at(5)}, audit.Values{})

	for name, c := range map[string]struct {
		filter audit.Filter
		want   []string
	}{
		"everything":                     {audit.Filter{}, []string{"superseded", "overwrote", "four-too", "four", "three", "two", "one"}},
		"a customer":                     {audit.Filter{Customer: millstream}, []string{"four-too", "four"}},
		"part of a name in another case": {audit.Filter{Who: " aDa"}, []string{"superseded", "overwrote", "four", "one"}},
		"letters beyond ASCII":           {audit.Filter{Who: "łucja ż"}, []string{"four-too"}},
		"letters typed in two parts":     {audit.Filter{Who: "z\u0307uk"}, []string{"four-too"}},
		"a name at a customer":           {audit.Filter{Who: "ada", Customer: millstream}, []string{"four"}},
		"a pattern is a text":            {audit.Filter{Who: "%"}, []string{}},
		"a quote":                        {audit.Filter{Who: "' OR ''='"}, []string{}},
		"half a letter":                  {audit.Filter{Who: "\xff\x00"}, []string{}},
		"the form":                       {audit.Filter{Via: audit.ViaForm}, []string{"superseded", "overwrote", "four-too", "two", "one"}},
		"outside":                        {audit.Filter{Via: audit.ViaOutside}, []string{"three"}},
		"another way":                    {audit.Filter{Via: "pigeon"}, []string{}},
		"from, included":                 {audit.Filter{From: at(5)}, []string{"superseded", "overwrote"}},
		"to, excluded":                   {audit.Filter{To: at(3)}, []string{"two", "one"}},
		"all together": {audit.Filter{Who: "a", Customer: harbourline, Via: audit.ViaForm, From: at(2), To: at(6)},
			[]string{"overwrote", "two"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, pageOf := range []int{1, 2, 50} {
				if diff := cmp.Diff(c.want, l.keys(t, c.filter, pageOf)); diff != "" {
					t.Errorf("in pages of %d (-want +got):\n%s", pageOf, diff)
				}
			}
			streamed := []string{}
			for r, err := range l.EachChange(t.Context(), c.filter) {
				if err != nil {
					t.Fatal(err)
				}
				if streamed = append(streamed, r.Submission); r.Kind == audit.Applied && r.After["email"] == "" {
					t.Errorf("%s comes without its values", r.Submission)
				}
			}
			if diff := cmp.Diff(c.want, streamed); diff != "" {
				t.Errorf("streamed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneChangeByItsNumber(t *testing.T) { databasetest.Both(t, testOneChangeByItsNumber) }

func testOneChangeByItsNumber(t *testing.T) {
	l := newTrail(t)
	ours := l.change(t, "ours", at(1), "Ada Admin", harbourline, audit.ViaForm)
	theirs := l.change(t, "theirs", at(2), "Ada Admin", millstream, audit.ViaForm)
	intent := l.write(t, audit.Entry{Kind: audit.Recorded, Customer: harbourline}, audit.Values{})

	got, err := l.Change(t.Context(), harbourline, ours.Seq)
	if err != nil || got.Submission != "ours" || got.After["email"] != "ours@harbourline.example" {
		t.Errorf("Change = %+v, %v", got, err)
	}
	for what, seq := range map[string]int64{"A-53 another customer's": theirs.Seq, "an intent": intent.Seq, "none": 99, "nonsense": -1} {
		if _, err := l.Change(t.Context(), harbourline, seq); !errors.Is(err, audit.ErrNotFound) {
			t.Errorf("%s: %v; want ErrNotFound", what, err)
		}
	}
}

// A trail of several batches comes whole, whoever reads it and stops where.
func TestEachChangeGoesOnPastABatch(t *testing.T) {
	databasetest.Both(t, testEachChangeGoesOnPastABatch)
}

func testEachChangeGoesOnPastABatch(t *testing.T) {
	l := newTrail(t)
	for i := range 600 {
		l.change(t, fmt.Sprint(i), at(i/3), []string{"Ada Admin", "Sam Sales"}[i%2], harbourline, "")
	}
	for _, who := range []string{"", "a"} {
		n := 0
		for r, err := range l.EachChange(t.Context(), audit.Filter{Who: who}) {
			if want := fmt.Sprint(599 - n); err != nil || r.Submission != want {
				t.Fatalf("who %q: change %d is %q, %v; want %s", who, n, r.Submission, err, want)
			}
			n++
		}
		if n != 600 {
			t.Errorf("who %q: %d changes, want 600", who, n)
		}
	}
	for range l.EachChange(t.Context(), audit.Filter{}) {
		break
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var last error
	for _, err := range l.EachChange(ended, audit.Filter{}) {
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("after the end of its context: %v", last)
	}
}

// Whatever the list is filtered by, SQLite takes the one index that has all of it, and the
// order: a page of a long trail then costs what one of a short trail does.
func TestEveryFilterHasItsIndex(t *testing.T) {
	l := newTrail(t)
	l.change(t, "one", at(1), "Ada Admin", harbourline, audit.ViaUndo)
	day := audit.Filter{From: at(0), To: at(60)}
	for _, f := range []audit.Filter{{}, day} {
		for filters := range 8 {
			index := "audit_changes"
			f := f
			if filters&1 != 0 {
				f.Customer, index = harbourline, index+"_customer"
			}
			if filters&2 != 0 {
				f.Who, index = "ada", index+"_name"
			}
			if filters&4 != 0 {
				f.Via, index = audit.ViaUndo, index+"_via"
			}
			for _, after := range []audit.Place{{}, {Time: at(30), Seq: 7}} {
				plans, err := l.Plans(t.Context(), f, after)
				if err != nil || len(plans) != 1 {
					t.Fatalf("%+v: %q, %v", f, plans, err)
				}
				if !strings.Contains(plans[0]+" ", " INDEX "+index+" ") {
					t.Errorf("%+v after %+v: %s; want %s", f, after, plans[0], index)
				}
			}
		}
	}
}
