package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// criterion is one of WCAG 2.2, level A or AA, with all that holds the portal to it.
type criterion struct {
	number, name string

	axe    string // rules of axe, on every page and state
	plant  string // testdata/criteria.js checks every page and state under the same number; this makes a page wrong for it
	layout string // makes a page wrong for the layout that every page and state has to keep in every display
	walks  string // journeys, parted by semicolons
	tests  string // tests elsewhere, as folder: name
	hand   string // what people look at before a release
}

const noMedia = `put("video", {})`

// criteria are the 55 of them.
var criteria = []criterion{
	{number: "1.1.1", name: "non-text content", axe: "svg-img-alt image-alt", plant: `put("svg", {})`},
	{number: "1.2.1", name: "audio-only and video-only", plant: noMedia},
	{number: "1.2.2", name: "captions", plant: noMedia},
	{number: "1.2.3", name: "audio description or media alternative", plant: noMedia},
	{number: "1.2.4", name: "captions (live)", plant: noMedia},
	{number: "1.2.5", name: "audio description", plant: noMedia},
	{number: "1.3.1", name: "info and relationships", axe: "label list definition-list th-has-data-cells heading-order td-has-header table-fake-caption p-as-heading",
		plant: `put("fieldset", {textContent: "Which?"})`, walks: "what is told"},
	{number: "1.3.2", name: "meaningful sequence", plant: `document.querySelector("main > *").style.cssText = "display: flex; flex-direction: column-reverse"`},
	{number: "1.3.3", name: "sensory characteristics", plant: `put("p", {textContent: "Press the button on the right."})`},
	{number: "1.3.4", name: "orientation", tests: "web/static: TestTheStyleSheetLeavesChoicesToPeople", layout: `put("p", {textContent: "x".repeat(400)})`},
	{number: "1.3.5", name: "identify input purpose", axe: "autocomplete-valid", plant: `put("input", {autocomplete: "email"})`},
	{number: "1.4.1", name: "use of colour", axe: "link-in-text-block", plant: `put("span", {className: "tag bad"})`},
	{number: "1.4.2", name: "audio control", plant: noMedia},
	{number: "1.4.3", name: "contrast (minimum)", axe: "color-contrast", tests: "web/static: TestContrastOfEveryPair"},
	{number: "1.4.4", name: "resize text", layout: `put("p", {textContent: "tall"}).style.cssText = "block-size: 10px; overflow: hidden"`},
	{number: "1.4.5", name: "images of text", plant: `put("img", {alt: "Partner Desk"})`},
	{number: "1.4.10", name: "reflow", plant: `put("p", {textContent: "x".repeat(400)})`},
	{number: "1.4.11", name: "non-text contrast", tests: "web/static: TestContrastOfEveryPair", hand: "contrast themes of Windows"},
	{number: "1.4.12", name: "text spacing", layout: `put("p", {textContent: "two words"}).style.cssText = "inline-size: 40px; white-space: nowrap; overflow: hidden"`},
	{number: "1.4.13", name: "content on hover or focus", plant: `put("span", {title: "told to a mouse", textContent: "?"})`, tests: "web/static: TestTheStyleSheetLeavesChoicesToPeople"},
	{number: "2.1.1", name: "keyboard", plant: `put("a", {textContent: "Go"})`, walks: "every control by keyboard; merge by keyboard; find by keyboard; repair errors"},
	{number: "2.1.2", name: "no keyboard trap", walks: "every control by keyboard; dialogs by keyboard"},
	{number: "2.1.4", name: "character key shortcuts", plant: `put("button", {accessKey: "s", textContent: "Save"})`, walks: "keys alone; keys switched off; keys in fields"},
	{number: "2.2.1", name: "timing adjustable", plant: `put("meta", {httpEquiv: "refresh", content: "999"})`, axe: "meta-refresh",
		walks: "warned before the session's end; session ends while typing; session over while typing"},
	{number: "2.2.2", name: "pause, stop, hide", plant: `put("p", {textContent: "…"}).animate([{opacity: 0}, {opacity: 1}], {duration: 900, iterations: Infinity})`, tests: "web/static: TestNothingMovesByItself"},
	{number: "2.3.1", name: "three flashes or below threshold", tests: "web/static: TestNothingMovesByItself"},
	{number: "2.4.1", name: "bypass blocks", axe: "bypass skip-link region", plant: `document.querySelector(".skip").remove()`, walks: "keys alone"},
	{number: "2.4.2", name: "page titled", axe: "document-title", plant: `document.title = "Partner Desk"`},
	{number: "2.4.3", name: "focus order", plant: `put("button", {tabIndex: 3, textContent: "First"})`, walks: "every control by keyboard; dialogs by keyboard"},
	{number: "2.4.4", name: "link purpose (in context)", axe: "link-name", plant: `put("a", {href: "/a", textContent: "More"}); put("a", {href: "/b", textContent: "More"})`},
	{number: "2.4.5", name: "multiple ways", walks: "each customer is reached"},
	{number: "2.4.6", name: "headings and labels", axe: "empty-heading", plant: `put("h2", {textContent: "Again"}); put("h2", {textContent: "Again"})`},
	{number: "2.4.7", name: "focus visible", walks: "every control by keyboard"},
	{number: "2.4.11", name: "focus not obscured (minimum)", walks: "every control by keyboard"},
	{number: "2.5.1", name: "pointer gestures", tests: "web/static: TestNoGestureIsNeeded"},
	{number: "2.5.2", name: "pointer cancellation", walks: "pressed and let go elsewhere", tests: "web/static: TestNoGestureIsNeeded"},
	{number: "2.5.3", name: "label in name", axe: "label-content-name-mismatch"},
	{number: "2.5.4", name: "motion actuation", tests: "web/static: TestNoGestureIsNeeded"},
	{number: "2.5.7", name: "dragging movements", tests: "web/static: TestNoGestureIsNeeded"},
	{number: "2.5.8", name: "target size (minimum)", axe: "target-size", plant: `put("div").append(...["a", "b"].map(name => Object.assign(put("button", {textContent: name}), {style: "block-size: 12px; border: 0"})))`},
	{number: "3.1.1", name: "language of page", axe: "html-has-lang html-lang-valid"},
	{number: "3.1.2", name: "language of parts", axe: "valid-lang", plant: `put("p", {textContent: "מאפיית"})`},
	{number: "3.2.1", name: "on focus", walks: "every control by keyboard"},
	{number: "3.2.2", name: "on input", walks: "choosing leads nowhere; change the country"},
	{number: "3.2.3", name: "consistent navigation", walks: "axe: finding; axe: editing; axe: merging; axe: history"},
	{number: "3.2.4", name: "consistent identification", walks: "axe: finding; axe: editing; axe: merging; axe: history"},
	{number: "3.2.6", name: "consistent help", walks: "axe: finding; axe: editing; axe: merging; axe: history"},
	{number: "3.3.1", name: "error identification", plant: `put("input", {id: "odd"}).setAttribute("aria-invalid", "true")`, walks: "repair errors"},
	{number: "3.3.2", name: "labels or instructions", axe: "form-field-multiple-labels select-name", plant: `put("input", {})`},
	{number: "3.3.3", name: "error suggestion", plant: `put("p", {className: "err", textContent: "Bad email"})`, walks: "repair errors; choose an address"},
	{number: "3.3.4", name: "error prevention (legal, financial, data)", walks: "search, edit, review, save; history and undo"},
	{number: "3.3.7", name: "redundant entry", walks: "session over while typing; merge with a colleague; reload keeps the draft; repair errors"},
	{number: "3.3.8", name: "accessible authentication (minimum)", plant: `put("input", {type: "password"})`},
	{number: "4.1.2", name: "name, role, value", axe: "aria-allowed-attr aria-required-attr aria-valid-attr-value button-name nested-interactive", plant: `put("input", {}).setAttribute("aria-describedby", "nothing")`,
		walks: "what is told", hand: "NVDA and Narrator with Edge: search, repair errors, merge"},
	{number: "4.1.3", name: "status messages", plant: `put("div", {role: "status"})`, walks: "find box; draft saved and restored; a save that is not settled; copy the tenant ID"},
}

// named is a flaw that starts with the number of a criterion, with its name as well.
func named(flaw string) string {
	number, rest, _ := strings.Cut(flaw, " ")
	for _, c := range criteria {
		if c.number == number {
			return strings.TrimSpace(number + " " + c.name + ": " + rest)
		}
	}
	return flaw
}

// TestCriteria holds the list against what there is: every criterion is held by
// something, and what holds it exists and would notice.
func TestCriteria(t *testing.T) {
	if len(criteria) != 55 {
		t.Errorf("%d criteria, WCAG 2.2 has 55 of levels A and AA", len(criteria))
	}
	chromium := startChromium(t)
	p := startDesk(t).newTab(t, chromium, modes[0])
	p.open("/signin")
	checks := hold[[]string](p, "numbers")
	source, withAxe := axe(t)
	for _, c := range criteria {
		t.Run(c.number+" "+c.name, func(t *testing.T) {
			if c.axe+c.plant+c.layout+c.walks+c.tests == "" {
				t.Error("nothing holds it")
			}
			for walk := range strings.SplitSeq(c.walks, "; ") {
				if walk != "" && !slices.ContainsFunc(journeys, func(j struct {
					name string
					walk func(*tab)
				}) bool {
					return j.name == walk
				}) {
					t.Errorf("no journey %q", walk)
				}
			}
			if c.tests != "" {
				wantTest(t, c.tests)
			}
			p.t = t
			p.open("/signin")
			if withAxe && c.axe != "" {
				eval[chromedp.Void](p, source)
				for rule := range strings.FieldsSeq(c.axe) {
					if !eval[bool](p, fmt.Sprintf(`axe.getRules().some(r => r.ruleId === %q)`, rule)) {
						t.Errorf("axe has no rule %s", rule)
					}
				}
			}
			number := c.number
			if c.plant == noMedia {
				number = "1.2.1"
			}
			if has := slices.Contains(checks, number); has != (c.plant != "") {
				t.Fatalf("checked in every page: %v, planted: %v", has, c.plant != "")
			}
			if c.plant != "" {
				if flaws := hold[[]string](p, "check", number); len(flaws) > 0 {
					t.Errorf("wrong before: %v", flaws)
				}
				p.makeWrong(c.plant)
				if len(hold[[]string](p, "check", number)) == 0 {
					t.Error("not noticed")
				}
			}
			if c.layout != "" {
				if flaws := hold[[]string](p, "layout"); len(flaws) > 0 {
					t.Errorf("wrong before: %v", flaws)
				}
				p.makeWrong(c.layout)
				if len(hold[[]string](p, "layout")) == 0 {
					t.Error("not noticed")
				}
			}
		})
	}
	p.t = t
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = nil // about what was planted
}

// makeWrong runs a script that puts something into the page which must not be there.
func (p *tab) makeWrong(script string) {
	p.t.Helper()
	eval[bool](p, `(() => {
		const put = (tag, set) => {
			const n = document.createElementNS(tag === "svg" ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", tag);
			document.querySelector("main").append(n);
			return Object.assign(n, set);
		};
		`+script+`;
		return true;
	})()`)
}

// wantTest wants a test function to exist, told as folder: name.
func wantTest(t *testing.T, told string) {
	t.Helper()
	folder, name, _ := strings.Cut(told, ": ")
	files, err := filepath.Glob(filepath.Join("..", "..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+name+"(t *testing.T)") {
			return
		}
	}
	t.Errorf("no test %s", told)
}

// TestDisplaysAreWhatTheySay holds each display against what the page is told of it, and
// makes a page wrong on purpose in it.
func TestDisplaysAreWhatTheySay(t *testing.T) {
	chromium := startChromium(t)
	p := startDesk(t).newTab(t, chromium, modes[0])
	p.signIn("Ada Admin")
	p.billing(harbourline)
	for _, d := range displays {
		p.show(d)
		for query, want := range map[string]bool{
			"(prefers-color-scheme: dark)":            d.scheme == "dark",
			"(forced-colors: active)":                 d.forced,
			"(prefers-contrast: more)":                d.contrast,
			"(prefers-reduced-motion: no-preference)": d.moves,
			"(pointer: coarse)":                       d.coarse,
			"print":                                   d.print,
			fmt.Sprintf("(width: %dpx) and (height: %dpx)", d.width, d.height): true,
			"(max-width: 40rem)": d.width <= 40*max(d.text, 16),
		} {
			if !hold[bool](p, "is", query, want) {
				t.Errorf("%s: %s is not %v", d.name, query, want)
			}
		}
	}
	usual := []place{{"a", [4]float64{10, 20, 30, 40}}}
	if len(moved(usual, []place{{"a", [4]float64{10, 24, 30, 40}}}, displays[0])) == 0 || len(moved(usual, nil, displays[0])) == 0 {
		t.Error("not noticed: something moved")
	}
	if len(unmirrored(usual, usual, displays[0])) == 0 || len(unmirrored(usual, []place{{"a", [4]float64{1240, 20, 30, 40}}}, displays[0])) != 0 {
		t.Error("not noticed: something is not mirrored")
	}
	p.show(displays[0])
	p.makeWrong(`document.querySelector("h1").style.marginBlockEnd = "-2rem"`)
	p.makeWrong(`put("p", {textContent: "outside"}).style.cssText = "position: absolute; inset-inline-start: -3rem"`)
	said := strings.Join(hold[[]string](p, "layout"), "\n")
	for _, want := range []string{"lie over each other", "outside the window"} {
		if !strings.Contains(said, want) {
			t.Errorf("not noticed: texts that %s", want)
		}
	}
	for question, script := range map[string]string{
		"edges":   `put("button", {className: "btn", textContent: "x"}).style.border = "0"`,
		"small":   `put("button", {textContent: "x"}).style.minBlockSize = "0"`,
		"printed": `put("button", {textContent: "x"})`,
		"moving":  `put("p", {textContent: "x"}).animate([{opacity: 0}, {opacity: 1}], 9000)`,
	} {
		before := len(hold[[]string](p, question))
		p.makeWrong(script)
		if len(hold[[]string](p, question)) != before+1 {
			t.Errorf("not noticed by %s", question)
		}
	}
}

// TestPicturesBearNoiseAndNoticeMoves holds the measure of pictures against what it has to
// bear, every pixel a little different, and what it has to notice.
func TestPicturesBearNoiseAndNoticeMoves(t *testing.T) {
	draw := func(noise, down int) *image.Gray {
		picture, n := image.NewGray(image.Rect(0, 0, 640, 480)), uint32(7)
		for i := range picture.Pix {
			n = n*1664525 + 1013904223
			shade := 240
			if y := i/640 - down; y > 100 && y < 140 && i%640 > 100 && i%640 < 500 && i%5 < 2 {
				shade = 20 // letters
			}
			picture.Pix[i] = uint8(shade + int(n>>16)%(2*noise+1) - noise)
		}
		return blocks(picture)
	}
	if far := apart(draw(0, 0), draw(14, 0)); far != 0 {
		t.Errorf("noise: %d ‰", far)
	}
	if far := apart(draw(0, 0), draw(0, 1)); far > mostBlocks {
		t.Errorf("a pixel further down: %d ‰", far)
	}
	if far := apart(draw(0, 0), draw(14, 8)); far <= mostBlocks {
		t.Errorf("not noticed: text 8 px further down, %d ‰", far)
	}
	if apart(draw(0, 0), image.NewGray(image.Rect(0, 0, 1, 1))) <= mostBlocks {
		t.Error("not noticed: no picture")
	}
}
