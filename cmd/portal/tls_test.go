package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// authority signs certificates of tests.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of the test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue is a certificate for a name that ends after a while.
func (a *authority) issue(t *testing.T, name string, ends time.Duration) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(ends), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// The portal's own listener speaks TLS 1.2 and 1.3 with suites that keep the past secret,
// and answers nothing in plain text.
func TestTheListenersTLS(t *testing.T) {
	ca := newAuthority(t)
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "served") }),
		Settings{Certificate: ca.issue(t, "localhost", time.Hour)}, slog.New(slog.DiscardHandler))
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { _ = server.Close() })

	for name, c := range map[string]struct {
		least, most uint16
		suites      []uint16
		spoken      bool
	}{
		"V12.1.1 TLS 1.0": {tls.VersionTLS10, tls.VersionTLS10, nil, false},
		"V12.1.1 TLS 1.1": {tls.VersionTLS11, tls.VersionTLS11, nil, false},
		"V12.1.1 TLS 1.2": {tls.VersionTLS12, tls.VersionTLS12, nil, true},
		"V12.1.1 TLS 1.3": {tls.VersionTLS13, tls.VersionTLS13, nil, true},
		"V12.1.2 3DES":    {tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, false},
		"V12.1.2 RC4":     {tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_RC4_128_SHA}, false},
		"V12.1.2 a key exchange that keeps no past secret": {tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA}, false},
		"V12.1.2 AES-GCM": {tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, true},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{ServerName: "localhost", RootCAs: ca.roots(), MinVersion: c.least, MaxVersion: c.most, CipherSuites: c.suites})
			if err == nil {
				_ = conn.Close()
			}
			if spoken := err == nil; spoken != c.spoken {
				t.Errorf("spoken: %v, %v", spoken, err)
			}
		})
	}
	t.Run("V4.1.2 V12.2.1 plain text gets no page and no redirect", func(t *testing.T) {
		for _, path := range []string{"/", "/healthz", "/csp-report", "/metrics"} {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != http.StatusBadRequest || answer.Header.Get("Location") != "" || strings.Contains(string(body), "served") {
				t.Errorf("%s: %d %q %s", path, answer.StatusCode, answer.Header.Get("Location"), body)
			}
			_ = conn.Close()
		}
	})
}

// Going out, a server is who its certificate says by an authority that is trusted, or it
// gets not a byte.
func TestOutgoingTLS(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	for name, c := range map[string]struct {
		certificate *tls.Certificate
		roots       *x509.CertPool
		most        uint16
		served      bool
	}{
		"V12.3.4 by an authority of one's own":         {ours.issue(t, "localhost", time.Hour), ours.roots(), 0, true},
		"V12.3.2 V12.3.4 by an authority not trusted":  {others.issue(t, "localhost", time.Hour), ours.roots(), 0, false},
		"V12.3.2 by one the system does not know":      {ours.issue(t, "localhost", time.Hour), nil, 0, false},
		"V12.3.2 V12.3.3 for another name":             {ours.issue(t, "partnercenter.example", time.Hour), ours.roots(), 0, false},
		"V12.3.2 ended":                                {ours.issue(t, "localhost", -time.Minute), ours.roots(), 0, false},
		"V12.3.1 V12.3.3 by no version older than 1.2": {ours.issue(t, "localhost", time.Hour), ours.roots(), tls.VersionTLS11, false},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "localhost:0")
			if err != nil {
				t.Fatal(err)
			}
			asked := false
			server := &http.Server{
				Handler:   http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }),
				TLSConfig: &tls.Config{Certificates: []tls.Certificate{*c.certificate}, MinVersion: tls.VersionTLS10, MaxVersion: c.most},
				ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
			}
			go func() { _ = server.ServeTLS(listener, "", "") }()
			defer server.Close()
			transport := newTransport(c.roots)
			defer transport.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://localhost:"+portOf(listener)+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := newProbe(transport).Do(r)
			if err == nil {
				_ = answer.Body.Close()
			}
			if served := err == nil; served != c.served || asked != c.served {
				t.Errorf("served: %v, asked: %v, %v", served, asked, err)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("it took too long")
			}
		})
	}
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
