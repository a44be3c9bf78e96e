package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	transactionPrefix = "__Host-portal-signin-"
	transactionFor    = 10 * time.Minute
	transactionsOpen  = 5 // per browser: tabs that started and have not come back
	purpose           = "signin-transaction"
)

// transaction is one sign-in under way. It lives in a sealed cookie, so started
// sign-ins cost the portal nothing, and several tabs do not disturb each other.
type transaction struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Return   string    `json:"r"`
	At       time.Time `json:"t"`
	// MaxAge is how old the sign-in at the provider may be; 0: any age.
	MaxAge time.Duration `json:"m,omitempty"`
}

// secret returns 256 random bits as text.
func secret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails; it ends the program if the system has no randomness
	return base64.RawURLEncoding.EncodeToString(b)
}

func transactionName(state string) string {
	sum := sha256.Sum256([]byte(state))
	return transactionPrefix + hex.EncodeToString(sum[:8])
}

func transactionCookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.MaxAge = int(age / time.Second); age <= 0 {
		c.MaxAge = -1
	}
	return c
}

// open puts the transaction into the browser and drops the oldest ones over the limit.
func (p *Provider) open(w http.ResponseWriter, r *http.Request, t transaction) error {
	plain, err := json.Marshal(t)
	if err != nil {
		return err
	}
	p.dropOldest(w, r)
	name := transactionName(t.State)
	http.SetCookie(w, transactionCookie(name, p.cfg.Ring.Seal(purpose, plain, []byte(name)), transactionFor))
	return nil
}

func (p *Provider) dropOldest(w http.ResponseWriter, r *http.Request) {
	type open struct {
		name string
		at   time.Time
	}
	var all []open
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, transactionPrefix) {
			t, _ := p.unseal(c) // what does not open has the zero time and goes first
			all = append(all, open{c.Name, t.At})
		}
	}
	slices.SortFunc(all, func(a, b open) int { return a.at.Compare(b.at) })
	for i, o := range all {
		if i < len(all)-(transactionsOpen-1) || p.now().Sub(o.at) > transactionFor {
			http.SetCookie(w, transactionCookie(o.name, "", 0))
		}
	}
}

func (p *Provider) unseal(c *http.Cookie) (t transaction, ok bool) {
	plain, err := p.cfg.Ring.Open(purpose, c.Value, []byte(c.Name))
	if err != nil {
		return transaction{}, false
	}
	return t, json.Unmarshal(plain, &t) == nil
}

// spend returns the transaction the state names and ends it, in the browser and,
// against a copied cookie, in this process.
func (p *Provider) spend(w http.ResponseWriter, r *http.Request, state string) (transaction, error) {
	name := transactionName(state)
	cookies := r.CookiesNamed(name)
	if len(cookies) != 1 {
		return transaction{}, refuse(ReasonTransactionMissing)
	}
	http.SetCookie(w, transactionCookie(name, "", 0))
	t, ok := p.unseal(cookies[0])
	if !ok || subtle.ConstantTimeCompare([]byte(t.State), []byte(state)) != 1 {
		return transaction{}, refuse(ReasonTransactionMissing)
	}
	if p.now().Sub(t.At) > transactionFor {
		return transaction{}, refuse(ReasonTransactionExpired)
	}
	if !p.spent.first(state) {
		return transaction{}, refuse(ReasonTransactionUsed)
	}
	return t, nil
}

// spent remembers the states that came back last.
type spent struct {
	mu          sync.Mutex
	late, early map[[32]byte]bool // early is what late was when it was full
}

// spentMost bounds the memory. The last half as many states are surely known again; for
// those before them the provider's own rule that a code works once is what is left.
const spentMost = 20_000

func (s *spent) first(state string) bool {
	key := sha256.Sum256([]byte(state))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.late[key] || s.early[key] {
		return false
	}
	if s.late == nil || len(s.late) >= spentMost/2 {
		s.late, s.early = map[[32]byte]bool{}, s.late
	}
	s.late[key] = true
	return true
}
