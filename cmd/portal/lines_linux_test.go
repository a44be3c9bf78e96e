package main

import (
	"os"
	"testing"
)

// F-44: as TestF44TheLogIsNotTaken, where Linux has a device that is always full.
func TestF44TheDiskOfTheLogIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	worksLogging(t, full, (*story).chatter)
}
