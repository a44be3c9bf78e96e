package peer

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is what the provider remembers: in memory, for one client.
type storage struct {
	client client

	mu        sync.Mutex
	requests  map[string]*authRequest // by their ID
	codes     map[string]string       // code → ID of the request
	grants    map[string]*grant       // by the refresh token that is good at the moment
	spent     map[string]*grant       // by refresh tokens that were used
	logins    map[string]*login       // who is signed in here, by the value of the cookie
	signs     *key                    // makes signatures
	published []*key                  // what the provider says its keys are
	life      time.Duration           // of access tokens
	renewals  int
	replays   int // refresh tokens that came a second time
}

// login is a person's session at the provider.
type login struct {
	subject, sid string
	at           time.Time
}

// grant is what a refresh token stands for.
type grant struct {
	login  *login
	scopes []string
}

func newStorage(c client) *storage {
	first := newKey("first")
	return &storage{
		client: c, requests: map[string]*authRequest{}, codes: map[string]string{}, grants: map[string]*grant{},
		spent: map[string]*grant{}, logins: map[string]*login{}, signs: first, published: []*key{first}, life: time.Hour,
	}
}

// signIn begins a session of a person, and returns the cookie for it.
func (s *storage) signIn(subject string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie := rand.Text()
	s.logins[cookie] = &login{subject: subject, sid: rand.Text(), at: time.Now()}
	return cookie
}

// answer gives an open request to the person whose cookie it is; false without one.
func (s *storage) answer(id, cookie string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, l := s.requests[id], s.logins[cookie]
	if r == nil || l == nil {
		return false
	}
	r.login = l
	return true
}

// loginOf is a person's session, nil if there is none.
func (s *storage) loginOf(subject string) *login {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.logins {
		if l.subject == subject {
			return l
		}
	}
	return nil
}

// revoke makes every refresh token of a person worthless, as when they are disabled.
func (s *storage) revoke(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, g := range s.grants {
		if g.login.subject == subject {
			delete(s.grants, token)
		}
	}
}

func (s *storage) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *storage) counted() (renewals, replays int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewals, s.replays
}

// key is one of the provider's signing keys; op wants to see it from two sides.
type key struct {
	id      string
	private *rsa.PrivateKey
}

func newKey(id string) *key {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return &key{id, private}
}

func (k *key) ID() string                                  { return k.id }
func (k *key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k *key) Key() any                                    { return k.private }

type publicKey struct{ *key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signs, nil
}

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []op.Key
	for _, k := range s.published {
		keys = append(keys, publicKey{k})
	}
	return keys, nil
}

// client is the portal's registration.
type client struct {
	id, secret          string
	redirect, signedOut string
	scope               string // of the API
	issuer              string
}

func (c client) GetID() string                       { return c.id }
func (c client) RedirectURIs() []string              { return []string{c.redirect} }
func (c client) PostLogoutRedirectURIs() []string    { return []string{c.signedOut} }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) LoginURL(id string) string            { return c.issuer + "/login?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeJWT }
func (c client) IDTokenLifetime() time.Duration       { return time.Hour }
func (c client) DevMode() bool                        { return true } // lets http://localhost be an address to return to
func (c client) IsScopeAllowed(scope string) bool     { return scope == c.scope }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c client) ClockSkew() time.Duration             { return 0 }
func (c client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return every }
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return every }

func every(scopes []string) []string { return scopes }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.client.id {
		return nil, errors.New("no such client")
	}
	return s.client, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.client.id || secret != s.client.secret {
		return errors.New("wrong secret")
	}
	return nil
}

// authRequest is an authorization request, and once somebody signed in, whose.
type authRequest struct {
	*oidc.AuthRequest
	id    string
	login *login
}

func (r *authRequest) GetID() string                      { return r.id }
func (r *authRequest) GetACR() string                     { return "" }
func (r *authRequest) GetAMR() []string                   { return []string{"pwd", "mfa"} }
func (r *authRequest) GetAudience() []string              { return []string{r.ClientID} }
func (r *authRequest) GetAuthTime() time.Time             { return r.login.at }
func (r *authRequest) GetClientID() string                { return r.ClientID }
func (r *authRequest) GetNonce() string                   { return r.Nonce }
func (r *authRequest) GetRedirectURI() string             { return r.RedirectURI }
func (r *authRequest) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *authRequest) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }
func (r *authRequest) GetScopes() []string                { return r.Scopes }
func (r *authRequest) GetState() string                   { return r.State }
func (r *authRequest) GetSubject() string                 { return r.login.subject }
func (r *authRequest) Done() bool                         { return r.login != nil }
func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := &authRequest{AuthRequest: r, id: rand.Text()}
	s.requests[kept.id] = kept
	return kept, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[id]; r != nil {
		return r, nil
	}
	return nil, errors.New("no such request")
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, known := s.codes[code]
	s.mu.Unlock()
	if !known {
		return nil, errors.New("no such code")
	}
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// renewal is a request made with a refresh token.
type renewal struct {
	*grant
	client string
}

func (r *renewal) GetAMR() []string                 { return []string{"pwd", "mfa"} }
func (r *renewal) GetAudience() []string            { return []string{r.client} }
func (r *renewal) GetAuthTime() time.Time           { return r.login.at }
func (r *renewal) GetClientID() string              { return r.client }
func (r *renewal) GetScopes() []string              { return r.scopes }
func (r *renewal) GetSubject() string               { return r.login.subject }
func (r *renewal) SetCurrentScopes(scopes []string) { r.grant = &grant{r.login, scopes} }

// TokenRequestByRefreshToken refuses a token that was used before, and drops what it
// stood for: one of the two who had it should not have.
func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used := s.spent[token]; used != nil {
		s.replays++
		for other, g := range s.grants {
			if g.login == used.login {
				delete(s.grants, other)
			}
		}
	}
	g := s.grants[token]
	if g == nil {
		return nil, op.ErrInvalidRefreshToken
	}
	return &renewal{g, s.client.id}, nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return "", time.Time{}, errors.New("the portal asks for refresh tokens too")
}

func (s *storage) CreateAccessAndRefreshTokens(_ context.Context, r op.TokenRequest, old string) (id, refresh string, end time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var g *grant
	switch r := r.(type) {
	case *authRequest:
		g = &grant{r.login, slices.Clone(r.Scopes)}
	case *renewal:
		g = r.grant
		s.spent[old] = g
		delete(s.grants, old)
		s.renewals++
	default:
		return "", "", time.Time{}, errors.New("an unknown kind of request")
	}
	refresh = rand.Text()
	s.grants[refresh] = g
	return rand.Text(), refresh, time.Now().Add(s.life), nil
}

// endedKey is where the handler puts the cookie of whoever asks to be signed out.
type endedKey struct{}

// TerminateSessionFromRequest ends the session of the browser that asks. The portal
// sends no hint: whose session it is, is the provider's own to know.
func (s *storage) TerminateSessionFromRequest(ctx context.Context, r *op.EndSessionRequest) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie, _ := ctx.Value(endedKey{}).(string)
	delete(s.logins, cookie)
	return r.RedirectURI, nil
}

func (s *storage) TerminateSession(context.Context, string, string) error { return errUnused }

// people are the provider's; their roles come as a claim.
var people = map[string]struct {
	name  string
	roles []string
}{
	"248289761001": {"Vera Visitor", []string{"editor", "auditor"}},
	"auth0|wim":    {"Wim van der Linden", []string{"viewer"}},
}

func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	var l *login
	switch r := r.(type) {
	case *authRequest:
		l = r.login
	case *renewal:
		l = r.login
	default:
		return errUnused
	}
	who := people[l.subject]
	info.Subject, info.Name = l.subject, who.name
	info.AppendClaims("roles", who.roles)
	info.AppendClaims("sid", l.sid)
	return nil
}

var errUnused = errors.New("not asked for by the portal")

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *storage) SetUserinfoFromToken(context.Context, *oidc.UserInfo, string, string, string) error {
	return errUnused
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnused
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnused
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnused
}

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error {
	return oidc.ErrServerError()
}

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) Health(context.Context) error { return nil }
