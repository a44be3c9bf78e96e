package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheBillOfMaterials(t *testing.T) {
	t.Chdir("../..")
	t.Setenv("SOURCE_DATE_EPOCH", "1790000000")
	made := func() []byte {
		modules, err := linked()
		if err != nil {
			t.Fatal(err)
		}
		b, err := newBOM(modules, "v1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := b.write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	text := made()
	var b bom
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}

	t.Run("V15.1.2 lists what is in the binary, no more and no less", func(t *testing.T) {
		binary := filepath.Join(t.TempDir(), "portal")
		if _, err := output("go", "build", "-o", binary, "./cmd/portal"); err != nil {
			t.Fatal(err)
		}
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"std " + strings.TrimPrefix(info.GoVersion, "go")}
		for _, m := range info.Deps {
			want = append(want, m.Path+" "+m.Version)
		}
		var got []string
		for _, c := range b.Components {
			got = append(got, c.Name+" "+c.Version)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("binary and bill (-binary +bill):\n%s", diff)
		}
	})

	t.Run("is made as CycloneDX 1.6 asks", func(t *testing.T) {
		if b.Format != "CycloneDX" || b.Spec != "1.6" || b.Version != 1 {
			t.Errorf("it calls itself %s %s, version %d", b.Format, b.Spec, b.Version)
		}
		if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(b.Serial) {
			t.Errorf("serial number %q", b.Serial)
		}
		if b.Metadata.Timestamp != "2026-09-21T14:13:20Z" || b.Metadata.Component.Version != "v1.2.3" {
			t.Errorf("made at %s for %s", b.Metadata.Timestamp, b.Metadata.Component.Version)
		}
		refs := map[string]bool{b.Metadata.Component.Ref: true}
		for _, c := range b.Components {
			if refs[c.Ref] {
				t.Errorf("%s is there twice", c.Ref)
			}
			refs[c.Ref] = true
			if c.Type != "library" || c.Version == "" || len(c.Licences) == 0 || !strings.HasPrefix(c.PURL, "pkg:golang/") {
				t.Errorf("%+v: a part is missing", c)
			}
			if c.Name != standard && (len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64) {
				t.Errorf("%s: hashes %v", c.Name, c.Hashes)
			}
		}
		needed := map[string]bool{b.Metadata.Component.Ref: true}
		for _, d := range b.Dependencies {
			for _, need := range d.DependsOn {
				if !refs[need] {
					t.Errorf("%s needs %s, which is not listed", d.Ref, need)
				}
				needed[need] = true
			}
		}
		for ref := range refs {
			if !needed[ref] {
				t.Errorf("nobody needs %s", ref)
			}
		}
	})

	t.Run("comes out the same each time", func(t *testing.T) {
		if !bytes.Equal(text, made()) {
			t.Error("two bills of the same modules differ")
		}
	})
}

func TestALicenceIsKnownOrRefused(t *testing.T) {
	const bsd = "Redistribution and use in source and binary forms, with or without modification, are permitted. Redistributions in binary form must reproduce the notice."
	for name, c := range map[string]struct{ text, want string }{
		"Apache":                         {"   Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		"MIT, broken over lines":         {"Permission is hereby\ngranted, free of charge, to any. The above\ncopyright notice and this permission notice shall", "MIT"},
		"BSD with two clauses":           {bsd, "BSD-2-Clause"},
		"BSD with three":                 {bsd + " Names may not be used to endorse or promote products.", "BSD-3-Clause"},
		"MIT without its condition":      {"Permission is hereby granted, free of charge, to my friends", ""},
		"a licence nobody here has read": {"You may use this on Tuesdays.", ""},
		"nothing":                        {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := identify(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for text, want := range map[string]string{
		"GNU AFFERO GENERAL\n  PUBLIC LICENSE":                            "general public license",
		"licensed under the GNU Lesser General Public License":            "general public license",
		"Mozilla Public License Version 2.0":                              "mozilla public license",
		"Apache License with the \"Commons Clause\"":                      "commons clause",
		"Server Side Public License":                                      "server side public license",
		"for any purpose, commercial or non-commercial, and by any means": "",
	} {
		if got := forbidden(text); got != want {
			t.Errorf("forbidden(%q) = %q, want %q", text, got, want)
		}
	}
	t.Run("a module with a forbidden one, or none", func(t *testing.T) {
		dir := t.TempDir()
		m := &module{Path: "example.com/m", Dir: dir, packages: []string{filepath.Join(dir, "inner")}}
		if err := os.Mkdir(m.packages[0], 0o700); err != nil {
			t.Fatal(err)
		}
		if ids, err := m.licences(); err == nil {
			t.Errorf("no file at all passed as %v", ids)
		}
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("LICENSE.md", bsd)
		if ids, err := m.licences(); err != nil || !slices.Equal(ids, []string{"BSD-2-Clause"}) {
			t.Errorf("got %v, %v", ids, err)
		}
		write("inner/COPYING", "GNU General Public License")
		if ids, err := m.licences(); err == nil {
			t.Errorf("with copyleft in a linked folder it passed as %v", ids)
		}
	})
}

// The made-up secrets are put together here, so that this file holds none.
func TestSecretsAreSeenAndNothingElse(t *testing.T) {
	long := strings.Repeat("aB3", 40)
	for kind, line := range map[string]string{
		"a key of the portal":      "PORTAL_KEYS=2026a:" + long[:43] + "=",
		"a client secret of Entra": "secret: xY9" + "8Q~" + long[:34],
		"a signed token":           "Bearer eyJ" + long[:20] + ".eyJ" + long[:30] + "." + long[:40],
		"a refresh token of Entra": "0.A" + long,
		"a private key":            "-----BEGIN RSA " + "PRIVATE KEY-----",
		"a password in an address": "postgres://portal:corre" + "cthorse@db/portal",
		"a token of GitHub":        "ghp" + "_" + long[:36],
		"a token of npm":           "npm" + "_" + long[:36],
		"a key of AWS":             "AKI" + "A" + strings.ToUpper(long[:16]),
		"a key of Azure storage":   "Account" + "Key=" + long[:86] + "==",
		"a token of Slack":         "xox" + "b-" + long[:24],
	} {
		t.Run("V13.3.1 "+kind, func(t *testing.T) {
			if got := secretIn(line); got != kind {
				t.Errorf("%q is told as %q", line, got)
			}
		})
	}
	for _, line := range []string{
		"postgres://portal:PASSWORD@HOST/portal", "postgres://$USER:${PASSWORD}@db/portal", "https://example.com:8443/a@b",
		"github.com/a-h/templ v0.3.977 h1:" + long[:43] + "=", `"integrity": "sha512-` + long[:86] + `=="`,
		"eyJhbGciOiJub25lIn0", "-----BEGIN CERTIFICATE-----", "etag: 0.Abc",
	} {
		if got := secretIn(line); got != "" {
			t.Errorf("%q is taken for %s", line, got)
		}
	}
}

func TestALineThatNoLinterRefusesIsTold(t *testing.T) {
	const file = "package p\nvar a = bad() // want gosec\nvar b = worse() // want gosec forbidigo\nvar c = good()\n"
	const said = "p.go:2:9: G000: no (gosec)\np.go:3:9: use of worse forbidden (forbidigo)\n"
	want := []string{"3, gosec: var b = worse()"}
	if diff := cmp.Diff(want, unrefused(file, said)); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
}

// Each direct dependency has its line in deploy/DEPENDENCIES.md, with the licence it really
// has, and is built with at the least version that is told there.
func TestEachDependencyHasItsReason(t *testing.T) {
	t.Chdir("../..")
	type row struct{ what, licence, least, where string }
	rows := map[string]row{}
	text, err := os.ReadFile("deploy/DEPENDENCIES.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if len(cells) != 6 || strings.Contains(line, "---") || strings.Contains(line, "| Module |") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
			if cells[i] == "" {
				t.Errorf("an empty cell: %s", line)
			}
		}
		if _, twice := rows[cells[0]]; twice {
			t.Errorf("%s has two lines", cells[0])
		}
		rows[cells[0]] = row{cells[1], cells[3], cells[4], cells[5]}
	}

	if least := rows["Go"].least; older(strings.TrimPrefix(runtime.Version(), "go"), least) {
		t.Errorf("V15.2.1: built with %s, at least %s is asked for", runtime.Version(), least)
	}
	delete(rows, "Go")

	out, err := output("go", "list", "-m", "-f", "{{if not (or .Main .Indirect)}}{{.Path}} {{.Version}} {{.Dir}}{{end}}", "all")
	if err != nil {
		t.Fatal(err)
	}
	product, err := output("go", "list", "-f", "{{join .Imports \"\\n\"}}", "./...")
	if err != nil {
		t.Fatal(err)
	}
	modules, err := linked()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		path, version := f[0], f[1]
		r, told := rows[path]
		delete(rows, path)
		if !told {
			t.Errorf("%s has no line in deploy/DEPENDENCIES.md: what is it for?", path)
			continue
		}
		if r.least != "–" && older(version, r.least) {
			t.Errorf("V15.2.1: %s is %s, at least %s is asked for", path, version, r.least)
		}
		shipped := slices.ContainsFunc(strings.Fields(string(product)), func(p string) bool { return p == path || strings.HasPrefix(p, path+"/") })
		if shipped != (r.where == "shipped") {
			t.Errorf("%s: the line says %q; imported by the product: %v", path, r.where, shipped)
		}
		if r.where != "shipped" || len(f) < 3 {
			continue
		}
		at := slices.IndexFunc(modules, func(m *module) bool { return m.Path == path })
		if at < 0 {
			t.Errorf("%s is told to be shipped and is not linked", path)
			continue
		}
		if ids, err := modules[at].licences(); err != nil || strings.Join(ids, ", ") != r.licence {
			t.Errorf("%s is under %v (%v), the line says %s", path, ids, err, r.licence)
		}
	}
	for path := range rows {
		t.Errorf("%s has a line and is no direct dependency", path)
	}
}

// older tells whether version a comes before b, both like v1.2.3.
func older(a, b string) bool {
	numbers := func(v string) (out []int) {
		for part := range strings.SplitSeq(strings.TrimPrefix(v, "v"), ".") {
			n, _ := strconv.Atoi(part)
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b)) < 0
}

// The vulnerability database is a folder here, with one made-up hole in what each
// package that reads JSON calls.
func TestVulnerabilitiesFailTheBuildOnlyWhenKnown(t *testing.T) {
	t.Chdir("../..")
	db := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(db, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const id, when = "GO-2099-0001", `"modified":"2026-01-01T00:00:00Z"`
	write("index/db.json", `{`+when+`}`)
	write("index/vulns.json", `[{"id":"`+id+`",`+when+`}]`)
	write("index/modules.json", `[]`)
	write("ID/"+id+".json", `{"schema_version":"1.3.1","id":"`+id+`",`+when+`,"published":"2026-01-01T00:00:00Z","summary":"made up","details":"made up",
		"affected":[{"package":{"name":"stdlib","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],
		"ecosystem_specific":{"imports":[{"path":"encoding/json","symbols":["Unmarshal"]}]}}],
		"database_specific":{"url":"https://example.com","review_status":"REVIEWED"}}`)
	vuln := func(env ...string) (string, error) {
		cmd := exec.Command(".ci/vuln", "./pcclient")
		cmd.Env = append(os.Environ(), env...)
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	ours := "VULNDB=file://" + filepath.ToSlash(db)

	t.Run("V15.2.1 nothing known", func(t *testing.T) {
		if said, err := vuln(ours); err != nil || !strings.Contains(said, "no known vulnerability") {
			t.Errorf("it said %q, %v", said, err)
		}
	})
	write("index/modules.json", `[{"path":"stdlib","vulns":[{"id":"`+id+`",`+when+`}]}]`)
	t.Run("V15.2.1 a hole in what is called", func(t *testing.T) {
		if said, err := vuln(ours); err == nil || !strings.Contains(said, id) {
			t.Errorf("it said %q, %v", said, err)
		}
	})
	t.Run("V15.2.1 a copy that is not there is not nothing known", func(t *testing.T) {
		if said, err := vuln("VULNDB=file://" + filepath.ToSlash(db) + "-no"); err == nil {
			t.Errorf("it said %q and let the build go on", said)
		}
	})
	t.Run("V15.2.1 the public database out of reach is told and lets the build go on", func(t *testing.T) {
		if said, err := vuln("VULNDB=", "HTTPS_PROXY=http://127.0.0.1:1"); err != nil || !strings.Contains(said, "NOT CHECKED") {
			t.Errorf("it said %q, %v", said, err)
		}
	})
}
