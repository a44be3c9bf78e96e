package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/partnerdesk/portal/web/session"
)

// Start opens a transaction in the browser and returns the address at the
// provider to send it to. returnPath is where Finish leads back to: a path on
// this portal, or it becomes "/". because is why somebody who was signed in has to do so
// again, nil for anybody else; a *Demand in it is made of the provider. Errors are
// *Refusal.
func (p *Provider) Start(w http.ResponseWriter, r *http.Request, returnPath string, because error) (redirectURL string, err error) {
	d, err := p.discover(r.Context())
	if err != nil {
		return "", err
	}
	t := transaction{
		State: secret(), Nonce: secret(), Verifier: oauth2.GenerateVerifier(), // 256 bits each
		Return: p.returnPath(returnPath), At: p.now(), MaxAge: p.cfg.MaxAge,
	}
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier), oauth2.SetAuthURLParam("response_mode", "query"),
	}
	demand := new(Demand)
	errors.As(because, &demand)
	if demand.claims != "" {
		options = append(options, oauth2.SetAuthURLParam("claims", demand.claims))
	}
	if demand.maxAge > 0 {
		// Not every provider takes max_age for a reason to ask, so it is told to.
		t.MaxAge = demand.maxAge
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	if t.MaxAge > 0 {
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(t.MaxAge.Seconds()))))
	}
	if err := p.open(w, r, t); err != nil {
		return "", err
	}
	return d.oauth.AuthCodeURL(t.State, options...), nil
}

// Finish takes the provider's answer and returns what the session begins with
// and the path to go to. Errors are *Refusal; with ReasonNoRole, and only then,
// data holds the operator, without tokens, so that the page can say who it is that
// may not come in.
func (p *Provider) Finish(w http.ResponseWriter, r *http.Request) (data session.Data, returnPath string, err error) {
	query := r.URL.Query()
	state := one(query, "state")
	if state == "" {
		return data, "", refuse(ReasonState)
	}
	t, err := p.spend(w, r, state)
	if err != nil {
		return data, "", err
	}
	d, err := p.discover(r.Context())
	if err != nil {
		return data, "", err
	}
	code, err := p.code(d, query)
	if err != nil {
		return data, "", err
	}
	token, err := p.exchange(r.Context(), d, code, t.Verifier)
	if err != nil {
		return data, "", err
	}
	data, err = p.identify(r.Context(), d, token, t)
	if err != nil {
		return session.Data{}, "", err
	}
	if len(data.Operator.Roles) == 0 {
		return session.Data{Operator: data.Operator}, "", refuse(ReasonNoRole)
	}
	data.SignedInAt = p.now()
	data.Tokens = tokensOf(token, data.SignedInAt)
	return data, p.returnPath(t.Return), nil
}

// code reads the callback's parameters. Who answers comes first (RFC 9207), then
// whether it is a no.
func (p *Provider) code(d *discovered, query url.Values) (string, error) {
	if iss, sent := query["iss"]; sent || d.NamesIss {
		if len(iss) != 1 || iss[0] != p.cfg.Issuer {
			return "", refuse(ReasonIssParameter)
		}
	}
	if query.Has("error") {
		return "", refuse(reasonOfError(one(query, "error")))
	}
	code := one(query, "code")
	if code == "" {
		return "", refuse(ReasonCode)
	}
	return code, nil
}

func reasonOfError(code string) string {
	switch code {
	case "access_denied":
		return ReasonDenied
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return ReasonLoginRequired
	}
	return ReasonProviderError
}

func (p *Provider) exchange(ctx context.Context, d *discovered, code, verifier string) (*oauth2.Token, error) {
	proof, err := p.proof(d)
	if err != nil {
		return nil, refuse(ReasonClient)
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}
	for name := range proof {
		options = append(options, oauth2.SetAuthURLParam(name, proof.Get(name)))
	}
	token, err := d.oauth.Exchange(p.withClient(ctx), code, options...)
	if err != nil {
		return nil, exchangeTrouble(err)
	}
	if token.TokenType == "" || token.Type() != "Bearer" {
		return nil, refuse(ReasonTokenType)
	}
	if !p.wholeScope(token) {
		return nil, refuse(ReasonScope)
	}
	return token, nil
}

// wholeScope reports whether the access token is for the upstream API. A provider that
// gives less than was asked for must say so (RFC 6749, section 5.1); it may leave the
// API out of the scope's name.
func (p *Provider) wholeScope(t *oauth2.Token) bool {
	given, _ := t.Extra("scope").(string)
	if given == "" || p.cfg.Scope == "" || strings.HasSuffix(p.cfg.Scope, "/.default") {
		return true
	}
	return slices.ContainsFunc(strings.Fields(given), func(s string) bool { return path.Base(s) == path.Base(p.cfg.Scope) })
}

// exchangeTrouble keeps the provider's text out: x/oauth2 errors quote bodies.
func exchangeTrouble(err error) error {
	var answer *oauth2.RetrieveError
	var transport *url.Error
	switch {
	case errors.As(err, &transport):
		return unavailable("the token endpoint did not answer: " + transport.Err.Error())
	case !errors.As(err, &answer):
		return refuse(ReasonExchange)
	case answer.ErrorCode == "invalid_grant":
		return refuse(ReasonCode)
	case answer.ErrorCode == "invalid_client", answer.ErrorCode == "unauthorized_client":
		return refuse(ReasonClient)
	case answer.Response.StatusCode >= 500, answer.Response.StatusCode == http.StatusTooManyRequests:
		return unavailable("the token endpoint answered " + strconv.Itoa(answer.Response.StatusCode))
	}
	return refuse(ReasonExchange)
}

func (p *Provider) withClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client) // x/oauth2 looks for it under the same key
}

// one is a parameter that is there exactly once, else "".
func one(query url.Values, name string) string {
	if values := query[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}
