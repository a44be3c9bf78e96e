package signin

import (
	"errors"
	"net/url"
	"strings"
)

// CheckIssuer parses an issuer, or reports why it cannot be trusted with sign-ins:
// anything but an https address of one tenant. Plain http is accepted on localhost only.
// Microsoft's shared authorities are refused because everybody's tenant, or
// everybody's private account, would be let in.
func CheckIssuer(issuer string) (*url.URL, error) {
	u, err := url.Parse(issuer)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return nil, errors.New("must be a plain https address, such as https://login.microsoftonline.com/<tenant id>/v2.0")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && isLocal(u.Hostname())) {
		return nil, errors.New("must be an https address (http only on localhost)")
	}
	if strings.ContainsAny(u.Path, "{}") {
		return nil, errors.New("must name one tenant: put the tenant id in the place of the braces")
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	switch strings.ToLower(first) {
	case "common", "organizations", "consumers":
		return nil, errors.New("must name one tenant: " + first + " would let in people of every tenant")
	}
	return u, nil
}

func isLocal(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || strings.HasSuffix(host, ".localhost")
}

// sameSafety reports whether an endpoint from the discovery document is no less
// protected than the issuer it came from.
func sameSafety(issuer, endpoint string) bool {
	i, err := url.Parse(issuer)
	if err != nil {
		return false
	}
	e, err := url.Parse(endpoint)
	if err != nil || e.Host == "" || e.User != nil || e.Fragment != "" {
		return false
	}
	return e.Scheme == "https" || e.Scheme == "http" && i.Scheme == "http" && isLocal(e.Hostname())
}
