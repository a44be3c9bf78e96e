package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database"
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

// from is a listener whose connections come from another machine.
type from struct {
	net.Listener
	peer string
}

type cameFrom struct {
	net.Conn
	peer net.Addr
}

func (c cameFrom) RemoteAddr() net.Addr { return c.peer }

func (l from) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	peer, err := net.ResolveTCPAddr("tcp", l.peer)
	return cameFrom{conn, peer}, err
}

// Without a certificate the portal speaks with its proxy, and with nobody who came past it:
// neither with a machine in the same network nor with one that claims to be the proxy.
func TestPlainHTTPIsForTheProxy(t *testing.T) {
	base, err := url.Parse("https://portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	behind := Settings{BaseURL: base, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.3.7/32"), netip.MustParsePrefix("fd00:3::/64")}}
	local := Settings{BaseURL: &url.URL{Scheme: "http", Host: "localhost:8080"}}
	for name, c := range map[string]struct {
		settings   Settings
		peer, path string
		served     bool
	}{
		"V12.2.1 the proxy":                       {behind, "10.0.3.7:4711", "/customers", true},
		"V12.2.1 a proxy of a listed range":       {behind, "[fd00:3::9]:4711", "/customers", true},
		"V12.2.1 a proxy on this machine":         {behind, "127.0.0.1:4711", "/customers", true},
		"V12.2.1 the proxy's neighbour":           {behind, "10.0.3.8:4711", "/customers", false},
		"V12.2.1 somebody outside":                {behind, "[2001:db8::1]:4711", "/", false},
		"V12.2.1 an orchestrator asks for health": {behind, "10.0.3.8:4711", "/healthz", true},
		"V12.2.1 what is not quite health":        {behind, "10.0.3.8:4711", "/%68ealthz", false},
		"the demo, on localhost":                  {local, "192.0.2.7:4711", "/", true},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "localhost:0")
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			server := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "served") }), c.settings, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
			ended := serve(server, from{listener, c.peer})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = c.settings.BaseURL.Host
			r.Header.Set("X-Forwarded-For", "10.0.3.7")
			r.Header.Set("X-Forwarded-Proto", "https")
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			_ = server.Close()
			<-ended
			if served := string(body) == "served"; served != c.served {
				t.Errorf("%d %s", answer.StatusCode, body)
			}
			if c.served {
				return
			}
			if answer.StatusCode != http.StatusMisdirectedRequest || answer.Header.Get("Location") != "" || !strings.Contains(string(body), "https://portal.example.com") {
				t.Errorf("%d, to %q: %s", answer.StatusCode, answer.Header.Get("Location"), body)
			}
			if answer.Header.Get("Strict-Transport-Security") == "" || answer.Header.Get("Content-Security-Policy") == "" {
				t.Errorf("headers %v", answer.Header)
			}
			if !strings.Contains(log.String(), `"reason":"plain_http"`) {
				t.Errorf("the log: %s", &log)
			}
		})
	}
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

// The database, too, is who its certificate says, or is told neither a name nor a password.
func TestTheDatabasesTLS(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		certificate *tls.Certificate // nil: it speaks no TLS
		mode        string
		told        bool
	}{
		"V12.3.3 V12.3.4 by an authority of one's own":          {ours.issue(t, "localhost", time.Hour), "verify-full", true},
		"V12.3.2 V12.3.4 by an authority not trusted":           {others.issue(t, "localhost", time.Hour), "verify-full", false},
		"V12.3.2 V12.3.4 by one not trusted, whatever its name": {others.issue(t, "localhost", time.Hour), "verify-ca", false},
		"V12.3.2 V12.3.3 for another name":                      {ours.issue(t, "db.example.com", time.Hour), "verify-full", false},
		"V12.3.2 ended":                                         {ours.issue(t, "localhost", -time.Minute), "verify-full", false},
		"V12.3.1 without TLS":                                   {nil, "verify-full", false},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "localhost:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			told := make(chan bool, 100)
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
					ask := make([]byte, 8) // whether it speaks TLS
					_, _ = io.ReadFull(conn, ask)
					if c.certificate == nil {
						_, _ = conn.Write([]byte("N"))
					} else {
						_, _ = conn.Write([]byte("S"))
						conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*c.certificate}})
					}
					n, _ := conn.Read(make([]byte, 1000)) // who wants to come in
					told <- n > 0
					_ = conn.Close()
				}
			}()
			url := "postgres://portal:hunter2@localhost:" + portOf(listener) + "/portal?sslmode=" + c.mode + "&sslrootcert=" + roots
			if err := database.CheckURL(url); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			db, err := database.Open(ctx, url)
			if err == nil {
				_, err = db.Describe(ctx)
				db.Close()
			}
			if err == nil {
				t.Error("it was taken for a database")
			}
			if got := <-told; got != c.told {
				t.Errorf("told: %v, %v", got, err)
			}
		})
	}
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
