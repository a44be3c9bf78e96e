package audit_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

const (
	harbourline = pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c001")
	millstream  = pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c002")
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// trail is one on a file of its own that a test can also open behind its back.
type trail struct {
	*audit.Trail
	db   *database.DB
	ring *seal.Ring
	url  string
}

func newTrail(t *testing.T) *trail {
	t.Helper()
	url := databasetest.URL(t)
	db := databasetest.OpenURL(t, url)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return &trail{audit.New(db, ring, func() time.Time { return noon }), db, ring, url}
}

func (l *trail) write(t *testing.T, e audit.Entry, v audit.Values) audit.Entry {
	t.Helper()
	var out audit.Entry
	err := l.db.Write(t.Context(), func(tx *sql.Tx) (err error) {
		out, err = l.Append(t.Context(), tx, e, v)
		return err
	})
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return out
}

// fill writes n entries, two for each submission.
func (l *trail) fill(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		e := audit.Entry{
			Kind: audit.Recorded, Submission: fmt.Sprintf("submission-%d", i/2), Operator: "tenant|ada", OperatorName: "Ada Admin",
			Customer: harbourline, Fields: []string{"defaultAddress.city"}, RequestID: fmt.Sprintf("submission-%d", i/2),
		}
		if i%2 == 1 {
			e.Kind = audit.Applied
		}
		l.write(t, e, audit.Values{Before: map[string]string{"defaultAddress.city": "Porto"}, After: map[string]string{"defaultAddress.city": "Lisboa"}})
	}
}

// tamper changes the trail as the database's owner would: with a shell, and what
// guards it taken away first.
func (l *trail) tamper(t *testing.T, statement string) {
	t.Helper()
	driver, source, unguard := "sqlite", strings.TrimPrefix(l.url, "sqlite:"), `PRAGMA foreign_keys = 0;
		DROP TRIGGER audit_never_updated; DROP TRIGGER audit_never_deleted; DROP TRIGGER audit_values_never_updated; `
	if l.db.Shared() {
		driver, source, unguard = "pgx", l.url, `ALTER TABLE audit_values DROP CONSTRAINT audit_values_seq_fkey;
			ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_values DISABLE TRIGGER USER; `
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err = db.Exec(unguard + statement); err != nil {
		t.Fatal(err)
	}
}

func TestAnEntryComesBackAsWritten(t *testing.T) { databasetest.Both(t, testAnEntryComesBackAsWritten) }

func testAnEntryComesBackAsWritten(t *testing.T) {
	l := newTrail(t)
	first := l.write(t, audit.Entry{
		Kind: audit.Recorded, Submission: "s1", Operator: "tenant|ada", OperatorName: "Ada Admin", Customer: harbourline,
		Fields: []string{"email", "defaultAddress.city"}, RequestID: "s1",
	}, audit.Values{
		Before: map[string]string{"email": "a@example.com", "defaultAddress.city": ""},
		After:  map[string]string{"email": "b@example.com", "defaultAddress.city": "Łódź <b>"},
	})
	second := l.write(t, audit.Entry{
		Kind: audit.Rejected, Submission: "s1", Operator: "tenant|ada", Customer: harbourline, Time: noon.Add(time.Second),
		Reason: "invalid", UpstreamCode: "800002", CorrelationID: "c1",
	}, audit.Values{})
	l.write(t, audit.Entry{Kind: audit.Recorded, Submission: "s2", Customer: millstream}, audit.Values{})

	if first.Seq != 1 || second.Seq != 2 || second.Prev != first.Hash || !first.Time.Equal(noon) {
		t.Errorf("entries are not chained: %+v then %+v", first, second)
	}
	got, err := l.ForSubmission(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	second.Fields = []string{}
	want := []audit.Record{
		{Entry: first, State: audit.Kept, Values: audit.Values{
			Before: map[string]string{"email": "a@example.com", "defaultAddress.city": ""},
			After:  map[string]string{"email": "b@example.com", "defaultAddress.city": "Łódź <b>"},
		}},
		{Entry: second},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the submission's entries (-want +got):\n%s", diff)
	}
	for i, kind := range []audit.Kind{audit.Applied, audit.Applied, audit.Rejected} {
		l.write(t, audit.Entry{Kind: kind, Submission: fmt.Sprintf("s%d", 3+i), Customer: harbourline}, audit.Values{})
	}
	for limit, want := range map[int][]string{5: {"s4", "s3"}, 1: {"s4"}} {
		done, err := l.Applied(t.Context(), harbourline, limit)
		var keys []string
		for _, r := range done {
			keys = append(keys, r.Submission)
		}
		if diff := cmp.Diff(want, keys); err != nil || diff != "" {
			t.Errorf("at most %d that were carried out: %v\n%s", limit, err, diff)
		}
	}
	if n, err := l.Verify(t.Context()); n != 6 || err != nil {
		t.Errorf("Verify = %d, %v; want 6 entries in order", n, err)
	}
}

func TestAnEntryLivesAndDiesWithItsTransaction(t *testing.T) {
	databasetest.Both(t, testAnEntryLivesAndDiesWithItsTransaction)
}

func testAnEntryLivesAndDiesWithItsTransaction(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 2)
	changed := errors.New("changed its mind")
	err := l.db.Write(t.Context(), func(tx *sql.Tx) error {
		if _, err := l.Append(t.Context(), tx, audit.Entry{Kind: audit.Recorded}, audit.Values{}); err != nil {
			t.Fatal(err)
		}
		return changed
	})
	if !errors.Is(err, changed) {
		t.Fatal(err)
	}
	l.fill(t, 1)
	if n, err := l.Verify(t.Context()); n != 3 || err != nil {
		t.Errorf("I-7 Verify = %d, %v; want 3 without a gap", n, err)
	}
}

func TestI7ManyWritersLeaveNoGap(t *testing.T) { databasetest.Both(t, testI7ManyWritersLeaveNoGap) }

func testI7ManyWritersLeaveNoGap(t *testing.T) {
	l := newTrail(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { l.fill(t, 25) })
	}
	wg.Wait()
	if n, err := l.Verify(t.Context()); n != 100 || err != nil {
		t.Errorf("Verify = %d, %v; want 100", n, err)
	}
}

func TestI7TheDatabaseRefusesToRewriteTheTrail(t *testing.T) {
	databasetest.Both(t, testI7TheDatabaseRefusesToRewriteTheTrail)
}

func testI7TheDatabaseRefusesToRewriteTheTrail(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 4)
	for _, statement := range []string{
		`UPDATE audit SET reason = 'x' WHERE seq = 2`,
		`DELETE FROM audit WHERE seq = 4`,
		`DELETE FROM audit`,
		`INSERT INTO audit SELECT * FROM audit WHERE seq = 4 ON CONFLICT (seq) DO UPDATE SET kind = 'rejected'`,
		`INSERT INTO audit_values SELECT * FROM audit_values WHERE seq = 4 ON CONFLICT (seq) DO UPDATE SET sealed = 'x'`,
		`UPDATE audit_values SET sealed = 'x'`,
	} {
		err := l.db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err == nil {
			t.Errorf("allowed: %s", statement)
		}
	}
	if n, err := l.Verify(t.Context()); n != 4 || err != nil {
		t.Errorf("Verify = %d, %v", n, err)
	}
}

func TestRetentionDeletesValuesAndTheChainStillHolds(t *testing.T) {
	databasetest.Both(t, testRetentionDeletesValuesAndTheChainStillHolds)
}

func testRetentionDeletesValuesAndTheChainStillHolds(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 6)
	err := l.db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM audit_values WHERE seq <= 3`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := l.Verify(t.Context()); n != 6 || err != nil {
		t.Errorf("Verify = %d, %v", n, err)
	}
	list, err := l.Applied(t.Context(), harbourline, 10)
	if err != nil || len(list) != 3 || list[2].After != nil || list[0].After == nil {
		t.Errorf("history after retention: %+v, %v", list, err)
	}
}

func TestI7VerifyNamesTheFirstBrokenEntry(t *testing.T) {
	t.Run("V16.4.2 V11.4.3", func(t *testing.T) { databasetest.Both(t, testI7VerifyNamesTheFirstBrokenEntry) })
}

func testI7VerifyNamesTheFirstBrokenEntry(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		broken    int64
	}{
		"a fact changed":                 {`UPDATE audit SET operator_name = 'Somebody Else' WHERE seq = 3`, 3},
		"an outcome changed":             {`UPDATE audit SET kind = 'rejected' WHERE seq = 6`, 6},
		"a time changed":                 {`UPDATE audit SET time = time + 1 WHERE seq = 4`, 4},
		"the list of fields changed":     {`UPDATE audit SET fields = '["email"]' WHERE seq = 2`, 2},
		"the list of fields broken":      {`UPDATE audit SET fields = '["email"' WHERE seq = 2`, 2},
		"an entry removed":               {`DELETE FROM audit WHERE seq = 5`, 5},
		"the first entry removed":        {`DELETE FROM audit WHERE seq = 1`, 1},
		"an entry removed, rest moved":   {`DELETE FROM audit_values; DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = seq - 1 WHERE seq > 5`, 5},
		"values replaced":                {`UPDATE audit_values SET sealed = 'AAAA' WHERE seq = 7`, 7},
		"values of another entry":        {`UPDATE audit_values SET sealed = (SELECT sealed FROM audit_values WHERE seq = 1) WHERE seq = 2`, 2},
		"a hash changed":                 {`UPDATE audit SET hash = 'ff' WHERE seq = 3`, 3},
		"the hash of the values changed": {`UPDATE audit SET values_hash = 'ff' WHERE seq = 3`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			l := newTrail(t)
			l.fill(t, 8)
			l.tamper(t, c.statement)
			n, err := l.Verify(t.Context())
			var broken *audit.BrokenError
			if !errors.As(err, &broken) || broken.Seq != c.broken || n != c.broken-1 {
				t.Errorf("Verify = %d, %v; want it to name entry %d", n, err, c.broken)
			}
		})
	}
}

// Who has the file and the keys can seal other values, but not chain them anew
// without rewriting every entry after.
func TestI7VerifyNoticesValuesSealedAnew(t *testing.T) {
	databasetest.Both(t, testI7VerifyNoticesValuesSealedAnew)
}

func testI7VerifyNoticesValuesSealedAnew(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 4)
	bound, _ := json.Marshal([]any{2, "submission-0", harbourline})
	other := l.ring.Seal("audit values", []byte(`{"salt":"AAAA","before":{},"after":{"defaultAddress.city":"Faro"}}`), bound)
	l.tamper(t, `UPDATE audit_values SET sealed = '`+other+`' WHERE seq = 2`)
	if done, err := l.Applied(t.Context(), harbourline, 5); err != nil || len(done) != 2 || done[1].After["defaultAddress.city"] != "Faro" {
		t.Fatalf("the forged values do not open: %+v, %v", done, err)
	}
	var broken *audit.BrokenError
	if _, err := l.Verify(t.Context()); !errors.As(err, &broken) || broken.Seq != 2 {
		t.Errorf("Verify: %v; want it to name entry 2", err)
	}
}

func TestTheFileShowsNoValues(t *testing.T) {
	l := newTrail(t)
	l.write(t, audit.Entry{Kind: audit.Recorded, Fields: []string{"email"}},
		audit.Values{Before: map[string]string{"email": "marker-before"}, After: map[string]string{"email": "marker-after"}})
	files, _ := filepath.Glob(strings.TrimPrefix(l.url, "sqlite:") + "*")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "marker-") {
			t.Errorf("I-9 %s shows a value", filepath.Base(file))
		}
	}
}

func TestVerifyStopsWhenAsked(t *testing.T) { databasetest.Both(t, testVerifyStopsWhenAsked) }

func testVerifyStopsWhenAsked(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var broken *audit.BrokenError
	if _, err := l.Verify(ctx); err == nil || errors.As(err, &broken) {
		t.Errorf("Verify = %v; want the context's error, not a broken trail", err)
	}
}
