package main

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// display is a way in which somebody has the portal shown.
type display struct {
	name          string
	width, height int64
	scheme        string // light where empty
	text          int64  // size of the usual text in px, 16 where zero
	forced        bool   // colours of the system alone
	contrast      bool   // more of it is preferred
	moves         bool   // motion is not turned down
	coarse        bool   // a finger
	print         bool
	rtl           bool
	spaced        bool // text set as WCAG 1.4.12 allows everybody
}

// displays are the ways in which every page and state is shown. The first is the usual
// one, which others are compared with.
var displays = []display{
	{name: "1280 px", width: 1280, height: usualHeight},
	{name: "320 px", width: 320, height: usualHeight},
	{name: "768 px", width: 768, height: usualHeight},
	{name: "1920 px", width: 1920, height: usualHeight},
	{name: "400 % zoom", width: 320, height: 225},
	{name: "200 % text", width: 1280, height: usualHeight, text: 32},
	{name: "200 % text, 640 px", width: 640, height: usualHeight, text: 32},
	{name: "spaced text", width: 1280, height: usualHeight, spaced: true},
	{name: "spaced text, 320 px", width: 320, height: usualHeight, spaced: true},
	{name: "dark", width: 1280, height: usualHeight, scheme: "dark"},
	{name: "forced colours", width: 1280, height: usualHeight, forced: true},
	{name: "more contrast", width: 1280, height: usualHeight, contrast: true},
	{name: "right to left", width: 1280, height: usualHeight, rtl: true},
	{name: "right to left, 320 px", width: 320, height: usualHeight, rtl: true},
	{name: "finger", width: 390, height: usualHeight, coarse: true},
	{name: "print", width: 680, height: usualHeight, print: true},
	{name: "motion", width: 1280, height: usualHeight, moves: true},
}

// show has the page shown like this, from now on.
func (p *tab) show(d display) {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		var touch []chromedp.EmulateViewportOption
		if d.coarse {
			touch = []chromedp.EmulateViewportOption{chromedp.EmulateTouch, chromedp.EmulateMobile}
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(d.width, d.height, touch...)); err != nil {
			return err
		}
		text := d.text
		if text == 0 {
			text = 16
		}
		if _, err := chromedp.Call(ctx, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: text, Fixed: text}}); err != nil {
			return err
		}
		set := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}}
		add := func(name, value string) {
			set.Features = append(set.Features, &emulation.MediaFeature{Name: name, Value: value})
		}
		if d.scheme != "" {
			set.Features[0].Value = d.scheme
		}
		if d.forced {
			add("forced-colors", "active")
		}
		if d.contrast {
			add("prefers-contrast", "more")
		}
		if !d.moves {
			add("prefers-reduced-motion", "reduce")
		}
		if d.print {
			set.Media = "print"
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, set)
		return err
	})
	held(p, "spaced", d.spaced)
	held(p, "mirrored", d.rtl)
}

//go:embed testdata/criteria.js
var criteriaScript string

// hold puts a question of testdata/criteria.js to the page.
func hold[T any](p *tab, name string, args ...any) T {
	p.t.Helper()
	return eval[T](p, inCriteria(p, name, args...))
}

// held is hold without an answer.
func held(p *tab, name string, args ...any) {
	p.t.Helper()
	eval[bool](p, "("+inCriteria(p, name, args...)+", true)")
}

func inCriteria(p *tab, name string, args ...any) string {
	p.t.Helper()
	return strings.TrimRight(criteriaScript, ";\n") + "." + p.calling(name, args)
}

// place is where something stands on the page: left, top, width and height in px.
type place struct {
	What string
	Box  [4]float64
}

// wantDisplays shows the page in every way, and wants it whole in each. Another pointer
// and paper close what is open in front of it.
func (p *tab) wantDisplays(part, state string) {
	p.t.Helper()
	var usual []place
	for i, d := range displays {
		if part != "html" && (d.coarse || d.print) {
			continue
		}
		p.show(d)
		flaws := hold[[]string](p, "layout")
		ask := func(prefix, question string) {
			for _, flaw := range hold[[]string](p, question) {
				flaws = append(flaws, prefix+flaw)
			}
		}
		switch {
		case i == 0:
			usual = hold[[]place](p, "geometry")
		case d.scheme != "", d.contrast, d.moves, d.rtl && d.width == displays[0].width:
			places := moved
			if d.rtl {
				places = unmirrored
			}
			is := places(usual, hold[[]place](p, "geometry"), d)
			if len(is) > 0 { // a draft may have been saved since, and said so
				p.show(displays[0])
				usual = hold[[]place](p, "geometry")
				p.show(d)
				is = places(usual, hold[[]place](p, "geometry"), d)
			}
			flaws = append(flaws, is...)
		case d.forced:
			ask("no edge: ", "edges")
		case d.print:
			ask("printed: ", "printed")
		case d.coarse:
			ask("small for a finger: ", "small")
		}
		if d.name == "320 px" || i == 0 {
			for _, flaw := range hold[[]string](p, "flaws") {
				flaws = append(flaws, named(flaw))
			}
		}
		if !d.moves {
			ask("moves: ", "moving")
		}
		for _, flaw := range flaws {
			p.t.Errorf("%s, %s: %s", state, d.name, flaw)
		}
	}
	p.show(display{width: p.mode.width, height: usualHeight})
}

// moved tells what stands elsewhere although only colours or motion differ.
func moved(was, is []place, _ display) (flaws []string) {
	if len(was) != len(is) {
		return []string{fmt.Sprintf("%d things are shown, usually %d", len(is), len(was))}
	}
	for i := range was {
		for side := range 4 {
			if math.Abs(was[i].Box[side]-is[i].Box[side]) > 2 {
				flaws = append(flaws, fmt.Sprintf("stands at %.0f, usually at %.0f: %s", is[i].Box, was[i].Box, is[i].What))
				break
			}
		}
	}
	return flaws
}

// unmirrored tells what does not stand at the other side where text runs the other way.
// What a line of text holds stands where its letters put it.
func unmirrored(was, is []place, d display) (flaws []string) {
	if len(was) != len(is) {
		return []string{fmt.Sprintf("%d things are shown, usually %d", len(is), len(was))}
	}
	for i := range was {
		want := float64(d.width) - was[i].Box[0] - was[i].Box[2]
		if math.Abs(want-is[i].Box[0]) > 8 || math.Abs(was[i].Box[1]-is[i].Box[1]) > 8 {
			flaws = append(flaws, fmt.Sprintf("stands at %.0f, mirrored it would at %.0f: %s", is[i].Box, want, is[i].What))
		}
	}
	return flaws
}

// wantSameFrame wants the way around the portal in the same order and by the same names
// on each page that this person sees.
func (p *tab) wantSameFrame(state string) {
	p.t.Helper()
	frame := hold[[]string](p, "frame")
	if len(frame) == 0 {
		return
	}
	who := askPage[string](p, "seen", ".who b")
	if p.frames == nil {
		p.frames = map[string][]string{}
	}
	if p.frames[who] == nil {
		p.frames[who] = frame
	}
	if !slices.Equal(p.frames[who], frame) {
		p.t.Errorf("%s: %s: %q, on pages before %q", state, named("3.2.3"), frame, p.frames[who])
	}
}

// wantOwnTitle wants a title that no page of another heading has.
func (p *tab) wantOwnTitle(state string) {
	p.t.Helper()
	title, heading := p.title(), askPage[string](p, "seen", "h1")
	if p.titles == nil {
		p.titles = map[string]string{}
	}
	if other, ok := p.titles[title]; ok && other != heading {
		p.t.Errorf("%s: %s: %q is the title of %q and %q", state, named("2.4.2"), title, other, heading)
	}
	p.titles[title] = heading
}
