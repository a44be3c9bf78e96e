package signin

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	keysEvery = 30 * time.Second // between fetches because of an unknown key
	keysFresh = time.Hour        // then they are asked for again
	keysLast  = 24 * time.Hour   // then a set that could not be renewed is dropped
	keysMost  = 64
)

var (
	errSignature = errors.New("no key of the provider made this signature")
	errNoKeys    = errors.New("the provider's keys cannot be read")
)

// keySet holds the provider's signing keys. It differs from go-oidc's in that a
// flood of unknown key ids causes one fetch in 30 s at most, one bad key does not
// spoil the set, and keys the provider withdrew do not stay trusted for ever.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	goodAt  time.Time
	triedAt time.Time
}

func newKeySet(url string, client *http.Client, now func() time.Time) *keySet {
	return &keySet{url: url, client: client, now: now}
}

// verify returns the payload of an RS256 token: errSignature if no key made it,
// errNoKeys if there are none to try.
func (k *keySet) verify(ctx context.Context, token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return nil, errSignature
	}
	for _, again := range []bool{false, true} {
		keys, err := k.current(ctx, again)
		if err != nil {
			return nil, err
		}
		if payload, ok := tryKeys(jws, keys); ok {
			return payload, nil
		}
	}
	return nil, errSignature
}

func tryKeys(jws *jose.JSONWebSignature, keys []jose.JSONWebKey) ([]byte, bool) {
	kid := jws.Signatures[0].Header.KeyID
	for _, key := range keys {
		if kid != "" && key.KeyID != kid {
			continue
		}
		if payload, err := jws.Verify(key.Key); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// current returns the keys, fetched anew when they are old or when the caller
// found them wanting, as often as the limits allow.
func (k *keySet) current(ctx context.Context, wanting bool) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if now.Sub(k.goodAt) >= keysLast {
		k.keys = nil
	}
	pause := keysEvery
	if k.keys == nil {
		pause = metadataWait
	}
	if (wanting || k.keys == nil || now.Sub(k.goodAt) >= keysFresh) && now.Sub(k.triedAt) >= pause {
		k.triedAt = now
		if keys, err := k.fetch(ctx); err == nil {
			k.keys, k.goodAt = keys, now
		}
	}
	if k.keys == nil {
		return nil, errNoKeys
	}
	return k.keys, nil
}

func (k *keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errNoKeys
	}
	return goodKeys(body)
}

// goodKeys keeps the RSA signing keys of a sensible size and passes over the rest.
func goodKeys(body []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, err
	}
	var good []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil {
			continue
		}
		public, isRSA := key.Key.(*rsa.PublicKey)
		if !isRSA || public.N.BitLen() < 2048 || public.N.BitLen() > 8192 {
			continue
		}
		if (key.Use != "" && key.Use != "sig") || (key.Algorithm != "" && key.Algorithm != string(jose.RS256)) {
			continue
		}
		if good = append(good, key); len(good) == keysMost {
			break
		}
	}
	if len(good) == 0 {
		return nil, errNoKeys
	}
	return good, nil
}
