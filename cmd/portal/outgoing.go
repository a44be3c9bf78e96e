package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// dialLimit is the time for a connection, the lookup of the name included. The three
	// tries of a read, and the pauses between them, then fit into ten seconds.
	dialLimit = 2 * time.Second
	// addressFor is how long what a name was found to mean is believed.
	addressFor = 60 * time.Second
)

// newTransport is the way out: proxies from the environment, verified TLS, a
// limit on every step, nothing unbounded read. Only HTTP/1.1 is spoken: Partner
// Center tells some refusals in the reason phrase, which HTTP/2 does not carry.
// roots nil means the system's.
func newTransport(roots *x509.CertPool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialLimit, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		Protocols:              protocols,
		MaxConnsPerHost:        64, // more calls wait
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        addressFor,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// renewed is the way out of a portal that runs for months. Connections that are never
// idle would lead to the same machines all that time, though the names mean others by
// now: no call begins on one that is older than addressFor. What is under way is not cut.
type renewed struct {
	roots *x509.CertPool
	now   func() time.Time

	mu      sync.Mutex
	current *http.Transport
	until   time.Time
}

// RoundTrip makes one call.
func (r *renewed) RoundTrip(q *http.Request) (*http.Response, error) {
	return r.transport().RoundTrip(q)
}

func (r *renewed) transport() *http.Transport {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.now(); r.current == nil || !now.Before(r.until) {
		if r.current != nil {
			r.current.CloseIdleConnections() // the others close when their calls are over
		}
		r.current, r.until = newTransport(r.roots), now.Add(addressFor)
	}
	return r.current
}

// CloseIdleConnections closes connections kept for later calls.
func (r *renewed) CloseIdleConnections() { r.transport().CloseIdleConnections() }

// newProbe is a client for one question: ten seconds, and a redirect is an
// answer, not a way to another host.
func newProbe(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
