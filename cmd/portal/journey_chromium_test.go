package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/partnerdesk/portal/web/words"
)

// A journey must end in journeyLimit, each of its steps in stepLimit. They are far
// above what is needed, so that only something stuck meets them.
const (
	journeyLimit = 3 * time.Minute
	stepLimit    = 20 * time.Second
)

// startChromium starts the one browser of a test. Without one on the machine the
// test is skipped, and fails in CI.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-features", "Translate,MediaRouter,OptimizationHints"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no Chromium: %v", err)
		}
		t.Skipf("no Chromium, so no browser journeys: install chromium, or run .ci/setup (%v)", err)
	}
	return ctx
}

// mode is how a journey looks at the portal.
type mode struct {
	name    string
	scripts bool
	width   int64
	asks    string // for a language; "" for none
}

var modes = []mode{
	{"with scripts, 1280 px", true, 1280, ""},
	{"without scripts, 320 px", false, 320, ""},
}

// mirrored is the pseudo-language that runs from right to left and is longer than English,
// in which axe looks at every page and state once more.
var mirrored = mode{"mirrored, 1280 px", true, 1280, words.Mirrored}

// tab is one tab of one person's browser. Every step that cannot be done ends the
// test and says where it stood.
type tab struct {
	*desk
	t    *testing.T
	ctx  context.Context
	mode mode

	status int64 // of the page shown
	steps  int   // through the history, so far

	mu         sync.Mutex
	complaints []string  // console errors, exceptions, requests to foreign places
	fetched    []arrival // what came over the network since the last page was asked for
	cached     map[network.RequestID]bool
	stayed     int // how often the browser asked whether to leave the page
	spent      effort

	frames map[string][]string // the way around, as the first page of each person had it
	titles map[string]string   // of pages, and the heading of each
}

// arrival is one answer from the network.
type arrival struct {
	id        network.RequestID
	url, kind string
	loader    cdp.LoaderID // of the page that asked for it
	page      bool         // it is that page
}

// newTab opens a tab in a browser of its own: no cookies, no history.
func (d *desk) newTab(t *testing.T, chromium context.Context, m mode) *tab {
	t.Helper()
	limited, cancel := context.WithTimeout(chromium, journeyLimit)
	t.Cleanup(cancel)
	return openTab(&tab{desk: d, t: t, mode: m}, limited, chromedp.WithNewBrowserContext())
}

// another is a second tab of the same browser: same cookies.
func (p *tab) another() *tab {
	p.t.Helper()
	return openTab(&tab{desk: p.desk, t: p.t, mode: p.mode}, p.ctx)
}

func openTab(p *tab, parent context.Context, options ...chromedp.ContextOption) *tab {
	p.t.Helper()
	p.cached = map[network.RequestID]bool{}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.hear))...)
	p.t.Cleanup(cancel)
	p.ctx = ctx
	// The tab lives as long as the context of its first call.
	if err := chromedp.Do(ctx); err != nil {
		p.t.Fatalf("open a tab: %v", err)
	}
	p.prepare()
	p.t.Cleanup(p.wantQuiet)
	return p
}

func (p *tab) prepare() {
	p.t.Helper()
	p.look(p.mode.width, usualHeight, "light")
	p.call(func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !p.mode.scripts}); err != nil {
			return err
		}
		return nil
	})
	if p.mode.asks != "" {
		p.asksFor(p.mode.asks)
	}
}

// asksFor has the browser ask for a language from now on.
func (p *tab) asksFor(tag string) {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": tag}})
		return err
	})
}

const usualHeight = 900

// look sets the window's size and the colour scheme; nothing moves, so that what
// is measured stands still.
func (p *tab) look(width, height int64, scheme string) {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// hear notes what the page should not have done.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	complain := func(format string, args ...any) { p.complaints = append(p.complaints, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// Chromium logs every page whose status is an error; those pages are wanted.
		wanted := e.Entry.Source == log.EntrySourceNetwork && strings.HasPrefix(e.Entry.Text, "Failed to load resource: the server responded with a status of")
		if !wanted && (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) {
			complain("console: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		complain("script: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		complain("the page writes to the console: %s", e.Type)
	case *page.EventJavascriptDialogOpening:
		p.stayed++
		go func() { // the answer to a question of leaving: yes
			_, _ = chromedp.Run(p.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
				return err
			}))
		}()
	case *network.EventRequestWillBeSent:
		// Chromium draws the calendar of a date input from its own data. Of a page's own the
		// policy allows none, and complains to the console.
		own := strings.HasPrefix(e.Request.URL, "data:")
		if !own && !strings.HasPrefix(e.Request.URL, p.site+"/") && !strings.HasPrefix(e.Request.URL, p.idp+"/") {
			complain("a request to elsewhere: %s", e.Request.URL)
		}
		if e.Type == network.ResourceTypeDocument && e.Request.Method == "POST" {
			p.spent.presses++
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			p.spent.loads++
		}
		if !e.Response.FromDiskCache && !p.cached[e.RequestID] {
			p.fetched = append(p.fetched, arrival{e.RequestID, e.Response.URL, e.Response.MimeType, e.LoaderID, e.Type == network.ResourceTypeDocument})
		}
	case *network.EventRequestServedFromCache:
		p.cached[e.RequestID] = true
	}
}

func (p *tab) wantQuiet() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range slices.Compact(p.complaints) {
		p.t.Error(c)
	}
}

// call does something with the tab and ends the test if it cannot be done.
func (p *tab) call(do func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, stepLimit)
	defer cancel()
	if err := do(ctx); err != nil {
		p.fail("%v", err)
	}
}

// fail ends the test with what the tab shows; go test -artifacts keeps a picture.
func (p *tab) fail(format string, args ...any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), 5*time.Second)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](question("text()")))
	if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		os.WriteFile(filepath.Join(p.t.ArtifactDir(), "page.png"), picture, 0o600)
	}
	if len(text) > 1500 {
		text = text[:1500] + "…"
	}
	p.t.Fatalf("%s\nat %s (%d): %s", fmt.Sprintf(format, args...), strings.TrimPrefix(where, p.site), p.status, text)
}

//go:embed testdata/journey.js
var journeyScript string

func question(q string) string { return strings.TrimRight(journeyScript, ";\n") + "." + q }

// askPage puts a question of testdata/journey.js to the page. Arguments are quoted.
func askPage[T any](p *tab, name string, args ...any) T {
	p.t.Helper()
	return eval[T](p, question(p.calling(name, args)))
}

// calling is a call of a script's function with the arguments quoted.
func (p *tab) calling(name string, args []any) string {
	p.t.Helper()
	quoted := make([]string, len(args))
	for i, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			p.t.Fatal(err)
		}
		quoted[i] = string(text)
	}
	return name + "(" + strings.Join(quoted, ", ") + ")"
}

func eval[T any](p *tab, expression string, options ...chromedp.EvaluateOption) T {
	p.t.Helper()
	var answer T
	p.call(func(ctx context.Context) (err error) {
		answer, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
		return err
	})
	return answer
}
