package middleware_test

import (
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
)

// The policy is this one, to the letter, with a nonce of 128 bits or more that no other
// answer has.
func TestThePolicyIsTheReference(t *testing.T) {
	t.Run("V3.4.3", func(t *testing.T) {
		const reference = "default-src 'none'; script-src 'nonce-N'; style-src 'nonce-N'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
			"object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-to csp; report-uri /csp-report"
		e := newEdge(t, own, served)
		seen := map[string]bool{}
		for range 1000 {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, get(own+"/customers"))
			policies := w.Header().Values("Content-Security-Policy")
			if len(policies) != 1 {
				t.Fatalf("%d policies", len(policies))
			}
			_, rest, _ := strings.Cut(policies[0], "'nonce-")
			nonce, _, _ := strings.Cut(rest, "'")
			if strings.ReplaceAll(policies[0], nonce, "N") != reference {
				t.Fatalf("%s\nwant\n%s", policies[0], reference)
			}
			raw, err := base64.StdEncoding.DecodeString(nonce)
			if err != nil {
				raw, err = base64.RawURLEncoding.DecodeString(nonce)
			}
			if err != nil || len(raw) < 16 || seen[nonce] {
				t.Fatalf("nonce %q of %d bytes, seen: %v, %v", nonce, len(raw), seen[nonce], err)
			}
			seen[nonce] = true
		}
	})
}
