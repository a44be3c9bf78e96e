package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// webpage is an answer as a browser without scripts has it.
type webpage struct {
	status int
	url    *url.URL
	body   string
	root   *html.Node
}

// readPage takes an answer in whole; one that breaks off is an error.
func readPage(answer *http.Response) (*webpage, error) {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	return &webpage{status: answer.StatusCode, url: answer.Request.URL, body: string(body), root: root}, nil
}

func (p *webpage) shows(text string) bool { return strings.Contains(p.text(), text) }

// text is what can be read, spaces folded.
func (p *webpage) text() string {
	var out strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && slices.Contains([]string{"script", "style", "svg", "option"}, n.Data) {
			return
		}
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && !slices.Contains([]string{"a", "b", "bdi", "del", "em", "i", "ins", "mark", "span", "time"}, n.Data) {
			out.WriteString(" ")
		}
	}
	walk(p.root)
	return strings.Join(strings.Fields(out.String()), " ")
}

// gist is the beginning of the text, for people; "" of no page.
func (p *webpage) gist() string {
	const most = 400
	if p == nil {
		return ""
	}
	text := p.text()
	return fmt.Sprintf("%d %s: %s", p.status, p.url.Path, text[:min(most, len(text))])
}

// everything is the text and what stands in inputs.
func (p *webpage) everything() string {
	var out strings.Builder
	out.WriteString(p.text())
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" {
			out.WriteString("\n" + attribute(n, "value"))
		}
	}
	return out.String()
}

// has reports whether the page has an element of that id.
func (p *webpage) has(id string) bool {
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == id {
			return true
		}
	}
	return false
}

// sheet is a form with what stands in it.
type sheet struct {
	action *url.URL
	values url.Values
}

// form is the form that has an input or button of that name, nil if there is none.
func (p *webpage) form(name string) *sheet {
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		if s, has := p.read(n, name); has {
			return s
		}
	}
	return nil
}

func (p *webpage) read(form *html.Node, name string) (s *sheet, has bool) {
	action, err := p.url.Parse(attribute(form, "action"))
	if err != nil {
		return nil, false
	}
	s = &sheet{action: action, values: url.Values{}}
	for _, n := range p.controls(form) {
		input := attribute(n, "name")
		has = has || input == name
		kind := attribute(n, "type")
		switch {
		case input == "", n.Data == "button", kind == "submit":
		case n.Data == "select":
			s.values.Set(input, chosenOption(n))
		case kind == "radio" || kind == "checkbox":
			if hasAttribute(n, "checked") {
				s.values.Set(input, attribute(n, "value"))
			}
		case n.Data == "textarea":
			s.values.Add(input, textIn(n))
		default:
			s.values.Add(input, attribute(n, "value"))
		}
	}
	return s, has
}

// controls are the form's inputs: those inside it and those that name it.
func (p *webpage) controls(form *html.Node) []*html.Node {
	var all []*html.Node
	id := attribute(form, "id")
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode || !slices.Contains([]string{"input", "select", "button", "textarea"}, n.Data) {
			continue
		}
		owner := attribute(n, "form")
		if owner == "" && isInside(n, form) || owner != "" && owner == id {
			all = append(all, n)
		}
	}
	return all
}

// radios are the names of the choices on the page.
func (p *webpage) radios() []string {
	var names []string
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" && attribute(n, "type") == "radio" && !slices.Contains(names, attribute(n, "name")) {
			names = append(names, attribute(n, "name"))
		}
	}
	return names
}

func chosenOption(list *html.Node) string {
	first, some := "", false
	for n := range list.Descendants() {
		if n.Type != html.ElementNode || n.Data != "option" {
			continue
		}
		if hasAttribute(n, "selected") {
			return attribute(n, "value")
		}
		if !some {
			first, some = attribute(n, "value"), true
		}
	}
	return first
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func isInside(n, ancestor *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p == ancestor {
			return true
		}
	}
	return false
}

func textIn(n *html.Node) string {
	var out strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			out.WriteString(c.Data)
		}
	}
	return out.String()
}

func emptyPage() *html.Node { return &html.Node{Type: html.DocumentNode} }
