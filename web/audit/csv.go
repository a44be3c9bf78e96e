package audit

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// CSV writes entries as comma-separated values for people with a spreadsheet: one line
// for each changed field, or one for an entry that names none. Cells are neutral: what a
// spreadsheet would take for a formula begins with an apostrophe.
type CSV struct {
	out    *csv.Writer
	begun  bool
	buffer [16]string
}

// columns are the first line. Fields are the form's own names.
var columns = []string{
	"entry", "time", "kind", "via", "customer", "who", "field", "before", "after", "why",
	"reason", "upstreamCode", "submission", "requestId", "correlationId", "operator",
}

// byteOrderMark tells spreadsheets that the text is UTF-8.
const byteOrderMark = "\ufeff"

// NewCSV returns a writer to w. Nothing is written yet.
func NewCSV(w io.Writer) *CSV { return &CSV{out: csv.NewWriter(w)} }

// Begin writes the first line, once; Write does too.
func (c *CSV) Begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	first := append([]string(nil), columns...)
	first[0] = byteOrderMark + first[0]
	return c.out.Write(first)
}

// Write adds an entry. It may stay in a buffer until Flush.
func (c *CSV) Write(r Record) error {
	if err := c.Begin(); err != nil {
		return err
	}
	fields := r.Fields
	if len(fields) == 0 {
		fields = []string{""}
	}
	for _, field := range fields {
		line := append(c.buffer[:0],
			strconv.FormatInt(r.Seq, 10), r.Time.UTC().Format(time.RFC3339), string(r.Kind), string(r.Via), string(r.Customer), neutral(r.OperatorName),
			neutral(field), neutral(r.Before[field]), neutral(r.After[field]), neutral(r.Why),
			neutral(r.Reason), neutral(r.UpstreamCode), neutral(r.Submission), neutral(r.RequestID), neutral(r.CorrelationID), neutral(r.Operator))
		if err := c.out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes what is buffered and returns the first error there was.
func (c *CSV) Flush() error {
	c.out.Flush()
	return c.out.Error()
}

// neutral is a cell that no spreadsheet takes for more than text: without control
// characters but the line's end and the tab, and with an apostrophe before the signs
// that begin a formula, wherever spaces put them.
func neutral(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	unseen := func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, unseen))
	if strings.ContainsRune("=+-@＝＋－＠", first) || strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\n") {
		return "'" + text
	}
	return text
}
