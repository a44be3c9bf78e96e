package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// productFiles are the Go files that go into the program, by the go command itself.
func productFiles(t *testing.T) (files []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", `{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`, ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}

// What the program never does with a text from outside it cannot do: no shell, no
// template or code made at run time, no XML.
func TestNothingHereRunsOrReadsWhatItMustNot(t *testing.T) {
	banned := map[string]string{
		"os/exec": "V1.2.5 a shell", "plugin": "V1.3.2 code at run time", "text/template": "V1.3.7 a template", "encoding/xml": "V1.5.1 XML", "encoding/gob": "V1.5.2 types chosen by the sender",
		"net/smtp": "mail", "net/rpc": "V1.5.2 types chosen by the sender", "C": "memory that Go does not watch", "unsafe": "memory that Go does not watch", "net/http/pprof": "V13.4.2 debugging", "expvar": "V13.4.2 debugging", "math/rand": "chance that can be guessed",
	}
	found := map[string][]string{}
	for _, file := range productFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[path] = append(found[path], file)
			if path == "html/template" {
				ast.Inspect(parsed, func(n ast.Node) bool { // a page of the demo, whose text is a constant
					if call, ok := n.(*ast.CallExpr); ok {
						if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Parse" {
							if x, ok := s.X.(*ast.CallExpr); ok && len(x.Args) == 1 && !constant(call.Args[0]) {
								t.Errorf("V1.3.7 %s parses a template that is no constant", file)
							}
						}
					}
					return true
				})
			}
		}
	}
	t.Run("V1.2.5 V1.3.2 V1.3.7 V1.5.1 packages", func(t *testing.T) {
		for path, why := range banned {
			for _, file := range found[path] {
				if path == "math/rand" && strings.Contains(file, "/pcsim/") {
					continue // the simulator makes the same customers from the same seed
				}
				t.Errorf("%s: %s imports %s", why, file, path)
			}
		}
		if len(found["net/http"]) == 0 {
			t.Error("no imports were read")
		}
	})
}

// constant reports whether an expression is a literal or a name: no text that was put
// together.
func constant(e ast.Expr) bool {
	switch e.(type) {
	case *ast.BasicLit, *ast.Ident:
		return true
	}
	return false
}
