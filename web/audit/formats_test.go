package audit_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// tell fills a trail with an entry of every kind, one of them of somebody hostile.
func (l *trail) tell(t *testing.T) {
	t.Helper()
	kinds := []audit.Kind{audit.Recorded, audit.Sent, audit.InDoubt, audit.Applied, audit.Rejected, audit.NotApplied, audit.Superseded,
		audit.Refused, audit.Closed, audit.Overwrote, audit.Outside}
	for i, kind := range kinds {
		e := audit.Entry{
			Kind: kind, Submission: "s1", Operator: "tenant|ada", OperatorName: "=HYPERLINK(\"http://evil.example\")", Customer: harbourline,
			Fields: []string{"email", "defaultAddress.phoneNumber"}, Time: at(i), RequestID: "r1", CorrelationID: "c1",
		}
		var v audit.Values
		if kind == audit.Applied || kind == audit.Recorded {
			v = audit.Values{
				Before: map[string]string{"email": "a@harbourline.example", "defaultAddress.phoneNumber": "+61 2 9123 4567"},
				After:  map[string]string{"email": "@SUM(A1)", "defaultAddress.phoneNumber": ""}, Why: "-1, said \"Łucja\"\nby phone",
				CustomerName: "=Harbourline Ceramics",
				AddressCheck: &audit.AddressCheck{Status: "=Hmm", Choice: audit.ChoiceTyped},
			}
		}
		if kind == audit.Outside {
			e.Customer, e.Via, e.Submission = millstream, audit.ViaOutside, "record-1"
		}
		l.write(t, e, v)
	}
}

// lines exports as JSON lines.
func (l *trail) lines(t *testing.T, s audit.Span) (list []map[string]any, err error) {
	t.Helper()
	var out strings.Builder
	n, err := l.Export(t.Context(), audit.NewJSONLines(&out), s)
	for in := bufio.NewScanner(strings.NewReader(out.String())); in.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatalf("not JSON: %v: %s", err, in.Text())
		}
		list = append(list, line)
	}
	if int64(len(list)) != n {
		t.Errorf("%d lines for %d entries", len(list), n)
	}
	return list, err
}

func TestAnExportTellsEverything(t *testing.T) { databasetest.Both(t, testAnExportTellsEverything) }

func testAnExportTellsEverything(t *testing.T) {
	l := newTrail(t)
	l.tell(t)
	all, err := l.lines(t, audit.Span{Values: true})
	if err != nil || len(all) != 11 {
		t.Fatalf("%d lines, %v", len(all), err)
	}
	fourth := all[3]
	for _, hash := range []string{"valuesHash", "prev", "hash"} {
		delete(fourth, hash)
	}
	want := map[string]any{
		"seq": 4.0, "time": "2026-05-04T12:03:00.000000Z", "kind": "applied", "via": "", "submission": "s1", "operator": "tenant|ada",
		"operatorName": "=HYPERLINK(\"http://evil.example\")", "customer": string(harbourline), "fields": []any{"email", "defaultAddress.phoneNumber"},
		"reason": "", "requestId": "r1", "correlationId": "c1", "upstreamCode": "", "values": "kept",
		"before": map[string]any{"email": "a@harbourline.example", "defaultAddress.phoneNumber": "+61 2 9123 4567"},
		"after":  map[string]any{"email": "@SUM(A1)", "defaultAddress.phoneNumber": ""}, "why": "-1, said \"Łucja\"\nby phone",
		"customerName": "=Harbourline Ceramics",
		"addressCheck": map[string]any{"status": "=Hmm", "choice": "typed"},
	}
	if diff := cmp.Diff(want, fourth); diff != "" {
		t.Errorf("the fourth line (-want +got):\n%s", diff)
	}

	facts, err := l.lines(t, audit.Span{})
	if err != nil || facts[3]["values"] != "left out" || facts[3]["before"] != nil || facts[3]["why"] != nil || facts[3]["customerName"] != nil || facts[3]["addressCheck"] != nil || facts[1]["values"] != "" {
		t.Errorf("without values: %v, %v", facts[3], err)
	}
	if _, err := l.DeleteValues(t.Context(), at(60)); err != nil {
		t.Fatal(err)
	}
	for _, values := range []bool{false, true} {
		if after, err := l.lines(t, audit.Span{Values: values}); err != nil || after[3]["values"] != "deleted" || after[3]["before"] != nil {
			t.Errorf("after retention: %v, %v", after[3], err)
		}
	}
}

// Who has a file of JSON lines can prove the chain with nothing else: the hash is that of
// the same members, written without spaces, times as microseconds, fields as text.
func TestAnExportProvesItself(t *testing.T) {
	l := newTrail(t)
	l.tell(t)
	list, err := l.lines(t, audit.Span{})
	if err != nil {
		t.Fatal(err)
	}
	prev := ""
	for _, line := range list {
		at, err := time.Parse(time.RFC3339, line["time"].(string))
		if err != nil {
			t.Fatal(err)
		}
		var canonical strings.Builder
		canonical.WriteByte('{')
		for _, name := range []string{"seq", "time", "kind", "submission", "operator", "operatorName", "customer", "fields", "reason", "requestId", "correlationId", "upstreamCode", "values", "prev", "via"} {
			value := line[name]
			switch name {
			case "time":
				value = at.UnixMicro()
			case "fields":
				text, _ := json.Marshal(value)
				value = string(text)
			case "values":
				value = line["valuesHash"]
			}
			if name == "via" && value == "" {
				continue
			}
			text, _ := json.Marshal(value)
			if canonical.Len() > 1 {
				canonical.WriteByte(',')
			}
			canonical.WriteString(`"` + name + `":` + string(text))
		}
		canonical.WriteByte('}')
		sum := sha256.Sum256([]byte(canonical.String()))
		if hash := hex.EncodeToString(sum[:]); line["hash"] != hash || line["prev"] != prev {
			t.Fatalf("line %v cannot be proved from %s", line["seq"], canonical.String())
		}
		prev = line["hash"].(string)
	}
}

func TestAnExportCanBeOfAPart(t *testing.T) { databasetest.Both(t, testAnExportCanBeOfAPart) }

func testAnExportCanBeOfAPart(t *testing.T) {
	l := newTrail(t)
	l.tell(t)
	for name, c := range map[string]struct {
		span  audit.Span
		first float64
		count int
	}{
		"a customer":           {audit.Span{Customer: millstream}, 11, 1},
		"from":                 {audit.Span{From: at(8)}, 9, 3},
		"to":                   {audit.Span{To: at(3)}, 1, 3},
		"a customer and a day": {audit.Span{Customer: harbourline, From: at(2), To: at(9)}, 3, 7},
		"nothing":              {audit.Span{From: at(100)}, 0, 0},
	} {
		list, err := l.lines(t, c.span)
		if err != nil || len(list) != c.count || c.count > 0 && list[0]["seq"] != c.first {
			t.Errorf("%s: %d lines, the first %v, %v", name, len(list), list, err)
		}
	}
}

func TestI7ABrokenTrailIsExportedAndReported(t *testing.T) {
	databasetest.Both(t, testI7ABrokenTrailIsExportedAndReported)
}

func testI7ABrokenTrailIsExportedAndReported(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 10)
	l.tamper(t, `DELETE FROM audit_values WHERE seq = 4; DELETE FROM audit WHERE seq = 4; UPDATE audit SET kind = 'rejected' WHERE seq = 8`)
	list, err := l.lines(t, audit.Span{})
	var broken *audit.BrokenError
	if !errors.As(err, &broken) || broken.Seq != 4 || len(list) != 9 {
		t.Errorf("%d lines, %v; want all 9, and entry 4 named", len(list), err)
	}
	told := map[float64]string{}
	for _, line := range list {
		if why, ok := line["broken"].(string); ok {
			told[line["seq"].(float64)] = why
		}
	}
	if diff := cmp.Diff(map[float64]string{5: "entry 4 is missing before it", 8: "its facts were changed"}, told); diff != "" {
		t.Errorf("said beside the entries (-want +got):\n%s", diff)
	}
	// Of a part, what is wrong with an entry in itself is still told.
	if _, err := l.lines(t, audit.Span{Customer: harbourline}); !errors.As(err, &broken) || broken.Seq != 8 {
		t.Errorf("one customer's: %v; want entry 8", err)
	}
}

func TestAnExportIsATable(t *testing.T) {
	l := newTrail(t)
	l.tell(t)
	for _, values := range []bool{false, true} {
		var names []string
		if values {
			names = []string{"email", "defaultAddress.phoneNumber"}
		}
		var out strings.Builder
		n, err := l.Export(t.Context(), audit.NewTable(&out, names), audit.Span{Values: values})
		if err != nil || n != 11 {
			t.Fatalf("%d entries, %v", n, err)
		}
		rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll() // which wants rows of one length
		if err != nil || len(rows) != 12 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		got := map[string]string{}
		for i, column := range rows[0] {
			got[column] = rows[4][i]
		}
		want := map[string]string{
			"seq": "4", "time": "2026-05-04T12:03:00.000000Z", "kind": "applied", "customer": string(harbourline), "fields": "email defaultAddress.phoneNumber",
			"operatorName": "'=HYPERLINK(\"http://evil.example\")", "values": "left out",
		}
		if values {
			want["values"], want["before.email"], want["after.email"] = "kept", "a@harbourline.example", "'@SUM(A1)"
			want["before.defaultAddress.phoneNumber"], want["customerName"], want["why"] = "'+61 2 9123 4567", "'=Harbourline Ceramics", "'-1, said \"Łucja\"\nby phone"
			want["addressCheck"], want["addressChoice"] = "'=Hmm", "typed"
		}
		for column, text := range want {
			if got[column] != text {
				t.Errorf("A-51 %s is %q, want %q", column, got[column], text)
			}
		}
		if strings.Contains(out.String(), "a@harbourline.example") != values {
			t.Errorf("values are exported: %v", !values)
		}
	}
	var out strings.Builder
	if n, err := l.Export(t.Context(), audit.NewTable(&out, nil), audit.Span{From: at(100)}); n != 0 || err != nil || !strings.HasPrefix(out.String(), "seq,time,kind") {
		t.Errorf("of nothing: %d, %v, %q", n, err, out.String())
	}
}

func TestAnExportToAFullDiskFails(t *testing.T) {
	l := newTrail(t)
	l.fill(t, 2)
	full := errors.New("no space left")
	for name, w := range map[string]audit.EntryWriter{"lines": audit.NewJSONLines(refuses{full}), "table": audit.NewTable(refuses{full}, nil)} {
		if _, err := l.Export(t.Context(), w, audit.Span{}); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
