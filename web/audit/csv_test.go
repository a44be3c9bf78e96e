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
	for _, formula := range []string{"=cmd|' /C calc'!A0", "+61 2 9123 4567", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", "＝1+1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1"} {
		if got := audit.Neutral(formula); got != "'"+formula {
			t.Errorf("%q became %q", formula, got)
		}
	}
	for _, text := range []string{"", "Łódź", "a=b", " ", "'=1", "4 Clay Lane", "ines@partner.example", "<b>"} {
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
