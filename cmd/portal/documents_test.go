package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const securityPage = "../../deploy/security.md"

// rows are the first cells of the table that a part of deploy/security.md holds.
func rows(t *testing.T, name string) []string {
	t.Helper()
	page, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "<!-- begin "+name+" -->\n")
	table, _, closed := strings.Cut(rest, "<!-- end "+name+" -->\n")
	if !found || !closed {
		t.Fatalf("%s has no part %s", securityPage, name)
	}
	var first []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		first = append(first, m[1])
	}
	slices.Sort(first)
	return first
}

// What deploy/security.md lists is what there is: no key, table, event or timeout more,
// and none less.
func TestSecurityPageIsWhole(t *testing.T) {
	t.Run("V11.1.1 V11.1.2 V13.1.4 secrets", func(t *testing.T) {
		var secrets []string
		for _, s := range settingsOf(Config{}) {
			if _, secret := s.value.Interface().(Secret); secret {
				secrets = append(secrets, s.Variable)
			}
		}
		slices.Sort(secrets)
		if diff := cmp.Diff(secrets, rows(t, "secrets")); diff != "" {
			t.Errorf("(-code +page)\n%s", diff)
		}
	})
	t.Run("V14.1.1 V14.1.2 tables", func(t *testing.T) {
		tables := map[string]bool{"migrations": true}
		files, err := filepath.Glob("../../web/database/migrations/sqlite/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("no migrations: %v", err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?(\w+)`).FindAllStringSubmatch(string(text), -1) {
				tables[m[1]] = true
			}
			for _, m := range regexp.MustCompile(`(?i)DROP TABLE (\w+)`).FindAllStringSubmatch(string(text), -1) {
				delete(tables, m[1])
			}
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(tables)), rows(t, "data")); diff != "" {
			t.Errorf("(-code +page)\n%s", diff)
		}
	})
	t.Run("V16.1.1 V16.2.3 events", func(t *testing.T) {
		if *writeReference {
			writeEvents(t)
		}
		if diff := cmp.Diff(events(t), rows(t, "events")); diff != "" {
			t.Errorf("(-code +page)\n%s", diff)
		}
	})
	t.Run("V16.2.3 sinks", func(t *testing.T) {
		var sinks []string
		for _, file := range productFiles(t) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if regexp.MustCompile(`slog\.New(JSON|Text)Handler|"log/syslog"|os\.Stdout|os\.Stderr`).Match(text) {
				sinks = append(sinks, filepath.Base(file))
			}
		}
		if diff := cmp.Diff([]string{"demo.go", "main.go", "serve.go", "simulate.go"}, sinks); diff != "" {
			t.Errorf("(-known +found)\n%s", diff)
		}
	})
	t.Run("V13.1.1 V13.1.2 V13.1.3 timeouts", func(t *testing.T) {
		page, err := os.ReadFile(securityPage)
		if err != nil {
			t.Fatal(err)
		}
		server, out := newServer(nil, Settings{}, slog.New(slog.DiscardHandler)), newTransport(nil)
		pool := constants(t, "../../web/database/postgres.go")
		for _, row := range []string{
			fmt.Sprintf("| Browsers, or the proxy | in | header %s, request %s, answer %s, idle %s, header %d KiB |", server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout, server.IdleTimeout, server.MaxHeaderBytes>>10),
			fmt.Sprintf("| Partner Center | out | TLS %s, idle %s, %d connections kept |", out.TLSHandshakeTimeout, out.IdleConnTimeout, out.MaxIdleConnsPerHost),
			fmt.Sprintf("| PostgreSQL | out | %s connections that write, %s that read; connect %s, lock %s, statement %s, silence %s |", pool["pgWriters"], pool["pgReaders"], pool["connectLimit"], pool["lockLimit"], pool["statementLimit"], pool["silenceLimit"]),
		} {
			if !strings.Contains(string(page), row) {
				t.Errorf("%s lacks the row\n%s", securityPage, row)
			}
		}
	})
}

func writeEvents(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), "<!-- begin events -->\n")
	_, after, _ := strings.Cut(rest, "<!-- end events -->\n")
	list := ""
	for _, event := range events(t) {
		list += "| `" + event + "` |\n"
	}
	if err := os.WriteFile(securityPage, []byte(before+"<!-- begin events -->\n"+list+"<!-- end events -->\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// events are the first words of every line that the program may write to its log.
func events(t *testing.T) []string {
	t.Helper()
	levels := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "DebugContext": 1, "InfoContext": 1, "WarnContext": 1, "ErrorContext": 1, "LogAttrs": 2, "Log": 2}
	found := map[string]bool{}
	for _, file := range productFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(file, "/pcsim/") || strings.Contains(file, "/demo/") {
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			at, logs := levels[method.Sel.Name]
			if !logs || len(call.Args) <= at {
				return true
			}
			if text, ok := call.Args[at].(*ast.BasicLit); ok && text.Kind == token.STRING {
				event, _ := strconv.Unquote(text.Value)
				found[event] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// constants are those of a file, as they are written, durations in Go's short form.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 {
			return true
		}
		switch v := spec.Values[0].(type) {
		case *ast.BasicLit:
			all[spec.Names[0].Name] = v.Value
		case *ast.BinaryExpr:
			number, isNumber := v.X.(*ast.BasicLit)
			unit, isUnit := v.Y.(*ast.SelectorExpr)
			if isNumber && isUnit {
				all[spec.Names[0].Name] = number.Value + map[string]string{"Second": "s", "Millisecond": "ms", "Minute": "m0s"}[unit.Sel.Name]
			}
		}
		return true
	})
	return all
}

// productFiles are the Go files that go into the program, by the go command itself.
func productFiles(t *testing.T) (files []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", `{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`, ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}
