package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

const refused = ".ci/refused/refused.go"

// gates lets the linters loose on a file that holds one line for each thing they are
// there to refuse. A rule that is gone from .golangci.yml, or that a new version of a
// linter reads otherwise, is silent about its line.
func gates() error {
	file, err := os.ReadFile(refused)
	if err != nil {
		return err
	}
	lint := exec.Command("go", "tool", "-modfile=.ci/tools.mod", "golangci-lint", "run", "--allow-parallel-runners", "--uniq-by-line=false",
		"--output.text.print-issued-lines=false", "--output.text.colors=false", "./.ci/refused")
	out, err := lint.CombinedOutput()
	if !complaint.Match(out) {
		return fmt.Errorf("golangci-lint: %w: %s", err, out)
	}
	missing := unrefused(string(file), string(out))
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the linters let lines of %s through:\n%s", refused, strings.Join(missing, "\n"))
}

var complaint = regexp.MustCompile(`(?m)^\S+\.go:(\d+):.*\((\w+)\)$`)

// unrefused lists the lines of the file whose "want" names a linter that said nothing
// about them.
func unrefused(file, said string) []string {
	refused := map[string]bool{}
	for _, found := range complaint.FindAllStringSubmatch(said, -1) {
		refused[found[1]+" "+found[2]] = true
	}
	var missing []string
	number := 0
	for line := range strings.Lines(file) {
		number++
		code, linters, _ := strings.Cut(line, "// want ")
		for _, linter := range strings.Fields(linters) {
			if !refused[fmt.Sprint(number, " ", linter)] {
				missing = append(missing, fmt.Sprintf("%d, %s: %s", number, linter, strings.TrimSpace(code)))
			}
		}
	}
	return missing
}
