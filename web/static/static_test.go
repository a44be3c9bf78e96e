package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/web/static"
)

func get(t *testing.T, method, path string) *http.Response {
	t.Helper()
	rec := httptest.NewRecorder()
	missing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	static.Handler(missing).ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Result()
}

func body(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(get(t, http.MethodGet, static.URL(name)).Body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFilesAreServedUnderTheirHashAndKept(t *testing.T) {
	kinds := map[string]string{"portal.css": "text/css; charset=utf-8", "portal.js": "text/javascript; charset=utf-8", "edit.js": "text/javascript; charset=utf-8", "sprite.svg": "image/svg+xml"}
	for name, kind := range kinds {
		res := get(t, http.MethodGet, static.URL(name))
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
		sum := sha512.Sum384(body(t, name))
		if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); static.Integrity(name) != want {
			t.Errorf("%s: integrity %s, want %s", name, static.Integrity(name), want)
		}
		if head := get(t, http.MethodHead, static.URL(name)); head.StatusCode != http.StatusOK {
			t.Errorf("HEAD %s: %d", name, head.StatusCode)
		}
		if post := get(t, http.MethodPost, static.URL(name)); post.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", name, post.StatusCode)
		}
	}
}

func TestBrowsersThatTakeGzipGetIt(t *testing.T) {
	for accepted, want := range map[string]string{"gzip, deflate, br": "gzip", "br;q=1.0, gzip;q=0.8": "gzip", "": "", "br": "", "gzip;q=0": "", "x-gzip": ""} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, static.URL("portal.css"), nil)
		r.Header.Set("Accept-Encoding", accepted)
		static.Handler(http.NotFoundHandler()).ServeHTTP(rec, r)
		if got := rec.Header().Get("Content-Encoding"); got != want || rec.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: Content-Encoding %q, want %q", accepted, got, want)
		}
		var text bytes.Buffer
		if want == "gzip" {
			z, err := gzip.NewReader(rec.Body)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := text.ReadFrom(z); err != nil {
				t.Fatal(err)
			}
		} else {
			text = *rec.Body
		}
		if !bytes.Equal(text.Bytes(), body(t, "portal.css")) {
			t.Errorf("%q: another text arrived", accepted)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{"/static/", "/static/portal.css", "/static/portal.000000000000.css", "/static/static.go", "/static/../go.mod", static.URL("portal.css") + "/", static.URL("portal.css") + ".map"} {
		if res := get(t, http.MethodGet, path); res.StatusCode != http.StatusTeapot {
			t.Errorf("%s: %d, want the handler for missing pages", path, res.StatusCode)
		}
	}
}

func TestSizesStayInTheBudget(t *testing.T) {
	packed := func(names ...string) int {
		var b bytes.Buffer
		for _, name := range names {
			z := gzip.NewWriter(&b)
			if _, err := z.Write(body(t, name)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return b.Len()
	}
	for _, c := range []struct {
		limit int
		names []string
	}{{10 << 10, []string{"portal.css"}}, {12 << 10, []string{"portal.js", "edit.js"}}, {3 << 10, []string{"sprite.svg"}}} {
		if got := packed(c.names...); got > c.limit {
			t.Errorf("%v: %d bytes packed, limit %d", c.names, got, c.limit)
		}
	}
}

// The page's policy forbids what these words would need.
func TestNothingLeavesTheOriginOrWritesMarkup(t *testing.T) {
	t.Run("V3.2.2 V3.7.1 V14.2.3 V14.3.3", testNothingLeavesTheOriginOrWritesMarkup)
}

func testNothingLeavesTheOriginOrWritesMarkup(t *testing.T) {
	for _, name := range []string{"portal.css", "portal.js", "edit.js"} {
		for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "http:", "https:", "//cdn", "@import", "url(", "localStorage", "sessionStorage", "indexedDB", "caches.", "document.cookie"} {
			if bytes.Contains(body(t, name), []byte(word)) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

// Our scripts take from the document and the window what browsers put there and nothing that
// an element's name or id could stand in for, ask for elements by id or selector alone, and
// write to no property whose name they were told: neither can be had in that way.
func TestScriptsTrustNoNames(t *testing.T) {
	own := strings.Fields("activeElement addEventListener adoptNode body createElement documentElement getElementById hidden querySelector querySelectorAll title HTMLDialogElement")
	for _, name := range []string{"portal.js", "edit.js"} {
		t.Run("V3.2.3 V15.3.6 "+name, func(t *testing.T) {
			text := regexp.MustCompile(`(?m)//.*$`).ReplaceAllString(string(body(t, name)), "")
			for _, m := range regexp.MustCompile(`\b(?:document|window|self|globalThis)(\.\w+|\[)`).FindAllStringSubmatch(text, -1) {
				if !slices.Contains(own, strings.TrimPrefix(m[1], ".")) {
					t.Errorf("it asks for %s", m[0])
				}
			}
			for what, shape := range map[string]string{
				"a member by a computed name":       `\]\s*=[^=]`,
				"a walk over all members":           `\bfor\s*\([^)]*\bin\b`,
				"a merge or a copy":                 `Object\.(assign|entries|fromEntries|setPrototypeOf)|\.\.\.|structuredClone|JSON\.parse`,
				"a member that objects are made of": `__proto__|\bconstructor\b|\bprototype(\.\w+)?\s*=[^=]|\bprototype\[`,
				"names from an object":              `\bwith\s*\(`,
			} {
				if found := regexp.MustCompile(shape).FindString(text); found != "" {
					t.Errorf("it has %s: %q", what, found)
				}
			}
			if !strings.Contains(text, `"use strict"`) {
				t.Error("it is not strict: a misspelt name would be one of the page's")
			}
		})
	}
}

// Each pair meets on a page: what is written or drawn, on what.
func TestContrastOfEveryPair(t *testing.T) {
	css := string(body(t, "portal.css"))
	colours := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`).FindAllStringSubmatch(css, -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	type pairs struct {
		floor float64
		on    string
		what  string
	}
	list := []pairs{
		{4.5, "surface raised bg sunken field hover", "text muted faint accent"},
		{4.5, "side-hover side-here", "text muted"},
		{4.5, "surface raised field", "bad good care"},
		{4.5, "accent-weak", "text muted accent"},
		{4.5, "good-weak", "text muted good"},
		{4.5, "care-weak", "text muted care"},
		{4.5, "bad-weak", "text muted bad"},
		{4.5, "found differs", "text"},
		{4.5, "accent-fill accent-push", "on-accent"},
		{3, "surface raised field bg", "edge focus accent-mark bad-edge good-edge care-edge"},
		{3, "accent-weak", "accent-mark focus"},
		{3, "hover", "focus accent-mark muted"},
		{3, "surface", "accent-fill"},
		{3, "bad-weak", "bad-edge focus"},
		{3, "care-weak good-weak", "focus"},
		{3, "care-weak", "care-edge"},
		{3, "good-weak", "good-edge"},
		{3, "line-firm", "accent-mark"}, // a bar of progress
	}
	var on, what string
	for _, p := range list {
		on += " " + p.on
		what += " " + p.what
		for _, under := range strings.Fields(p.on) {
			for _, over := range strings.Fields(p.what) {
				for theme, name := range []string{"light", "dark"} {
					a, okA := colours[over]
					b, okB := colours[under]
					if !okA || !okB {
						t.Fatalf("no colour named %s or %s", over, under)
					}
					if got := contrast(t, a[theme], b[theme]); got < p.floor {
						t.Errorf("%s: %s on %s is %.2f, wants %.1f", name, over, under, got, p.floor)
					}
				}
			}
		}
	}
	for _, r := range rules(t) {
		for _, m := range regexp.MustCompile(`(?:^|[;\s])(color|background|background-color): var\(--([a-z-]+)\)`).FindAllStringSubmatch(r[1], -1) {
			known := strings.Fields(on + " " + what)
			if m[1] == "color" {
				known = strings.Fields(what)
			}
			if !slices.Contains(known, m[2]) {
				t.Errorf("%s: %s of %s is in no pair", r[0], m[1], m[2])
			}
		}
	}
}

// rules are the rules of the style sheet, its comments left out: what is selected, and
// what is said of it.
func rules(t *testing.T) [][2]string {
	t.Helper()
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(body(t, "portal.css")), "")
	var list [][2]string
	for _, m := range regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`).FindAllStringSubmatch(css, -1) {
		list = append(list, [2]string{strings.TrimSpace(m[1]), strings.TrimSpace(m[2])})
	}
	if len(list) < 200 {
		t.Fatalf("only %d rules were read", len(list))
	}
	return list
}

// values are what a declaration says, parted at the spaces outside of brackets.
func values(said string) []string {
	depth := 0
	return strings.FieldsFunc(said, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		return r == ' ' && depth == 0
	})
}

// wantNone wants no rule of which selector and words are as told.
func wantNone(t *testing.T, selector, words, why string) {
	t.Helper()
	selects, says := regexp.MustCompile(selector), regexp.MustCompile(words)
	for _, r := range rules(t) {
		if m := says.FindString(r[1]); m != "" && selects.MatchString(r[0]) {
			t.Errorf("%s { … %s … }: %s", r[0], m, why)
		}
	}
}

// A page in Arabic is the mirror of one in English without a rule of its own. What a
// gradient draws has no logical place, so a second rule puts it to the other side.
func TestTheStyleSheetKnowsNoSides(t *testing.T) {
	wantNone(t, ``, `\b(margin|padding|border)-(left|right|top|bottom)\b`, "a side of the screen")
	wantNone(t, ``, `(^|[;\s])(left|right|top|bottom)\s*:`, "a side of the screen")
	wantNone(t, ``, `\b(text-align|float|clear)\s*:\s*(left|right)\b`, "a side of the screen")
	wantNone(t, ``, `(^|[;\s])(min-|max-)?(width|height)\s*:`, "a direction of the screen: inline-size, block-size")
	for _, r := range rules(t) {
		for _, m := range regexp.MustCompile(`\b(?:margin|padding|inset|border-width)\s*:\s*([^;]*)`).FindAllStringSubmatch(r[1], -1) {
			if sides := values(m[1]); len(sides) == 4 && sides[1] != sides[3] {
				t.Errorf("%s { … %s … }: a right that is not the left", r[0], m[0])
			}
		}
		if m := regexp.MustCompile(`box-shadow: (inset )?-?[1-9.]\S* `).FindString(r[1]); m != "" {
			t.Errorf("%s { … %s … }: a shadow to one side", r[0], m)
		}
	}
	mirrored := map[string]bool{}
	for _, r := range rules(t) {
		if rest, ok := strings.CutPrefix(r[0], `[dir="rtl"] `); ok {
			mirrored[rest] = true
		}
	}
	for _, r := range rules(t) {
		if regexp.MustCompile(`background-position:|clip-path: inset\(\S+ \S+ \S+ \S+\)`).MatchString(r[1]) && !strings.HasPrefix(r[0], "[dir=") && !mirrored[r[0]] {
			t.Errorf("%s is not mirrored where text runs the other way", r[0])
		}
	}
}

// Nobody has to hold a device upright, to hover, or to do without what the system is
// set to: orientation (WCAG 1.3.4), content on hover (1.4.13), outlines that are taken
// away (2.4.7) but where something stands in for them.
func TestTheStyleSheetLeavesChoicesToPeople(t *testing.T) {
	css := string(body(t, "portal.css"))
	for _, word := range []string{"orientation", "user-select", "touch-action", "user-scalable"} {
		if strings.Contains(css, word) {
			t.Errorf("the style sheet holds %q", word)
		}
	}
	wantNone(t, `:hover`, `\b(display|visibility|opacity|content|clip-path|block-size|inline-size|position)\s*:`, "shown on hover only")
	for _, r := range rules(t) {
		if strings.Contains(r[1], "outline: none") && r[0] != "main:focus, h1:focus, h2:focus, .note:focus, .summary:focus" && r[0] != ".pick input:focus-visible" {
			t.Errorf("%s has no outline", r[0])
		}
	}
	if !strings.Contains(css, ".pick:has(:focus-visible) { outline: 2px") {
		t.Error("nothing stands in for the outline of a radio in a choice")
	}
}

// Nothing flashes (WCAG 2.3.1) or goes on moving (2.2.2), as nothing is animated but the
// short fade from page to page, and that for people who did not turn motion down.
func TestNothingMovesByItself(t *testing.T) {
	css := string(body(t, "portal.css"))
	for _, word := range []string{"@keyframes", "animation:", "animation-name", "infinite", "scroll-behavior: smooth"} {
		if strings.Contains(css, word) {
			t.Errorf("the style sheet holds %q", word)
		}
	}
	calm, moves, ok := strings.Cut(css, "@media (prefers-reduced-motion: no-preference) {")
	if !ok {
		t.Fatal("nothing depends on how much motion is wanted")
	}
	moves, calm2, _ := strings.Cut(moves, "\n}")
	for _, word := range []string{"transition", "animation"} {
		if strings.Contains(calm+calm2, word) {
			t.Errorf("%s for everybody", word)
		}
	}
	for _, m := range regexp.MustCompile(`(\d*\.?\d+)s\b`).FindAllStringSubmatch(moves, -1) {
		if took, err := strconv.ParseFloat(m[1], 64); err != nil || took > .2 {
			t.Errorf("something moves for %s s", m[1])
		}
	}
	for _, name := range []string{"portal.js", "edit.js"} {
		for _, word := range []string{".animate(", "requestAnimationFrame", "setInterval(", "behavior: \"smooth\""} {
			if bytes.Contains(body(t, name), []byte(word)) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

// A single tap or key does everything: no gesture (WCAG 2.5.1), nothing that acts before
// the finger is lifted (2.5.2), no shaking (2.5.4), no dragging (2.5.7).
func TestNoGestureIsNeeded(t *testing.T) {
	for _, name := range []string{"portal.js", "edit.js"} {
		text := string(body(t, name))
		for _, word := range []string{"touchstart", "touchend", "touchmove", "pointer", "mouseup", "mousemove", "mouseover", "mouseenter", "gesture", "wheel",
			"devicemotion", "deviceorientation", "Accelerometer", "drag", "onmouse", "contextmenu", "dblclick"} {
			if strings.Contains(text, word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
		// One press is taken from the browser, so that the find box keeps the focus.
		if n := strings.Count(text, "mousedown"); n > strings.Count(text, `addEventListener("mousedown", function (e) { e.preventDefault(); })`) {
			t.Errorf("%s acts on a press before it is lifted", name)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + .05) / (math.Min(x, y) + .05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
