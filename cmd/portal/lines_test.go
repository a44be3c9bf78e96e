package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// startWith runs one more replica whose log goes to out, and which is not told by it when
// it is ready. It returns the address of its metrics too.
func (f *fleet) startWith(out *os.File) (*replica, string) {
	f.t.Helper()
	listener, metrics := loopback(f.t), loopback(f.t)
	r := &replica{command: exec.Command(f.portal(), "serve"), address: listener.Addr().String(), log: &syncBuffer{}, gone: make(chan struct{})}
	r.command.Env = slices.Concat(os.Environ(), f.settings, []string{"PORTAL_LISTEN=" + r.address, "PORTAL_METRICS_LISTEN=" + metrics.Addr().String()})
	r.command.Stdout, r.command.Stderr = out, r.log
	listener.Close()
	metrics.Close()
	if err := r.command.Start(); err != nil {
		f.t.Fatal(err)
	}
	out.Close() // the process has it
	f.mu.Lock()
	f.logs, f.all, f.replicas = append(f.logs, r.log), append(f.all, r), append(f.replicas, r)
	f.mu.Unlock()
	go func() {
		defer close(r.gone)
		r.err = r.command.Wait()
	}()
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if status, _ := f.ask("http://" + r.address + "/readyz"); status == http.StatusOK {
			return r, "http://" + metrics.Addr().String() + "/metrics"
		}
		if time.Now().After(until) {
			f.t.Fatalf("it is not ready: %s", r.log)
		}
	}
}

func (f *fleet) ask(address string) (status int, body string) {
	client := &http.Client{Transport: f.wire, Timeout: patience}
	answer, err := client.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(text)
}

var lostLines = regexp.MustCompile(`(?m)^portal_log_lines_lost_total (\d+)$`)

func (f *fleet) lost(metrics string) int {
	f.t.Helper()
	_, page := f.ask(metrics)
	found := lostLines.FindStringSubmatch(page)
	if found == nil {
		f.t.Fatalf("the metrics do not tell:\n%s", page)
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// chatter asks for what is not there until the portal has more to log than finds room.
func (f *fleet) chatter(r *replica, metrics string) {
	f.t.Helper()
	for until := time.Now().Add(patience); f.lost(metrics) == 0; {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 100 {
					if status, text := f.ask("http://" + r.address + "/" + strings.Repeat("x", 250)); status != http.StatusMisdirectedRequest {
						f.t.Errorf("answered %d: %s", status, text)
						return
					}
				}
			})
		}
		if all.Wait(); f.t.Failed() || time.Now().After(until) {
			f.t.Fatal("nothing was lost, though nobody takes it")
		}
	}
}

// worksLogging has somebody save while the log goes to out, after what then does to it, and
// the portal ends.
func worksLogging(t *testing.T, out *os.File, then func(*story, *replica, string)) {
	t.Parallel()
	s := newStory(t, databasetest.SQLiteURL(t))
	r, metrics := s.startWith(out)
	then(s, r, metrics)
	s.seat(0, s.chronicle).edit(s.customer, wishOf(1))
	s.judge()
	if s.tells(audit.Applied) != 1 {
		t.Errorf("the trail does not tell of the save: %+v", s.chronicle.trail)
	}
	s.wire.CloseIdleConnections() // one that was never used would hold up a stop in such haste
	if err := s.stop(r); err != nil {
		t.Errorf("the portal ended with %v", err)
	}
}

// F-44: whatever is the matter with where the log goes, people go on working, the trail
// tells what they did, and the portal ends when it is asked to.
func TestF44TheLogIsNotTaken(t *testing.T) {
	t.Parallel()
	pipe := func(t *testing.T) (read, write *os.File) {
		t.Helper()
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { read.Close() })
		return read, write
	}
	t.Run("F-44 nobody reads it", func(t *testing.T) {
		_, write := pipe(t)
		worksLogging(t, write, (*story).chatter)
	})
	t.Run("F-44 its reader is gone", func(t *testing.T) {
		read, write := pipe(t)
		worksLogging(t, write, func(s *story, r *replica, metrics string) {
			read.Close()
			s.chatter(r, metrics)
		})
	})
	t.Run("F-44 it flows again", func(t *testing.T) {
		read, write := pipe(t)
		var log bytes.Buffer
		var lost int
		taken := make(chan struct{})
		worksLogging(t, write, func(s *story, r *replica, metrics string) {
			s.chatter(r, metrics)
			lost = s.lost(metrics)
			go func() {
				defer close(taken)
				_, _ = io.Copy(&log, read)
			}()
		})
		<-taken // it ended, and all that it wrote is here
		var told int
		var last string
		for line := range strings.Lines(log.String()) {
			var event struct {
				Msg   string
				Lines int
			}
			if err := json.Unmarshal([]byte(line), &event); err != nil {
				t.Fatalf("not one JSON object: %q", line)
			}
			if last = event.Msg; event.Msg == "log lines lost" {
				told += event.Lines
			}
		}
		if told < lost || last != "portal stopped" {
			t.Errorf("%d lines were lost, %d are told of; the last line is %q", lost, told, last)
		}
	})
}

// halting takes so many bytes and no more, until it is given more room.
type halting struct {
	bytes.Buffer
	room atomic.Int64
}

func (h *halting) Write(b []byte) (int, error) {
	n := min(int(h.room.Load()), len(b))
	h.room.Add(int64(-n))
	h.Buffer.Write(b[:n])
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// A line of which a full disk took half spoils no other, and all that were lost are told
// of: they, what is whole, and what is cut make all that was logged.
func TestF44ADiskThatTookHalfALine(t *testing.T) {
	out := &halting{}
	out.room.Store(150)
	l := newLines(out)
	log := newLog(l, slog.LevelInfo)
	logged := 0
	for l.Lost() == 0 {
		log.Info("a line, and perhaps the one that is cut")
		logged++
	}
	out.room.Store(1 << 20)
	for range 3 {
		log.Info("a line after there was room again")
		logged++
	}
	l.Close()
	whole, cut, lost := 0, 0, 0
	for line := range strings.Lines(out.String()) {
		var event struct {
			Msg   string
			Lines int
		}
		switch err := json.Unmarshal([]byte(line), &event); {
		case err != nil:
			cut++
		case event.Msg == "log lines lost":
			lost += event.Lines
		default:
			whole++
		}
	}
	if cut != 1 || lost == 0 || whole+lost != logged {
		t.Errorf("of %d lines %d are whole, %d cut, %d lost:\n%s", logged, whole, cut, lost, out.String())
	}
}
