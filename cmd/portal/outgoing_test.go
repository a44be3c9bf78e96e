package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// call makes one call and returns what was answered.
func call(t *testing.T, way http.RoundTripper, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := way.RoundTrip(r)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// F-02: names are looked up anew for the calls of each minute, also when no connection is
// ever idle. What is under way then is seen through.
func TestF02AnAddressIsUsedForAMinute(t *testing.T) {
	began, hold := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			close(began)
			<-hold
		}
		_, _ = io.WriteString(w, r.RemoteAddr) // a name for the connection
	}))
	defer server.Close()
	now := time.Now()
	way := &renewed{now: func() time.Time { return now }}
	defer way.CloseIdleConnections()

	first := call(t, way, server.URL)
	now = now.Add(addressFor - time.Second)
	if again := call(t, way, server.URL); again != first {
		t.Error("connections are not used again")
	}
	var long sync.WaitGroup
	long.Go(func() {
		if by := call(t, way, server.URL+"/long"); by != first {
			t.Errorf("the call under way was answered %q", by)
		}
	})
	<-began
	now = now.Add(time.Second)
	second := call(t, way, server.URL)
	close(hold)
	long.Wait()
	if third := call(t, way, server.URL); second == first || third != second {
		t.Errorf("by %s, a minute later by %s, then by %s", first, second, third)
	}
}

func TestNoMoreCallsAtOnceThanConnections(t *testing.T) { t.Run("V13.1.2", testNoMoreCallsAtOnce) }

func testNoMoreCallsAtOnce(t *testing.T) {
	const limit = 64
	way := newTransport(nil)
	defer way.CloseIdleConnections()
	var at, most atomic.Int64
	var once sync.Once
	full := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := at.Add(1)
		if n > most.Load() {
			most.Store(n)
		}
		if n == limit {
			once.Do(func() { time.AfterFunc(50*time.Millisecond, func() { close(full) }) }) // time for more of them, if they come
		}
		<-full
		at.Add(-1)
	}))
	defer server.Close()
	var calls sync.WaitGroup
	for range 2 * limit {
		calls.Go(func() { call(t, way, server.URL) })
	}
	calls.Wait()
	if most.Load() > limit {
		t.Errorf("%d calls at once", most.Load())
	}
}
