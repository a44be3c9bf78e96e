package pcsim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// claims are the members of an access token that decide something. The names are
// those of v1 tokens, which the API's registration asks for.
type claims struct {
	Issuer     string   `json:"iss"`
	Audience   audience `json:"aud"`
	Expiry     float64  `json:"exp"`
	NotBefore  float64  `json:"nbf"`
	Subject    string   `json:"sub"`
	ObjectID   string   `json:"oid"`
	Tenant     string   `json:"tid"`
	UPN        string   `json:"upn"`
	UniqueName string   `json:"unique_name"`
	Scope      string   `json:"scp"`
	AMR        []string `json:"amr"`
	App        string   `json:"appid"`
}

// audience is a string or an array of strings.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(a))
}

// name is how journal and audit records call the caller.
func (c claims) name() string {
	for _, n := range []string{c.UPN, c.UniqueName, c.Subject, c.App} {
		if n != "" {
			return n
		}
	}
	return "unnamed"
}

// timely allows five minutes for a token from a clock that is ahead, and nothing
// for an expired one.
func (c claims) timely(now time.Time) bool {
	t := float64(now.UnixNano()) / 1e9
	return c.Expiry > t && c.NotBefore <= t+300
}

var errToken = errors.New("pcsim: not a token of the issuer")

// parsedToken is a token in its three parts, not verified yet.
type parsedToken struct {
	kid       string
	signed    string
	signature []byte
	payload   []byte
}

// parseToken takes a compact JWS with alg RS256 apart, and nothing else.
func parseToken(token string) (parsedToken, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 64<<10 {
		return parsedToken{}, errToken
	}
	var decoded [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			return parsedToken{}, errToken
		}
		decoded[i] = b
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	if json.Unmarshal(decoded[0], &header) != nil || header.Algorithm != "RS256" {
		return parsedToken{}, errToken
	}
	return parsedToken{header.KeyID, parts[0] + "." + parts[1], decoded[2], decoded[1]}, nil
}

func (t parsedToken) signedBy(key *rsa.PublicKey) bool {
	digest := sha256.Sum256([]byte(t.signed))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature) == nil
}

// verify returns the claims of a token whose signature is right. Times, audience
// and the rest are the caller's to judge.
func (k *keySet) verify(token string) (claims, error) {
	t, err := parseToken(token)
	if err != nil {
		return claims{}, err
	}
	keys, err := k.find(t.kid)
	if err != nil {
		return claims{}, err
	}
	for _, key := range keys {
		if !t.signedBy(key) {
			continue
		}
		var c claims
		if json.Unmarshal(t.payload, &c) != nil {
			return claims{}, errToken
		}
		return c, nil
	}
	return claims{}, errToken
}
