package pcsim

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// issuer is an OpenID provider with real keys.
type issuer struct {
	t       *testing.T
	url     string
	keys    map[string]*rsa.PrivateKey
	fetches int
	down    bool
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t, keys: map[string]*rsa.PrivateKey{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if i.down {
			w.WriteHeader(503)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.url, "jwks_uri": i.url + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.fetches++
		var keys []map[string]string
		for kid, k := range i.keys {
			keys = append(keys, map[string]string{"kty": "RSA", "use": "sig", "kid": kid,
				"n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.url = server.URL
	i.add("k1")
	return i
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) add(kid string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.keys[kid] = key
}

// token is a good one of Ada's, changed as said; nil removes a claim.
func (i *issuer) token(kid string, change map[string]any) string {
	c := map[string]any{"iss": i.url, "aud": DefaultAudience, "tid": DefaultPartnerTenant, "oid": "ada", "sub": "s-ada",
		"upn": "ada@meridian-cloud.example", "scp": "user_impersonation", "amr": []string{"pwd", "mfa"}, "appid": "app-1",
		"nbf": noon.Unix() - 60, "exp": noon.Unix() + 3600}
	for k, v := range change {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	return i.sign(kid, "RS256", c)
}

func (i *issuer) sign(kid, alg string, claims any) string {
	header, _ := json.Marshal(map[string]string{"alg": alg, "kid": kid, "typ": "JWT"})
	payload, _ := json.Marshal(claims)
	signed := b64(header) + "." + b64(payload)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.keys[kid], crypto.SHA256, digest[:])
	if err != nil {
		i.t.Fatal(err)
	}
	return signed + "." + b64(signature)
}

func guarded(t *testing.T, i *issuer, now *time.Time) *site {
	return newSite(t, func(o *Options) {
		o.Issuer = i.url
		o.Roles = map[string]Role{"ada": Admin, "sam": Sales, "hana": Helpdesk}
		o.Now = func() time.Time { return *now }
	})
}

func TestTokens(t *testing.T) {
	i, now := newIssuer(t), noon
	s := guarded(t, i, &now)
	for _, c := range []struct {
		name   string
		change map[string]any
		status int
		code   string
	}{
		{"good", nil, 200, ""},
		{"issuer of v1 tokens", map[string]any{"iss": "https://sts.windows.net/" + DefaultPartnerTenant + "/"}, 200, ""},
		{"audience as a list", map[string]any{"aud": []string{DefaultAudience}}, 200, ""},
		{"expired", map[string]any{"exp": noon.Unix()}, 401, "400"},
		{"no expiry", map[string]any{"exp": nil}, 401, "400"},
		{"from the future", map[string]any{"nbf": noon.Unix() + 400}, 401, "400"},
		{"another issuer", map[string]any{"iss": "https://elsewhere.example"}, 401, "400"},
		{"v1 issuer of another tenant", map[string]any{"iss": "https://sts.windows.net/x/"}, 401, "400"},
		{"retired audience", map[string]any{"aud": "https://graph.windows.net"}, 401, "900420"},
		{"two audiences", map[string]any{"aud": []string{DefaultAudience, "x"}}, 401, "900420"},
		{"another tenant", map[string]any{"tid": "11111111-2222-4333-8444-555555555555"}, 403, "2032"},
		{"no MFA", map[string]any{"amr": []string{"pwd"}}, 401, "900421"},
		{"no amr at all", map[string]any{"amr": nil}, 401, "900421"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.token = i.token("k1", c.change)
			s.want(s.get("/v1/customers"), c.status, c.code)
		})
	}
	i.add("stranger")
	forged := i.token("stranger", nil)
	delete(i.keys, "stranger")
	good := i.token("k1", nil)
	for name, token := range map[string]string{"none": "", "nonsense": "abc", "unknown key": forged, "cut signature": good[:len(good)-8],
		"algorithm none": i.sign("k1", "none", map[string]any{}), "HS256": i.sign("k1", "HS256", map[string]any{})} {
		t.Run(name, func(t *testing.T) {
			s.token = token
			r := s.want(s.get("/v1/customers"), 401, "400")
			if r.header.Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
	if r := s.do("GET", "/v1/customers", "", "Authorization", "Basic x"); r.status != 401 {
		t.Errorf("Basic: %d", r.status)
	}
}

func TestKeyRotation(t *testing.T) {
	i, now := newIssuer(t), noon
	s := guarded(t, i, &now)
	i.down = true
	s.token = i.token("k1", nil)
	s.want(s.get("/v1/customers"), 503, "")
	i.down = false
	s.want(s.get("/v1/customers"), 200, "")
	i.add("k2")
	s.token = i.token("k2", nil)
	for range 3 {
		s.want(s.get("/v1/customers"), 401, "")
	}
	if i.fetches != 1 {
		t.Errorf("%d fetches inside ten seconds", i.fetches)
	}
	now = now.Add(11 * time.Second)
	s.want(s.get("/v1/customers"), 200, "")
	i.down = true
	now = now.Add(time.Minute)
	s.want(s.get("/v1/customers"), 200, "")
	if i.fetches != 2 {
		t.Errorf("%d fetches", i.fetches)
	}
}

func TestSwitchMFA(t *testing.T) {
	i, now := newIssuer(t), noon
	s := guarded(t, i, &now)
	s.token = i.token("k1", map[string]any{"amr": []string{"pwd"}})
	r := s.want(s.get("/v1/customers", "ValidateMfa", "true"), 401, "900421")
	if r.header.Get("isMfaCompliant") != "false" {
		t.Errorf("%v", r.header)
	}
	s.set(func(w *Switches) { w.MFA = "empty" })
	server := httptest.NewServer(s.sim)
	defer server.Close()
	for name, change := range map[string]func(){"in-process": func() {}, "over TCP": func() { s.http, s.base = server.Client(), server.URL }} {
		change()
		r = s.want(s.get("/v1/customers"), 401, "")
		if r.line != "401 Unauthorized - MFA required" || len(r.raw) != 0 || r.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %q %q %v", name, r.line, r.raw, r.header)
		}
	}
	s.token = i.token("k1", nil)
	if r := s.want(s.get("/v1/customers", "ValidateMfa", "true"), 200, ""); r.header.Get("isMfaCompliant") != "true" {
		t.Errorf("%v", r.header)
	}
}

func TestRoles(t *testing.T) {
	i, now := newIssuer(t), noon
	s := guarded(t, i, &now)
	billing := billingPath(s.first())
	for _, c := range []struct {
		oid                              string
		list, read, write, audit, domain int
	}{
		{"ada", 200, 200, 200, 200, 200}, {"sam", 200, 200, 200, 403, 403}, {"hana", 200, 200, 403, 403, 403}, {"nora", 403, 403, 403, 403, 403},
	} {
		t.Run(c.oid, func(t *testing.T) {
			s.token = i.token("k1", nil)
			profile, _ := s.read(s.first())
			s.token = i.token("k1", map[string]any{"oid": c.oid})
			s.want(s.get("/v1/customers"), c.list, "")
			s.want(s.get(billing), c.read, "")
			s.want(s.put(s.first(), profile), c.write, "")
			s.want(s.get("/v1/auditrecords"), c.audit, "")
			s.want(s.get("/v1/customers/"+string(s.first())+"/customDomains"), c.domain, "")
		})
	}
	t.Run("helpdeskWrites", func(t *testing.T) {
		s.set(func(w *Switches) { w.HelpdeskWrites = true })
		s.token = i.token("k1", map[string]any{"oid": "hana"})
		profile, _ := s.read(s.first())
		s.want(s.put(s.first(), profile), 200, "")
	})
	t.Run("F-21 the forms of a refusal", func(t *testing.T) {
		s.token = i.token("k1", map[string]any{"oid": "nora"})
		s.want(s.get(billing), 403, "900150")
		s.set(func(w *Switches) { w.Role = "1002" })
		s.want(s.get(billing), 403, "1002")
		s.set(func(w *Switches) { w.Role = "reason" })
		server := httptest.NewServer(s.sim)
		defer server.Close()
		for range 2 {
			r := s.want(s.get(billing), 403, "")
			if r.line != "403 "+textRole || len(r.raw) != 0 {
				t.Errorf("%q %q", r.line, r.raw)
			}
			s.http, s.base = server.Client(), server.URL
		}
	})
}

func TestAppOnly(t *testing.T) {
	i, now := newIssuer(t), noon
	s := guarded(t, i, &now)
	s.token = i.token("k1", map[string]any{"scp": nil, "upn": nil, "amr": nil, "oid": "sp"})
	id := "/v1/customers/" + string(s.first())
	for path, want := range map[string]string{
		"/v1/customers": "", id: "", id + "/qualifications": "", "/v1/countryvalidationrules/US": "", "/v1/auditrecords": "",
		id + "/profiles/company": "900329", id + "/validationStatus?type=account": "900329",
		"/v1/customers?" + filterJSON("IndirectReseller", "x", "starts_with"): "900329",
		id + "/profiles/billing": "",
	} {
		status := 200
		if want != "" {
			status = 403
		}
		s.want(s.get(path), status, want)
	}

	// Documented as possible both ways; a write is reported as refused.
	for how, want := range map[string]struct{ read, write int }{"read": {200, 403}, "refuse": {403, 403}, "accept": {200, 200}} {
		t.Run("switch appOnly "+how, func(t *testing.T) {
			s.set(func(w *Switches) { w.AppOnly = "accept" })
			profile, _ := s.read(s.first())
			s.set(func(w *Switches) { w.AppOnly = how })
			s.want(s.get(id+"/profiles/billing"), want.read, "")
			refused := s.put(s.first(), profile)
			s.want(refused, want.write, "")
			if want.write == 403 {
				s.want(refused, 403, "900150")
			}
		})
	}
}
