package signin

import (
	"encoding/base64"
	"encoding/json"
	"strings"
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
