package audit_test

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/audit/audittest"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/seal"
)

// BenchmarkTrail measures the change log, the exports and Verify over a long trail, on
// both engines: 50,000 entries, or ROWS=1000000 of them. The percentiles are over calls
// whose filters and places are drawn anew each time.
func BenchmarkTrail(b *testing.B) {
	n := audittest.Rows(b)
	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		b.Fatal(err)
	}
	// On a disk, as a portal's is, and not where the tests have theirs.
	file := databasetest.OpenURL(b, "sqlite:"+filepath.Join(b.TempDir(), "portal.db"))
	audittest.Fill(b, file, ring, n)
	measure := func(b *testing.B, db *database.DB) {
		l := &trail{Trail: audit.New(db, ring, time.Now), db: db, ring: ring}
		l.benchPages(b, n)
		l.benchWhole(b)
	}
	b.Run("SQLite", func(b *testing.B) { measure(b, file) })
	b.Run("PostgreSQL", func(b *testing.B) {
		db := databasetest.Open(b)
		audittest.Copy(b, file, db)
		measure(b, db)
	})
}

// pageOf is how many changes a page asks for: one more than it shows.
const pageOf = 26

func (l *trail) benchPages(b *testing.B, n int) {
	customers, people := audittest.Customers(n), audittest.People()
	random := rand.New(rand.NewPCG(1, 2))
	anyTime := func() time.Time {
		return audittest.Begin.Add(time.Duration(random.Int64N(int64(audittest.End.Sub(audittest.Begin)))))
	}
	anyCustomer := func() pcclient.TenantID { return customers[random.IntN(len(customers))] }
	anybody := func() string { return people[random.IntN(len(people))] }
	days := func(f audit.Filter, days int) audit.Filter {
		f.From = anyTime()
		f.To = f.From.AddDate(0, 0, days)
		return f
	}
	busy, busiest, nobody := customers[0], people[0], pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-ffffffffffff")
	type filter = audit.Filter
	for _, page := range []struct {
		name string
		ask  func() filter
	}{
		{"list", func() filter { return filter{} }},
		{"customer/any", func() filter { return filter{Customer: anyCustomer()} }},
		{"customer/busy", func() filter { return filter{Customer: busy} }},
		{"customer/none", func() filter { return filter{Customer: nobody} }},
		{"who/one", func() filter { return filter{Who: anybody()} }},
		{"who/all", func() filter { return filter{Who: "person"} }},
		{"who/rare", func() filter { return filter{Who: "rita"} }},
		{"who/none", func() filter { return filter{Who: "xyzzy"} }},
		{"when/day", func() filter { return days(filter{}, 1) }},
		{"when/none", func() filter { return filter{To: audittest.Begin.AddDate(0, 0, -3)} }},
		{"via/form", func() filter { return filter{Via: audit.ViaForm} }},
		{"via/undo", func() filter { return filter{Via: audit.ViaUndo} }},
		{"via/outside", func() filter { return filter{Via: audit.ViaOutside} }},
		{"who+when", func() filter { return days(filter{Who: anybody()}, 7) }},
		{"who-all+when", func() filter { return days(filter{Who: "person"}, 7) }},
		{"who+via", func() filter { return filter{Who: anybody(), Via: audit.ViaUndo} }},
		{"who+via/none", func() filter { return filter{Who: busiest, Via: audit.ViaOutside} }},
		{"who-all+via/rare", func() filter { return filter{Who: "person", Via: audit.ViaUndo} }},
		{"via+when", func() filter { return days(filter{Via: audit.ViaUndo}, 7) }},
		{"customer+who", func() filter { return filter{Customer: busy, Who: anybody()} }},
		{"customer+who/rare", func() filter { return filter{Customer: anyCustomer(), Who: "rita"} }},
		{"customer+via", func() filter { return filter{Customer: busy, Via: audit.ViaUndo} }},
		{"customer+when", func() filter { return days(filter{Customer: busy}, 30) }},
		{"portfolio/half", func() filter { return filter{Only: onlyOf(customers[:len(customers)/2]...)} }},
		{"portfolio/one", func() filter { return filter{Only: onlyOf(anyCustomer())} }},
		{"portfolio/list-200", func() filter { return filter{Among: customers[len(customers)-min(200, len(customers)):]} }},
		{"portfolio/none", func() filter { return filter{Only: onlyOf()} }},
		{"all", func() filter { return days(filter{Customer: busy, Who: "person", Via: audit.ViaUndo}, 90) }},
	} {
		b.Run(page.name, func(b *testing.B) {
			var took []time.Duration
			var rows int
			for b.Loop() {
				var at audit.Place // the newest, and every other time somewhere in the list
				if len(took)%2 == 1 {
					at = audit.Place{Time: anyTime(), Seq: 1}
				}
				f := page.ask()
				begun := time.Now()
				list, err := l.Changes(b.Context(), f, at, pageOf)
				if took = append(took, time.Since(begun)); err != nil {
					b.Fatal(err)
				}
				rows += len(list)
			}
			slices.Sort(took)
			b.ReportMetric(millis(took[len(took)/2]), "p50-ms")
			b.ReportMetric(millis(took[len(took)*95/100]), "p95-ms")
			b.ReportMetric(millis(took[len(took)-1]), "max-ms")
			b.ReportMetric(float64(rows)/float64(len(took)), "rows")
		})
	}
}

func (l *trail) benchWhole(b *testing.B) {
	export := func(writer func(io.Writer) audit.EntryWriter, values bool) func(context.Context, io.Writer) (int64, error) {
		return func(ctx context.Context, out io.Writer) (int64, error) {
			return l.Export(ctx, writer(out), audit.Span{Values: values})
		}
	}
	jsonLines := func(w io.Writer) audit.EntryWriter { return audit.NewJSONLines(w) }
	facts := func(w io.Writer) audit.EntryWriter { return audit.NewTable(w, nil) }
	table := func(w io.Writer) audit.EntryWriter { return audit.NewTable(w, forms.Names()) }
	for _, whole := range []struct {
		name string
		read func(context.Context, io.Writer) (int64, error)
	}{
		{"verify", func(ctx context.Context, _ io.Writer) (int64, error) { return l.Verify(ctx) }},
		{"export/jsonl", export(jsonLines, false)},
		{"export/jsonl-values", export(jsonLines, true)},
		{"export/csv", export(facts, false)},
		{"export/csv-values", export(table, true)},
	} {
		b.Run(whole.name, func(b *testing.B) {
			var bytes counter
			var entries int64
			peak := audittest.WatchMemory(b)
			for b.Loop() {
				out := bufio.NewWriterSize(&bytes, 64<<10)
				n, err := whole.read(b.Context(), out)
				if err != nil || out.Flush() != nil {
					b.Fatal(err)
				}
				entries += n
			}
			peak()
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/trail")
			b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(bytes)/float64(b.N)/1e6, "MB-written")
		})
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
