package signin_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/signin"
)

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("PRIVATE KEY", der)
}

func certificateOf(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// RFC 9700, section 2.5: the portal proves itself by a signature, and no secret travels.
func TestPrivateKeyJWT(t *testing.T) {
	key := testKeys()[1]
	certificate := certificateOf(t, key)
	thumbprint := sha256.Sum256(certificate)
	own, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file, header, value string
		alg                 jose.SignatureAlgorithm
	}{
		"with a certificate, as Entra wants it": {pkcs8(t, key) + inPEM("CERTIFICATE", certificate), "x5t#S256", base64.RawURLEncoding.EncodeToString(thumbprint[:]), jose.PS256},
		"the certificate first, an old key":     {inPEM("CERTIFICATE", certificate) + inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "x5t#S256", base64.RawURLEncoding.EncodeToString(thumbprint[:]), jose.PS256},
		"a key alone":                           {pkcs8(t, key), "kid", base64.RawURLEncoding.EncodeToString(own), jose.RS256},
	} {
		t.Run("RFC 9700 2.5 "+name, func(t *testing.T) {
			parsed, err := signin.ParseClientKey([]byte(c.file))
			if err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, func(cfg *signin.Config, _ *demo.Options) { cfg.ClientSecret, cfg.ClientKey = "", parsed })
			seen := map[string]bool{}
			d.idp.SetHooks(demo.Hooks{
				Discovery: func(doc map[string]any) {
					doc["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic", "private_key_jwt"}
				},
				Before: func(_ http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path != "/token" {
						return false
					}
					_ = r.ParseForm()
					if _, _, basic := r.BasicAuth(); basic || r.PostForm.Has("client_secret") || r.PostForm.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
						t.Errorf("sent %v", r.PostForm)
					}
					jws, err := jose.ParseSignedCompact(r.PostForm.Get("client_assertion"), []jose.SignatureAlgorithm{c.alg})
					if err != nil {
						t.Error(err)
						return false
					}
					payload, err := jws.Verify(key.Public())
					var claims struct {
						Iss, Sub, Aud, JTI string
						Iat, Exp           int64
					}
					if err != nil || json.Unmarshal(payload, &claims) != nil {
						t.Errorf("not signed by the key: %v", err)
					}
					now := d.now().Unix()
					if claims.Iss != "partner-desk" || claims.Sub != "partner-desk" || claims.Aud != d.issuer+"/token" || claims.Iat != now || claims.Exp != now+300 || len(claims.JTI) != 43 || seen[claims.JTI] {
						t.Errorf("claims %+v", claims)
					}
					seen[claims.JTI] = true
					header := jws.Signatures[0].Header
					if header.KeyID != c.value && header.ExtraHeaders[jose.HeaderKey(c.header)] != c.value {
						t.Errorf("header %+v", header)
					}
					r.PostForm.Set("client_secret", "s3cret+/%") // which the demo's provider wants to see
					return false
				},
			})
			b := d.browser()
			sess := b.session()
			if _, err := b.ask(sess, sess.Tokens().Access); err != nil {
				t.Errorf("a refresh: %v", err)
			}
			d.idp.SetHooks(demo.Hooks{Before: func(_ http.ResponseWriter, r *http.Request) bool {
				_ = r.ParseForm()
				if r.URL.Path == "/token" && !r.PostForm.Has("client_assertion") {
					t.Error("the application's own token is asked for without a proof")
				}
				return false
			}})
			_, _ = d.in.AppTokenSource()(t.Context(), "")
			if len(seen) != 2 {
				t.Errorf("%d proofs", len(seen))
			}
			if text := fmt.Sprintf("%v %+v %#v", parsed, parsed, parsed); text != "*** *** ***" {
				t.Errorf("prints %s", text)
			}
		})
	}
	t.Run("a provider that wants a secret", func(t *testing.T) {
		parsed, err := signin.ParseClientKey([]byte(pkcs8(t, key)))
		if err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, func(cfg *signin.Config, _ *demo.Options) { cfg.ClientSecret, cfg.ClientKey = "", parsed })
		d.refused(d.in.Check(t.Context()), signin.ReasonMetadata)
		if d.count("/token") != 0 {
			t.Error("it was asked for tokens")
		}
	})
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "MARK", "a certificate alone": inPEM("CERTIFICATE", certificate), "another key's certificate": pkcs8(t, testKeys()[0]) + inPEM("CERTIFICATE", certificate),
		"1024 bits": pkcs8(t, short), "no RSA": pkcs8(t, curve), "broken": inPEM("PRIVATE KEY", []byte("MARK")), "with a password": inPEM("ENCRYPTED PRIVATE KEY", []byte("MARK")),
		"a public key": inPEM("PUBLIC KEY", slices.Repeat([]byte{1}, 9)), "a broken certificate": pkcs8(t, key) + inPEM("CERTIFICATE", []byte("MARK")),
	} {
		t.Run("V11.2.3 not "+name, func(t *testing.T) {
			if _, err := signin.ParseClientKey([]byte(text)); err == nil || strings.Contains(err.Error(), "MARK") {
				t.Errorf("got %v", err)
			}
		})
	}
}
