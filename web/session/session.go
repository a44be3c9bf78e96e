// Package session remembers who is signed in. It owns the portal's one session
// cookie and the sessions table; signing in is signin's work, rights are
// middleware's. It is not for use outside the portal.
//
// The browser holds a random id and a random key. The table holds the SHA-256 of
// the id and a blob sealed twice: with the key from the cookie and with the
// portal's own keys. So neither a stolen database nor a stolen key ring opens a
// session, and a cookie of another portal opens nothing here.
//
// Three outcomes are kept apart everywhere: signed in; signed out (no cookie, a
// bad one, a dead session: never an error); and ErrStore, the database not
// answering, which says nothing about the person and must not sign anybody out.
//
// A session that reached its limits is dead for good. For a day it is still known whose
// it was, so that a form sent too late is kept for that person: see Late.
package session

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// ErrStore reports that the database did not answer. The person may well be
// signed in: answer 503, keep the cookie, do not send them to sign in.
var ErrStore = errors.New("session store unavailable")

// ErrGone reports that the session ended before the write: signed out, here or at the
// provider, expired, or pushed out by newer ones. Nothing was written and nothing revives it.
var ErrGone = errors.New("session has ended")

// ErrStale reports that the session was written by somebody else since it was
// read. Nothing was written; Reload shows the newer state.
var ErrStale = errors.New("session changed since it was read")

// Operator is the signed-in person as the identity provider named them. Name and
// Email are labels for people, never keys and never a right.
type Operator struct {
	Issuer, Subject    string
	TenantID, ObjectID string // of Entra; "" for providers that have none
	Name, Email        string
	Roles              []string // the portal's roles, sorted
	// Portfolios are the values that give the person customers, sorted. Nil: they signed in
	// while there were no portfolios.
	Portfolios []string
}

// Key identifies the person for good: tenant and object id where the provider
// has them, else issuer and subject.
func (o Operator) Key() string {
	if o.TenantID != "" && o.ObjectID != "" {
		return o.TenantID + "|" + o.ObjectID
	}
	return o.Issuer + "|" + o.Subject
}

// Tokens act as the person at the upstream and at the identity provider. They
// print as *** in every format.
type Tokens struct {
	Access, Refresh string
	// Expiry is when Access stops working; zero when the provider did not say,
	// which counts as at once.
	Expiry time.Time
	// IssuedAt is when the portal received Access.
	IssuedAt time.Time
	IDToken  string
}

// Format hides the tokens.
func (Tokens) Format(f fmt.State, _ rune) { fmt.Fprint(f, "***") }

// LogValue hides the tokens.
func (Tokens) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalJSON hides the tokens.
func (Tokens) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

// Data is what a sign-in brings.
type Data struct {
	Operator   Operator
	Tokens     Tokens
	CSRF       []byte // 32 random bytes; made by Begin when nil
	SID        string // the provider's name for this sign-in, "" when it has none
	SignedInAt time.Time
	// NamedAt is when the provider named the person, by its clock. Begin alone knows it: a
	// logout of the person since then, by the same clock, is one of this sign-in too.
	NamedAt time.Time
	// LogoutHint is by what the provider knows who signs out there, "" when it gave nothing.
	LogoutHint string
	// AuthTime is when the person last proved at the provider who they are, by its clock;
	// zero when it did not say.
	AuthTime time.Time
}

// Format hides everything but whose data it is.
func (d Data) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "data of %s", d.Operator.Key()) }

// MarshalJSON hides everything but whose data it is.
func (d Data) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(d)) }

// Session is one signed-in browser, as read for one request. It is safe for
// concurrent use.
type Session struct {
	// Data is what the sign-in brought, but for the tokens, which are empty
	// here: they change while the session lives, see the method Tokens.
	Data

	ref reference

	mu      sync.Mutex // guards what follows
	seenAt  time.Time  // as written down
	tokens  Tokens
	version int64
}

// ID names the session without giving a way into it: the same in every request
// of one sign-in, never the same twice.
func (s *Session) ID() string { return s.ref.row() }

// Until is when the session ends if the person does nothing more, by the idle
// limit or by the absolute one.
func (s *Session) Until() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := s.SignedInAt.Add(AbsoluteLimit)
	if idle := s.seenAt.Add(IdleLimit); idle.Before(until) {
		return idle
	}
	return until
}

// Fixed reports whether Until is the absolute limit, which no activity moves.
func (s *Session) Fixed() bool { return !s.Until().Before(s.SignedInAt.Add(AbsoluteLimit)) }

// Tokens returns the tokens as last read or saved.
func (s *Session) Tokens() Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens
}

// Format hides everything but whose session it is.
func (s *Session) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "session of %s", s.Operator.Key()) }

// LogValue hides everything but whose session it is.
func (s *Session) LogValue() slog.Value { return slog.StringValue("session of " + s.Operator.Key()) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails; it ends the program if the system has no randomness
	return b
}
