package signin

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// assertionFor is how long a signed proof is good: for the one call it is made for.
const assertionFor = 5 * time.Minute

// ClientKey proves the portal to the provider by signatures instead of a secret that
// travels with every call (private_key_jwt, RFC 7523). It prints as ***.
type ClientKey struct {
	signer jose.Signer
}

// ParseClientKey reads a file in PEM: an RSA private key of 2048 bits or more and, for
// Entra, the certificate that was uploaded for it. Errors never repeat the text.
func ParseClientKey(text []byte) (*ClientKey, error) {
	var key *rsa.PrivateKey
	var certificate *x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "PRIVATE KEY", "RSA PRIVATE KEY":
			key, err = parseRSA(block)
		case "CERTIFICATE":
			if certificate == nil { // those after it are its authorities
				certificate, err = x509.ParseCertificate(block.Bytes)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("its %s cannot be read", block.Type)
		}
	}
	switch {
	case key == nil:
		return nil, errors.New("holds no RSA private key in PEM, without a password")
	case key.N.BitLen() < 2048:
		return nil, errors.New("holds a key of less than 2048 bits")
	case certificate != nil && !key.PublicKey.Equal(certificate.PublicKey):
		return nil, errors.New("holds a certificate of another key")
	}
	return newClientKey(key, certificate)
}

func parseRSA(block *pem.Block) (*rsa.PrivateKey, error) {
	if block.Type == "RSA PRIVATE KEY" {
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not RSA")
	}
	return key, nil
}

// newClientKey follows Entra where there is a certificate, and else what every provider
// knows: the key's own thumbprint (RFC 7638) names it.
func newClientKey(key *rsa.PrivateKey, certificate *x509.Certificate) (*ClientKey, error) {
	options := (&jose.SignerOptions{}).WithType("JWT")
	algorithm := jose.RS256
	if certificate != nil {
		thumbprint := sha256.Sum256(certificate.Raw)
		options = options.WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(thumbprint[:]))
		algorithm = jose.PS256
	} else {
		thumbprint, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, err
		}
		options = options.WithHeader("kid", base64.RawURLEncoding.EncodeToString(thumbprint))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		return nil, err
	}
	return &ClientKey{signer}, nil
}

// Format hides the key.
func (*ClientKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "***") }

// proof is what a call of the token endpoint carries in the place of the secret; nothing
// where there is a secret.
func (p *Provider) proof(d *discovered) (url.Values, error) {
	if p.cfg.ClientKey == nil {
		return nil, nil
	}
	now := p.now()
	claims, err := json.Marshal(map[string]any{
		"iss": p.cfg.ClientID, "sub": p.cfg.ClientID, "aud": d.oauth.Endpoint.TokenURL,
		"jti": secret(), "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionFor).Unix(),
	})
	if err != nil {
		return nil, err
	}
	signed, err := p.cfg.ClientKey.signer.Sign(claims)
	if err != nil {
		return nil, errors.New("the client key does not sign")
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		return nil, err
	}
	return url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {compact},
	}, nil
}
