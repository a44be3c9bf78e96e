// Package seal keeps the portal's keys and seals with them what must not be
// read, or must not be changed, outside the portal: session and draft blobs,
// audit values, the form's hidden base. It is not for use outside the portal.
//
// A Ring holds one or more keys. The first one seals; all of them open, so a
// key is rotated by putting a new one in front and dropping the old one when
// nothing sealed with it is left. Every use has a purpose, and every purpose
// its own derived key: a blob sealed as a draft never opens as a session.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
)

// ErrSealed reports that a sealed text does not open: altered, cut, bound to
// something else, of another purpose, or sealed with a key the ring no longer
// has. Which of these it was is not told, on purpose.
var ErrSealed = errors.New("seal: does not open")

// Ring is an ordered set of keys. It is safe for concurrent use and prints as ***.
type Ring struct {
	keys []key
}

type key struct {
	id     string
	secret []byte
}

// Seal encrypts plain with the ring's first key and returns base64url text.
// The text opens only with the same purpose and the same bound bytes, which
// are not stored in it.
func (r *Ring) Seal(purpose string, plain, bound []byte) string {
	k := r.keys[0]
	head := append([]byte{byte(len(k.id))}, k.id...)
	sealed := k.aead(purpose).Seal(head, nil, plain, frame([]byte(purpose), head, bound))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// KeyID is the id of the key that a text says it is sealed with; "" when it says none.
func KeyID(sealed string) string {
	head, _, err := cut(sealed)
	if err != nil {
		return ""
	}
	return string(head[1:])
}

// Has reports whether the ring has a key of that id.
func (r *Ring) Has(id string) bool {
	return slices.ContainsFunc(r.keys, func(k key) bool { return k.id == id })
}

// cut takes a sealed text apart: the length of the key's id and the id, and the rest.
func cut(sealed string) (head, body []byte, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) == 0 || len(raw) < 1+int(raw[0]) {
		return nil, nil, ErrSealed
	}
	return raw[:1+int(raw[0])], raw[1+int(raw[0]):], nil
}

// Open returns what Seal was given. Any failure is ErrSealed.
func (r *Ring) Open(purpose, sealed string, bound []byte) ([]byte, error) {
	head, body, err := cut(sealed)
	if err != nil {
		return nil, ErrSealed
	}
	for _, k := range r.keys {
		if k.id != string(head[1:]) {
			continue
		}
		plain, err := k.aead(purpose).Open(nil, nil, body, frame([]byte(purpose), head, bound))
		if err != nil {
			return nil, ErrSealed
		}
		return plain, nil
	}
	return nil, ErrSealed
}

// String hides the keys.
func (r *Ring) String() string { return "***" }

// GoString hides the keys.
func (r *Ring) GoString() string { return "***" }

func (k key) derive(purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.secret, nil, "partner desk seal: "+purpose, sha256.Size)
	if err != nil {
		panic("seal: derive a key: " + err.Error()) // only for absurd lengths
	}
	return derived
}

func (k key) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive(purpose))
	if err != nil {
		panic("seal: " + err.Error()) // the key length is fixed above
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("seal: " + err.Error())
	}
	return aead
}

// frame joins pieces so that their borders cannot be moved.
func frame(pieces ...[]byte) []byte {
	var out []byte
	for _, p := range pieces {
		out = binary.BigEndian.AppendUint64(out, uint64(len(p)))
		out = append(out, p...)
	}
	return out
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails; it ends the program if the system has no randomness
	return b
}
