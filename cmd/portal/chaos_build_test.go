package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// builds are the portal's binaries that tests run as processes of their own, made
// when they are first asked for.
var builds struct {
	once   sync.Once
	folder string
	err    error
}

// TestMain removes what tests have built.
func TestMain(m *testing.M) {
	code := m.Run()
	if builds.folder != "" {
		os.RemoveAll(builds.folder)
	}
	os.Exit(code)
}

// crashable is the portal with crash points.
func crashable(t testing.TB) string {
	t.Helper()
	builds.once.Do(func() {
		if builds.folder, builds.err = os.MkdirTemp("", "portal-builds-"); builds.err == nil {
			builds.err = buildPortal(filepath.Join(builds.folder, "portal"), "crashpoints")
		}
	})
	if builds.err != nil {
		t.Fatal(builds.err)
	}
	return filepath.Join(builds.folder, "portal")
}

// buildPortal makes a binary with build tags; "" is what a release is made with.
func buildPortal(file, tags string) error {
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", tags, "-o", file, ".") // as make build does
	var said bytes.Buffer
	build.Stdout, build.Stderr = &said, &said
	if err := build.Run(); err != nil {
		return &buildError{err, said.String()}
	}
	return nil
}

type buildError struct {
	err  error
	said string
}

func (e *buildError) Error() string { return "build the portal: " + e.err.Error() + "\n" + e.said }

// Only a build with the tag can be told to die: in a release neither the code nor
// the variables' names are there.
func TestReleaseHoldsNoCrashPoints(t *testing.T) {
	t.Run("V15.2.3", testReleaseHoldsNoCrashPoints)
}

func testReleaseHoldsNoCrashPoints(t *testing.T) {
	release := filepath.Join(t.TempDir(), "portal")
	if err := buildPortal(release, ""); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{crashable(t): true, release: false} {
		binary, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"CRASH_AT", "CRASH_HASTE", "web/crash.die"} {
			if got := bytes.Contains(binary, []byte(name)); got != want {
				t.Errorf("%s holds %s: %v, want %v", file, name, got, want)
			}
		}
	}
}
