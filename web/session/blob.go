package session

import (
	"encoding/json"
	"time"
)

// purpose is the seal purpose of session blobs.
const purpose = "session"

// plainTokens is Tokens without the methods that hide it.
type plainTokens Tokens

// blob is the sealed part of a row.
type blob struct {
	Operator   Operator    `json:"operator"`
	Tokens     plainTokens `json:"tokens"`
	CSRF       []byte      `json:"csrf"`
	SID        string      `json:"sid,omitempty"`
	SignedInAt time.Time   `json:"signedInAt"`
	LogoutHint string      `json:"logoutHint,omitempty"`
	AuthTime   time.Time   `json:"authTime,omitzero"`
}

// newSession is what stands in memory for a row, and for a row to be.
func newSession(ref reference, d Data, seenAt time.Time) *Session {
	tokens := d.Tokens
	d.Tokens = Tokens{}
	return &Session{Data: d, ref: ref, seenAt: seenAt, tokens: tokens}
}

func (s *Session) blob(t Tokens) blob {
	return blob{
		Operator: s.Operator, Tokens: plainTokens(t), CSRF: s.CSRF,
		SID: s.SID, SignedInAt: s.SignedInAt, LogoutHint: s.LogoutHint, AuthTime: s.AuthTime,
	}
}

func (b blob) data() Data {
	return Data{
		Operator: b.Operator, Tokens: Tokens(b.Tokens), CSRF: b.CSRF,
		SID: b.SID, SignedInAt: b.SignedInAt, LogoutHint: b.LogoutHint, AuthTime: b.AuthTime,
	}
}

// seal closes a row's text with the cookie's key, then with the ring. Both layers
// are bound to the id, so a blob moved to another row does not open.
func (s *Store) seal(purpose string, ref reference, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return s.ring.Seal(purpose, ref.aead().Seal(nil, nil, plain, ref.id[:]), ref.id[:]), nil
}

// open reports false for anything that does not open, whatever the reason.
func (s *Store) open(purpose string, ref reference, sealed string, into any) (ok bool) {
	inner, err := s.ring.Open(purpose, sealed, ref.id[:])
	if err != nil {
		return false
	}
	plain, err := ref.aead().Open(nil, nil, inner, ref.id[:])
	if err != nil {
		return false
	}
	return json.Unmarshal(plain, into) == nil
}
