package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The budgets of a page: bytes as a compressing proxy would send them.
const (
	firstVisitBytes, firstVisitRequests = 40_000, 5
	nextPageBytes, nextPageRequests     = 15_000, 1
	mostNodes                           = 1200
)

// budgets holds pages against what a visit may cost: first with an empty cache, then
// with what the first left there.
func budgets(p *tab) {
	p.open("/signin")
	p.weigh("sign-in, first visit", firstVisitBytes, firstVisitRequests)
	p.signIn("Ada Admin")
	customer := "/customers/" + string(p.id(p.t, harbourline))
	for _, path := range []string{"/", "/customers", customer, customer + "/billing"} {
		p.call(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
			return err
		})
		p.open(path)
		p.weigh(path+", first visit", firstVisitBytes, firstVisitRequests)
		p.open(path)
		p.weigh(path+", next page", nextPageBytes, nextPageRequests)
	}
}

// weigh sums up what came over the network for the page shown.
func (p *tab) weigh(visit string, bytesLimit, requestsLimit int) {
	p.t.Helper()
	p.mu.Lock()
	fetched := append([]arrival(nil), p.fetched...)
	p.mu.Unlock()
	sum, names := 0, []string{}
	for _, f := range fetched {
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
