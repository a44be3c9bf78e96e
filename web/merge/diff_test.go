package merge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/merge"
)

func printed(spans []merge.Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Kind {
		case merge.Del:
			b.WriteString("[-" + s.Text + "]")
		case merge.Ins:
			b.WriteString("[+" + s.Text + "]")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"same", "Sydney", "Sydney", "Sydney"},
		{"nothing", "", "", ""},
		{"added", "", "Sydney", "[+Sydney]"},
		{"cleared", "Sydney", "", "[-Sydney]"},
		{"by word", "Suite 12, 80 Pitt St", "Suite 12, 80 Pitt Street", "Suite 12, 80 Pitt [-St][+Street]"},
		{"a word more", "Harbourline Ceramics", "Harbourline Ceramics Pty Ltd", "Harbourline Ceramics[+ Pty Ltd]"},
		{"nothing shared", "Blue Door", "Red Window", "[-Blue Door][+Red Window]"},
		{"email, most of it shared", "accounts@harbourline.example", "invoices@harbourline.example", "[-accounts][+invoices]@harbourline.example"},
		{"email, little of it shared", "accounts@harbourline.example", "me@nordlicht.example", "[-accounts@harbourline.example][+me@nordlicht.example]"},
		{"code", "2000", "2010", "[-2000][+2010]"},
		{"code with halves", "1100-148", "1100-200", "1100-[-148][+200]"},
		{"phone, one part of it", "07 838 4500", "07 838 4511", "07 838 [-4500][+4511]"},
		{"phone, less than half", "07 838 4500", "02 9123 4500", "[-07 838 4500][+02 9123 4500]"},
		{"accents stay with their letters", "Cafe\u0301 Nord", "Cafe Nord", "[-Cafe\u0301][+Cafe] Nord"},
		{"A-46 text of others", "<b>Nord</b>", "<i>Nord</i>", "<[-b][+i]>Nord</[-b][+i]>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, printed(merge.Diff(c.old, c.new))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMark(t *testing.T) {
	their, my := merge.Mark("Level 3, 11 York Street", "Level 3, 80 Pitt Street")
	if d := cmp.Diff([]string{"Level 3, [-11 York] Street", "Level 3, [+80 Pitt] Street"}, []string{printed(their), printed(my)}); d != "" {
		t.Error(d)
	}
}

func TestDiffOfHugeTextsIsCheap(t *testing.T) {
	old := strings.Repeat("a b ", 50_000)
	if got := merge.Diff(old, old+"c"); len(got) != 2 {
		t.Errorf("%d spans, want both texts whole", len(got))
	}
}
