package signin

import (
	"net"
	"net/http"
	"time"
)

const (
	callLimit  = 10 * time.Second
	answerSize = 1 << 20
)

// newClient is the only way this package talks to the provider. It follows no
// redirect: a provider that moved is a matter of configuration, and a code or a
// secret must not travel on.
func newClient(base *http.Client) *http.Client {
	var transport http.RoundTripper = &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 4,
		IdleConnTimeout:     time.Minute,
	}
	if base != nil && base.Transport != nil {
		transport = base.Transport
	}
	return &http.Client{
		Transport:     capped{transport},
		Timeout:       callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// capped cuts answers at answerSize. go-oidc reads bodies to the end.
type capped struct{ next http.RoundTripper }

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, answerSize)
	}
	return resp, err
}
