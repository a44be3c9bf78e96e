package middleware_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
)

// edge is the edge around a page that says what reached it.
type edge struct {
	http.Handler
	log bytes.Buffer
}

func newEdge(t *testing.T, base string, page http.HandlerFunc, change ...func(*middleware.Options)) *edge {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	e := &edge{}
	o := middleware.Options{
		BaseURL: u,
		Log:     slog.New(slog.NewJSONHandler(&e.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int) {
			w.WriteHeader(status)
			fmt.Fprint(w, "refused")
		},
	}
	for _, c := range change {
		c(&o)
	}
	e.Handler = middleware.Edge(o, page)
	return e
}

func served(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "served %s %s %q", r.Method, r.URL.Path, body)
}

// send writes a request as it stands to a real server and returns all it answers.
func (e *edge) send(t *testing.T, request string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(e)
	server.Config.DisableGeneralOptionsHandler = true
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(bufio.NewReader(conn))
	return string(answer)
}

const own = "https://portal.example"

func post(body string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, own+"/customers", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func get(target string) *http.Request { return httptest.NewRequest(http.MethodGet, target, nil) }

func TestWhatTheEdgeRefuses(t *testing.T) {
	twice := post("a=b")
	twice.Header.Add("Content-Type", "application/x-www-form-urlencoded")
	unsized := post("")
	unsized.Body, unsized.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("a", middleware.MaxBody+1))), -1
	broken := post("")
	broken.Body, broken.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("a"), brokenReader{})), 5
	slashes := get(own + "/")
	slashes.URL.Path = "//evil.example/billing"
	star := httptest.NewRequest(http.MethodOptions, "/", nil)
	star.Host, star.URL.Path = "portal.example", "*"
	health := get("https://10.0.0.7:8080/healthz")
	bent := get("https://evil.example/%68ealthz")

	for name, c := range map[string]struct {
		request *http.Request
		status  int
		says    string
	}{
		"its own host":                        {get(own + "/customers"), 200, "served GET /customers"},
		"its own host in other letters":       {get("https://PORTAL.example/customers"), 200, "served"},
		"A-03 another host":                   {get("https://evil.example/customers"), 421, `"reason":"host"`},
		"A-03 its own host at another port":   {get("https://portal.example:8443/customers"), 421, `"reason":"host"`},
		"A-03 health by address":              {health, 200, "served"},
		"A-03 health spelt another way":       {bent, 421, `"reason":"host"`},
		"A-01 a path that names another host": {slashes, 400, `"reason":"path"`},
		"OPTIONS of everything":               {star, 400, `"reason":"path"`},

		"a form from its own page":                   {post("a=b", "Sec-Fetch-Site", "same-origin"), 200, `served POST /customers "a=b"`},
		"V3.5.1 A-14 a form from another site":       {post("a=b", "Sec-Fetch-Site", "cross-site"), 403, `"reason":"cross_origin"`},
		"V3.5.1 A-15 a form from a sibling host":     {post("a=b", "Sec-Fetch-Site", "same-site"), 403, `"reason":"cross_origin"`},
		"A-14 another origin, an old browser":        {post("a=b", "Origin", "https://evil.example"), 403, `"reason":"cross_origin"`},
		"A-14 another port is another origin":        {post("a=b", "Origin", "https://portal.example:8443"), 403, `"reason":"cross_origin"`},
		"A-14 a page without an origin":              {post("a=b", "Origin", "null"), 403, `"reason":"cross_origin"`},
		"A-12 a method in a header counts not":       {post("a=b", "X-HTTP-Method-Override", "GET", "Sec-Fetch-Site", "cross-site"), 403, `"reason":"cross_origin"`},
		"V3.5.2 A-44 JSON":                           {post(`{}`, "Content-Type", "application/json"), 415, `"reason":"body_type"`},
		"V3.5.2 A-44 multipart":                      {post("--x--", "Content-Type", "multipart/form-data; boundary=x"), 415, `"reason":"body_type"`},
		"V3.5.2 A-44 text, which forms can send too": {post("a=b", "Content-Type", "text/plain"), 415, `"reason":"body_type"`},
		"V1.5.1 A-44 XML":                            {post("<a/>", "Content-Type", "application/xml"), 415, `"reason":"body_type"`},
		"V3.5.2 A-44 no type":                        {post("a=b", "Content-Type", ""), 415, `"reason":"body_type"`},
		"A-44 another charset":                       {post("a=b", "Content-Type", "application/x-www-form-urlencoded; charset=utf-7"), 415, `"reason":"body_type"`},
		"A-44 two types":                             {twice, 415, `"reason":"body_type"`},
		"A-45 a compressed form":                     {post("a=b", "Content-Encoding", "gzip"), 415, `"reason":"body_type"`},
		"V2.3.2 A-45 a body over the limit":          {post(strings.Repeat("a", middleware.MaxBody+1)), 413, `"reason":"body_size"`},
		"A-45 a body over the limit, unannounced":    {unsized, 413, `"reason":"body_size"`},
		"A-45 a body at the limit":                   {post(strings.Repeat("a", middleware.MaxBody)), 200, "served"},
		"a body that breaks off":                     {broken, 400, `"reason":"body_read"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			e := newEdge(t, own, served)
			e.ServeHTTP(w, c.request)
			if said := fmt.Sprintf("%.80s, %s", w.Body, &e.log); w.Code != c.status || !strings.Contains(said, c.says) {
				t.Errorf("%d %s; want %d %s", w.Code, said, c.status, c.says)
			}
			if h := w.Header(); h.Get("Content-Security-Policy") == "" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestEveryAnswerIsSafe(t *testing.T) { t.Run("V3.4.1 V3.4.3 V14.2.2", testEveryAnswerIsSafe) }

func testEveryAnswerIsSafe(t *testing.T) {
	panics := func(http.ResponseWriter, *http.Request) { panic("secret-marker") }
	for name, page := range map[string]http.HandlerFunc{"a page": served, "F-41 a panic": panics} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t, own, page)
			var nonces []string
			for range 2 {
				w := httptest.NewRecorder()
				e.ServeHTTP(w, get(own+"/customers?q=secret-marker"))
				h := w.Header()
				for header, want := range map[string]string{
					"X-Content-Type-Options":       "nosniff",
					"X-Frame-Options":              "DENY",
					"Referrer-Policy":              "same-origin",
					"Cross-Origin-Opener-Policy":   "same-origin",
					"Cross-Origin-Resource-Policy": "same-origin",
					"Cross-Origin-Embedder-Policy": "require-corp",
					"Cache-Control":                "no-store",
					"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
				} {
					if h.Get(header) != want {
						t.Errorf("%s: %q, want %q", header, h.Get(header), want)
					}
				}
				policy := h.Get("Content-Security-Policy")
				for _, part := range []string{"default-src 'none'", "form-action 'self'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
					if !strings.Contains(policy, part) {
						t.Errorf("A-68 the policy lacks %s: %s", part, policy)
					}
				}
				if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
					t.Errorf("the policy is open: %s", policy)
				}
				_, rest, _ := strings.Cut(policy, "script-src 'nonce-")
				nonce, _, _ := strings.Cut(rest, "'")
				if len(nonce) < 22 {
					t.Errorf("a nonce of %d letters", len(nonce))
				}
				nonces = append(nonces, nonce)
			}
			if nonces[0] == nonces[1] {
				t.Error("two answers share a nonce")
			}
			if strings.Contains(e.log.String(), "secret-marker") {
				t.Errorf("A-38 the log tells what was asked for or what a panic held: %s", &e.log)
			}
		})
	}
	t.Run("a panic is a page and the next request is served", func(t *testing.T) {
		e := newEdge(t, own, panics)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, get(own+"/"))
		if w.Code != http.StatusInternalServerError || w.Body.String() != "refused" || !strings.Contains(e.log.String(), `"reason":"panic"`) {
			t.Errorf("%d %s, %s", w.Code, w.Body, &e.log)
		}
	})
	t.Run("no HSTS on this machine", func(t *testing.T) {
		w := httptest.NewRecorder()
		newEdge(t, "http://localhost:8080", served).ServeHTTP(w, get("http://localhost:8080/"))
		if w.Header().Get("Strict-Transport-Security") != "" {
			t.Error("HSTS on localhost reaches every program there")
		}
	})
}

func TestOneLineOfLogWhateverIsSent(t *testing.T) { t.Run("V16.4.1", testOneLineOfLogWhateverIsSent) }

func testOneLineOfLogWhateverIsSent(t *testing.T) {
	e := newEdge(t, own, served)
	r := get(own + "/x")
	r.URL.Path = "/a\n{\"level\":\"ERROR\"}\x1b[31m"
	r.Header.Set("User-Agent", "a\nb")
	e.ServeHTTP(httptest.NewRecorder(), r)
	if lines := strings.Count(e.log.String(), "\n"); lines != 1 || strings.Contains(e.log.String(), "\x1b") {
		t.Errorf("A-41 %d lines: %q", lines, e.log.String())
	}
}

func TestNobodyFillsTheLogWithOneRequest(t *testing.T) {
	e := newEdge(t, own, served)
	r := httptest.NewRequest(strings.Repeat("M", 20_000), own+"/"+strings.Repeat("ä", 10_000), nil)
	e.ServeHTTP(httptest.NewRecorder(), r)
	if e.log.Len() > 2000 {
		t.Errorf("one line of %d bytes", e.log.Len())
	}
}

func TestWorkOnARequestEnds(t *testing.T) {
	cause := make(chan error, 1)
	e := newEdge(t, own, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		cause <- r.Context().Err()
	}, func(o *middleware.Options) { o.Limit = time.Millisecond })
	e.ServeHTTP(httptest.NewRecorder(), get(own+"/customers"))
	if err := <-cause; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}

	newEdge(t, own, func(_ http.ResponseWriter, r *http.Request) {
		if end, ok := r.Context().Deadline(); !ok || time.Until(end) > 50*time.Second {
			t.Errorf("by itself a request ends at %v, %v", end, ok)
		}
	}).ServeHTTP(httptest.NewRecorder(), get(own+"/customers"))
}

// What may take longer says for how long, and ends with its connection all the same.
func TestPatientWorkHasALimitOfItsOwn(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	e := newEdge(t, own, func(_ http.ResponseWriter, r *http.Request) {
		ctx, cancel := middleware.Patient(r.Context(), time.Hour)
		defer cancel()
		<-r.Context().Done()
		if ctx.Err() != nil || middleware.Reference(ctx) == "" || middleware.Reference(ctx) != middleware.Reference(r.Context()) {
			t.Errorf("the limit of all requests ended it: %v, reference %q", ctx.Err(), middleware.Reference(ctx))
		}
		leave()
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
			t.Error("it goes on without its connection")
		}
		brief, cancel := middleware.Patient(r.Context(), time.Millisecond)
		defer cancel()
		<-brief.Done()
	}, func(o *middleware.Options) { o.Limit = time.Millisecond })
	e.ServeHTTP(httptest.NewRecorder(), get(own+"/changes.csv").WithContext(left))

	alone, cancel := middleware.Patient(t.Context(), time.Millisecond)
	defer cancel()
	<-alone.Done()
	if !errors.Is(alone.Err(), context.DeadlineExceeded) {
		t.Errorf("outside a request: %v", alone.Err())
	}
}

func TestA11NothingHidesBehindABody(t *testing.T) { t.Run("V4.2.1", testA11NothingHidesBehindABody) }

func testA11NothingHidesBehindABody(t *testing.T) {
	const form = "Host: portal.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	hidden := "GET /hidden HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n"
	for name, request := range map[string]string{
		"a length and chunks":    "POST /a HTTP/1.1\r\n" + form + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks alone":           "POST /a HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"chunks refused":         "POST /a HTTP/1.1\r\n" + form + "Origin: https://evil.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"two lengths":            "POST /a HTTP/1.1\r\n" + form + "Content-Length: 0\r\nContent-Length: 100\r\n\r\n" + hidden,
		"an unknown encoding":    "POST /a HTTP/1.1\r\n" + form + "Transfer-Encoding: xchunked\r\n\r\n" + hidden,
		"a space before a colon": "POST /a HTTP/1.1\r\n" + form + "Content-Length : 0\r\n\r\n" + hidden,
		"a length that is none":  "POST /a HTTP/1.1\r\n" + form + "Content-Length: +0\r\n\r\n" + hidden,
		"two lengths in one":     "POST /a HTTP/1.1\r\n" + form + "Content-Length: 0, 100\r\n\r\n" + hidden,
		"chunks twice":           "POST /a HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"a folded header":        "POST /a HTTP/1.1\r\n X: y\r\n" + form + "Content-Length: 0\r\n\r\n" + hidden,
		"a chunk below zero":     "POST /a HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n" + hidden,
		"chunks with bare LF":    "POST /a HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n1;\nx\r\na\r\n0\r\n\r\n" + hidden,
	} {
		t.Run(name, func(t *testing.T) {
			if answer := newEdge(t, own, served).send(t, request); strings.Contains(answer, "/hidden") {
				t.Errorf("the second request was answered:\n%s", answer)
			}
		})
	}
	t.Run("A-03 two hosts", func(t *testing.T) {
		if answer := newEdge(t, own, served).send(t, "GET / HTTP/1.1\r\nHost: portal.example\r\nHost: evil.example\r\nConnection: close\r\n\r\n"); !strings.Contains(answer, " 400 ") {
			t.Error(answer)
		}
	})
	t.Run("A-03 another host in the request line", func(t *testing.T) {
		if answer := newEdge(t, own, served).send(t, "GET http://evil.example/ HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n"); !strings.Contains(answer, " 421 ") {
			t.Error(answer)
		}
	})
	t.Run("OPTIONS of everything has the headers too", func(t *testing.T) {
		if answer := newEdge(t, own, served).send(t, "OPTIONS * HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n"); !strings.Contains(answer, "Content-Security-Policy") {
			t.Error(answer)
		}
	})
}

func TestRightsGiveNothingByDefault(t *testing.T) {
	for _, c := range []struct {
		right middleware.Right
		roles []string
		want  bool
	}{
		{middleware.Public, nil, true},
		{middleware.View, nil, false},
		{middleware.View, []string{"somebody"}, false},
		{middleware.View, []string{middleware.RoleViewer}, true},
		{middleware.View, []string{middleware.RoleAuditor}, true},
		{middleware.Edit, []string{middleware.RoleViewer, middleware.RoleAuditor, middleware.RoleAdministrator}, false},
		{middleware.Edit, []string{middleware.RoleEditor}, true},
		{"", []string{middleware.RoleAdministrator}, false},
		{"unheard of", []string{middleware.RoleAdministrator, middleware.RoleEditor}, false},
	} {
		if got := c.right.Allows(c.roles); got != c.want {
			t.Errorf("%q to %v: %v", c.right, c.roles, got)
		}
	}
}

func recorded(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
