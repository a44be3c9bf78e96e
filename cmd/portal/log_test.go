package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever is logged and wherever the machine stands: a line is one JSON object with the
// time in UTC.
func TestTheLogsForm(t *testing.T) {
	var out bytes.Buffer
	log := newLog(&out, slog.LevelInfo)
	record := slog.NewRecord(time.Date(2026, 3, 2, 23, 30, 0, 5, time.FixedZone("Kathmandu", 5*3600+45*60)), slog.LevelWarn, "hostile\n{\"level\":\"FAKE\"}\u2028\x1b[31m", 0)
	record.AddAttrs(slog.String("agent", "a\r\nb\u2029\x00"), slog.Any("error", json.Unmarshal([]byte("{"), new(int))))
	if err := log.Handler().Handle(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	log.Debug("not at this level")
	text := out.String()
	t.Run("V16.2.4 V16.4.1 one line of JSON", func(t *testing.T) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil || strings.Count(text, "\n") != 1 || line["level"] != "WARN" {
			t.Errorf("%q, %v", text, err)
		}
		for _, sign := range []string{"\r", "\u2028", "\u2029", "\x1b", "\x00"} {
			if strings.Contains(text, sign) {
				t.Errorf("it holds %q", sign)
			}
		}
	})
	t.Run("V16.2.2 V16.2.1 in UTC", func(t *testing.T) {
		if !strings.HasPrefix(text, `{"time":"2026-03-02T17:45:00.000000005Z","level":"WARN","msg":`) {
			t.Error(text)
		}
	})
}

// Whoever collects the lines of a running portal gets all of them from its standard output,
// each an object of its own, from the first to the last.
func TestARunningPortalsLog(t *testing.T) {
	t.Run("V16.4.3 V16.2.4", testARunningPortalsLog)
}

func testARunningPortalsLog(t *testing.T) {
	f := newFleet(t, "sqlite:"+filepath.Join(t.TempDir(), "portal.db"), 1, 1)
	out, complaints := &syncBuffer{}, &syncBuffer{}
	serve := exec.CommandContext(t.Context(), crashable(t), "serve")
	serve.Env = slices.Concat(os.Environ(), f.settings)
	serve.Stdout, serve.Stderr = out, complaints
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	address := ""
	for end := time.Now().Add(time.Minute); address == "" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		address = listensAt(out.String())
	}
	for _, path := range []string{"/healthz", "/", "/nowhere%0a%1b[31m"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = f.host
		answer, err := f.wire.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	_ = serve.Process.Signal(syscall.SIGTERM)
	if err := serve.Wait(); err != nil {
		t.Error(err)
	}
	if text := complaints.String(); text != "" {
		t.Errorf("past the log: %s", text)
	}
	var events []string
	for line := range strings.Lines(out.String()) {
		var l struct{ Time, Level, Msg, Path string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Time == "" || l.Level == "" || l.Msg == "" {
			t.Errorf("no line of the log: %q, %v", line, err)
		}
		events = append(events, strings.TrimSpace(l.Msg+" "+l.Path))
	}
	for _, want := range []string{"portal started", "request /healthz", "request /", "request /nowhere%0a%1b[31m", "portal stopped"} {
		if !slices.Contains(events, want) {
			t.Errorf("no line tells %q: %q", want, events)
		}
	}
}
