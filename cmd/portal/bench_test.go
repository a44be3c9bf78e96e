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
	demo := benchDemo(b)
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
				ours := press(b, demo+page.path, session, 400)
				reference := press(b, bare.URL, "", 4000)
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
	p99       time.Duration
}

// press asks for a page n times over a fixed number of connections.
func press(b *testing.B, address, cookie string, n int) pressed {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	work := make(chan struct{})
	start := time.Now()
	for range connections {
		wg.Go(func() {
			for range work {
				began := time.Now()
				status, _, err := ask(b.Context(), client, address, cookie)
				if err != nil || status != http.StatusOK {
					b.Errorf("GET %s: %d %v", address, status, err)
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
	return pressed{perSecond: float64(n) / all.Seconds(), p99: took[len(took)*99/100]}
}

func ask(ctx context.Context, client *http.Client, address, cookie string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Cookie", cookie)
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
	status, body, err := ask(b.Context(), http.DefaultClient, origin+path, cookie)
	if err != nil || status != http.StatusOK {
		b.Fatalf("GET %s: %d %v", path, status, err)
	}
	return body
}

// benchDemo runs the whole demo on free ports until the benchmark ends.
func benchDemo(b *testing.B) (origin string) {
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
		ended <- runDemo(ctx, DemoOptions{Listen: port(0), IDPListen: port(1), SimListen: port(2), Customers: 250, Data: b.TempDir(), Out: io.Discard}, slog.New(slog.DiscardHandler))
	}()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Errorf("the demo ended badly: %v", err)
		}
	})
	origin = "http://" + port(0)
	for range 100 {
		if status, _, err := ask(ctx, http.DefaultClient, origin+"/readyz", ""); err == nil && status == http.StatusOK {
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
