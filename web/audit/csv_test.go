package audit_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/audit"
)

func written(t *testing.T, records ...audit.Record) [][]string {
	t.Helper()
	var out strings.Builder
	file := audit.NewCSV(&out)
	for _, r := range records {
		if err := file.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := file.Flush(); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatalf("not CSV: %v\n%s", err, out.String())
	}
	return lines
}

func TestCSVHasALineForEachChangedField(t *testing.T) {
	lines := written(t,
		audit.Record{
			Entry: audit.Entry{
				Seq: 7, Time: time.Date(2026, 5, 4, 14, 31, 7, 0, time.FixedZone("", 2*3600)), Kind: audit.Applied, Via: audit.ViaUndo, Submission: "s7", Operator: "tenant|ada",
				OperatorName: "Łucja Śmiała", Customer: harbourline, Fields: []string{"email", "defaultAddress.city"}, RequestID: "r7", CorrelationID: "c7",
			},
			Values: audit.Values{Before: map[string]string{"email": "a@x.example", "defaultAddress.city": ""}, After: map[string]string{"email": "b@x.example", "defaultAddress.city": "São \"João\",\nda Madeira"}, Why: "Moved"},
		},
		audit.Record{Entry: audit.Entry{Seq: 8, Time: noon, Kind: audit.Outside, Via: audit.ViaOutside, Customer: millstream}},
		audit.Record{Entry: audit.Entry{Seq: 9, Time: noon, Kind: audit.Applied, Customer: millstream, Fields: []string{"email"}}},
	)
	want := [][]string{
		{"\ufeffentry", "time", "kind", "via", "customer", "who", "field", "before", "after", "why", "reason", "upstreamCode", "submission", "requestId", "correlationId", "operator"},
		{"7", "2026-05-04T12:31:07Z", "applied", "undo", string(harbourline), "Łucja Śmiała", "email", "a@x.example", "b@x.example", "Moved", "", "", "s7", "r7", "c7", "tenant|ada"},
		{"7", "2026-05-04T12:31:07Z", "applied", "undo", string(harbourline), "Łucja Śmiała", "defaultAddress.city", "", "São \"João\",\nda Madeira", "Moved", "", "", "s7", "r7", "c7", "tenant|ada"},
		{"8", "2026-05-04T12:00:00Z", "outside", "outside", string(millstream), "", "", "", "", "", "", "", "", "", "", ""},
		{"9", "2026-05-04T12:00:00Z", "applied", "", string(millstream), "", "email", "", "", "", "", "", "", "", "", ""},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if empty := written(t); len(empty) != 1 {
		t.Errorf("nothing to tell, and %d lines", len(empty))
	}
}

func TestA51CellsAreNeutral(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1":                      "'=1+1",
		"+61 2 9123 4567":           "'+61 2 9123 4567",
		"-2":                        "'-2",
		"@SUM(A1)":                  "'@SUM(A1)",
		"\t=1":                      "'\t=1",
		"\r=1":                      "'=1",
		"\n=1":                      "'\n=1",
		" =1":                       "' =1",
		"\u00a0=1":                  "'\u00a0=1",
		"\u200b=1":                  "'\u200b=1",
		"\ufeff=1":                  "'\ufeff=1",
		"＝1":                        "'＝1",
		"＋1":                        "'＋1",
		"\x00=1":                    "'=1",
		"\xff=1":                    "'=1",
		"=HYPERLINK(\"x\";\"y\")":   "'=HYPERLINK(\"x\";\"y\")",
		"a=1":                       "a=1",
		"4 Clay Lane":               "4 Clay Lane",
		"":                          "",
		" ":                         " ",
		"<script>alert(1)</script>": "<script>alert(1)</script>",
		"a\x1b[31mb":                "a[31mb",
	} {
		lines := written(t, audit.Record{
			Entry:  audit.Entry{OperatorName: text, Fields: []string{"email"}, RequestID: text, Reason: text},
			Values: audit.Values{Before: map[string]string{"email": text}, After: map[string]string{"email": text}, Why: text},
		})
		for _, column := range []int{5, 7, 8, 9, 10, 13} {
			if got := lines[1][column]; got != want {
				t.Errorf("%q in column %s is %q, want %q", text, lines[0][column], got, want)
			}
		}
	}
}
