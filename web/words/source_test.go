package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the functions that take the id of a text, by the place of the id among
// their arguments: those of this package, and the short forms of web/templates.
var speakers = map[string]int{"Say": 0, "Pieces": 0, "M": 0, "say": 1, "sentence": 0}

// The program names every text there is, and only those, each with its parts.
func TestTheProgramAndTheCatalogueAgree(t *testing.T) {
	texts := map[string][]string{}
	for _, m := range catalogue("en") {
		for _, text := range formsOf(m) {
			texts[m.ID] = append(texts[m.ID], partsOf(text)...)
		}
	}
	named := map[string]bool{}
	var prefixes []string
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit: // ids travel in tables, too
				if id, ok := literal(n); ok && texts[id] != nil || ok && hasText(texts, id) {
					named[id] = true
				}
			case *ast.CallExpr:
				at, speaks := speakers[called(n)]
				if !speaks || len(n.Args) <= at {
					return true
				}
				if sum, ok := n.Args[at].(*ast.BinaryExpr); ok {
					prefixes = append(prefixes, firstOf(sum))
					return true
				}
				id, ok := literal(n.Args[at])
				if !ok {
					return true
				}
				where := files.Position(n.Pos())
				if !hasText(texts, id) {
					t.Errorf("%s: no text %q", where, id)
					return true
				}
				if n.Ellipsis == token.NoPos {
					checkParts(t, where.String(), id, texts[id], n.Args[at+1:])
				}
			}
			return true
		})
	})
	for id := range texts {
		made := slices.ContainsFunc(prefixes, func(p string) bool { return p != "" && strings.HasPrefix(id, p) })
		if !named[id] && !made {
			t.Errorf("nothing says %s", id)
		}
	}
}

func hasText(texts map[string][]string, id string) bool {
	_, ok := texts[id]
	return ok
}

// checkParts holds the parts that a call gives against those of the text.
func checkParts(t *testing.T, where, id string, want []string, args []ast.Expr) {
	t.Helper()
	var given []string
	for i := 0; i < len(args); i += 2 {
		if part, ok := literal(args[i]); ok {
			given = append(given, part)
		}
	}
	for _, part := range want {
		if !slices.Contains(given, part) {
			t.Errorf("%s: %s needs {%s}", where, id, part)
		}
	}
	for _, part := range given {
		if part != "n" && !slices.Contains(want, part) {
			t.Errorf("%s: %s has no {%s}", where, id, part)
		}
	}
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// firstOf is the text that a sum of texts begins with.
func firstOf(sum *ast.BinaryExpr) string {
	for {
		switch x := sum.X.(type) {
		case *ast.BinaryExpr:
			sum = x
		default:
			text, _ := literal(x)
			return text
		}
	}
}

// eachFile goes over the portal's own sources, tests left out.
func eachFile(t *testing.T, visit func(*token.FileSet, *ast.File)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		visit(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
