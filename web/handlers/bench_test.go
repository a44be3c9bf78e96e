package handlers_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/audit/audittest"
)

// BenchmarkChangesCSV measures the change log as a file, as a browser takes it along, from
// a long trail on both engines: 50,000 entries, or ROWS=1000000 of them. The memory is that
// of the portal and of who reads the file, in one process.
func BenchmarkChangesCSV(b *testing.B) {
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		b.Run(engine, func(b *testing.B) {
			site := unseen(b)
			audittest.Fill(b, site.db, site.ring, audittest.Rows(b))
			client, origin := site.onSocket("Ada Admin", time.Minute)
			peak := audittest.WatchMemory(b)
			var size int64
			for b.Loop() {
				answer, err := client.Get(origin + "/changes.csv")
				must(b, err)
				n, err := io.Copy(io.Discard, answer.Body)
				must(b, err)
				if answer.Body.Close(); answer.StatusCode != http.StatusOK {
					b.Fatalf("status %d", answer.StatusCode)
				}
				size += n
			}
			peak()
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/file")
			b.ReportMetric(float64(size)/float64(b.N)/1e6, "MB-file")
		})
	}
}
