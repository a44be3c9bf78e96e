package pcclient

import (
	"encoding/json"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"strings"
)

// Link leads to another page of a list. Its JSON is the upstream's, so it can be kept and used later; the upstream does not
// say for how long. Treat its texts as opaque.
type Link struct {
	URI     string       `json:"uri"`
	Method  string       `json:"method"`
	Headers []LinkHeader `json:"headers"`
}

// LinkHeader is a header to send with the link; the continuation token is one.
type LinkHeader struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// follow turns a link into a request for another page of the list at path. The upstream writes the address with /v1 and
// without, and may write it whole; any other host is refused, because the person's token would go there.
func (c *core) follow(l Link, listPath string) (*request, *Error) {
	r := newRequest(http.MethodGet, listPath)
	u, err := url.Parse(l.URI)
	switch {
	case err != nil || l.URI == "":
		return nil, refuse(r, "the link to the next page cannot be read", ErrUnexpected)
	case l.Method != "" && !strings.EqualFold(l.Method, http.MethodGet):
		return nil, refuse(r, "the link to the next page is not a GET", ErrUnexpected)
	case u.Host != "" && !c.sameHost(u), u.Host == "" && u.Scheme != "", u.User != nil, u.Opaque != "":
		return nil, refuse(r, "the link to the next page leads to another host", ErrUnexpected)
	case !c.samePath(u.Path, listPath):
		return nil, refuse(r, "the link to the next page leads to something else", ErrUnexpected)
	}
	r.query = u.RawQuery
	for _, h := range l.Headers {
		if mayFollow(h.Key) {
			r.header.Set(h.Key, h.Value)
		}
	}
	return r, nil
}

func (c *core) sameHost(u *url.URL) bool {
	scheme := u.Scheme == "" || strings.EqualFold(u.Scheme, c.base.Scheme)
	return scheme && strings.EqualFold(hostPort(u, c.base.Scheme), hostPort(c.base, c.base.Scheme))
}

func hostPort(u *url.URL, scheme string) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	return u.Hostname() + ":" + port
}

// samePath accepts the list's path with the base address's own path, with /v1 alone, and without either.
func (c *core) samePath(p, listPath string) bool {
	p = path.Clean("/" + p)
	if rest, ok := strings.CutPrefix(p, c.base.Path); ok && c.base.Path != "" && strings.HasPrefix(rest, "/") {
		p = rest
	}
	return strings.EqualFold(p, listPath) || strings.EqualFold("/v1"+p, listPath)
}

// mayFollow keeps a link from setting what only the client may say.
func mayFollow(key string) bool {
	switch textproto.CanonicalMIMEHeaderKey(key) {
	case "", "Host", "Cookie", "Authorization", "Proxy-Authorization", "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Expect", "Content-Length", "Content-Type", "Content-Encoding", "If-Match", "Accept-Encoding",
		"Idempotency-Key", "X-Idempotency-Key", "X-Http-Method-Override":
		return false
	}
	return !strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c) })
}

// key tells two links apart.
func (l Link) key() string {
	b, _ := json.Marshal(l) // plain texts always encode
	return string(b)
}
