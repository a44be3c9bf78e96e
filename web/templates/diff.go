package templates

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"github.com/partnerdesk/portal/web/words"
)

// piece is a stretch of one side of a comparison.
type piece struct {
	text    string
	differs bool
}

// sides compares two values line by line and returns the pieces of each. Lines that
// share little are marked whole: a line with every other word marked reads worse
// than one plainly replaced.
func sides(before, after string) (was, now [][]piece) {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, step := range align(a, b) {
		x, y := a[step.a:step.aEnd], b[step.b:step.bEnd]
		for i := range max(len(x), len(y)) {
			switch {
			case step.same:
				was, now = append(was, []piece{{x[i], false}}), append(now, []piece{{y[i], false}})
			case i >= len(y):
				was = append(was, []piece{{x[i], true}})
			case i >= len(x):
				now = append(now, []piece{{y[i], true}})
			default:
				p, q := wordByWord(x[i], y[i])
				was, now = append(was, p), append(now, q)
			}
		}
	}
	return was, now
}

// wordByWord compares two lines word by word. Values without spaces, such as codes, are
// one word; an address before and after its @ is two.
func wordByWord(x, y string) (was, now []piece) {
	a, b := tokens(x), tokens(y)
	shared, total := 0, max(letters(x), letters(y))
	steps := align(a, b)
	for _, s := range steps {
		if s.same {
			shared += letters(strings.Join(a[s.a:s.aEnd], ""))
		}
	}
	if 2*shared < total {
		return []piece{{x, true}}, []piece{{y, true}}
	}
	for _, s := range steps {
		if p := strings.Join(a[s.a:s.aEnd], ""); p != "" {
			was = append(was, piece{p, !s.same})
		}
		if q := strings.Join(b[s.b:s.bEnd], ""); q != "" {
			now = append(now, piece{q, !s.same})
		}
	}
	return was, now
}

func tokens(s string) []string {
	var out []string
	start := 0
	for i, r := range s {
		if unicode.IsSpace(r) || r == '@' {
			if i > start {
				out = append(out, s[start:i])
			}
			end := i + len(string(r))
			out = append(out, s[i:end])
			start = end
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// step is a run of equal parts, or of parts of a that became parts of b.
type step struct {
	same             bool
	a, aEnd, b, bEnd int
}

// align finds the longest common subsequence. Values are at most a few hundred
// characters, so the plain table is fast enough.
func align(a, b []string) []step {
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	var out []step
	extend := func(same bool, i, j, di, dj int) {
		if n := len(out); n > 0 && out[n-1].same == same {
			out[n-1].aEnd, out[n-1].bEnd = i+di, j+dj
			return
		}
		out = append(out, step{same, i, i + di, j, j + dj})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			extend(true, i, j, 1, 1)
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && table[i+1][j] >= table[i][j+1]:
			extend(false, i, j, 1, 0)
			i++
		default:
			extend(false, i, j, 0, 1)
			j++
		}
	}
	return out
}

// mark is how a differing piece is drawn. The text around it, if there is one, is for
// people who do not see the line through or under it.
type mark struct {
	open, close string
	said        string
}

var (
	markOld   = mark{`<del>`, `</del>`, "value.was"}
	markNew   = mark{`<ins>`, `</ins>`, "value.now"}
	markOther = mark{`<span class="dif">`, `</span>`, ""}
)

// lines prints a value with its line breaks.
func lines(value string) templ.Component {
	var all [][]piece
	for _, l := range strings.Split(value, "\n") {
		all = append(all, []piece{{l, false}})
	}
	return draw(value == "", all, mark{})
}

// before and after print one side of a change, with what differs marked.
func before(c Change) templ.Component {
	was, _ := sides(c.Before, c.After)
	return draw(c.Before == "", was, markOld)
}

func after(c Change) templ.Component {
	_, now := sides(c.Before, c.After)
	return draw(c.After == "", now, markNew)
}

// beside prints value with what differs from other marked, neither being older.
func beside(value, other string) templ.Component {
	_, now := sides(other, value)
	return draw(value == "", now, markOther)
}

// inline prints a change in one line: what went, what came, what both share.
func inline(c Change) templ.Component {
	flat := func(s string) string { return strings.ReplaceAll(s, "\n", ", ") }
	x, y := flat(c.Before), flat(c.After)
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		h := markup{language: words.In(ctx)}
		switch {
		case x == "":
			h.empty()
			h.text(" ")
			h.merged(nil, []piece{{y, true}})
		case y == "":
			h.merged([]piece{{x, true}}, nil)
			h.text(" ")
			h.empty()
		default:
			was, now := wordByWord(x, y)
			h.merged(was, now)
		}
		_, err := io.WriteString(w, h.String())
		return err
	})
}

func draw(empty bool, all [][]piece, m mark) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		h := markup{language: words.In(ctx)}
		if empty {
			h.empty()
		}
		for i, line := range all {
			if empty {
				break
			}
			if i > 0 {
				h.WriteString("<br>")
			}
			h.WriteString("<bdi>")
			for _, p := range line {
				if p.differs {
					h.marked(m, p.text)
				} else {
					h.text(p.text)
				}
			}
			h.WriteString("</bdi>")
		}
		_, err := io.WriteString(w, h.String())
		return err
	})
}

// markup builds a stretch of HTML in which spaces matter, which a .templ file cannot
// promise. Text from outside goes in through text only, which escapes it.
type markup struct {
	strings.Builder
	language *words.Language
}

// text lets a narrow place break an address before its @ rather than anywhere.
func (h *markup) text(s string) {
	h.WriteString(strings.ReplaceAll(templ.EscapeString(s), "@", `<span class="at">@</span>`))
}

// marked leaves the spaces around s unmarked: a line through one reads as a hyphen.
func (h *markup) marked(m mark, s string) {
	bare := strings.TrimSpace(s)
	if bare == "" {
		bare = s
	}
	before, after, _ := strings.Cut(s, bare)
	h.text(before)
	h.WriteString(m.open)
	if m.said == "" {
		h.text(bare)
	} else {
		h.spoken(m.said, bare)
	}
	h.WriteString(m.close)
	h.text(after)
}

// spoken is a value within the text that a screen reader reads out around it.
func (h *markup) spoken(id, s string) {
	type shown string
	for _, piece := range h.language.Pieces(id, "value", shown(s)) {
		if part, ok := piece.(shown); ok {
			h.text(string(part))
			continue
		}
		h.WriteString(`<bdi class="vh">`) // so that its direction is not taken for the value's
		h.text(fmt.Sprint(piece))
		h.WriteString(`</bdi>`)
	}
}

func (h *markup) empty() {
	h.WriteString(`<span class="faint">`)
	h.text(h.language.Say("value.none"))
	h.WriteString(`</span>`)
}

// merged prints both sides as one line; the shared pieces of both are equal and come
// in the same order.
func (h *markup) merged(was, now []piece) {
	h.WriteString("<bdi>")
	i, j := 0, 0
	for i < len(was) || j < len(now) {
		gone := i < len(was) && was[i].differs
		came := j < len(now) && now[j].differs
		if gone {
			h.marked(markOld, was[i].text)
			i++
		}
		if came {
			if gone {
				h.text(" ")
			}
			h.marked(markNew, now[j].text)
			j++
		}
		if !gone && !came {
			h.text(now[j].text)
			i, j = i+1, j+1
		}
	}
	h.WriteString("</bdi>")
}

// found prints text with its first match of query marked, whatever its case.
func found(text, query string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		h := markup{language: words.In(ctx)}
		h.WriteString("<bdi>")
		if i := matchAt(text, query); i >= 0 {
			h.text(text[:i])
			h.marked(mark{"<mark>", "</mark>", ""}, text[i:i+len(query)])
			h.text(text[i+len(query):])
		} else {
			h.text(text)
		}
		h.WriteString("</bdi>")
		_, err := io.WriteString(w, h.String())
		return err
	})
}

// matchAt finds query at the start of text or of one of its words, or is -1. Text
// whose other case has another length in bytes is left unmarked.
func matchAt(text, query string) int {
	if query == "" {
		return -1
	}
	for i := range text {
		if i > 0 && text[i-1] != ' ' {
			continue
		}
		if end := i + len(query); end <= len(text) && strings.EqualFold(text[i:end], query) {
			return i
		}
	}
	return -1
}
