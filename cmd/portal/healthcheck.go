package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

type healthcheckCommand struct {
	Listen  string `env:"PORTAL_LISTEN" default:"localhost:8080" placeholder:"HOST:PORT" help:"Address the portal listens on."`
	BaseURL string `env:"PORTAL_BASE_URL" placeholder:"URL" help:"Address people open; its host is the name in the certificate."`
	TLSCert string `env:"PORTAL_TLS_CERT" placeholder:"FILE" help:"The portal's certificate, if it serves TLS itself."`
}

// Help is shown below the usage of `portal healthcheck --help`.
func (healthcheckCommand) Help() string {
	return "Asks /healthz of the portal on this machine, with the same variables as serve. Exits with 0 if it is well, with 1 if not."
}

// Run asks once and waits three seconds at most. Nothing is printed when all is
// well.
func (cmd *healthcheckCommand) Run(ctx context.Context, _ console) error {
	address, client, err := cmd.question()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	status, _, err := probe(ctx, client, address)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answers %d", address, status)
	}
	return nil
}

// question returns what to ask and the client to ask it with: this machine
// directly, never through a proxy.
func (cmd *healthcheckCommand) question() (string, *http.Client, error) {
	host, port, err := net.SplitHostPort(cmd.Listen)
	if err != nil {
		return "", nil, Problems{{"PORTAL_LISTEN", "must be HOST:PORT or :PORT"}}
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	address := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/healthz"}
	transport := newTransport(nil)
	transport.Proxy = nil
	client := newProbe(transport)
	if cmd.TLSCert == "" {
		return address.String(), client, nil
	}
	base, err := url.Parse(cmd.BaseURL)
	if err != nil {
		return "", nil, Problems{{"PORTAL_BASE_URL", "must be an address such as https://name.example.com"}}
	}
	pem, err := os.ReadFile(cmd.TLSCert)
	if err != nil {
		return "", nil, Problems{{"PORTAL_TLS_CERT", "cannot be read: " + err.Error()}}
	}
	// The portal must show the very certificate it was given.
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport.TLSClientConfig.RootCAs = roots
	transport.TLSClientConfig.ServerName = strings.ToLower(base.Hostname())
	address.Scheme = "https"
	return address.String(), client, nil
}
