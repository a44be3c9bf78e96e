package seal

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const secretSize = 32

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// ParseKeys reads a ring from "id:base64[,id:base64…]": newest first, each
// secret 32 random bytes, spaces and line ends around a key ignored. Errors
// name a key by its place or id and never repeat its text.
func ParseKeys(s string) (*Ring, error) {
	ring := &Ring{}
	seen := map[string]bool{}
	for i, part := range strings.Split(strings.TrimSpace(s), ",") {
		k, err := parseKey(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if seen[k.id] {
			return nil, fmt.Errorf("key %d: the id %q is used twice", i+1, k.id)
		}
		seen[k.id] = true
		ring.keys = append(ring.keys, k)
	}
	return ring, nil
}

// NewKey returns a fresh key in the form ParseKeys reads.
func NewKey() string {
	return "k" + hex.EncodeToString(random(4)) + ":" + base64.StdEncoding.EncodeToString(random(secretSize))
}

func parseKey(text string) (key, error) {
	id, encoded, found := strings.Cut(text, ":")
	if !found {
		return key{}, errors.New(`want "id:base64"; "portal keys new" prints one`)
	}
	if !keyID.MatchString(id) {
		return key{}, errors.New("the id before the colon must be 1 to 32 letters, digits, - or _")
	}
	encoded = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(encoded), "=")
	secret, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || len(secret) != secretSize {
		return key{}, fmt.Errorf("the text after %q must be the base64 of %d bytes", id+":", secretSize)
	}
	if len(slices.Compact(slices.Clone(secret))) == 1 {
		return key{}, fmt.Errorf("the key %q stands in for one: \"portal keys new\" prints one", id)
	}
	return key{id: id, secret: secret}, nil
}
