package merge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says on which side a span stands.
type Kind int

// The kinds of spans.
const (
	Equal Kind = iota // on both sides
	Del               // only in the old text, or in theirs
	Ins               // only in the new text, or in mine
)

// Span is a part of a text.
type Span struct {
	Text string
	Kind Kind
}

// mostCells bounds the work on two long texts; beyond it they differ as a whole.
const mostCells = 1 << 20

// Diff returns how to get from old to new, word by word, deletions before insertions. Text
// without spaces (codes, emails) and phone numbers differ as a whole when less than half
// is shared. The Equal and Del spans together are old, the Equal and Ins spans new, to the
// letter. Two empty texts give nil.
func Diff(old, new string) []Span {
	a, b := words(old), words(new)
	if len(a)*len(b) > mostCells {
		return whole(old, new)
	}
	spans := align(a, b)
	if shared := sharedRunes(spans); wholeOnly(old, new) && 2*shared < max(substance(old), substance(new)) || shared == 0 {
		return whole(old, new)
	}
	return spans
}

// Mark returns both texts with what differs between them marked: theirs in Equal and Del
// spans, mine in Equal and Ins spans.
func Mark(theirs, mine string) (their, my []Span) {
	for _, s := range Diff(theirs, mine) {
		if s.Kind != Ins {
			their = join(their, s)
		}
		if s.Kind != Del {
			my = join(my, s)
		}
	}
	return their, my
}

func whole(old, new string) []Span {
	if old == new {
		return join(nil, Span{old, Equal})
	}
	return join(join(nil, Span{old, Del}), Span{new, Ins})
}

// words cuts a text into runs of letters and digits, runs of spaces, and single signs.
func words(text string) []string {
	var out []string
	last := sign
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		k := sign
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			k = word
		case unicode.IsSpace(r):
			k = space
		}
		if k != sign && k == last {
			out[len(out)-1] += text[:size]
		} else {
			out = append(out, text[:size])
		}
		text, last = text[size:], k
	}
	return out
}

// What a word is made of.
const (
	sign = iota
	word
	space
)

// align is the longest common subsequence of words, as spans.
func align(a, b []string) []Span {
	lcs := make([][]int, len(a)+1)
	for i := range lcs {
		lcs[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	var spans []Span
	var del, ins strings.Builder
	flush := func() {
		spans = join(join(spans, Span{del.String(), Del}), Span{ins.String(), Ins})
		del.Reset()
		ins.Reset()
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			spans = join(spans, Span{a[i], Equal})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && lcs[i+1][j] >= lcs[i][j+1]:
			del.WriteString(a[i])
			i++
		default:
			ins.WriteString(b[j])
			j++
		}
	}
	flush()
	return bridge(spans)
}

// bridge makes one change of two that only a space separates: people read "80 Pitt" for
// "11 York" rather than two words changed side by side.
func bridge(spans []Span) []Span {
	var out []Span
	for i := 0; i < len(spans); i++ {
		n := len(out)
		gap := spans[i]
		if n < 2 || i+2 >= len(spans) || strings.TrimSpace(gap.Text) != "" || gap.Kind != Equal ||
			out[n-2].Kind != Del || out[n-1].Kind != Ins || spans[i+1].Kind != Del || spans[i+2].Kind != Ins {
			out = append(out, gap)
			continue
		}
		out[n-2].Text += gap.Text + spans[i+1].Text
		out[n-1].Text += gap.Text + spans[i+2].Text
		i += 2
	}
	return out
}

// join appends a span, growing the last one if it is of the same kind.
func join(spans []Span, s Span) []Span {
	if s.Text == "" {
		return spans
	}
	if n := len(spans); n > 0 && spans[n-1].Kind == s.Kind {
		spans[n-1].Text += s.Text
		return spans
	}
	return append(spans, s)
}

// sharedRunes counts the letters and digits on both sides.
func sharedRunes(spans []Span) int {
	n := 0
	for _, s := range spans {
		if s.Kind == Equal {
			n += substance(s.Text)
		}
	}
	return n
}

func substance(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// wholeOnly reports texts that are one thing: without spaces, or without letters.
func wholeOnly(old, new string) bool {
	return one(old) && one(new)
}

func one(text string) bool {
	return !strings.ContainsFunc(text, unicode.IsSpace) || !strings.ContainsFunc(text, unicode.IsLetter)
}
