package main

import (
	"bytes"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	mostLines = 1 << 20         // bytes of them that wait, some thousand lines
	flushFor  = 2 * time.Second // a stopping portal waits for the last of them to be taken
)

// lines is where the log goes: a writer whose Write never waits, before one that may be
// slow, full or stuck. One goroutine carries lines over, in order; those that find no
// room, or are refused, are lost and counted, and the log says so once it flows again.
type lines struct {
	out  io.Writer
	more *sync.Cond
	done chan struct{}
	cut  bool // what came last is half a line; the goroutine's own

	mu      sync.Mutex
	waiting []byte // whole lines
	lost    int64  // all of them
	closed  bool
}

// newLines begins to carry lines to out. Close ends that.
func newLines(out io.Writer) *lines {
	l := &lines{out: out, done: make(chan struct{})}
	l.more = sync.NewCond(&l.mu)
	go l.carry()
	return l
}

// Write takes one line.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting)+len(line) > mostLines {
		l.lost++
	} else {
		l.waiting = append(l.waiting, line...)
	}
	l.more.Signal()
	return len(line), nil
}

// Lost is how many lines were lost so far.
func (l *lines) Lost() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Close returns once all that was written before is carried over, or after two seconds
// in which that could not be done.
func (l *lines) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.more.Signal()
	select {
	case <-l.done:
	case <-time.After(flushFor):
	}
}

func (l *lines) carry() {
	defer close(l.done)
	told := int64(0)
	for {
		batch, lost := l.take()
		if len(batch) == 0 {
			return
		}
		if rest := l.put(batch); len(rest) > 0 {
			l.mu.Lock()
			l.lost += int64(bytes.Count(rest, []byte{'\n'}))
			l.mu.Unlock()
		} else if lost > told && len(l.put(lossLine(lost-told))) == 0 {
			told = lost
		}
	}
}

// put writes lines out, and returns what was not taken of them.
func (l *lines) put(text []byte) (rest []byte) {
	if l.cut {
		if _, err := l.out.Write([]byte{'\n'}); err != nil {
			return text
		}
	}
	n, err := l.out.Write(text)
	if err == nil {
		n = len(text)
	}
	l.cut = n > 0 && text[n-1] != '\n'
	return text[n:]
}

// take waits for lines and returns all there are, and how many were lost by then; none
// once there are no more to come.
func (l *lines) take() ([]byte, int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 && !l.closed {
		l.more.Wait()
	}
	batch := l.waiting
	l.waiting = nil
	return batch, l.lost
}

func lossLine(n int64) []byte {
	var line bytes.Buffer
	newLog(&line, slog.LevelWarn).Warn("log lines lost", "lines", n)
	return line.Bytes()
}
