package audit_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/audit"
)

func TestA51CellsAreNeutral(t *testing.T) { t.Run("V1.2.10", testA51CellsAreNeutral) }

func testA51CellsAreNeutral(t *testing.T) {
	for formula, want := range map[string]string{
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0", "+61 2 9123 4567": "'+61 2 9123 4567", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)",
		"＝1+1": "'＝1+1", "＠x": "'＠x", " =1": " '=1", "\u00a0=1": "\u00a0'=1", "\u200b=1": "\u200b'=1", "\ufeff=1": "\ufeff'=1",
		"\t=1+1": "'\t'=1+1", "\r=1+1": "'\r'=1+1", "\n=1": "'\n'=1", "\x00=1": "'\x00'=1", "\ttext": "'\ttext", "\x00text": "'\x00text",

		// A spreadsheet may split a cell where it has a semicolon, a tab or a line's end.
		"Acme;=cmd|'/C calc'!A0;x": "Acme;'=cmd|'/C calc'!A0;x", "a\t+1": "a\t'+1", "a\n@x": "a\n'@x", "a\r\n-1": "a\r\n'-1",
		"a;;=1;b; \u200b=2": "a;;'=1;b; \u200b'=2", "=1;=2": "'=1;'=2", `a;"=1"`: `a;"'=1"`, `"=1`: `"'=1`,
	} {
		if got := audit.Neutral(formula); got != want {
			t.Errorf("%q became %q, not %q", formula, got, want)
		}
	}
	for _, text := range []string{"", "Łódź", "a=b", " ", "'=1", "4 Clay Lane", "a; b=c; d-e", "\xff;", "ines@partner.example", "<b>"} {
		if got := audit.Neutral(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestRowsComeBackAsWritten(t *testing.T) {
	var b strings.Builder
	w := audit.NewCSV(&b)
	for _, row := range [][]string{{"who", "what"}, {`Ada "the" Admin`, "a,b\nc"}, {"=1", ""}} {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "who,what\r\n") {
		t.Errorf("the line ends: %q", b.String())
	}
	got, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"who", "what"}, {`Ada "the" Admin`, "a,b\nc"}, {"'=1", ""}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	full := errors.New("no space left")
	w := audit.NewCSV(refuses{full})
	for range 1000 {
		_ = w.Row("some", "text")
	}
	if err := w.Flush(); !errors.Is(err, full) {
		t.Errorf("Flush = %v", err)
	}
}

type refuses struct{ err error }

func (r refuses) Write([]byte) (int, error) { return 0, r.err }
