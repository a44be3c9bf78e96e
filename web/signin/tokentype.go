package signin

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
)

type joseHeader struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
}

func header(raw string) (h joseHeader, ok bool) {
	first, _, _ := strings.Cut(raw, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return h, false
	}
	return h, json.Unmarshal(decoded, &h) == nil
}

// tokenType reports whether the header's typ is one of an ID token. Logout tokens
// and access tokens of the same provider, for the same audience, name another.
func tokenType(raw string) bool {
	h, ok := header(raw)
	return ok && (h.Typ == "" || strings.EqualFold(h.Typ, "JWT"))
}

// roles reads the person's portal roles: sorted, each once, nothing for values
// the mapping does not know. Group overage gives no role and causes no call.
func (p *Provider) roles(t *oidc.IDToken) []string {
	var all map[string]json.RawMessage
	if t.Claims(&all) != nil {
		return nil
	}
	var values []string
	if raw := all[p.cfg.RolesClaim]; json.Unmarshal(raw, &values) != nil {
		var single string
		if json.Unmarshal(raw, &single) != nil {
			return nil
		}
		values = []string{single}
	}
	return p.portalRoles(values)
}

// label is the first text that is not empty, cleaned for a page and a log line.
func label(texts ...string) string {
	for _, text := range texts {
		clean := strings.TrimSpace(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
				return -1
			}
			return r
		}, text))
		if runes := []rune(clean); len(runes) > 200 {
			clean = string(runes[:200])
		}
		if clean != "" {
			return clean
		}
	}
	return ""
}
