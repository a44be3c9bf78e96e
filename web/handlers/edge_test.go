package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// an address is the peer's, unless the peer is on the list; nothing a
// browser sends changes the scheme.
func TestA08WhoseAddressIsLogged(t *testing.T) { t.Run("V4.1.3 V15.3.4", testA08WhoseAddressIsLogged) }

func testA08WhoseAddressIsLogged(t *testing.T) {
	listed := []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("10.9.0.0/16")}
	for _, story := range []struct {
		name    string
		proxies []netip.Prefix
		headers map[string]string
		client  string
	}{
		{"from nobody known", nil, map[string]string{"X-Forwarded-For": "203.0.113.9"}, "192.0.2.7"},
		{"from a private net nobody listed", nil, map[string]string{"X-Forwarded-For": "10.0.0.1, 127.0.0.1", "X-Real-IP": "10.0.0.1", "Forwarded": "for=10.0.0.1"}, "192.0.2.7"},
		{"from a listed proxy", listed, map[string]string{"X-Forwarded-For": "203.0.113.9"}, "203.0.113.9"},
		{"from a listed proxy: the right-most nobody listed", listed, map[string]string{"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.9.0.3"}, "203.0.113.9"},
		{"a private net is not listed by itself", listed, map[string]string{"X-Forwarded-For": "203.0.113.9, 10.1.0.3"}, "10.1.0.3"},
		{"nor this machine", listed, map[string]string{"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}, "127.0.0.1"},
		{"with a port, as some proxies write", listed, map[string]string{"X-Forwarded-For": "198.51.100.1:1, 203.0.113.9:5555, 10.9.0.3:80"}, "203.0.113.9"},
		{"with a port of IPv6", listed, map[string]string{"X-Forwarded-For": "[2001:db8::1]:443"}, "2001:db8::1"},
		{"IPv6 alone keeps its end", listed, map[string]string{"X-Forwarded-For": "2001:db8::1:443"}, "2001:db8::1:443"},
		{"what is no address tells nothing", listed, map[string]string{"X-Forwarded-For": "203.0.113.9, none:80"}, "192.0.2.7"},
		{"X-Real-IP is never read", listed, map[string]string{"X-Real-IP": "203.0.113.9"}, "192.0.2.7"},
	} {
		t.Run("A-08 "+story.name, func(t *testing.T) {
			site := newSiteWith(t, settings{proxies: story.proxies})
			b := site.anybody()
			r := b.request(http.MethodGet, "/signin", nil)
			for name, value := range story.headers {
				r.Header.Set(name, value)
			}
			r.Header.Set("X-Forwarded-Proto", "http")
			p := b.do(r).want(http.StatusOK)
			if p.header.Get("Strict-Transport-Security") == "" {
				t.Error("A-09 the scheme was changed by a header")
			}
			lines := strings.Split(strings.TrimSpace(site.log.String()), "\n")
			var entry struct{ Client string }
			must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &entry))
			if entry.Client != story.client {
				t.Errorf("logged %s, want %s", entry.Client, story.client)
			}
		})
	}
}
