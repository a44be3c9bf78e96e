// Command mutate switches the protections of a list off, one at a time, and wants a test
// to fail for each: a protection that can go without anybody noticing protects nothing.
//
// Each paragraph of the list is one protection:
//
//	forms from a sibling host are refused
//	in web/middleware/refuse.go
//	- the exact text, which stands once in the file
//	+ what stands there instead; nothing deletes it
//	test ./web/middleware -run TestEdge
//
// It works on a copy of the repository, so the tree it is started in stays as it is.
// Arguments are words: only protections whose first line holds one of them are tried.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const list = ".ci/mutations.txt"

// mutation is one protection and how it is switched off.
type mutation struct {
	name, file string
	old, new   string
	test       []string // arguments of go test
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	all, err := parse(string(text))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("sh", "-c", `git ls-files -z | xargs -0 cp --parents -t "$0"`, dir).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the repository: %w: %s", err, out)
	}
	tried, survivors, sound := 0, []string{}, map[string]error{}
	for _, m := range all {
		if !wanted(m.name, words) {
			continue
		}
		tried++
		began := time.Now()
		tests := strings.Join(m.test, " ")
		if _, known := sound[tests]; !known {
			sound[tests] = passes(dir, m)
		}
		noticed, err := false, sound[tests]
		if err != nil {
			err = fmt.Errorf("with every protection on: %w", err)
		} else {
			noticed, err = try(dir, m)
		}
		verdict := "noticed"
		switch {
		case err != nil:
			verdict = "not tried: " + err.Error()
		case !noticed:
			verdict = "NOT NOTICED"
		}
		if verdict != "noticed" {
			survivors = append(survivors, m.name)
		}
		fmt.Printf("%-12s %5.1f s  %s\n", verdict, time.Since(began).Seconds(), m.name)
	}
	fmt.Printf("%d protections switched off, %d noticed\n", tried, tried-len(survivors))
	if len(survivors) > 0 {
		return fmt.Errorf("no test noticed: %s", strings.Join(survivors, "; "))
	}
	return nil
}

func wanted(name string, words []string) bool {
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return len(words) == 0
}

// parse reads the list. Lines of # are remarks.
func parse(text string) (all []mutation, err error) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		var m mutation
		for line := range strings.SplitSeq(strings.TrimSpace(paragraph), "\n") {
			kind, rest, _ := strings.Cut(line, " ")
			switch {
			case kind == "#" || line == "":
			case kind == "in":
				m.file = rest
			case kind == "-":
				m.old += lineOf(m.old, rest)
			case kind == "+":
				m.new += lineOf(m.new, rest)
			case kind == "test":
				m.test = strings.Fields(rest)
			case m.name == "":
				m.name = line
			default:
				return nil, fmt.Errorf("%s: what is %q?", m.name, line)
			}
		}
		if m.name == "" {
			continue
		}
		if m.file == "" || m.old == "" || len(m.test) == 0 {
			return nil, fmt.Errorf("%s: no file, no text or no test", m.name)
		}
		all = append(all, m)
	}
	return all, nil
}

// lineOf is one more line of a text.
func lineOf(before, line string) string {
	if before == "" {
		return line
	}
	return "\n" + line
}

// try reports whether the tests fail without the protection. A program that does not build
// without it says nothing about tests.
func try(dir string, m mutation) (noticed bool, err error) {
	path := filepath.Join(dir, m.file)
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return false, fmt.Errorf("%s holds the text %d times", m.file, n)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o644); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, text, 0o644)) }()
	vet := exec.Command("go", "build", "./...")
	vet.Dir = dir
	if out, err := vet.CombinedOutput(); err != nil {
		return false, fmt.Errorf("does not build without it: %s", out)
	}
	err = passes(dir, m)
	if errors.Is(err, errNoTest) {
		return false, err
	}
	return err != nil, nil
}

var errNoTest = errors.New("runs no test")

// passes runs the tests of a protection.
func passes(dir string, m mutation) error {
	test := exec.Command("go", slices.Concat([]string{"test"}, m.test, []string{"-count=1", "-failfast"})...)
	test.Dir = dir
	out, err := test.CombinedOutput()
	switch {
	case strings.Contains(string(out), "no tests to run"):
		return errNoTest
	case err != nil:
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
