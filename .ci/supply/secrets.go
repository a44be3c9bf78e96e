package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// shapes are what secrets look like. Each has a form of its own that nothing else
// has: a search for long random words would find hashes, pictures and ETags all day,
// and nobody would read what it says. Ours come first.
var shapes = []struct {
	Name    string
	Pattern *regexp.Regexp
}{
	{"a key of the portal", regexp.MustCompile(`\b[A-Za-z0-9-]{1,32}:[A-Za-z0-9+/]{43}=(?:[^=]|$)`)},
	{"a client secret of Entra", regexp.MustCompile(`\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`)},
	{"a signed token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}`)},
	{"a refresh token of Entra", regexp.MustCompile(`\b[01]\.A[A-Za-z0-9_-]{100,}`)},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
	{"a password in an address", regexp.MustCompile(`[a-z]://[^/\s:@"'<>]+:([^/\s@"'<>$%{}]{8,})@`)},
	{"a token of GitHub", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})`)},
	{"a token of npm", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}`)},
	{"a key of AWS", regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)},
	{"a key of Azure storage", regexp.MustCompile(`AccountKey=[A-Za-z0-9+/]{86}==`)},
	{"a token of Slack", regexp.MustCompile(`\bxox[abeprs]-[A-Za-z0-9-]{20,}`)},
}

// secretIn names the kind of secret a line seems to hold, "" if none.
func secretIn(line string) string {
	if strings.Contains(line, " h1:") { // go.sum
		return ""
	}
	for _, shape := range shapes {
		found := shape.Pattern.FindStringSubmatch(line)
		if found == nil || len(found) > 1 && found[1] == strings.ToUpper(found[1]) { // PASSWORD is where one goes
			continue
		}
		return shape.Name
	}
	return ""
}

// secrets looks through the files that git has or would take up, and through every
// line that a commit ever added: what was pushed once is out, removed or not.
func secrets() error {
	names, err := output("git", "ls-files", "-coz", "--exclude-standard")
	if err != nil {
		return err
	}
	var found []string
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		content, err := os.ReadFile(name)
		if err != nil || bytes.IndexByte(content, 0) >= 0 { // gone, a link to a folder, or a picture
			continue
		}
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if kind := secretIn(string(line)); kind != "" {
				found = append(found, fmt.Sprintf("%s:%d: %s", name, number, kind))
			}
		}
	}
	history, err := secretsInHistory()
	if err != nil {
		return err
	}
	found = append(found, history...)
	if len(found) > 0 {
		// Where, never what: this goes into logs.
		return errors.New("this looks like a secret; take it out and make it worthless where it counts:\n" + strings.Join(found, "\n"))
	}
	return nil
}

func secretsInHistory() ([]string, error) {
	log := exec.Command("git", "log", "--no-color", "--no-ext-diff", "-U0", "-p", "--format=commit %H")
	log.Stderr = os.Stderr
	out, err := log.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := log.Start(); err != nil {
		return nil, err
	}
	var found []string
	var commit, file string
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "commit "):
			commit = line[len("commit "):]
		case strings.HasPrefix(line, "+++ b/"):
			file = line[len("+++ b/"):]
		case strings.HasPrefix(line, "+"):
			if kind := secretIn(line[1:]); kind != "" {
				found = append(found, fmt.Sprintf("%.12s, %s: %s", commit, file, kind))
			}
		}
	}
	return found, errors.Join(lines.Err(), log.Wait())
}
