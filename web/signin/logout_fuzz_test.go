package signin

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// Whatever is signed as a logout token, only what a logout token has to be is believed;
// and of what is not signed, nothing.
func FuzzLogoutToken(f *testing.F) {
	now := time.Unix(1_790_000_000, 0)
	whole := fmt.Sprintf(`{"iss":"https://idp.example","aud":"portal","iat":%d,"exp":%d,"jti":"j","sub":"s","events":{%q:{}}}`, now.Unix(), now.Unix()+120, logoutEvent)
	for _, seed := range []string{whole, `{}`, `[]`, `null`, strings.Replace(whole, `"sub"`, `"nonce":null,"sub"`, 1), strings.Replace(whole, `{}`, `[]`, 1), strings.Replace(whole, `"portal"`, `["portal"]`, 1)} {
		f.Add("logout+jwt", seed)
	}
	f.Add("at+jwt", whole)
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	clock := func() time.Time { return now }
	p := New(Config{Issuer: "https://idp.example", ClientID: "portal", Now: clock})
	keys := newKeySet("", nil, clock)
	keys.keys, keys.goodAt, keys.triedAt = []jose.JSONWebKey{{Key: private.Public()}}, now, now
	p.found, p.foundAt = &discovered{keys: keys}, now
	f.Fuzz(func(t *testing.T, typ, payload string) {
		if out, err := p.Logout(t.Context(), payload); err == nil {
			t.Fatalf("believed without a signature: %+v", out)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, (&jose.SignerOptions{}).WithHeader("typ", typ))
		if err != nil {
			return // no token can be made of it
		}
		signed, err := signer.Sign([]byte(payload))
		if err != nil {
			return // no token can be made of it
		}
		raw, err := signed.CompactSerialize()
		if err != nil {
			return // no token can be made of it
		}
		out, err := p.Logout(t.Context(), raw)
		if err != nil {
			return
		}
		var claims map[string]any
		if json.Unmarshal([]byte(payload), &claims) != nil {
			t.Fatalf("believed %q", payload)
		}
		_, nonce := claims["nonce"]
		if nonce || strings.EqualFold(typ, "at+jwt") || out.Issuer != "https://idp.example" || out.Token == "" || out.Subject == "" && out.SID == "" {
			t.Fatalf("believed %q as %q: %+v", payload, typ, out)
		}
	})
}
