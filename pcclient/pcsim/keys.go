package pcsim

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// refetchAfter is how long an unknown key ID waits for the next look at the issuer.
const refetchAfter = 10 * time.Second

var errNoKeys = errors.New("pcsim: the issuer's keys could not be read")

// keySet holds the RSA keys of the issuer, found through its discovery document.
type keySet struct {
	issuer string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex
	keys    map[string]*rsa.PublicKey
	fetched time.Time // last successful look
}

func newKeySet(issuer string, client *http.Client, now func() time.Time) *keySet {
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	return &keySet{issuer: issuer, client: client, now: now}
}

// find returns the key of the ID; without an ID all keys. Keys are read at the
// first call and again for an unknown ID, at most every ten seconds; known keys
// stay when that fails.
func (k *keySet) find(kid string) ([]*rsa.PublicKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil || k.keys[kid] == nil && kid != "" && !k.now().Before(k.fetched.Add(refetchAfter)) {
		keys, err := k.fetch()
		if err != nil && k.keys == nil {
			return nil, fmt.Errorf("%w: %w", errNoKeys, err)
		}
		if err == nil {
			k.keys, k.fetched = keys, k.now()
		}
	}
	if kid != "" {
		if key := k.keys[kid]; key != nil {
			return []*rsa.PublicKey{key}, nil
		}
		return nil, errToken
	}
	all := make([]*rsa.PublicKey, 0, len(k.keys))
	for _, key := range k.keys {
		all = append(all, key)
	}
	return all, nil
}

func (k *keySet) fetch() (map[string]*rsa.PublicKey, error) {
	var discovery struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := k.read(k.issuer+"/.well-known/openid-configuration", &discovery); err != nil {
		return nil, err
	}
	if strings.TrimSuffix(discovery.Issuer, "/") != k.issuer {
		return nil, fmt.Errorf("discovery document is for issuer %q", discovery.Issuer)
	}
	var set struct {
		Keys []struct {
			Kty, Use, Kid, N, E string
		}
	}
	if err := k.read(discovery.JWKSURI, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for i, j := range set.Keys {
		key := rsaKey(j.N, j.E)
		if j.Kty != "RSA" || j.Use != "" && j.Use != "sig" || key == nil {
			continue
		}
		if j.Kid == "" {
			j.Kid = fmt.Sprintf("#%d", i)
		}
		keys[j.Kid] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("no usable RSA key")
	}
	return keys, nil
}

// rsaKey is nil for anything but a key of 2048 to 8192 bits.
func rsaKey(n, e string) *rsa.PublicKey {
	modulus, err1 := base64.RawURLEncoding.DecodeString(n)
	exponent, err2 := base64.RawURLEncoding.DecodeString(e)
	if err1 != nil || err2 != nil || len(exponent) > 4 {
		return nil
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}
	if key.N.BitLen() < 2048 || key.N.BitLen() > 8192 || key.E < 3 {
		return nil
	}
	return key
}

func (k *keySet) read(url string, into any) error {
	resp, err := k.client.Get(url)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d", url, resp.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}
