// Command count reads the output of go test -json and prints what people want to
// know: a line for each package, the output of tests that failed, and at the end
// how many there were. A test counts by itself; one that only holds others does
// not. It exits with 1 if anything failed, and with CI=true also if a test was
// skipped, unless it says that it looks for samples, for the fonts of its pictures or for
// a Node with the names it compares, which not every machine has, or that it is a tool for
// use by hand.
//
// With -matrix FILE it also prints the ids of that file that no passing test has
// in its name.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

// id names a test, or a package where Test is empty.
type id struct{ Package, Test string }

// excuses are what a skipped test has to speak of to be no failure in CI.
var excuses = []string{"samples", "fonts", "Node", "by hand"}

// tally is what has been seen so far.
type tally struct {
	output map[id]*strings.Builder
	build  map[string]*strings.Builder
	parent map[id]bool
	result map[id]string
	broken []id // packages that failed with no test to blame
}

func main() {
	matrix := flag.String("matrix", "", "file of ids to look for in the names of passing tests")
	flag.Parse()
	t := tally{
		output: map[id]*strings.Builder{},
		build:  map[string]*strings.Builder{},
		parent: map[id]bool{},
		result: map[id]string{},
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Println(lines.Text())
			continue
		}
		t.add(e)
	}
	if err := lines.Err(); err != nil {
		fmt.Println("count:", err)
		os.Exit(1)
	}
	if *matrix != "" {
		if err := t.reportMatrix(*matrix); err != nil {
			fmt.Println("count:", err)
			os.Exit(1)
		}
	}
	if !t.report(os.Getenv("CI") == "true") {
		os.Exit(1)
	}
}

func (t *tally) add(e event) {
	key := id{e.Package, e.Test}
	switch e.Action {
	case "run":
		for name := e.Test; ; {
			at := strings.LastIndex(name, "/")
			if at < 0 {
				break
			}
			name = name[:at]
			t.parent[id{e.Package, name}] = true
		}
	case "output":
		write(t.output, key, e.Output)
	case "build-output":
		write(t.build, e.ImportPath, e.Output)
	case "pass", "fail", "skip":
		t.result[key] = e.Action
		if e.Test == "" {
			t.packageDone(e)
		}
	}
}

func (t *tally) packageDone(e event) {
	word := map[string]string{"pass": "ok", "fail": "FAIL", "skip": "no tests"}[e.Action]
	if word != "no tests" {
		fmt.Printf("%-8s %-56s %6.1f s\n", word, e.Package, e.Elapsed)
	}
	if e.Action != "fail" {
		return
	}
	for key, result := range t.result {
		if key.Package == e.Package && key.Test != "" && result == "fail" {
			return
		}
	}
	if build := t.build[e.FailedBuild]; build != nil {
		write(t.output, id{Package: e.Package}, build.String())
	}
	t.broken = append(t.broken, id{Package: e.Package})
}

// report prints what failed, then the count, and tells whether all is well.
func (t *tally) report(ci bool) bool {
	var failed, skipped []id
	passed := 0
	for key, result := range t.result {
		switch {
		case key.Test == "":
		// A parent may fail by itself; then it is one of those to read.
		case t.parent[key] && (result != "fail" || t.childFailed(key)):
		case result == "pass":
			passed++
		case result == "skip":
			skipped = append(skipped, key)
		default:
			failed = append(failed, key)
		}
	}
	failed = append(failed, t.broken...)
	for _, key := range slices.SortedFunc(slices.Values(failed), byName) {
		fmt.Printf("\n--- FAIL: %s\n%s", key.name(), t.text(key))
	}
	bad := len(failed) > 0
	for _, key := range slices.SortedFunc(slices.Values(skipped), byName) {
		excused := slices.ContainsFunc(excuses, func(e string) bool { return strings.Contains(t.text(key), e) })
		if excused && ci {
			continue
		}
		fmt.Printf("skipped  %s: %s\n", key.name(), t.reason(key))
		if ci {
			bad = true
			fmt.Println("         a skipped test is a failure here")
		}
	}
	fmt.Printf("\n%d passed, %d failed, %d skipped\n", passed, len(failed), len(skipped))
	return !bad && passed > 0
}

// idInName finds A-07 in a subtest's name and A07 in TestA07AndSoOn.
var idInName = regexp.MustCompile(`(?:^|[^A-Za-z0-9]|Test)([RAFIL])-?0*([0-9]{1,2})`)

// asvsInName finds V3.4.3, which has no end within V3.4.31.
var asvsInName = regexp.MustCompile(`(?:^|[^A-Za-z0-9])(V[0-9]+\.[0-9]+\.[0-9]+)`)

// asvsLine is such an id on a line of the matrix.
var asvsLine = regexp.MustCompile(`^V[0-9]+\.[0-9]+\.[0-9]+$`)

func (t *tally) reportMatrix(path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for key, result := range t.result {
		if result == "pass" {
			for _, found := range idInName.FindAllStringSubmatch(key.Test, -1) {
				named[found[1]+"-"+found[2]] = true
			}
			for _, found := range asvsInName.FindAllStringSubmatch(key.Test, -1) {
				named[found[1]] = true
			}
		}
	}
	var missing []string
	all := 0
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		letter, number, isID := strings.Cut(line, "-")
		asvs := asvsLine.MatchString(line)
		if strings.HasPrefix(line, "#") || !isID && !asvs {
			continue
		}
		all++
		if !named[letter+"-"+strings.TrimLeft(number, "0")] && !named[line] {
			missing = append(missing, line)
		}
	}
	fmt.Printf("\n%d of %d ids are in the name of a passing test. Without one:\n%s\n", all-len(missing), all, strings.Join(missing, " "))
	return nil
}

func (t *tally) childFailed(parent id) bool {
	for key := range maps.Keys(t.result) {
		if key.Package == parent.Package && strings.HasPrefix(key.Test, parent.Test+"/") && t.result[key] == "fail" {
			return true
		}
	}
	return false
}

func (t *tally) text(key id) string {
	if b := t.output[key]; b != nil {
		return b.String()
	}
	return ""
}

// reason is what a skipped test said, without the frame go test puts round it.
func (t *tally) reason(key id) string {
	for _, line := range slices.Backward(strings.Split(t.text(key), "\n")) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "---") && !strings.HasPrefix(line, "===") {
			return line
		}
	}
	return "no reason given"
}

func (i id) name() string {
	short := strings.TrimPrefix(i.Package, "github.com/partnerdesk/portal/")
	return strings.TrimSpace(short + " " + i.Test)
}

func byName(a, b id) int { return strings.Compare(a.name(), b.name()) }

func write[K comparable](m map[K]*strings.Builder, key K, text string) {
	if m[key] == nil {
		m[key] = new(strings.Builder)
	}
	m[key].WriteString(text)
}
