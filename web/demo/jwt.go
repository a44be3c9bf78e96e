package demo

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// accessFor is how long an access token lives: what Partner Center's do.
const accessFor = 65 * time.Minute

type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// Token is a token about to be signed.
type Token struct {
	Alg    string         // "none" leaves the signature out
	Key    any            // for Alg; an *rsa.PrivateKey unless a hook changes it
	Header map[string]any // kid and typ; alg comes from Alg
	Claims map[string]any
}

// sign returns the compact form.
func (t Token) sign() (string, error) {
	payload, err := json.Marshal(t.Claims)
	if err != nil {
		return "", err
	}
	if t.Alg == "none" {
		head, err := json.Marshal(map[string]any{"alg": "none", "typ": "JWT"})
		return base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", err
	}
	options := &jose.SignerOptions{}
	for name, value := range t.Header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(t.Alg), Key: t.Key}, options)
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	return signed.CompactSerialize()
}

func (p *Provider) newToken(claims map[string]any) *Token {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &Token{
		Alg: string(jose.RS256), Key: p.key.private,
		Header: map[string]any{"kid": p.key.id, "typ": "JWT"}, Claims: claims,
	}
}

// accessToken is shaped like the documented token of Partner Center: v1 names and
// issuer. The person is left out of an app-only token.
func (p *Provider) accessToken(who *Person) (string, error) {
	now := p.now()
	claims := map[string]any{
		"iss": "https://sts.windows.net/" + PartnerTenant + "/", "aud": p.options.Audience, "ver": "1.0",
		"appid": p.options.ClientID, "appidacr": "1", "tid": PartnerTenant, "tenant_region_scope": "EU",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(accessFor).Unix(), "uti": text(16),
	}
	if who == nil {
		claims["idtyp"] = "app"
	} else {
		amr := []string{"pwd"}
		if who.MFA {
			amr = append(amr, "mfa")
		}
		claims["iss"], claims["tid"] = "https://sts.windows.net/"+who.TenantID+"/", who.TenantID
		claims["acr"], claims["amr"], claims["scp"] = "1", amr, "user_impersonation"
		claims["sub"], claims["oid"], claims["name"] = who.Subject, who.ObjectID, who.Name
		claims["upn"], claims["unique_name"] = who.Email, who.Email
	}
	t := p.newToken(claims)
	if hook := p.hooked().AccessToken; hook != nil {
		hook(t)
	}
	return t.sign()
}

// idToken is shaped like Entra's v2.
func (p *Provider) idToken(g grant, access string) (string, error) {
	now := p.now()
	hash := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": p.options.Issuer, "aud": p.options.ClientID, "ver": "2.0",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": g.at.Unix(),
		"sub": g.person.Subject, "oid": g.person.ObjectID, "tid": g.person.TenantID, "sid": g.family,
		"name": g.person.Name, "preferred_username": g.person.Email, "email": g.person.Email,
		"at_hash": base64.RawURLEncoding.EncodeToString(hash[:16]),
	}
	if len(g.person.Roles) > 0 {
		claims["roles"] = g.person.Roles
	}
	if claims["groups"] = g.person.Groups; len(g.person.Groups) == 0 {
		claims["groups"] = []string{GroupEverybody}
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	t := p.newToken(claims)
	if hook := p.hooked().IDToken; hook != nil {
		hook(t)
	}
	return t.sign()
}

func (p *Provider) jwks(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	key := p.key
	p.mu.Unlock()
	set := &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: key.private.Public(), KeyID: key.id, Algorithm: string(jose.RS256), Use: "sig",
	}}}
	if hook := p.hooked().Keys; hook != nil {
		hook(set)
	}
	answer(w, http.StatusOK, set)
}

func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "cannot be said in JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(text)
}
