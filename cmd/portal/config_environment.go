package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
)

// ofKubernetes are the variables that Kubernetes sets in a pod for each service whose name
// begins with "portal". None of ours ends like them.
var ofKubernetes = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// forgetEmpty takes the variables set to nothing out of the environment, where kong would
// read them: as an answer that is neither yes nor no, for one.
func forgetEmpty() {
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PORTAL_") && value == "" {
			_ = os.Unsetenv(name) // fails for names alone that no environment holds
		}
	}
}

// unknownVariables are the PORTAL_ variables that no command reads. Most are a slip of the
// pen, and a protection that somebody believes is on.
func unknownVariables(environ []string) Problems {
	var known []string
	for _, s := range settingsOf(checkCommand{}) { // those of serve, and its own
		known = append(known, s.Variable)
	}
	var ps Problems
	slices.Sort(environ)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "PORTAL_") || slices.Contains(known, name) || ofKubernetes.MatchString(name) {
			continue
		}
		nearest := slices.MinFunc(known, func(a, b string) int { return slips(name, a) - slips(name, b) })
		ps.add(name, "is no setting of the portal: the nearest is %s", nearest)
	}
	return ps
}

// slips is how many letters lie between two words: put in, left out or taken for another.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			taken := diagonal
			if a[i] != b[j] {
				taken++
			}
			diagonal = row[j+1]
			row[j+1] = min(taken, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
