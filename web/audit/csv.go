package audit

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
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

// Neutral is a text as a cell that no spreadsheet takes for a formula, whatever unseen
// characters stand before its sign.
func Neutral(cell string) string {
	unseen := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unseen))
	if strings.ContainsRune(formulaSigns, first) || strings.IndexAny(cell, "\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
