package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
)

// FormToken returns the text of a form's hidden csrf input. It is good for this
// session, this family of forms and this customer ("" for forms about none), for
// as long as the session lives. Each call gives another text, so that an answer
// compressed beside guessed text does not give it away letter by letter.
func (s *Session) FormToken(family, customer string) string {
	mask, mac := random(sha256.Size), formMAC(s.CSRF, family, customer)
	subtle.XORBytes(mac, mac, mask)
	return base64.RawURLEncoding.EncodeToString(append(mask, mac...))
}

// CheckFormToken reports whether the token is one FormToken gave out for the same
// session, family and customer.
func (s *Session) CheckFormToken(family, customer, token string) bool {
	return checkFormToken(s.CSRF, family, customer, token)
}

func checkFormToken(secret []byte, family, customer, token string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 2*sha256.Size {
		return false
	}
	mask, masked := raw[:sha256.Size], raw[sha256.Size:]
	subtle.XORBytes(masked, masked, mask)
	return hmac.Equal(masked, formMAC(secret, family, customer))
}

func formMAC(secret []byte, family, customer string) []byte {
	h := hmac.New(sha256.New, secret)
	for _, part := range []string{family, customer} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}
