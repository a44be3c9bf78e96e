package audittest

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// WatchMemory returns a function that reports the most there was of the heap, and by how
// much the process grew in resident memory, since now. What SQLite itself holds is in the
// second alone.
func WatchMemory(b *testing.B) (report func()) {
	b.Helper()
	debug.FreeOSMemory()
	resident := status("VmRSS")
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins anew
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	var most uint64
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	return func() {
		close(done)
		watching.Wait()
		b.ReportMetric(float64(most)/(1<<20), "peak-heap-MiB")
		if peak := status("VmHWM"); peak > 0 {
			b.ReportMetric(float64(peak)/1024, "peak-RSS-MiB")
			b.ReportMetric(float64(peak-resident)/1024, "RSS-grown-MiB")
		}
	}
}

// status is a figure of the process in KiB, 0 where there is none.
func status(name string) int {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return n
		}
	}
	return 0
}
