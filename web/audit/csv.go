package audit

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// CSV writes rows for spreadsheets, with the line ends of RFC 4180. A text that a
// spreadsheet would take for a formula gets an apostrophe in front: whoever
// reads the cell sees the text, and nothing is carried out. It buffers: Flush at the
// end.
type CSV struct {
	w *csv.Writer
}

// NewCSV returns a writer of rows to w.
func NewCSV(w io.Writer) *CSV {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &CSV{c}
}

// Row writes one row. Its error may be that of an earlier one.
func (c *CSV) Row(cells ...string) error {
	for i, cell := range cells {
		cells[i] = Neutral(cell)
	}
	return c.w.Write(cells)
}

// Flush sends what is buffered, and returns the first error there was.
func (c *CSV) Flush() error {
	c.w.Flush()
	return c.w.Error()
}

// formulaSigns are what a formula begins with. The wide forms are signs to a spreadsheet
// with an East Asian keyboard.
const formulaSigns = "=+-@＝＋－＠"

// cellEnds are after what a cell begins for a spreadsheet that does not go by commas: where
// they are decimal marks, it splits at semicolons, quoted or not.
const cellEnds = ";\t\r\n"

// Neutral is a text as a cell that no spreadsheet takes for a formula, or splits into one,
// whatever unseen characters or quotes stand before its sign.
func Neutral(cell string) string {
	var out strings.Builder
	from, begins := 0, true // begins: nothing that is seen stands in the cell yet
	for i, r := range cell {
		lead := i == 0 && strings.ContainsRune("\t\r\n\x00", r)
		if lead || begins && strings.ContainsRune(formulaSigns, r) {
			out.WriteString(cell[from:i] + "'")
			from = i
		}
		begins = strings.ContainsRune(cellEnds, r) || begins && (r == '"' || unseen(r))
	}
	return out.String() + cell[from:]
}

func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
