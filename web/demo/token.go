package demo

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// refreshFor is how long a refresh token can be redeemed.
const refreshFor = 24 * time.Hour

// errGrant is the protocol's invalid_grant.
var errGrant = errors.New("invalid_grant")

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		p.refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	if !p.knows(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="demo"`)
		p.refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	var g grant
	var err error
	grantType := r.PostForm.Get("grant_type")
	switch grantType {
	case "authorization_code":
		g, err = p.redeemCode(r.PostForm)
	case "refresh_token":
		g, err = p.redeemRefresh(r.PostForm.Get("refresh_token"))
	case "client_credentials":
		if !p.asksWhole(r.PostForm) {
			p.refuse(w, http.StatusBadRequest, "invalid_scope")
			return
		}
		p.answerApp(w)
		return
	default:
		p.refuse(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	if err != nil {
		p.refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	p.answerPerson(w, grantType, g)
}

// knows checks the client's secret, in the header or in the body, never in both.
func (p *Provider) knows(r *http.Request) bool {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, basic := r.BasicAuth(); basic {
		if secret != "" {
			return false
		}
		var errID, errSecret error
		id, errID = url.QueryUnescape(user)
		secret, errSecret = url.QueryUnescape(password)
		if errID != nil || errSecret != nil {
			return false
		}
	}
	return id == p.options.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(p.options.ClientSecret)) == 1
}

// redeemCode takes the code away whatever comes of it, so a wrong verifier costs
// the code.
func (p *Provider) redeemCode(form url.Values) (grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, known := p.codes[form.Get("code")]
	delete(p.codes, form.Get("code"))
	challenge := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case !known, p.now().Sub(g.at) > codeFor, form.Get("redirect_uri") != g.redirect:
		return grant{}, errGrant
	case base64.RawURLEncoding.EncodeToString(challenge[:]) != g.challenge:
		return grant{}, errGrant
	}
	return g, nil
}

// redeemRefresh takes the token away. One that comes a second time was stolen, or
// its answer was: the whole family ends.
func (p *Provider) redeemRefresh(token string) (grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if again, spent := p.spent[token]; spent {
		for other, g := range p.refresh {
			if g.family == again.family {
				delete(p.refresh, other)
			}
		}
		return grant{}, errGrant
	}
	g, known := p.refresh[token]
	if !known || p.now().Sub(g.at) > refreshFor {
		return grant{}, errGrant
	}
	delete(p.refresh, token)
	p.spent[token] = g
	g.nonce = "" // belongs to the first ID token only
	return g, nil
}

func (p *Provider) answerPerson(w http.ResponseWriter, grantType string, g grant) {
	access, err := p.accessToken(&g.person)
	if err != nil {
		p.refuse(w, http.StatusInternalServerError, "server_error")
		return
	}
	id, err := p.idToken(g, access)
	if err != nil {
		p.refuse(w, http.StatusInternalServerError, "server_error")
		return
	}
	body := p.body(access)
	body["scope"], body["id_token"] = "user_impersonation", id
	if g.offline {
		refresh := text(48)
		p.mu.Lock()
		p.refresh[refresh] = g
		p.mu.Unlock()
		body["refresh_token"] = refresh
	}
	p.send(w, grantType, body)
}

// asksWhole reports whether an app asks for the API as Entra wants it: whole, by its
// .default scope or, at the v1 endpoint, as a resource.
func (p *Provider) asksWhole(form url.Values) bool {
	return form.Get("scope") == p.options.Audience+"/.default" || !form.Has("scope") && form.Get("resource") == p.options.Audience
}

// answerApp is the app-only token: nobody's, so no ID token and nothing to renew.
func (p *Provider) answerApp(w http.ResponseWriter) {
	access, err := p.accessToken(nil)
	if err != nil {
		p.refuse(w, http.StatusInternalServerError, "server_error")
		return
	}
	p.send(w, "client_credentials", p.body(access))
}

func (p *Provider) body(access string) map[string]any {
	now := p.now()
	numbers := map[string]int64{"expires_in": int64(accessFor.Seconds()), "ext_expires_in": int64(accessFor.Seconds())}
	body := map[string]any{"token_type": "Bearer", "access_token": access}
	if p.options.StringNumbers {
		numbers["expires_on"], numbers["not_before"] = now.Add(accessFor).Unix(), now.Unix()
		body["resource"] = p.options.Audience
	}
	for name, number := range numbers {
		body[name] = number
		if p.options.StringNumbers {
			body[name] = strconv.FormatInt(number, 10)
		}
	}
	return body
}

func (p *Provider) send(w http.ResponseWriter, grantType string, body map[string]any) {
	if hook := p.hooked().TokenAnswer; hook != nil {
		hook(grantType, body)
	}
	answer(w, http.StatusOK, body)
}

func (p *Provider) refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]any{
		"error": code, "error_description": "The demo provider said no: " + code + ".",
		"timestamp": p.now().UTC().Format("2006-01-02 15:04:05Z"), "correlation_id": text(12),
	})
}

// forgetOld drops what can no longer be redeemed. The caller holds the lock.
func (p *Provider) forgetOld() {
	for code, g := range p.codes {
		if p.now().Sub(g.at) > codeFor {
			delete(p.codes, code)
		}
	}
	for _, tokens := range []map[string]grant{p.refresh, p.spent} {
		for token, g := range tokens {
			if p.now().Sub(g.at) > refreshFor {
				delete(tokens, token)
			}
		}
	}
}
