package demo

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed demo.css
var pageCSS []byte

// page is what the provider's one template shows.
type page struct {
	Title  string
	Text   string
	Style  string
	Action string
	Query  url.Values
	People []Person
}

// Initials are what stands in the circle beside a name.
func (p Person) Initials() string {
	first, last, _ := strings.Cut(p.Name, " ")
	return first[:1] + last[:1]
}

func (p *Provider) show(w http.ResponseWriter, status int, content page) {
	content.Style = p.options.Issuer + "/demo.css"
	parsed, err := template.New("page").Parse(pageHTML)
	var drawn bytes.Buffer
	if err == nil {
		err = parsed.Execute(&drawn, content)
	}
	if err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(drawn.Bytes())
}

func (p *Provider) stylesheet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Write(pageCSS)
}

// signOut has nobody to forget; it sends the browser back where the client is
// registered to want it, or says that all is done.
func (p *Provider) signOut(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		p.show(w, http.StatusBadRequest, page{Title: "Sign-out", Text: "The request could not be read."})
		return
	}
	target := r.Form.Get("post_logout_redirect_uri")
	if target == "" {
		p.show(w, http.StatusOK, page{Title: "You are signed out", Text: "The demo remembers nobody. You can close this page."})
		return
	}
	client := r.Form.Get("client_id")
	if !slices.Contains(p.options.PostLogoutURIs, target) || (client != "" && client != p.options.ClientID) {
		p.show(w, http.StatusBadRequest, page{Title: "You are signed out", Text: "The address to go back to is not registered, so this is where the way ends."})
		return
	}
	if state := r.Form.Get("state"); state != "" {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + url.Values{"state": {state}}.Encode()
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}
