package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
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
