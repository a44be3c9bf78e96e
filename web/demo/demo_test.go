package demo_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
)

const (
	issuer   = "http://localhost:8081/idp"
	callback = "http://localhost:8080/auth/callback"
	verifier = "a-verifier-of-forty-three-characters-or-more"
)

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// client is an application that signs people in with the provider.
type client struct {
	*testing.T
	idp   *demo.Provider
	clock time.Time
}

func newClient(t *testing.T, change ...func(*demo.Options)) *client {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &client{T: t, clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	o := demo.Options{
		Issuer: issuer, ClientID: "desk", ClientSecret: "secret", RedirectURIs: []string{callback},
		PostLogoutURIs: []string{"http://localhost:8080/signin"}, Key: key, Now: func() time.Time { return c.clock },
	}
	for _, f := range change {
		f(&o)
	}
	if c.idp, err = demo.NewProvider(o); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *client) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	c.idp.ServeHTTP(w, r)
	return w.Result()
}

func (c *client) get(path string) *http.Response {
	return c.do(httptest.NewRequest("GET", "http://localhost:8081/idp"+path, nil))
}

func (c *client) post(path string, form url.Values) *http.Response {
	r := httptest.NewRequest("POST", "http://localhost:8081/idp"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

func request() url.Values {
	challenge := sha256.Sum256([]byte(verifier))
	return url.Values{
		"client_id": {"desk"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid offline_access"},
		"state": {"st"}, "nonce": {"no"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
}

// code presses a person's button and returns the code.
func (c *client) code(person string) string {
	c.Helper()
	form := request()
	form.Set("person", person)
	resp := c.post("/authorize", form)
	at, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		c.Fatalf("%d, %v", resp.StatusCode, err)
	}
	q := at.Query()
	if !strings.HasPrefix(at.String(), callback+"?") || q.Get("state") != "st" || q.Get("iss") == "" {
		c.Errorf("sent to %v", at)
	}
	return q.Get("code")
}

func (c *client) redeem(form url.Values) (int, map[string]any) {
	c.Helper()
	if !form.Has("client_id") {
		form.Set("client_id", "desk")
		form.Set("client_secret", "secret")
	}
	resp := c.post("/token", form)
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		c.Fatal(err)
	}
	if resp.Header.Get("Cache-Control") != "no-store" {
		c.Error("a token answer may be stored")
	}
	return resp.StatusCode, body
}

const audience = "https://api.partnercenter.microsoft.com"

// appGrant asks for a token of the client's own, nobody's.
func appGrant() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "scope": {audience + "/.default"}}
}

func (c *client) signIn(person string) map[string]any {
	c.Helper()
	status, body := c.redeem(url.Values{"grant_type": {"authorization_code"}, "code": {c.code(person)}, "redirect_uri": {callback}, "code_verifier": {verifier}})
	if status != http.StatusOK {
		c.Fatalf("%d: %v", status, body)
	}
	return body
}

// claims verifies a token with the published keys.
func (c *client) claims(token any) map[string]any {
	c.Helper()
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(c.get("/keys").Body).Decode(&set); err != nil {
		c.Fatal(err)
	}
	text, _ := token.(string)
	jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		c.Fatal(err)
	}
	payload, err := jws.Verify(set)
	if err != nil {
		c.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		c.Fatal(err)
	}
	return claims
}

func (c *client) refused(form url.Values, want string) {
	c.Helper()
	if status, body := c.redeem(form); body["error"] != want || status < 400 {
		c.Errorf("%d %v, want %s", status, body["error"], want)
	}
}

func TestPeople(t *testing.T) {
	var names []string
	seen := map[string]bool{}
	guid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	for _, p := range demo.People() {
		names = append(names, p.Name)
		for _, id := range []string{p.Key, p.ObjectID, p.Subject, p.Email} {
			if seen[id] {
				t.Errorf("%s is used twice", id)
			}
			seen[id] = true
		}
		if !guid.MatchString(p.ObjectID) || !guid.MatchString(p.TenantID) || p.About == "" || !strings.HasSuffix(p.Email, ".example") {
			t.Errorf("%+v", p)
		}
	}
	if diff := cmp.Diff([]string{"Ada Admin", "Sam Sales", "Hana Helpdesk", "Nora Norole", "Mika Nomfa", "Otto Other", "Petra Portfolio"}, names); diff != "" {
		t.Error(diff)
	}
	roles := demo.UpstreamRoles()
	if len(roles) != 7 || roles[demo.People()[0].ObjectID] != pcsim.Admin || roles[demo.People()[2].ObjectID] != pcsim.Helpdesk {
		t.Errorf("upstream roles %v", roles)
	}
}

func TestTokensLookLikeMicrosofts(t *testing.T) {
	c := newClient(t)
	ada := demo.People()[0]
	body := c.signIn("ada")
	now := float64(c.clock.Unix())
	if body["token_type"] != "Bearer" || body["expires_in"] != 3900.0 || body["refresh_token"] == "" {
		t.Errorf("%v", body)
	}
	id := c.claims(body["id_token"])
	for name, want := range map[string]any{
		"iss": issuer, "aud": "desk", "sub": ada.Subject, "tid": demo.PartnerTenant, "oid": ada.ObjectID, "name": "Ada Admin",
		"preferred_username": ada.Email, "email": ada.Email, "nonce": "no", "iat": now, "auth_time": now,
	} {
		if id[name] != want {
			t.Errorf("ID token: %s is %v, want %v", name, id[name], want)
		}
	}
	if diff := cmp.Diff([]any{"editor", "auditor", "administrator"}, id["roles"]); diff != "" {
		t.Error(diff)
	}
	access := c.claims(body["access_token"])
	for name, want := range map[string]any{
		"iss": "https://sts.windows.net/" + demo.PartnerTenant + "/", "aud": "https://api.partnercenter.microsoft.com", "ver": "1.0",
		"appid": "desk", "oid": ada.ObjectID, "tid": demo.PartnerTenant, "upn": ada.Email, "unique_name": ada.Email, "name": "Ada Admin",
		"scp": "user_impersonation", "exp": now + 3900, "nbf": now,
	} {
		if access[name] != want {
			t.Errorf("access token: %s is %v, want %v", name, access[name], want)
		}
	}
	if diff := cmp.Diff([]any{"pwd", "mfa"}, access["amr"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"pwd"}, c.claims(c.signIn("mika")["access_token"])["amr"]); diff != "" {
		t.Error("Mika:", diff)
	}
	if _, has := c.claims(c.signIn("nora")["id_token"])["roles"]; has {
		t.Error("Nora has roles")
	}
	if tid := c.claims(c.signIn("otto")["id_token"])["tid"]; tid == demo.PartnerTenant {
		t.Error("Otto is of the partner's tenant")
	}

	t.Run("app-only", func(t *testing.T) {
		status, body := c.redeem(appGrant())
		claims := c.claims(body["access_token"])
		if status != 200 || claims["idtyp"] != "app" || claims["aud"] != audience || claims["tid"] != demo.PartnerTenant || claims["scp"] != nil || claims["oid"] != nil || claims["upn"] != nil || claims["appid"] != "desk" || body["id_token"] != nil || body["refresh_token"] != nil {
			t.Errorf("%d %v %v", status, body, claims)
		}
		if claims := c.claims(c.signIn("ada")["access_token"]); claims["idtyp"] != nil {
			t.Errorf("a person's token says idtyp %v", claims["idtyp"])
		}
		old := url.Values{"grant_type": {"client_credentials"}, "resource": {audience}}
		if status, body := c.redeem(old); status != 200 {
			t.Errorf("as a resource: %d %v", status, body)
		}
	})
	t.Run("app-only, asked for wrongly", func(t *testing.T) {
		for name, set := range map[string]string{"of another API": "x/.default", "of a person": audience + "/user_impersonation", "for sign-in": "openid", "none": ""} {
			form := appGrant()
			if form.Set("scope", set); name == "none" {
				form.Del("scope")
			}
			t.Run("scope "+name, func(t *testing.T) { c.refused(form, "invalid_scope") })
		}
		stranger := appGrant()
		stranger.Set("client_id", "desk")
		stranger.Set("client_secret", "guessed")
		if status, body := c.redeem(stranger); status != http.StatusUnauthorized || body["error"] != "invalid_client" {
			t.Errorf("with a wrong secret: %d %v", status, body)
		}
	})
	t.Run("numbers as strings", func(t *testing.T) {
		c := newClient(t, func(o *demo.Options) { o.StringNumbers = true })
		body := c.signIn("ada")
		if body["expires_in"] != "3900" || body["resource"] != "https://api.partnercenter.microsoft.com" || body["not_before"] == nil {
			t.Errorf("%v", body)
		}
	})
}

func TestCodes(t *testing.T) {
	form := func(code string) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	}
	c := newClient(t)
	t.Run("once", func(t *testing.T) {
		code := c.code("ada")
		if status, _ := c.redeem(form(code)); status != 200 {
			t.Error(status)
		}
		c.refused(form(code), "invalid_grant")
	})
	t.Run("a wrong verifier costs the code", func(t *testing.T) {
		code := c.code("ada")
		wrong := form(code)
		wrong.Set("code_verifier", "another")
		c.refused(wrong, "invalid_grant")
		c.refused(form(code), "invalid_grant")
	})
	t.Run("another redirect", func(t *testing.T) {
		wrong := form(c.code("ada"))
		wrong.Set("redirect_uri", callback+"/")
		c.refused(wrong, "invalid_grant")
	})
	t.Run("too late", func(t *testing.T) {
		code := c.code("ada")
		c.clock = c.clock.Add(2 * time.Minute)
		c.refused(form(code), "invalid_grant")
	})
	t.Run("the client's secret, in the header or in the body", func(t *testing.T) {
		wrong := form(c.code("ada"))
		wrong.Set("client_id", "desk")
		wrong.Set("client_secret", "guess")
		c.refused(wrong, "invalid_client")
		for name, want := range map[string]int{"header": 200, "header and body": 401} {
			f := form(c.code("ada"))
			if want != 200 {
				f.Set("client_secret", "secret")
			}
			r := httptest.NewRequest("POST", issuer+"/token", strings.NewReader(f.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth("desk", "secret")
			if got := c.do(r).StatusCode; got != want {
				t.Errorf("%s: %d", name, got)
			}
		}
		c.refused(url.Values{"grant_type": {"password"}}, "unsupported_grant_type")
	})
}

func TestRefreshTokensRotate(t *testing.T) {
	c := newClient(t)
	form := func(token any) url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token.(string)}}
	}
	first := c.signIn("ada")
	bystander := c.signIn("ada")
	status, second := c.redeem(form(first["refresh_token"]))
	if status != 200 || second["refresh_token"] == first["refresh_token"] {
		t.Fatalf("%d %v", status, second)
	}
	if id := c.claims(second["id_token"]); id["nonce"] != nil || id["sub"] != demo.People()[0].Subject {
		t.Errorf("renewed ID token %v", id)
	}
	c.refused(form(first["refresh_token"]), "invalid_grant")
	c.refused(form(second["refresh_token"]), "invalid_grant") // the family is revoked
	if status, _ := c.redeem(form(bystander["refresh_token"])); status != 200 {
		t.Error("another sign-in was revoked too")
	}
	third := c.signIn("sam")
	c.idp.RevokeAll()
	c.refused(form(third["refresh_token"]), "invalid_grant")

	noOffline := request()
	noOffline.Set("scope", "openid")
	noOffline.Set("person", "ada")
	at, err := c.post("/authorize", noOffline).Location()
	if err != nil {
		t.Fatal(err)
	}
	_, body := c.redeem(url.Values{"grant_type": {"authorization_code"}, "code": {at.Query().Get("code")}, "redirect_uri": {callback}, "code_verifier": {verifier}})
	if body["refresh_token"] != nil {
		t.Error("a refresh token nobody asked for")
	}
}

func TestThePage(t *testing.T) {
	c := newClient(t)
	text := func(q url.Values) (int, string, http.Header) {
		resp := c.get("/authorize?" + q.Encode())
		return resp.StatusCode, read(t, resp), resp.Header
	}
	t.Run("one button per person, nothing inline, strict headers", func(t *testing.T) {
		q := request()
		q.Set("state", `"><script>alert(1)</script>`)
		status, page, h := text(q)
		if status != 200 || strings.Count(page, `<button name="person"`) != len(demo.People()) || !strings.Contains(page, "This is a demo") {
			t.Errorf("%d %s", status, page)
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "style=") || strings.Contains(page, "<style") {
			t.Error("something inline")
		}
		want := "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http://localhost:8080"
		if h.Get("Content-Security-Policy") != want {
			t.Errorf("policy %q", h.Get("Content-Security-Policy"))
		}
		if css := c.get("/demo.css"); css.StatusCode != 200 || !strings.HasPrefix(css.Header.Get("Content-Type"), "text/css") {
			t.Error("no stylesheet")
		}
		if len(h.Values("Set-Cookie")) != 0 {
			t.Error("it remembers somebody")
		}
	})
	t.Run("the hinted person comes first, prompt=select_account asks as always", func(t *testing.T) {
		q := request()
		q.Set("login_hint", "Mika.Nomfa@partner.example")
		q.Set("prompt", "select_account")
		if _, page, _ := text(q); strings.Index(page, `value="mika"`) > strings.Index(page, `value="ada"`) {
			t.Error("Mika is not first")
		}
	})
	t.Run("a request of an unknown client or to an unknown address is not redirected", func(t *testing.T) {
		for name, value := range map[string]string{"client_id": "another", "redirect_uri": callback + ".evil.example"} {
			q := request()
			q.Set(name, value)
			if status, _, h := text(q); status != 400 || h.Get("Location") != "" {
				t.Errorf("%s: %d to %q", name, status, h.Get("Location"))
			}
			q.Set("person", "ada")
			if resp := c.post("/authorize", q); resp.StatusCode != 400 || resp.Header.Get("Location") != "" {
				t.Errorf("%s, pressed: %d", name, resp.StatusCode)
			}
		}
	})
	for name, change := range map[string]func(url.Values){
		"unsupported_response_type": func(q url.Values) { q.Set("response_type", "token") },
		"invalid_scope":             func(q url.Values) { q.Set("scope", "profile") },
		"invalid_request":           func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"login_required":            func(q url.Values) { q.Set("prompt", "none") },
	} {
		t.Run(name, func(t *testing.T) {
			q := request()
			change(q)
			for _, resp := range []*http.Response{c.get("/authorize?" + q.Encode()), c.post("/authorize", q)} {
				at, err := resp.Location()
				if err != nil || at.Query().Get("error") != name || at.Query().Has("code") {
					t.Errorf("sent to %v, %v", at, err)
				}
			}
		})
	}
	t.Run("Cancel", func(t *testing.T) {
		q := request()
		q.Set("person", "")
		at, err := c.post("/authorize", q).Location()
		if err != nil || at.Query().Get("error") != "access_denied" {
			t.Errorf("sent to %v, %v", at, err)
		}
	})
}

func TestSignOut(t *testing.T) {
	c := newClient(t)
	for query, want := range map[string]string{
		"post_logout_redirect_uri=http://localhost:8080/signin&state=a%26b": "http://localhost:8080/signin?state=a%26b",
		"post_logout_redirect_uri=http://localhost:8080/signin":             "http://localhost:8080/signin",
		"post_logout_redirect_uri=http://evil.example":                      "",
		"post_logout_redirect_uri=http://localhost:8080/signin&client_id=x": "",
		"": "",
	} {
		if got := c.get("/signout?" + query).Header.Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", query, got, want)
		}
	}
}

func TestHooksAndRotation(t *testing.T) {
	c := newClient(t)
	before := c.claims(c.signIn("ada")["id_token"])
	if err := c.idp.Rotate(nil); err != nil {
		t.Fatal(err)
	}
	if after := c.claims(c.signIn("ada")["id_token"]); after["sub"] != before["sub"] {
		t.Error("the person changed with the key")
	}
	c.idp.SetHooks(demo.Hooks{
		Discovery: func(doc map[string]any) { doc["issuer"] = "another" },
		IDToken:   func(tok *demo.Token) { tok.Alg = "none" },
	})
	if text := read(t, c.get("/.well-known/openid-configuration")); !strings.Contains(text, `"issuer":"another"`) {
		t.Error(text)
	}
	if id, _ := c.signIn("ada")["id_token"].(string); !strings.HasSuffix(id, ".") {
		t.Error("still signed")
	}
}

func TestOptions(t *testing.T) {
	good := demo.Options{Issuer: issuer, ClientID: "c", ClientSecret: "s", RedirectURIs: []string{callback}}
	for name, change := range map[string]func(*demo.Options){
		"no issuer": func(o *demo.Options) { o.Issuer = "" }, "slash": func(o *demo.Options) { o.Issuer += "/" },
		"no client": func(o *demo.Options) { o.ClientID = "" }, "no secret": func(o *demo.Options) { o.ClientSecret = "" },
		"no redirect": func(o *demo.Options) { o.RedirectURIs = nil },
	} {
		o := good
		change(&o)
		if _, err := demo.NewProvider(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := demo.NewProvider(good); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
