package words

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// silent are the functions whose texts are for the people who run the portal.
var silent = []string{"Errorf", "New", "panic", "Fatal", "Warn", "Error", "Info", "Debug", "WarnContext", "ErrorContext", "InfoContext", "DebugContext", "warn", "MustCompile", "ExecContext", "QueryContext", "QueryRowContext"}

// ours are the packages whose texts people read.
var ours = []string{"handlers", "templates", "forms", "merge", "address", "presence", "outside", "submission"}

// prose is a text that begins like a sentence, or a word of one.
var prose = regexp.MustCompile(`^[“ ,]*[A-Z][a-z]+( [a-z“]|[.,:]? ?$)|[a-z] [a-z]+ [a-z]|^ [a-z]+ ?$|^[a-z]+ $`)

// TestNoProseInTheProgram finds texts that should stand in the catalogue. Texts for the
// people who run the portal may be English, names and what machines read are no language.
func TestNoProseInTheProgram(t *testing.T) {
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		path := files.Position(file.Pos()).Filename
		if strings.HasSuffix(path, "_templ.go") || strings.HasSuffix(path, "_table.go") || !slices.Contains(ours, filepath.Base(filepath.Dir(path))) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				return !slices.Contains(silent, called(n))
			case *ast.ImportSpec, *ast.Field:
				return false
			case *ast.BasicLit:
				if text, ok := literal(n); ok && prose.MatchString(text) && !isNoProse(text) {
					t.Errorf("%s: %q is a text without an id", files.Position(n.Pos()), text)
				}
			}
			return true
		})
	})
}

// noProse are texts that look like words and are none.
var noProse = []string{
	"Location", "Vary", "Allow", "Local", // headers, and Go's name of the machine's zone
	"Enter", "Ctrl", "Esc", // key caps
	"Hans", "Hant", // scripts
	" country ", "default address first name", "default address last name", "default address middle name", // of Partner Center's own sentences
	"address is invalid", "address is not valid",
	"the ", " Islands", " Territories", " Emirates", " Republic", " Kingdom", " States", " Territory", // of English names
}

// isNoProse knows lists of codes, such as those of legal forms, by their length.
func isNoProse(text string) bool {
	return slices.Contains(noProse, text) || len(strings.Fields(text)) > 6 && !strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsLower(r) })
}

// spoken are the attributes that people hear or see.
var spoken = []string{"aria-label", "aria-description", "placeholder", "title", "alt", "label", "data-label"}

// TestNoProseInTemplates looks at the text between what the templates fill in: of that,
// only signs may be written into a page.
func TestNoProseInTemplates(t *testing.T) {
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		path := files.Position(file.Pos()).Filename
		if !strings.HasSuffix(path, "_templ.go") {
			return
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, text := range written(f) {
				t.Errorf("%s: %s writes %q", filepath.Base(path), f.Name.Name, text)
			}
		}
	})
}

// written are the words that a generated function writes by itself.
func written(f *ast.FuncDecl) []string {
	var markup strings.Builder
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || called(call) != "WriteString" {
			return true
		}
		if text, ok := literal(call.Args[len(call.Args)-1]); ok {
			markup.WriteString(text)
		} else {
			markup.WriteString("0") // what is filled in
		}
		return true
	})
	var found []string
	tokens, inKey := html.NewTokenizer(strings.NewReader(markup.String())), false
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return found
		case html.TextToken:
			if text := strings.TrimSpace(html.UnescapeString(string(tokens.Raw()))); !inKey && strings.ContainsFunc(text, unicode.IsLetter) && text != "Partner Desk" {
				found = append(found, text)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := tokens.Token()
			inKey = tag.Data == "kbd"
			for _, a := range tag.Attr {
				if words := strings.ContainsFunc(a.Val, unicode.IsLetter); words && slices.Contains(spoken, a.Key) || strings.HasPrefix(a.Key, "data-") && strings.Contains(a.Val, " ") {
					found = append(found, a.Key+"="+a.Val)
				}
			}
		case html.EndTagToken:
			inKey = false
		}
	}
}
