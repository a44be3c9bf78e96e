package main

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

// connections is how many people press at once.
const connections = 16

// BenchmarkPages measures the customers page and the edit page of a whole demo,
// each beside a bare Echo and templ page of the same size in the same run. The
// figures that mean something on a noisy machine are the ratios.
func BenchmarkPages(b *testing.B) {
	demo := benchDemo(b, 250)
	session := signInForBench(b, demo)
	customer := firstCustomer(b, demo, session)
	for _, page := range []struct{ name, path string }{
		{"customers", "/customers"},
		{"edit", customer + "/billing?draft=0123456789abcdef01234567"},
	} {
		b.Run(page.name, func(b *testing.B) {
			body := fetch(b, demo, page.path, session)
			bare := httptest.NewServer(barePage(body))
			defer bare.Close()
			for b.Loop() {
				ours := press(b, asked{demo + page.path, session, ""}, connections, 400)
				reference := press(b, asked{address: bare.URL}, connections, 4000)
				b.ReportMetric(ours.perSecond, "req/s")
				b.ReportMetric(float64(ours.p99.Microseconds())/1000, "p99-ms")
				b.ReportMetric(reference.perSecond, "bare-req/s")
				b.ReportMetric(float64(reference.p99.Microseconds())/1000, "bare-p99-ms")
				b.ReportMetric(reference.perSecond/ours.perSecond, "times-slower")
				b.ReportMetric(float64(ours.p99)/float64(reference.p99), "p99-ratio")
				b.ReportMetric(float64(len(body))/1024, "page-KiB")
			}
		})
	}
}

// BenchmarkSearch measures a search among 100,000 customers, beside the same among 250 in
// the same run: the list, as a person has it who presses Enter, and the find box's offer
// while somebody types. The portal does the same work for both; what there is between them
// is the simulator, which looks at every customer it has.
func BenchmarkSearch(b *testing.B) {
	const people, searches = 4, 200
	// In the same process, so many customers would have the collector at work all the time.
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	few, many := benchDemo(b, 250), benchDemo(b, 100_000)
	fewSession, manySession := signInForBench(b, few), signInForBench(b, many)
	for _, search := range []struct{ name, query, fragment string }{
		{"list", "nor", ""}, {"list of none", "qqqq", ""},
		{"find box", "nor", "find"}, {"find box with none", "qqqq", "find"},
	} {
		b.Run(search.name, func(b *testing.B) {
			for b.Loop() {
				ours := press(b, asked{many + "/customers?q=" + search.query, manySession, search.fragment}, people, searches)
				reference := press(b, asked{few + "/customers?q=" + search.query, fewSession, search.fragment}, people, searches)
				b.ReportMetric(float64(ours.p95.Microseconds())/1000, "p95-ms")
				b.ReportMetric(float64(reference.p95.Microseconds())/1000, "few-p95-ms")
				b.ReportMetric(float64(ours.p95)/float64(reference.p95), "p95-ratio")
			}
		})
	}
}

// barePage is what Echo and templ cost alone: a page of the same bytes, escaped
// and drawn into memory as ours are.
func barePage(body []byte) http.Handler {
	text := string(bytes.Map(func(r rune) rune {
		if strings.ContainsRune("<>&'\"", r) {
			return '.'
		}
		return r
	}, body))
	component := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for line := range strings.Lines(text) {
			if _, err := io.WriteString(w, templ.EscapeString(line)); err != nil {
				return err
			}
		}
		return nil
	})
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		var buf bytes.Buffer
		if err := component.Render(c.Request().Context(), &buf); err != nil {
			return err
		}
		return c.HTMLBlob(http.StatusOK, buf.Bytes())
	})
	return e
}

type pressed struct {
	perSecond float64
	p95, p99  time.Duration
}

// press lets so many people ask for a page, n times together.
func press(b *testing.B, t asked, people, n int) pressed {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: people}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	work := make(chan struct{})
	start := time.Now()
	for range people {
		wg.Go(func() {
			for range work {
				began := time.Now()
				status, _, err := ask(b.Context(), client, t)
				if err != nil || status != http.StatusOK {
					b.Errorf("GET %s: %d %v", t.address, status, err)
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	for range n {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	all := time.Since(start)
	slices.Sort(took)
	return pressed{perSecond: float64(n) / all.Seconds(), p95: took[len(took)*95/100], p99: took[len(took)*99/100]}
}

// asked is what to ask for: a page, or only a part of it.
type asked struct{ address, cookie, fragment string }

func ask(ctx context.Context, client *http.Client, t asked) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.address, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Cookie", t.cookie)
	if t.fragment != "" {
		r.Header.Set("X-Fragment", t.fragment)
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

func fetch(b *testing.B, origin, path, cookie string) []byte {
	b.Helper()
	status, body, err := ask(b.Context(), http.DefaultClient, asked{address: origin + path, cookie: cookie})
	if err != nil || status != http.StatusOK {
		b.Fatalf("GET %s: %d %v", path, status, err)
	}
	return body
}

// benchDemo runs the whole demo on free ports until the benchmark ends.
func benchDemo(b *testing.B, customers int) (origin string) {
	b.Helper()
	addresses := make([]string, 3)
	for i := range addresses {
		free, err := net.Listen("tcp", "localhost:0")
		if err != nil {
			b.Fatal(err)
		}
		addresses[i] = free.Addr().String()
		free.Close()
	}
	port := func(i int) string { _, p, _ := net.SplitHostPort(addresses[i]); return "localhost:" + p }
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- runDemo(ctx, DemoOptions{Listen: port(0), IDPListen: port(1), SimListen: port(2), Customers: customers, Data: b.TempDir(), Out: io.Discard, second: time.Microsecond}, slog.New(slog.DiscardHandler))
	}()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Errorf("the demo ended badly: %v", err)
		}
	})
	origin = "http://" + port(0)
	for range 3000 { // so many customers take their time
		if status, _, err := ask(ctx, http.DefaultClient, asked{address: origin + "/readyz"}); err == nil && status == http.StatusOK {
			return origin
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("the demo did not get ready")
	return ""
}

// hiddenInput finds the hidden inputs of the provider's page.
var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// signInForBench signs Ada in and returns her Cookie header. Go's cookie jar keeps
// no Secure cookie on http://localhost, so the few cookies are carried by hand.
func signInForBench(b *testing.B, origin string) string {
	b.Helper()
	jar := map[string]string{}
	cookies := func() string {
		var all []string
		for name, value := range jar {
			all = append(all, name+"="+value)
		}
		return strings.Join(all, "; ")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, address, body string) (*http.Response, string) {
		r, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if strings.HasPrefix(address, origin) {
			r.Header.Set("Cookie", cookies())
		}
		answer, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		for _, c := range answer.Cookies() {
			jar[c.Name] = c.Value
		}
		return answer, string(text)
	}
	away, _ := do(http.MethodGet, origin+"/", "")
	chooser, page := do(http.MethodGet, away.Header.Get("Location"), "")
	form := url.Values{"person": {"ada"}}
	for _, input := range hiddenInput.FindAllStringSubmatch(page, -1) {
		form.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
	}
	back, _ := do(http.MethodPost, chooser.Request.URL.Scheme+"://"+chooser.Request.URL.Host+chooser.Request.URL.Path, form.Encode())
	if in, _ := do(http.MethodGet, back.Header.Get("Location"), ""); in.StatusCode != http.StatusSeeOther {
		b.Fatalf("sign-in ended with %d", in.StatusCode)
	}
	return cookies()
}

var customerLink = regexp.MustCompile(`href="(/customers/[0-9a-f-]{36})"`)

func firstCustomer(b *testing.B, origin, cookie string) string {
	b.Helper()
	found := customerLink.FindSubmatch(fetch(b, origin, "/customers", cookie))
	if found == nil {
		b.Fatal("no customer in the list")
	}
	return string(found[1])
}
