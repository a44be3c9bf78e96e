package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const thirdParty = "deploy/THIRD_PARTY.md"

// unicode is the licence of CLDR, whose names of countries and languages the portal
// carries as data of its own (web/address/names) and by way of golang.org/x/text.
//
//go:embed unicode.txt
var unicode string

// known are the licences we may ship under, each by words that only it has. What is
// not recognised is refused until somebody has read it and added it here: copyleft,
// shared source and "non-commercial" have no place in a binary that partners pass on.
var known = []struct {
	ID    string
	Words []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0, January 2004"}},
	{"MIT", []string{"Permission is hereby granted, free of charge", "The above copyright notice and this permission notice"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "endorse or promote products"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms", "binary form must reproduce"}},
	{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose"}},
}

// leftOut are notices of things that are in a module and not in the portal.
var leftOut = map[string]string{
	"modernc.org/memory LICENSE-LOGO":         "a picture in the documentation",
	"modernc.org/sqlite LICENSE-SQLITE_VEC":   "an extension that is not linked",
	"modernc.org/sqlite LICENSE-3RD-PARTY.md": "the whole module graph with its tests; what is linked of it stands here by itself",
}

// identify tells under which licence a text puts its code, "" if it is none of those known.
func identify(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, licence := range known {
		if !slices.ContainsFunc(licence.Words, func(w string) bool { return !strings.Contains(text, w) }) {
			return licence.ID
		}
	}
	return ""
}

// forbidden finds the name of a licence we may not ship under, in any text.
func forbidden(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, name := range []string{
		"general public license", "mozilla public license", "eclipse public license", "common development and distribution",
		"european union public licen", "server side public license", "business source license", "commons clause", "elastic license",
		"noncommercial", "non-commercial use",
	} {
		if strings.Contains(text, name) && !strings.Contains(text, "sqlite is public domain") {
			return name
		}
	}
	return ""
}

// licences lists the licences of a module, most of which have one.
func (m *module) licences() ([]string, error) {
	files, err := m.notices()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if leftOut[m.Path+" "+filepath.Base(file)] != "" {
			continue
		}
		if bad := forbidden(string(text)); bad != "" {
			return nil, fmt.Errorf("%s: %s speaks of the %s", m.Path, filepath.Base(file), bad)
		}
		if id := identify(string(text)); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%s: no licence that we know among %v", m.Path, files)
	}
	slices.Sort(ids)
	return ids, nil
}

// licences compares deploy/THIRD_PARTY.md with what is linked, or writes it.
func licences(write bool) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	want, err := thirdPartyNotices(modules)
	if err != nil {
		return err
	}
	if write {
		return os.WriteFile(thirdParty, want, 0o644)
	}
	got, err := os.ReadFile(thirdParty)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return errors.New(thirdParty + " does not say what is linked: make generate")
	}
	return nil
}

// thirdPartyNotices is the text that goes along with the binary: who wrote what is in
// it, and under which terms. A text that several modules share stands there once.
func thirdPartyNotices(modules []*module) ([]byte, error) {
	var table, texts bytes.Buffer
	var order []string
	users := map[string][]string{}
	add := func(text, user string) {
		if users[text] == nil {
			order = append(order, text)
		}
		users[text] = append(users[text], user)
	}
	for _, m := range modules {
		if m.Path == self {
			continue
		}
		ids, err := m.licences()
		if err != nil {
			return nil, err
		}
		name, version := m.Path, m.Version
		if m.Path == standard {
			name, version = "Go's standard library", "" // whichever builds it, under the same terms
		}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", name, version, strings.Join(ids, ", "))
		files, err := m.notices()
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			short, err := filepath.Rel(m.Dir, file)
			if err != nil {
				return nil, err
			}
			if leftOut[m.Path+" "+short] == "" {
				add(tidy(string(text)), name+" ("+filepath.ToSlash(short)+")")
			}
		}
	}
	fmt.Fprintf(&table, "| Unicode CLDR (names of countries, languages and regions) | 48 | Unicode-3.0 |\n")
	add(tidy(unicode), "Unicode CLDR")
	for _, text := range order {
		fmt.Fprintf(&texts, "\n## %s\n\n```text\n%s\n```\n", strings.Join(users[text], ", "), text)
	}
	return fmt.Appendf(nil, `# What others wrote

Generated by `+"`make generate`"+` from the modules linked into the portal for Linux; do not edit. The portal itself is under [Apache-2.0](../LICENSE).

| Part | Version | Licence |
| --- | --- | --- |
%s%s`, &table, &texts), nil
}

// tidy makes texts alike that differ in line ends and the space at the end of lines only.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
