package submission_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/submission"
)

// What the disk is asked to keep: before the PUT the intent with its audit entry and the
// lease, after it the outcome with everything that ends with it. A lost answer is one more.
func TestWhatASaveCommits(t *testing.T) {
	for name, c := range map[string]struct {
		fault         pcsim.Fault
		before, after int
		state         submission.State
	}{
		"applied":     {before: 1, after: 1, state: submission.Applied},
		"rejected":    {fault: pcsim.Fault{Method: "PUT", Status: 403}, before: 1, after: 1, state: submission.Rejected},
		"answer lost": {fault: pcsim.Fault{Method: "PUT", Status: 504, Applied: true}, before: 1, after: 2, state: submission.Applied},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			begun := databasetest.CommitsOf(t, d.url)
			var atPut databasetest.Commits
			d.wire.on(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					atPut = databasetest.CommitsOf(t, d.url)
				}
				return nil, nil
			})
			if c.fault.Method != "" {
				d.sim.AddFaults(c.fault)
			}
			got := d.save(d.edit(ada, d.customer(0), "email", "invoices@harbourline.example"))
			if got.State != c.state {
				t.Errorf("the submission is %s", got.State)
			}
			before, after := atPut.Since(begun), databasetest.CommitsOf(t, d.url).Since(atPut)
			if before.Made != c.before || after.Made != c.after {
				t.Errorf("%d commits before the PUT and %d after it; want %d and %d", before.Made, after.Made, c.before, c.after)
			}
		})
	}
}

// BenchmarkSave counts what a save commits on SQLite, and how often the disk is asked to
// keep that; what is above two fsyncs is the copying of the log, every forty saves or so.
// The time is without a disk where the tests keep their databases in memory.
func BenchmarkSave(b *testing.B) {
	d := newDesk(b, func(d *desk, o *submission.Options) { d.clock, o.Now, o.Sleep = nil, nil, nil })
	begun, n := databasetest.CommitsOf(b, d.url), 0
	for b.Loop() {
		b.StopTimer()
		r := d.edit(ada, d.customer(n%12), "email", fmt.Sprintf("invoices-%d@harbourline.example", n))
		n++
		b.StartTimer()
		if got := d.save(r); got.State != submission.Applied {
			b.Fatalf("the submission is %s", got.State)
		}
	}
	made := databasetest.CommitsOf(b, d.url).Since(begun)
	b.ReportMetric(float64(made.Made)/float64(n), "commits/save")
	b.ReportMetric(float64(made.Fsyncs())/float64(n), "fsyncs/save")
	b.ReportMetric(float64(made.Restarts)/float64(n), "log-restarts/save")
}
