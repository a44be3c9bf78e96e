package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	self     = "github.com/partnerdesk/portal"
	standard = "std" // Go's own library, which is linked like a module
)

// module is one whose code is in the binary.
type module struct {
	Path     string
	Version  string // "" for ourselves
	Dir      string
	Sum      string   // from go.sum, "" for ourselves and Go's library
	Needs    []string // paths of the modules its linked packages import, sorted
	packages []string // folders of the linked packages
}

// linked lists the modules in the portal as it is shipped, for Linux and without C,
// by path; ourselves and Go's library are among them.
func linked() ([]*module, error) {
	type listed struct {
		ImportPath, Dir string
		Standard        bool
		Imports         []string
		Module          *struct{ Path, Version, Dir string }
	}
	out, err := output("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Imports,Module", "./cmd/portal")
	if err != nil {
		return nil, err
	}
	goVersion, err := output("go", "env", "GOVERSION", "GOROOT")
	if err != nil {
		return nil, err
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(goVersion)), "\n")
	sums, err := readSums()
	if err != nil {
		return nil, err
	}
	byPath := map[string]*module{standard: {Path: standard, Version: strings.TrimPrefix(version, "go"), Dir: root}}
	owner := map[string]string{}
	var packages []listed
	for from := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := from.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages = append(packages, p)
		if p.Module == nil {
			owner[p.ImportPath] = standard
			continue
		}
		owner[p.ImportPath] = p.Module.Path
		m := byPath[p.Module.Path]
		if m == nil {
			m = &module{Path: p.Module.Path, Version: p.Module.Version, Dir: p.Module.Dir, Sum: sums[p.Module.Path+" "+p.Module.Version]}
			byPath[m.Path] = m
		}
		m.packages = append(m.packages, p.Dir)
	}
	for _, p := range packages {
		m := byPath[owner[p.ImportPath]]
		for _, imported := range p.Imports {
			need := owner[imported]
			if need != "" && need != m.Path && !slices.Contains(m.Needs, need) {
				m.Needs = append(m.Needs, need)
			}
		}
	}
	modules := make([]*module, 0, len(byPath))
	for _, m := range byPath {
		slices.Sort(m.Needs)
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b *module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// readSums maps "path version" to the hash that go.sum holds for the module's files.
func readSums() (map[string]string, error) {
	file, err := os.ReadFile("go.sum")
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(file)) {
		if f := strings.Fields(line); len(f) == 3 {
			sums[f[0]+" "+f[1]] = f[2]
		}
	}
	return sums, nil
}

// notices lists the files with licences, copyright and patent notices that belong to
// the linked packages: beside them and in the folders above, up to the module's own.
func (m *module) notices() ([]string, error) {
	var dirs []string
	for _, dir := range append([]string{m.Dir}, m.packages...) {
		for ; strings.HasPrefix(dir, m.Dir) && !slices.Contains(dirs, dir); dir = filepath.Dir(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	var found []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			name := strings.ToUpper(e.Name())
			for _, start := range []string{"LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "PATENTS", "UNLICENSE"} {
				if e.Type().IsRegular() && strings.HasPrefix(name, start) && !strings.HasSuffix(name, ".GO") {
					found = append(found, filepath.Join(dir, e.Name()))
					break
				}
			}
		}
	}
	return found, nil
}

func output(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return out, nil
}
