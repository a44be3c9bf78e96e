package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var writeReference = flag.Bool("write-reference", false, "write the table of variables into deploy/README.md (make generate)")

func TestReferenceIsCurrent(t *testing.T) {
	const path, begin, end = "../../deploy/README.md", "<!-- begin variables -->\n", "<!-- end variables -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), begin)
	table, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s lacks the lines %s and %s", path, begin, end)
	}
	if *writeReference {
		if err := os.WriteFile(path, []byte(before+begin+reference()+"\n"+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table, reference()+"\n"); diff != "" {
		t.Errorf("the table in deploy/README.md is not what config.go says; make generate writes it:\n%s", diff)
	}
}

// reference is the table of all variables in deploy/README.md, in Markdown.
func reference() string {
	var b strings.Builder
	group := ""
	for _, s := range settingsOf(Config{}) {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n**%s**\n\n| Variable | Meaning | Default |\n| --- | --- | --- |\n", group)
		}
		help, standard := s.Help, ""
		if s.Example != "" {
			help += " Example: `" + s.Example + "`"
		}
		if s.Default != "" {
			standard = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Variable, strings.ReplaceAll(help, "|", `\|`), standard)
	}
	return b.String()
}

func TestEveryVariableIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range settingsOf(Config{}) {
		if !strings.HasPrefix(s.Variable, "PORTAL_") || !strings.HasSuffix(s.Help, ".") || s.Group == "" {
			t.Errorf("%q: needs a PORTAL_ variable, help that is a sentence, and a group", s.Variable)
		}
		if seen[s.Variable] {
			t.Errorf("%s stands twice", s.Variable)
		}
		seen[s.Variable] = true
	}
}
