package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The budgets of a page: bytes as a compressing proxy would send them; shift is how much
// of it may move while it is drawn, by the browser's own measure.
const (
	firstVisitBytes, firstVisitRequests = 40_000, 5
	nextPageBytes, nextPageRequests     = 15_000, 1
	mostNodes                           = 1200
	mostShift                           = 0.02
)

// budgets holds every page against what a visit may cost: with what pages before left in
// the cache and, where it can be asked for again, with an empty one.
func budgets(p *tab) {
	p.watchVitals()
	everyPage(p, func(name string) {
		p.painted()
		if name != "signin" {
			p.weigh(name+", next page", nextPageBytes, nextPageRequests)
		}
		p.wantCalm(name)
		if p.status != http.StatusOK && p.status != http.StatusNotFound {
			return
		}
		p.emptyCache()
		p.openFor(p.status, strings.TrimPrefix(p.url(), p.site))
		p.painted()
		p.weigh(name+", first visit", firstVisitBytes, firstVisitRequests)
		p.wantCalm(name + ", first visit")
	})
	p.open("/customers")
	p.weigh("a list of 25, next page", nextPageBytes, nextPageRequests)
}

// speeds prints how long people wait: at the speed of this machine, and as over a slow
// line on a slow machine. Times differ from machine to machine, so they are read by
// people; the budget is what they hold them against.
func speeds(p *tab) {
	p.watchVitals()
	p.signIn("Ada Admin")
	customer := "/customers/" + string(p.id(p.t, harbourline))
	for _, line := range []struct {
		name                string
		latency, throughput float64 // ms, bytes a second; none where negative
		slowdown            float64
		budget              string
	}{
		{"this machine", 0, -1, 1, "1.0 s"},
		{"1.6 Mbit/s, 150 ms, a quarter of the CPU", 150, 1.6e6 / 8, 4, "2.5 s"},
	} {
		p.slow(line.latency, line.throughput, line.slowdown)
		for _, path := range []string{"/", "/customers", customer, customer + "/billing"} {
			p.emptyCache()
			p.open(path)
			v := p.painted()
			p.t.Logf("%s, first visit over %s: largest paint after %.0f ms (budget %s), %d tasks over 50 ms", path, line.name, v.Paint, line.budget, v.LongTasks)
			p.wantCalm(path)
		}
	}
	p.slow(0, -1, 1)

	p.open("/customers")
	p.fill("q", "")
	p.keys("harbour")
	last := time.Now()
	p.until("a customer to choose", func() bool { return askPage[int](p, "count", "#q-hits [role=option]") == 1 })
	p.t.Logf("search: offered %d ms after the last key (budget 200 ms)", time.Since(last).Milliseconds())
	p.keys(kb.ArrowDown)
	p.keys(kb.Escape)
	p.tellSlowest("search")
	p.billing(harbourline)
	p.fill("email", "mine@harbourline.example")
	p.keys(kb.Tab)
	p.choose(country, "DE")
	p.wantSaid("Address fields updated for Germany")
	p.pressHere("Demo")
	p.tellSlowest("edit")
}

// watchVitals has every page from now on measure itself: the largest paint, what moves
// while it is drawn, tasks that hold it up, how long it takes to answer input, and what
// its policy forbids.
func (p *tab) watchVitals() {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
			window.vitals = { Paint: 0, Shift: 0, LongTasks: 0, Slowest: 0, Forbidden: [] };
			const watch = (type, note, more) => new PerformanceObserver(list => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
			watch("largest-contentful-paint", e => { vitals.Paint = e.startTime; });
			watch("layout-shift", e => { if (!e.hadRecentInput) vitals.Shift += e.value; });
			watch("longtask", () => { vitals.LongTasks++; });
			watch("event", e => { if (e.interactionId) vitals.Slowest = Math.max(vitals.Slowest, e.duration); }, { durationThreshold: 16 });
			document.addEventListener("securitypolicyviolation", e => vitals.Forbidden.push(e.violatedDirective + " " + e.blockedURI));`,
		})
		return err
	})
}

type vitals struct {
	Paint, Shift, Slowest float64 // ms, of the window, ms
	LongTasks             int
	Forbidden             []string
}

func (p *tab) vitals() vitals { p.t.Helper(); return eval[vitals](p, "window.vitals") }

// painted waits for the largest paint. The browser measures none after the first input.
func (p *tab) painted() (v vitals) {
	p.t.Helper()
	p.until("the page to be painted", func() bool {
		v = p.vitals()
		return v.Paint > 0
	})
	return v
}

// wantCalm wants nothing of the page to have moved by itself, and nothing forbidden.
func (p *tab) wantCalm(state string) {
	p.t.Helper()
	v := p.vitals()
	if v.Shift > mostShift {
		p.t.Errorf("%s: %.3f of it moved while it was drawn, budget %.2f", state, v.Shift, mostShift)
	}
	for _, what := range v.Forbidden {
		p.t.Errorf("%s: its policy forbids %s", state, what)
	}
}

func (p *tab) tellSlowest(state string) {
	p.t.Helper()
	v := p.vitals()
	p.t.Logf("%s: input is answered on the screen within %.0f ms (budget 100 ms; 0 is less than 16), %d tasks over 50 ms", state, v.Slowest, v.LongTasks)
	p.wantCalm(state)
}

func (p *tab) emptyCache() {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
}

func (p *tab) slow(latency, throughput, slowdown float64) {
	p.t.Helper()
	p.call(func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: latency, DownloadThroughput: throughput, UploadThroughput: throughput}},
		})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowdown})
		return err
	})
}

// weigh sums up what came over the network for the page shown.
func (p *tab) weigh(visit string, bytesLimit, requestsLimit int) {
	p.t.Helper()
	p.mu.Lock()
	fetched := append([]arrival(nil), p.fetched...)
	p.mu.Unlock()
	// What the page before asked for may come late.
	var loader cdp.LoaderID
	for _, a := range fetched {
		if a.page {
			loader = a.loader
		}
	}
	fetched = slices.DeleteFunc(fetched, func(a arrival) bool { return a.loader != loader })
	sum, names := 0, []string{}
	for _, f := range fetched {
		if strings.HasPrefix(f.kind, "font/") || strings.HasPrefix(f.kind, "image/") && !strings.Contains(f.url, "/static/sprite.") {
			p.t.Errorf("%s: a picture or font: %s", visit, f.url)
		}
		body := p.body(f.id)
		sum += compressed(body)
		names = append(names, strings.TrimPrefix(f.url, p.site))
	}
	nodes := eval[int](p, `document.querySelectorAll("*").length`)
	p.t.Logf("%s: %d bytes compressed in %d requests, %d nodes", visit, sum, len(fetched), nodes)
	if sum > bytesLimit || len(fetched) > requestsLimit {
		p.t.Errorf("%s: %d bytes in %d requests, budget %d in %d: %v", visit, sum, len(fetched), bytesLimit, requestsLimit, names)
	}
	if nodes > mostNodes {
		p.t.Errorf("%s: %d nodes, budget %d", visit, nodes, mostNodes)
	}
}

// body is what an answer held; a page may be shown before its last part is there.
func (p *tab) body(id network.RequestID) (body []byte) {
	p.t.Helper()
	p.until("the end of an answer", func() bool {
		answer, err := chromedp.Call(p.ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
		body = answer.Body
		return err == nil
	})
	return body
}

func compressed(body []byte) int {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(body)
	w.Close()
	return out.Len()
}
