package main

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func (c WebConfig) read(s *Settings, ps *Problems) {
	s.Listen = c.Listen
	if !isListenAddress(c.Listen) {
		ps.add("PORTAL_LISTEN", "must be HOST:PORT or :PORT, such as localhost:8080")
	}
	s.MetricsListen = c.MetricsListen
	if c.MetricsListen != "" && !isListenAddress(c.MetricsListen) {
		ps.add("PORTAL_METRICS_LISTEN", "must be HOST:PORT or :PORT, such as localhost:9090")
	}
	if c.MetricsListen != "" && c.MetricsListen == c.Listen && !strings.HasSuffix(c.Listen, ":0") {
		ps.add("PORTAL_METRICS_LISTEN", "must be another address than PORTAL_LISTEN: metrics need no sign-in")
	}
	switch base, err := readBaseURL(c.BaseURL); {
	case c.BaseURL == "":
		ps.add("PORTAL_BASE_URL", "is missing: set the address people open, such as https://portal.example.com")
	case err != nil:
		ps.add("PORTAL_BASE_URL", "%v", err)
	default:
		s.BaseURL = base
	}
	s.Certificate = c.readCertificate(s.BaseURL, ps)
	if s.Certificate != nil && s.BaseURL != nil && s.BaseURL.Scheme != "https" {
		ps.add("PORTAL_BASE_URL", "must be https when PORTAL_TLS_CERT is set")
	}
	s.TrustedProxies = c.readProxies(ps)
	if isListenAddress(c.Listen) && !onThisMachine(c.Listen) && c.TLSCert == "" && c.TLSKey == "" && len(items(c.TrustedProxies)) == 0 {
		ps.add("PORTAL_TRUSTED_PROXIES", "is missing: PORTAL_LISTEN=%s takes plain http from other machines. Name the proxy that speaks TLS in front of the portal, listen on localhost, or set PORTAL_TLS_CERT", c.Listen)
	}
}

// readBaseURL accepts an origin and nothing more: a path would make cookies and
// redirects reach, or miss, whatever else lives on that host.
func readBaseURL(text string) (*url.URL, error) {
	base, err := readOrigin(text)
	if err != nil {
		return nil, err
	}
	if base.Path != "" && base.Path != "/" {
		return nil, errors.New("must have no path: the portal needs a host name of its own")
	}
	return &url.URL{Scheme: base.Scheme, Host: strings.ToLower(base.Host)}, nil
}

// readOrigin parses an address that is https, or http on this machine, with
// neither user, query nor fragment. A path is left to the caller to judge.
func readOrigin(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return nil, errors.New("must be an address such as https://name.example.com")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") {
		return nil, errors.New("must start with https:// (http:// only for localhost)")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("must have no user, query or fragment")
	}
	return u, nil
}

func (c WebConfig) readCertificate(base *url.URL, ps *Problems) *tls.Certificate {
	switch {
	case c.TLSCert == "" && c.TLSKey == "":
		return nil
	case c.TLSKey == "":
		ps.add("PORTAL_TLS_KEY", "is missing: PORTAL_TLS_CERT needs its key")
		return nil
	case c.TLSCert == "":
		ps.add("PORTAL_TLS_CERT", "is missing: PORTAL_TLS_KEY needs its certificate")
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		ps.add("PORTAL_TLS_CERT", "and PORTAL_TLS_KEY do not load: %v", err)
		return nil
	}
	// HSTS leaves people no way past either of these.
	if base != nil {
		if err := pair.Leaf.VerifyHostname(base.Hostname()); err != nil {
			ps.add("PORTAL_TLS_CERT", "is for another name than PORTAL_BASE_URL's, which browsers refuse: %v", err)
		}
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		ps.add("PORTAL_TLS_CERT", "ended on %s, and browsers refuse it: renew it", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	return &pair
}

// Wider ranges of proxies than these are nobody's network: a slip of the pen there would
// let anybody say which address they come from.
const widestIPv4, widestIPv6 = 8, 32

func (c WebConfig) readProxies(ps *Problems) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range items(c.TrustedProxies) {
		prefix, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		switch {
		case err != nil:
			ps.add("PORTAL_TRUSTED_PROXIES", "%q is neither an address nor a CIDR range", text)
		case prefix.Addr().Is4In6():
			ps.add("PORTAL_TRUSTED_PROXIES", "%q must be written as IPv4, such as 10.0.3.7", text)
		case prefix.Addr().Is4() && prefix.Bits() < widestIPv4, prefix.Addr().Is6() && prefix.Bits() < widestIPv6:
			ps.add("PORTAL_TRUSTED_PROXIES", "%q is too wide: name the proxy, or its network, at most a /%d of IPv4 or a /%d of IPv6", text, widestIPv4, widestIPv6)
		default:
			all = append(all, prefix.Masked())
		}
	}
	return all
}

// onThisMachine reports whether nobody else reaches an address that is listened on.
func onThisMachine(listen string) bool {
	host, _, _ := net.SplitHostPort(listen)
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

func isListenAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// items is a list as people write it: spaces around the commas, one at the end.
func items(list []string) []string {
	var out []string
	for _, item := range list {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}
