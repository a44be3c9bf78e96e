package main

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What a portal began is over when it has stopped: no goroutine of its own, and no
// connection, outlives it.
func TestNothingRunsOnAfterTheEnd(t *testing.T) {
	t.Run("V15.4.3", testNothingRunsOnAfterTheEnd)
}

func testNothingRunsOnAfterTheEnd(t *testing.T) {
	running := func() (list []string) {
		stacks := make([]byte, 4<<20)
		for one := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(one, module) && !strings.Contains(one, "TestNothingRunsOn") && !strings.Contains(one, "testing.tRunner") {
				list = append(list, one)
			}
		}
		return list
	}
	before := len(running())
	d := &desk{data: t.TempDir()}
	d.start(t, "localhost:0", "localhost:0", "localhost:0")
	for _, path := range []string{"/", "/signin", "/customers", "/healthz", "/nowhere"} {
		answer, err := http.Get(d.site + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	if during := len(running()); during <= before {
		t.Errorf("%d goroutines of the portal while it runs", during-before)
	}
	d.end(t)
	left := running()
	for end := time.Now().Add(10 * time.Second); len(left) > before && time.Now().Before(end); left = running() {
		time.Sleep(10 * time.Millisecond)
	}
	if len(left) > before {
		t.Errorf("%d are left:\n%s", len(left)-before, strings.Join(left, "\n\n"))
	}
}
