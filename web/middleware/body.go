package middleware

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// Body is what a route takes as its request's body. Routes declare one each; the zero
// value is none of them.
type Body string

// The kinds of body.
const (
	// NoBody is that of a GET.
	NoBody Body = "none"
	// FormBody is a plain form.
	FormBody Body = "form"
	// ReportBody is what browsers tell of what a page's policy stopped.
	ReportBody Body = "report"
)

var mediaTypes = map[Body][]string{
	NoBody:     nil,
	FormBody:   {"application/x-www-form-urlencoded"},
	ReportBody: {"application/reports+json", "application/csp-report"},
}

// Known reports whether there is such a kind.
func (b Body) Known() bool {
	_, known := mediaTypes[b]
	return known
}

// is reports whether the headers announce a body of the kind, in plain UTF-8.
func (b Body) is(h http.Header) bool {
	if h.Get("Content-Encoding") != "" || len(h.Values("Content-Type")) != 1 {
		return false
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !slices.Contains(mediaTypes[b], kind) {
		return false
	}
	charset, named := params["charset"]
	return !named || strings.EqualFold(charset, "utf-8")
}
