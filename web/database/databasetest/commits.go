package databasetest

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"
)

// Commits is what an SQLite database has made its disk do so far, in numbers that only
// grow.
type Commits struct {
	Made     int // transactions that wrote: each is one fsync of the log, as synchronous FULL asks
	Restarts int // times the log was begun anew, after all of it was copied into the database
}

// CommitsOf reads the counters that SQLite itself keeps beside an open database: iChange
// in the index of the log, and the checkpoint number in the log's header.
func CommitsOf(t testing.TB, url string) Commits {
	t.Helper()
	path := strings.TrimPrefix(url, "sqlite:")
	index, err := os.ReadFile(path + "-shm")
	if err != nil || len(index) < 12 {
		t.Fatalf("the index of the log: %d bytes, %v", len(index), err)
	}
	c := Commits{Made: int(binary.NativeEndian.Uint32(index[8:]))}
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if len(log) >= 16 { // empty before the first commit
		c.Restarts = int(binary.BigEndian.Uint32(log[12:]))
	}
	return c
}

// Since is what was added.
func (c Commits) Since(before Commits) Commits {
	return Commits{Made: c.Made - before.Made, Restarts: c.Restarts - before.Restarts}
}

// Fsyncs is how often the disk was asked to keep what it has. A restart costs three:
// of the log, of the database, and of the log's new header.
func (c Commits) Fsyncs() int { return c.Made + 3*c.Restarts }
