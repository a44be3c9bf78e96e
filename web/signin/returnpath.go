package signin

import (
	"net/url"
	"strings"
)

// returnLimit keeps the transaction cookie well under what browsers store.
const returnLimit = 1024

// returnPath is the path and query to come back to, "/" for anything that is not
// plainly a page of the portal. It is written anew from its parts: what a browser
// gets is never the text that came in.
func (p *Provider) returnPath(path string) string {
	if len(path) > returnLimit || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "/"
	}
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f || c == '\\' {
			return "/"
		}
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.Contains(u.Path, "//") || strings.ContainsAny(u.Path, "\\\x00") {
		return "/"
	}
	if hasDots(u.Path) || (p.cfg.OwnPath != nil && !p.cfg.OwnPath(u.Path)) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).RequestURI()
}

func hasDots(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}
