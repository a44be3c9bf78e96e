package main

import (
	"crypto/x509"
	"os"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// clouds are the names PORTAL_CLOUD may have.
func clouds() []string { return []string{"global", "usgov", "china"} }

func (c UpstreamConfig) read(s *Settings, ps *Problems) {
	cloud, known := pcclient.CloudNamed(c.Cloud)
	if !known {
		ps.add("PORTAL_CLOUD", "must be one of %s", strings.Join(clouds(), ", "))
	}
	if c.UpstreamURL != "" {
		cloud.API = readUpstream(c.UpstreamURL, ps)
	}
	if c.UpstreamScope != "" {
		cloud.Scope = c.UpstreamScope
	}
	if strings.ContainsAny(cloud.Scope, " \t\r\n") {
		ps.add("PORTAL_UPSTREAM_SCOPE", "must be a single scope: one token serves one API")
	}
	s.Cloud, s.RecoveryApp = cloud, c.RecoveryApp
	s.Roots = readRoots(c.CAFile, ps)
}

func readUpstream(text string, ps *Problems) string {
	base, err := readOrigin(text)
	switch {
	case err != nil:
		ps.add("PORTAL_UPSTREAM_URL", "%v", err)
		return ""
	case strings.TrimSuffix(base.Path, "/") != "":
		ps.add("PORTAL_UPSTREAM_URL", "must have no path: /v1 is added to it")
		return ""
	}
	return base.Scheme + "://" + base.Host
}

// readRoots returns the system's certificates and those of the file, or nil if
// no file is named.
func readRoots(file string, ps *Problems) *x509.CertPool {
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		ps.add("PORTAL_CA_FILE", "cannot be read: %v", err)
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		ps.add("PORTAL_CA_FILE", "holds no PEM certificate: %s", file)
	}
	return roots
}
