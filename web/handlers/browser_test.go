package handlers_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

type node = html.Node

// browser is a person's browser without scripts: it keeps cookies, follows
// redirects between the portal and the identity provider, and sends forms as a
// browser would.
type browser struct {
	t        testing.TB
	client   *http.Client
	origin   string
	language string // Accept-Language; "" sends none
}

func newBrowser(t testing.TB, origin string, hosts hosts) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, origin: origin, client: &http.Client{Jar: jar, Transport: hosts}}
}

// page is an answer as a person sees it.
type page struct {
	b      *browser
	status int
	url    *url.URL
	header http.Header
	body   string
	root   *html.Node
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	return b.do(b.request(http.MethodGet, path, nil))
}

// post sends a form that no page made.
func (b *browser) post(path string, form url.Values) *page {
	b.t.Helper()
	return b.do(b.request(http.MethodPost, path, form))
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	b.t.Helper()
	target := path
	if strings.HasPrefix(path, "/") {
		target = b.origin + path
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, target, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.language != "" {
		r.Header.Set("Accept-Language", b.language)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

func (b *browser) do(r *http.Request) *page {
	b.t.Helper()
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return read(b, answer)
}

// read takes an answer in whole.
func read(b *browser, answer *http.Response) *page {
	b.t.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	return &page{b: b, status: answer.StatusCode, url: answer.Request.URL, header: answer.Header, body: string(body), root: root}
}

// want fails the test unless the page has the status and shows the texts.
func (p *page) want(status int, texts ...string) *page {
	p.b.t.Helper()
	if p.status != status {
		p.b.t.Fatalf("%s answered %d, want %d:\n%s", p.url, p.status, status, p.text())
	}
	return p.shows(texts...)
}

func (p *page) shows(texts ...string) *page {
	p.b.t.Helper()
	all := p.text()
	for _, text := range texts {
		if !strings.Contains(all, text) {
			p.b.t.Fatalf("%s does not show %q:\n%s", p.url, text, all)
		}
	}
	return p
}

func (p *page) hides(texts ...string) *page {
	p.b.t.Helper()
	all := p.text()
	for _, text := range texts {
		if strings.Contains(all, text) {
			p.b.t.Fatalf("%s shows %q:\n%s", p.url, text, all)
		}
	}
	return p
}

// text is what can be read in the page's main part, spaces folded; of lists, what
// is chosen.
func (p *page) text() string {
	var out strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && slices.Contains([]string{"script", "style", "head", "svg"}, n.Data) {
			return
		}
		if n.Type == html.ElementNode && n.Data == "option" && !has(n, "selected") {
			return
		}
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
		if n.Type == html.ElementNode && !slices.Contains(inline, n.Data) {
			out.WriteString(" ")
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && !slices.Contains(inline, n.Data) {
			out.WriteString(" ")
		}
	}
	start := p.find(func(n *html.Node) bool { return n.Data == "main" })
	if start == nil {
		start = p.root
	}
	walk(start)
	return strings.Join(strings.Fields(out.String()), " ")
}

// inline elements do not part words.
var inline = []string{"a", "b", "bdi", "code", "del", "em", "i", "ins", "mark", "span", "time"}

func (p *page) find(match func(*html.Node) bool) *html.Node {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && match(n) {
			return n
		}
	}
	return nil
}

func (p *page) byID(id string) *html.Node {
	return p.find(func(n *html.Node) bool { return attr(n, "id") == id })
}

// follow opens the first link of the main part whose text contains text.
func (p *page) follow(text string) *page {
	p.b.t.Helper()
	a := p.find(func(n *html.Node) bool { return n.Data == "a" && strings.Contains(inner(n), text) })
	if a == nil {
		p.b.t.Fatalf("%s has no link %q", p.url, text)
	}
	target, err := p.url.Parse(attr(a, "href"))
	if err != nil {
		p.b.t.Fatal(err)
	}
	return p.b.get(target.String())
}

// form is a form on a page, with what a person has put into it.
type form struct {
	page   *page
	action *url.URL
	values url.Values
}

// form finds the form that has an input, or button, of that name.
func (p *page) form(name string) *form {
	p.b.t.Helper()
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		f := p.read(n)
		if _, has := f.values[name]; has || p.has(n, name) {
			return f
		}
	}
	p.b.t.Fatalf("%s has no form with %q:\n%s", p.url, name, p.text())
	return nil
}

// formAt is the form that is sent to an address with that end.
func (p *page) formAt(end string) *form {
	p.b.t.Helper()
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.HasSuffix(attr(n, "action"), end) {
			return p.read(n)
		}
	}
	p.b.t.Fatalf("%s has no form for %q:\n%s", p.url, end, p.text())
	return nil
}

func (p *page) has(form *html.Node, name string) bool {
	for _, n := range p.controls(form) {
		if attr(n, "name") == name {
			return true
		}
	}
	return false
}

// controls are the form's inputs: those inside it and those that name it.
func (p *page) controls(form *html.Node) []*html.Node {
	var all []*html.Node
	id := attr(form, "id")
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || !slices.Contains([]string{"input", "select", "button", "textarea"}, n.Data) {
			continue
		}
		owner := attr(n, "form")
		if owner == "" && inside(n, form) || owner != "" && owner == id {
			all = append(all, n)
		}
	}
	return all
}

func (p *page) read(node *html.Node) *form {
	p.b.t.Helper()
	action, err := p.url.Parse(attr(node, "action"))
	if err != nil {
		p.b.t.Fatal(err)
	}
	f := &form{page: p, action: action, values: url.Values{}}
	for _, n := range p.controls(node) {
		name := attr(n, "name")
		switch {
		case name == "" || n.Data == "button":
		case n.Data == "select":
			f.values.Set(name, chosen(n))
		case attr(n, "type") == "radio" || attr(n, "type") == "checkbox":
			if has(n, "checked") {
				f.values.Add(name, attr(n, "value"))
			}
		case attr(n, "type") == "submit":
		default:
			f.values.Add(name, attr(n, "value"))
		}
	}
	return f
}

func (f *form) fill(name, text string) *form {
	f.values.Set(name, text)
	return f
}

// press sends the form as the button name=value would. With nothing given it is
// sent as Enter would: by its first submit button.
func (f *form) press(button ...string) *page {
	f.page.b.t.Helper()
	if len(button) == 2 {
		f.values.Set(button[0], button[1])
	}
	return f.page.b.do(f.page.b.request(http.MethodPost, f.action.String(), f.values))
}

func (f *form) wants(name, text string) *form {
	f.page.b.t.Helper()
	if got := f.values.Get(name); got != text {
		f.page.b.t.Errorf("%s: input %s holds %q, want %q", f.page.url, name, got, text)
	}
	return f
}

func chosen(sel *html.Node) string {
	first, value, found := "", "", false
	seen := false
	for n := range sel.Descendants() {
		if n.Type == html.ElementNode && n.Data == "option" {
			if !seen {
				first, seen = attr(n, "value"), true
			}
			if has(n, "selected") {
				value, found = attr(n, "value"), true
			}
		}
	}
	if !found {
		return first
	}
	return value
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func inside(n, ancestor *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p == ancestor {
			return true
		}
	}
	return false
}

func inner(n *html.Node) string {
	var out strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			out.WriteString(c.Data)
		}
	}
	return out.String()
}

// hosts answers requests in this process, by host.
type hosts map[string]http.RoundTripper

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	to, known := h[r.URL.Host]
	if !known {
		if stray, watched := h[""]; watched {
			return stray.RoundTrip(r)
		}
		return nil, fmt.Errorf("a call left for %s", r.URL.Host)
	}
	return to.RoundTrip(r)
}

// choose presses the button whose text begins with text, wherever it is.
func (p *page) choose(text string) *page {
	p.b.t.Helper()
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "button" || !strings.Contains(inner(n), text) {
			continue
		}
		owner := n.Parent
		if id := attr(n, "form"); id != "" {
			owner = p.byID(id)
		}
		for ; owner != nil; owner = owner.Parent {
			if owner.Data == "form" {
				if name := attr(n, "name"); name != "" {
					return p.read(owner).press(name, attr(n, "value"))
				}
				return p.read(owner).press()
			}
		}
	}
	p.b.t.Fatalf("%s has no button %q:\n%s", p.url, text, p.text())
	return nil
}
