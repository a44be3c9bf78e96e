package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// imported maps what the portal's own packages import to who does, as it is shipped.
func imported(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports", module+"cmd/portal")
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	by := map[string][]string{}
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return by
		} else if err != nil {
			t.Fatal(err)
		}
		if name, ours := strings.CutPrefix(p.ImportPath, module); ours {
			for _, path := range p.Imports {
				by[path] = append(by[path], name)
			}
		}
	}
}

// What the portal does without, it cannot get wrong. A requirement of ASVS that does not
// apply for that reason applies again on the day one of these lines fails.
func TestTechniquesThePortalDoesWithout(t *testing.T) {
	by := imported(t)
	for name, c := range map[string]struct {
		paths []string // and what lies below them
		but   string   // the one package that may
	}{
		"V1.2.5 programs of the system":              {paths: []string{"os/exec", "plugin"}},
		"V1.3.2 V1.3.7 templates and code from text": {paths: []string{"text/template", "html/template", "go/parser", "go/build"}, but: "web/demo"},
		"V1.5.1 XML": {paths: []string{"encoding/xml"}},
		"V1.5.2 values that choose their own type":                  {paths: []string{"encoding/gob", "encoding/asn1", "net/rpc"}},
		"V1.4.1 V1.4.3 memory by hand":                              {paths: []string{"unsafe", "C", "runtime/cgo"}},
		"V1.2.6 V1.3.11 mail and other services that take commands": {paths: []string{"net/smtp", "net/mail"}},
		"V5.2.1 V5.2.3 uploads and archives":                        {paths: []string{"mime/multipart", "archive"}},
		"V13.4.2 debugging from outside":                            {paths: []string{"net/http/pprof", "expvar"}},
		"V11.3.1 V11.4.1 ciphers and hashes of old":                 {paths: []string{"crypto/des", "crypto/rc4", "crypto/md5", "crypto/dsa"}},
		"V11.4.1 SHA-1, but for the numbers of made-up customers":   {paths: []string{"crypto/sha1"}, but: "pcclient/pcsim"},
		"V11.5.1 numbers that can be guessed, but in made-up ones":  {paths: []string{"math/rand"}, but: "pcclient/pcsim"},
		"V11.2.1 cryptography of others":                            {paths: []string{"golang.org/x/crypto", "crypto/elliptic"}},
		"V4.2.1 forwarding requests":                                {paths: []string{"net/http/httputil", "net/http/cgi", "net/http/fcgi"}},
	} {
		t.Run(name, func(t *testing.T) {
			for path, importers := range by {
				for _, banned := range c.paths {
					if path != banned && !strings.HasPrefix(path, banned+"/") {
						continue
					}
					for _, importer := range importers {
						if importer != c.but {
							t.Errorf("%s imports %s", importer, path)
						}
					}
				}
			}
		})
	}

	// A new one is looked at by somebody before it is added here.
	t.Run("V11.2.1 V11.2.4 cryptography but what is known", func(t *testing.T) {
		known := []string{
			"crypto", "crypto/aes", "crypto/cipher", "crypto/hkdf", "crypto/hmac", "crypto/rand", "crypto/rsa", "crypto/sha1", "crypto/sha256", "crypto/sha512",
			"crypto/subtle", "crypto/tls", "crypto/x509",
		}
		for path, importers := range by {
			if (path == "crypto" || strings.HasPrefix(path, "crypto/")) && !slices.Contains(known, path) {
				t.Errorf("%v import %s", importers, path)
			}
		}
	})

	// Who is told sooner how far a guess was right can guess letter by letter.
	t.Run("V11.2.4 secrets are compared in constant time", func(t *testing.T) {
		secret := regexp.MustCompile(`(?i)(secret|nonce|verifier|csrf|mac|state)$`)
		compared := 0
		inspectProduct(t, nil, func(file string, n ast.Node, where func() token.Position) bool {
			if !slices.Contains([]string{"signin", "session", "seal", "middleware"}, filepath.Base(filepath.Dir(file))) {
				return false
			}
			switch n := n.(type) {
			case *ast.CallExpr:
				switch call := types.ExprString(n.Fun); call {
				case "subtle.ConstantTimeCompare", "hmac.Equal":
					compared++
				case "bytes.Equal", "bytes.Compare", "strings.EqualFold", "strings.Compare":
					for _, arg := range n.Args {
						if secret.MatchString(types.ExprString(arg)) {
							t.Errorf("%s: %s", where(), types.ExprString(n))
						}
					}
				}
			case *ast.BinaryExpr:
				if n.Op != token.EQL && n.Op != token.NEQ {
					return true
				}
				left, right := types.ExprString(n.X), types.ExprString(n.Y)
				if nothing := right == `""` || right == "nil"; !nothing && (secret.MatchString(left) || secret.MatchString(right)) {
					t.Errorf("%s: %s", where(), types.ExprString(n))
				}
			}
			return true
		})
		if compared < 3 {
			t.Errorf("only %d comparisons take constant time", compared)
		}
	})

	// A panic in a goroutine of its own ends the process, unless it is caught there. Each of
	// these was looked at: it catches its panics, or calls nothing that could have one.
	t.Run("V16.5.4 V15.4.3 goroutines but known ones", func(t *testing.T) {
		known := map[string]int{
			"customer_overview.go": 1, "flight.go": 1, "portfolio.go": 1, "lease.go": 1, "outside.go": 1, "overwrote.go": 1, "recover.go": 1, "service.go": 1,
			"lines.go": 1, "metrics.go": 1, "run_demo.go": 1, "server.go": 1, "every.go": 1,
		}
		found := map[string]int{}
		inspectProduct(t, []string{"pcsim"}, func(file string, n ast.Node, _ func() token.Position) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found[filepath.Base(file)]++
			case *ast.CallExpr:
				if method, ok := n.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == "Go" {
					found[filepath.Base(file)]++
				}
			}
			return true
		})
		if diff := cmp.Diff(known, found); diff != "" {
			t.Errorf("(-known +found)\n%s", diff)
		}
	})

	t.Run("V13.4.2 Echo's debugging", func(t *testing.T) {
		for _, file := range productFiles(t) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "echo.") && regexp.MustCompile(`\.Debug\s*=|Debug:`).Match(text) {
				t.Errorf("%s switches it on", file)
			}
		}
	})

	t.Run("V4.3.1 V4.4.1 V6.8.3 V17.1.1 libraries for GraphQL, web sockets, LDAP, SAML, WebRTC, Markdown and XPath", func(t *testing.T) {
		file, err := os.ReadFile("../../go.mod")
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`(?i)\S*(graphql|websocket|ldap|saml|webrtc|pion/|markdown|bluemonday|xpath|memcache|gomail|latex|antchfx|goja|otto)\S*`).Find(file); found != nil {
			t.Errorf("go.mod requires %s", found)
		}
	})

	t.Run("V3.5.5 V4.4.1 V17.1.1 messages between windows, sockets and peers in scripts", func(t *testing.T) {
		for _, name := range []string{"portal.js", "edit.js"} {
			file, err := os.ReadFile("../../web/static/" + name)
			if err != nil {
				t.Fatal(err)
			}
			if found := regexp.MustCompile(`postMessage|onmessage|WebSocket|EventSource|RTC[A-Z]\w+|importScripts|Worker\(|indexedDB`).Find(file); found != nil {
				t.Errorf("%s holds %s", name, found)
			}
		}
	})
}
