package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"

	"github.com/gorilla/sessions"
)

// CookieName is the portal's session cookie. The prefix makes browsers insist on
// Secure, Path=/ and no Domain, so a sibling host cannot plant one.
const CookieName = "__Host-portal"

// options of the cookie. No Max-Age: browsers forget it when they close, the
// limits that count are the server's.
func options() *sessions.Options {
	return &sessions.Options{Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

const half = 32 // bytes of id and of key

// reference is what the cookie carries: which session, and the key to it.
type reference struct {
	id, key [half]byte
}

func newReference() (ref reference) {
	copy(ref.id[:], random(half))
	copy(ref.key[:], random(half))
	return ref
}

func (ref reference) String() string { return "***" }

func (ref reference) cookie() string {
	return base64.RawURLEncoding.EncodeToString(append(ref.id[:], ref.key[:]...))
}

// row is the key in the table: the hash, so that the table does not hold ids.
func (ref reference) row() string {
	sum := sha256.Sum256(ref.id[:])
	return hex.EncodeToString(sum[:])
}

// referenceIn reads the cookie. Two cookies of the name are one too many to trust.
func referenceIn(r *http.Request) (ref reference, ok bool) {
	cookies := r.CookiesNamed(CookieName)
	if len(cookies) != 1 || len(cookies[0].Value) != base64.RawURLEncoding.EncodedLen(2*half) {
		return reference{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookies[0].Value)
	if err != nil {
		return reference{}, false
	}
	copy(ref.id[:], raw[:half])
	copy(ref.key[:], raw[half:])
	return ref, true
}

// aead seals with the cookie's key. That key serves one session only, and the
// nonces are random, so a handful of writes a day is far from any limit.
func (ref reference) aead() cipher.AEAD {
	block, err := aes.NewCipher(ref.key[:])
	if err != nil {
		panic("session: " + err.Error()) // the key length is fixed
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("session: " + err.Error())
	}
	return aead
}
