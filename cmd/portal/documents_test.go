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
		call, again, signIn := constants(t, "../../pcclient/exchange.go"), constants(t, "../../pcclient/retry.go"), constants(t, "../../web/signin/client.go")
		guard := constants(t, "../../pcclient/breaker.go")
		times := map[string]string{"1": "once", "2": "twice", "3": "three times"}
		for _, row := range []string{
			fmt.Sprintf("| Browsers, or the proxy | in | header %s, request %s, answer %s, idle %s, header %d KiB |", server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout, server.IdleTimeout, server.MaxHeaderBytes>>10),
			fmt.Sprintf("| Partner Center | out | connect %s, TLS %s, a read %s, a write %s, an answer %s, idle %s, a new connection after %s, %d connections |", dialLimit, out.TLSHandshakeTimeout, call["readCap"], call["writeCap"], call["bodyCap"], out.IdleConnTimeout, addressFor, out.MaxConnsPerHost),
			fmt.Sprintf("| The identity provider | out | as Partner Center; %s and %s for each answer |", strings.Replace(signIn["callLimit"], "s", " s", 1), signIn["answerSize"]),
			fmt.Sprintf("Reads of Partner Center are tried %s within the %s that a request may take, and within %s when no connection is had; a write once,", times[again["readTries"]], constants(t, "../../web/middleware/edge.go")["o.Limit"], again["longestWait"]),
			fmt.Sprintf("After %s calls in a row without a usable answer, calls fail at once, but for one each %s ", guard["failuresToOpen"], guard["probeEvery"]),
			fmt.Sprintf("| PostgreSQL | out | %s connections that write, %s that read; connect %s, lock %s, statement %s, silence %s |", pool["pgWriters"], pool["pgReaders"], pool["connectLimit"], pool["lockLimit"], pool["statementLimit"], pool["silenceLimit"]),
		} {
			if !strings.Contains(string(page), row) {
				t.Errorf("%s lacks the row\n%s", securityPage, row)
			}
		}
	})
}

// Each row of a table is filled in: a secret without a holder, or a table without a class,
// says nothing.
func TestSecurityTablesAreFilledIn(t *testing.T) {
	page, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		part    string
		columns int
		fits    func(cells []string) bool
	}{
		"V11.1.1 V11.1.2 V13.1.4 what each secret does, who holds it and how it is changed": {"secrets", 4, func(cells []string) bool {
			return strings.Contains(cells[3], "restart") || strings.Contains(cells[3], "replace")
		}},
		"V14.1.1 V14.1.2 of which class each table is, whether it is sealed, how long it is kept": {"data", 4, func(cells []string) bool {
			return regexp.MustCompile(`^(secret|personal|trail|running|names)\b`).MatchString(cells[1])
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, rest, _ := strings.Cut(string(page), "<!-- begin "+c.part+" -->\n")
			table, _, _ := strings.Cut(rest, "<!-- end "+c.part+" -->\n")
			lines := strings.Split(strings.TrimSpace(table), "\n")
			if len(lines) < 3 {
				t.Fatalf("%d rows", len(lines))
			}
			for _, line := range lines {
				cells := strings.Split(strings.Trim(line, "| "), " | ")
				if len(cells) != c.columns || slices.Contains(cells, "") || !c.fits(cells) {
					t.Errorf("not filled in: %s", line)
				}
			}
		})
	}
}

// What a requirement wants written down is written down where people look for it. Whoever
// rewrites one of these parts changes its words here too, and sees what they are for.
func TestTheDocumentsSay(t *testing.T) {
	const guide, holds, policy, providers = "../../deploy/README.md", securityPage, "../../SECURITY.md", "../../deploy/identity.md"
	for name, c := range map[string]struct {
		file, part string
		words      []string
	}{
		"V2.1.2 which fields go together":              {holds, "Fields, and how they go together", []string{"country, state, postal code, city and phone", "language and culture", "refuses the form whole"}},
		"V3.1.1 V3.7.5 what browsers need":             {holds, "Browsers", []string{"TLS 1.2", "`__Host-`", "`SameSite`", "Content-Security-Policy", "Trusted Types", "`Sec-Fetch-*`", "Without scripts every page works", "the token in each form is the line that holds"}},
		"V3.5.4 a host name of its own":                {holds, "Browsers", []string{"host name of its own", "refuses a base address with a path", "share cookies"}},
		"V3.5.4 a host name of its own, in the guide":  {guide, "Running Partner Desk", []string{"**host name of its own**", "A path on a shared host does not work"}},
		"V6.1.1 V6.1.3 one way in":                     {holds, "Ways in, and who may do what", []string{"one way in", "no passwords, accounts or keys of the portal's own", "guessing at the provider is the provider's to stop", "limited by address"}},
		"V6.3.3 a second factor":                       {providers, "Multi-factor authentication", []string{"Require it for all people", "`PORTAL_OIDC_FACTORS=mfa`"}},
		"V10.2.3 the scopes":                           {providers, "What the portal asks for, and believes", []string{"| Scopes | `openid profile email offline_access` and `PORTAL_UPSTREAM_SCOPE` |"}},
		"what is left to the provider":                 {providers, "The check list for the directory", []string{"exact redirect URIs and no wildcards", "code flow only", "one tenant", "the one delegated permission", "a credential that ends"}},
		"V7.1.1 V7.1.2 V7.1.3 how sessions end":        {holds, "Sessions", []string{"Only what a person does counts as use", "back channel and front channel", "an administrator anybody's", "disables", "have each minute"}},
		"V8.1.1 V8.1.2 rights by role and portfolio":   {holds, "Ways in, and who may do what", []string{"without portfolios shows every role all customers", "no others; all other members go back"}},
		"V11.1.1 V11.1.2 algorithms":                   {holds, "Secrets", []string{"AES-256-GCM", "HKDF-SHA-256", "chained with SHA-256", "RS256 and no other", "32 bytes of the system's randomness", "Go's standard library"}},
		"V12.2.1 plain http is for the proxy":          {guide, "4. TLS", []string{"Between the two goes plain http", "starts only on `localhost` or with a proxy named"}},
		"V12.2.2 certificates that are trusted":        {guide, "4. TLS", []string{"trust without a question", "from a public authority", "your organisation's own", "Not a self-signed one", "Renew it before it ends", "name the host of `PORTAL_BASE_URL`"}},
		"V13.1.1 V13.1.2 V13.1.3 when others are away": {holds, "Connections", []string{"Nothing else is called", "No redirect is followed", "nothing is lost", "nothing is sent", "More calls than connections wait", "`PORTAL_METRICS_LISTEN` alone"}},
		"V13.1.4 how long secrets live":                {holds, "Secrets", []string{"No secret should live longer than a year", "before the day it ends"}},
		"V14.1.1 V14.1.2 classes and their rules":      {holds, "Data", []string{"**secret**", "**personal**", "**trail**", "**running**", "Secrets are in no log, page, address, metric or trail", "Every page says `no-store`", "in no log"}},
		"V15.1.1 times of fixes":                       {holds, "Fixes", []string{"critical within 3 days", "high within 14", "others within 60", "from the day a fix exists"}},
		"V15.1.1 times of fixes, for who reports":      {policy, "Security", []string{"3 days if critical", "14 if high", "60 otherwise"}},
		"V15.1.3 what is heavy":                        {holds, "Limits", []string{"searching, exporting, signing in and saving", "rates of their own", "one after the other", "read the provider's keys once"}},
		"V16.1.1 V16.2.3 where lines go, how long":     {holds, "Log", []string{"JSON lines on standard output", "There is no other sink", "journalctl", "90 days", "who run the machine"}},
		"V16.4.3 a copy on another system":             {holds, "Log", []string{"a copy on another system within a minute", "README.md#6-looking-after-it"}},
		"V16.4.3 how lines get to another system":      {guide, "6. Looking after it", []string{"**Log.**", "copied to another system as they come", "systemd-journal-upload", "log driver", "TLS", "change or delete"}},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			_, part, found := strings.Cut(string(text), "# "+c.part+"\n")
			part, _, _ = strings.Cut(part, "\n## ")
			if !found {
				t.Fatalf("%s has no part %q", c.file, c.part)
			}
			for _, words := range c.words {
				if !strings.Contains(strings.Join(strings.Fields(part), " "), words) {
					t.Errorf("%s, %q does not say %q", c.file, c.part, words)
				}
			}
		})
	}
}

// The image is made of a list of files, none of which is anybody's secret, and its settings
// name an address and a folder.
func TestTheImageHoldsNoSecret(t *testing.T) {
	t.Run("V13.3.1 V6.3.2", func(t *testing.T) {
		text, err := os.ReadFile("../../deploy/Dockerfile")
		if err != nil {
			t.Fatal(err)
		}
		var does []string
		for line := range strings.Lines(string(text)) {
			for _, step := range []string{"FROM ", "COPY ", "ADD ", "RUN ", "ENV ", "ARG "} {
				if strings.HasPrefix(line, step) {
					does = append(does, strings.TrimSpace(line))
				}
			}
		}
		want := []string{
			"FROM scratch",
			"COPY --chmod=0644 bin/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
			"COPY --chmod=0755 bin/portal /portal",
			"COPY --chmod=0644 LICENSE deploy/THIRD_PARTY.md /licences/",
			"COPY --chown=65532:65532 --chmod=0700 bin/data /data",
			"ENV PORTAL_LISTEN=:8080 PORTAL_DATABASE_URL=sqlite:/data/portal.db",
		}
		if diff := cmp.Diff(want, does); diff != "" {
			t.Errorf("look at what goes into the image, then change this list (-known +found)\n%s", diff)
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

// events are the first words of every line that the program may write to its log, each
// given as a literal where the line is written.
func events(t *testing.T) []string {
	t.Helper()
	// Where the words stand among the arguments of slog's methods, and of our own short cuts.
	shortcuts := map[string]int{"warn": 1, "event": 2}
	words := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "DebugContext": 1, "InfoContext": 1, "WarnContext": 1, "ErrorContext": 1, "LogAttrs": 2, "Log": 2}
	maps.Copy(words, shortcuts)
	found := map[string]bool{}
	inspectProduct(t, []string{"pcsim", "demo"}, func(_ string, n ast.Node, where func() token.Position) bool {
		if function, ok := n.(*ast.FuncDecl); ok {
			_, short := shortcuts[function.Name.Name]
			return !short // it hands on what it was given
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		at, logs := words[method.Sel.Name]
		if of, ok := method.X.(*ast.Ident); !logs || len(call.Args) <= at || ok && of.Name == "http" {
			return true
		}
		text, ok := call.Args[at].(*ast.BasicLit)
		if !ok || text.Kind != token.STRING {
			t.Errorf("%s: the event is no literal, so no list can hold it", where())
			return true
		}
		event, _ := strconv.Unquote(text.Value)
		found[event] = true
		return true
	})
	return slices.Sorted(maps.Keys(found))
}

// constants are those of a file, and what it sets members to, as they are written: durations
// in Go's short form, sizes in KiB or MiB.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	note := func(name string, value ast.Expr) {
		if all[name] != "" { // the outer one, or the first
			return
		}
		switch v := value.(type) {
		case *ast.BasicLit:
			all[name] = v.Value
		case *ast.BinaryExpr:
			number, isNumber := v.X.(*ast.BasicLit)
			if unit, isUnit := v.Y.(*ast.SelectorExpr); isNumber && isUnit {
				all[name] = number.Value + map[string]string{"Second": "s", "Millisecond": "ms", "Minute": "m0s"}[unit.Sel.Name]
			}
			if shift, isShift := v.Y.(*ast.BasicLit); isNumber && isShift && v.Op == token.SHL {
				all[name] = number.Value + map[string]string{"10": " KiB", "20": " MiB"}[shift.Value]
			}
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if len(n.Names) == 1 && len(n.Values) == 1 {
				note(n.Names[0].Name, n.Values[0])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok {
				note(key.Name, n.Value)
			}
		case *ast.AssignStmt:
			if member, ok := n.Lhs[0].(*ast.SelectorExpr); ok {
				if of, ok := member.X.(*ast.Ident); ok {
					note(of.Name+"."+member.Sel.Name, n.Rhs[0])
				}
			}
		}
		return true
	})
	return all
}

// inspectProduct visits every node of the files that go into the program, but for those of
// the folders left out. where says in which file a node stands, and on which line.
func inspectProduct(t *testing.T, leftOut []string, visit func(file string, n ast.Node, where func() token.Position) bool) {
	t.Helper()
	for _, file := range productFiles(t) {
		if slices.Contains(leftOut, filepath.Base(filepath.Dir(file))) {
			continue
		}
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			return visit(file, n, func() token.Position { return positions.Position(n.Pos()) })
		})
	}
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
