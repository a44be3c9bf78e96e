package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
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

const module = "github.com/partnerdesk/portal/"

// mayImport is the table of packages: what each may use of ours. Everything under
// web but crash, database, static, seal, words and address may use pcclient too. Arrows go one
// way, so that a page can change without the write path noticing.
func mayImport() map[string][]string {
	return map[string][]string{
		"pcclient":                  nil,
		"pcclient/pcsim":            {"pcclient"},
		"web/address":               {"words"},
		"web/audit":                 {"seal", "database"},
		"web/audit/audittest":       {"audit", "seal", "database", "databasetest"},
		"web/crash":                 nil,
		"web/database":              {"crash"},
		"web/database/databasetest": {"database", "faultproxy"},
		"web/database/faultproxy":   nil,
		"web/demo":                  {"pcsim"},
		"web/directory":             {"seal", "database", "portfolio"},
		"web/drafts":                {"seal", "database", "forms"},
		"web/forms":                 {"address", "words"},
		"web/merge":                 {"forms", "words"},
		"web/middleware":            nil,
		"web/outside":               {"audit", "forms", "merge"},
		"web/portfolio":             nil,
		"web/preferences":           {"database", "words"},
		"web/presence":              {"seal", "database"},
		"web/seal":                  nil,
		"web/session":               {"seal", "database", "crash"},
		"web/signin":                {"session", "seal", "crash"},
		"web/static":                nil,
		"web/submission":            {"audit", "merge", "drafts", "seal", "database", "forms", "crash", "outside"},
		"web/templates":             {"forms", "merge", "static", "words"},
		"web/words":                 nil,
		"web/handlers": {"address", "audit", "crash", "database", "directory", "drafts", "forms", "merge", "middleware",
			"outside", "portfolio", "preferences", "presence", "seal", "session", "signin", "static", "submission", "templates", "words"},
		"cmd/portal": {"audit", "crash", "database", "demo", "directory", "drafts", "forms", "handlers", "middleware", "outside", "pcsim", "portfolio", "preferences", "presence", "seal", "session",
			"signin", "submission"},
	}
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	table := mayImport()
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := table[name]
		if !known {
			t.Errorf("%s is not in the table of this test: say what it may import", name)
		}
		for _, other := range allowed {
			if !slices.ContainsFunc(p.Imports, func(imported string) bool {
				return strings.HasPrefix(imported, module) && strings.HasSuffix(imported, "/"+other)
			}) {
				t.Errorf("%s may import %s and does not: take that out of the table", name, other)
			}
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			switch {
			case !isOurs && strings.HasPrefix(name, "pcclient") && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s imports %s: the client needs the standard library only", name, imported)
			case !isOurs, slices.Contains(allowed, ours[strings.LastIndex(ours, "/")+1:]):
			case ours == "pcclient" && !slices.Contains([]string{"web/crash", "web/database", "web/static", "web/seal", "web/address"}, name):
			default:
				t.Errorf("%s imports %s, which it may not", name, ours)
			}
		}
	}
}

func TestContributorsAreToldEachPackage(t *testing.T) {
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(page), "\n## Where things are\n")
	part, _, _ = strings.Cut(part, "\n## ")
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(part, -1) {
		for _, name := range strings.Split(row[1], ", ") {
			told = append(told, strings.Trim(name, "`"))
		}
	}
	slices.Sort(told)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(mayImport())), told); diff != "" {
		t.Errorf("(-packages +page)\n%s", diff)
	}
}

// One binary holds the portal, the simulator and the demo identity provider. The latter two
// come in through two files only, and nothing that is named in them is named by what serve
// runs, or by what that names in turn.
func TestServeReachesNeitherSimulatorNorDemo(t *testing.T) {
	t.Run("V15.2.3", testServeReachesNeitherSimulatorNorDemo)
}

func testServeReachesNeitherSimulatorNorDemo(t *testing.T) {
	apart := []string{"run_demo.go", "simulate.go"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	type function struct {
		file, of, name string // of is the type of a method
		uses           []string
	}
	var all []*function
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			test := path == module+"pcclient/pcsim" || path == module+"web/demo"
			if test && !slices.Contains(apart, file) {
				t.Errorf("%s imports %s: only %v may", file, path, apart)
			}
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			one := &function{file: file, name: f.Name.Name}
			if f.Recv != nil {
				of := f.Recv.List[0].Type
				if pointer, ok := of.(*ast.StarExpr); ok {
					of = pointer.X
				}
				one.of = of.(*ast.Ident).Name
			}
			for _, part := range []ast.Node{f.Type, f.Body} {
				ast.Inspect(part, func(n ast.Node) bool {
					if name, ok := n.(*ast.Ident); ok {
						one.uses = append(one.uses, name.Name)
					}
					return true
				})
			}
			all = append(all, one)
		}
	}
	// A method counts as named with its type: many commands have a Run.
	named, reached := map[string]bool{"serveCommand": true, "Run": true}, map[*function]bool{}
	for grown := true; grown; {
		grown = false
		for _, f := range all {
			if reached[f] || !named[f.name] || f.of != "" && !named[f.of] {
				continue
			}
			reached[f], grown = true, true
			for _, name := range f.uses {
				named[name] = true
			}
			if slices.Contains(apart, f.file) {
				t.Errorf("serve reaches %s of %s", f.name, f.file)
			}
		}
	}
	if len(reached) < 20 {
		t.Errorf("only %d functions were looked at", len(reached))
	}
}
