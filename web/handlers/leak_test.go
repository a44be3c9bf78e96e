package handlers_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient/pcsim"
	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/forms"
	"github.com/partnerdesk/portal/web/session"
)

// Where something may come to light.
const (
	inPages    = "what browsers got"
	inLog      = "the log at debug level"
	inDatabase = "the database"
)

// leaks knows what is secret, and where each secret may be seen all the same.
type leaks struct {
	mu      sync.Mutex
	secrets map[string][]string // each with where it may stand
	pages   []byte              // all that browsers got
	cookies []*http.Cookie      // but these
}

func (l *leaks) plant(secret string, allowed ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(secret) >= 12 { // shorter ones stand anywhere by chance
		l.secrets[secret] = allowed
	}
}

// token plants a token and, if it is a JWT, its parts, which are as good as the whole.
func (l *leaks) token(text string) {
	l.plant(text)
	if parts := strings.Split(text, "."); len(parts) == 3 {
		l.plant(parts[1])
		l.plant(parts[2])
	}
}

// got keeps all of an answer of the portal to a browser. Cookies are for the browser.
func (l *leaks) got(answer *http.Response) {
	body, _ := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	for _, c := range answer.Cookies() {
		if c.Value != "" {
			l.token(c.Value)
		}
	}
	headers := answer.Header.Clone()
	headers.Del("Set-Cookie")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cookies = append(l.cookies, answer.Cookies()...)
	l.pages = fmt.Appendf(l.pages, "%s %v\n%s\n", answer.Request.URL.Path, headers, body)
}

// find fails the test for each secret that an output holds, as it is or in another coat.
func (l *leaks) find(t *testing.T, where, output string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for secret, allowed := range l.secrets {
		if slices.Contains(allowed, where) {
			continue
		}
		for _, coat := range []string{secret, url.QueryEscape(secret), base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)), fmt.Sprintf("%x", secret)} {
			if at := strings.Index(output, coat); at >= 0 {
				t.Errorf("%s holds %.24q: …%.160s", where, secret, output[max(0, at-80):])
				break
			}
		}
	}
}

// through sees what goes in and out of a host.
type through struct {
	http.RoundTripper
	see func(r *http.Request, body []byte, answer *http.Response)
}

func (h through) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	answer, err := h.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Request = r
		h.see(r, body, answer)
	}
	return answer, err
}

// I-9: secrets are planted wherever something comes in, people go their ways
// and meet trouble, and nothing that goes out holds one.
func TestNothingLeaks(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	l := &leaks{secrets: map[string][]string{}}
	l.plant("client-secret-of-the-test")

	// What the sign-in service says and is told.
	site.hosts["signin.example"] = through{site.hosts["signin.example"], func(r *http.Request, body []byte, _ *http.Response) {
		if form, err := url.ParseQuery(string(body)); err == nil && r.URL.Path == "/token" {
			for _, name := range []string{"code", "code_verifier", "client_secret", "refresh_token"} {
				l.token(form.Get(name))
			}
		}
	}}
	hooks := demo.Hooks{
		IDToken: func(token *demo.Token) {
			for _, name := range []string{"picture", "profile", "phone_number", "address", "birthdate", "secret_claim", "acrs"} {
				token.Claims[name] = "seeded-claim-" + name
				l.plant("seeded-claim-" + name)
			}
			token.Claims["groups"] = []string{"seeded-claim-group"}
			token.Claims["preferred_username"] = "seeded-account@partner.example"
		},
		AccessToken: func(token *demo.Token) { token.Claims["note"] = "seeded-claim-access" },
		TokenAnswer: func(_ string, body map[string]any) {
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				l.token(fmt.Sprint(body[name]))
			}
			body["secret"] = "seeded-token-answer"
		},
	}
	l.plant("seeded-claim-group")
	l.plant("seeded-claim-access")
	l.plant("seeded-token-answer")
	l.plant("seeded-account@partner.example", inPages, inDatabase)
	site.provider.SetHooks(hooks)

	// What Partner Center says beside what is asked of it.
	partner := site.hosts["partnercenter.example"]
	site.hosts["partnercenter.example"] = through{partner, func(r *http.Request, _ []byte, answer *http.Response) {
		l.token(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		answer.Header.Set("X-Seeded", "seeded-upstream-header")
		answer.Header.Set("Set-Cookie", "upstream=seeded-upstream-cookie")
		data, _ := io.ReadAll(answer.Body)
		var object map[string]any
		if json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &object) == nil && object != nil && r.Method == http.MethodGet {
			object["internalNote"], object["bankAccount"] = "seeded-upstream-member", map[string]any{"iban": "seeded-upstream-deep"}
			data, _ = json.Marshal(object)
			answer.Header.Del("Content-Length")
			answer.ContentLength = int64(len(data))
		}
		answer.Body = io.NopCloser(bytes.NewReader(data))
	}}
	for _, marker := range []string{"seeded-upstream-header", "seeded-upstream-cookie", "seeded-upstream-member", "seeded-upstream-deep"} {
		l.plant(marker)
	}
	site.hosts["portal.example"] = through{site.hosts["portal.example"], func(_ *http.Request, _ []byte, answer *http.Response) { l.got(answer) }}

	// What people type may be shown to them; it is sealed where it is kept.
	for _, typed := range []string{"seeded-email@harbourline.example", "seeded-first-name", "seeded-reason-given", "seeded-last-name", "seeded-search-text", "seeded-filter-text"} {
		l.plant(typed, inPages)
	}
	for _, never := range []string{"seeded-csrf-token", "seeded-form-base", "seeded-form-etag", "seeded-key-of-form", "seeded-authorization", "seeded-api-key-header", "seeded-cookie-beside", "seeded-referrer", "seeded-forwarded-user", "seeded-idp-description", "seeded-panic-text"} {
		l.plant(never)
	}
	l.plant("seeded-user-agent", inPages, inDatabase)

	b := site.signIn("Ada Admin")
	headers := func(method, path string, form url.Values) *http.Request {
		r := b.request(method, path, form)
		for name, value := range map[string]string{
			"Authorization": "Bearer seeded-authorization", "X-Api-Key": "seeded-api-key-header", "Referer": portalOrigin + "/?x=seeded-referrer", "X-Forwarded-User": "seeded-forwarded-user", "User-Agent": "seeded-user-agent",
		} {
			r.Header.Set(name, value)
		}
		r.AddCookie(&http.Cookie{Name: "beside", Value: "seeded-cookie-beside"})
		return r
	}
	b.do(headers(http.MethodGet, "/", nil))
	b.get("/customers?q=seeded-search-text")
	b.do(headers(http.MethodGet, overview(id), nil))
	b.edit(id).fill("email", "seeded-email@harbourline.example").fill("firstName", "seeded-first-name").press().want(http.StatusOK).
		form("key").fill("reason", "seeded-reason-given").press().want(http.StatusOK, "Billing profile saved.")
	b.get(overview(id) + "/history?who=seeded-filter-text").want(http.StatusOK)
	b.get(overview(id) + "/history.csv").want(http.StatusOK)
	b.edit(id).fill("lastName", "seeded-last-name").press().want(http.StatusOK) // is a draft
	b.do(headers(http.MethodPost, billing(id), url.Values{"csrf": {"seeded-csrf-token"}, "base": {"seeded-form-base"}, "etag": {"seeded-form-etag"}, "key": {"seeded-key-of-form"}}))
	b.get("/settings")
	b.get("/nowhere")
	for _, f := range []pcsim.Fault{{Status: 400, Shape: pcsim.ShapeText}, {Status: 500, Shape: pcsim.ShapeA}, {Status: 403}, {Status: 429, RetryAfter: "60"}, {Shape: pcsim.ShapeTruncated}, {Shape: pcsim.ShapeWrong}, {Status: 502, Shape: pcsim.ShapeE}} {
		f.Path, f.Times = "/v1/customers", -1
		must(t, site.sim.AddFaults(f))
		b.get("/customers?q=seeded-search-text")
		b.get(overview(id))
		site.sim.ClearFaults()
	}
	mend := site.panics()
	b.get(overview(id)).want(http.StatusInternalServerError)
	mend()

	// A refresh, and then one that is refused.
	site.clock.advance(25 * time.Minute)
	b.get("/").want(http.StatusOK)
	site.clock.advance(25 * time.Minute)
	b.get(overview(id)).want(http.StatusOK)
	refusing := hooks
	refusing.Before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/token" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"seeded-idp-description","access_token":"seeded-token-answer"}`)
		return true
	}
	site.provider.SetHooks(refusing)
	for range 4 {
		site.clock.advance(25 * time.Minute)
		b.bare(b.request(http.MethodGet, overview(id), nil))
	}
	stranger := site.anybody()
	stranger.get("/auth/start").choose("Ada Admin")
	stranger.get("/auth/callback?state=seeded-key-of-form&code=seeded-form-base&error=access_denied&error_description=seeded-idp-description&iss=seeded-form-etag")
	site.provider.SetHooks(hooks)
	b = site.signIn("Ada Admin")
	b.get("/").formAt("/signout").press()

	u, err := url.Parse(portalOrigin)
	must(t, err)
	for _, c := range append(b.client.Jar.Cookies(u), stranger.client.Jar.Cookies(u)...) {
		l.token(c.Value)
	}
	t.Logf("%d secrets, %d KB of answers, %d KB of log", len(l.secrets), len(l.pages)>>10, len(site.log.String())>>10)
	if len(l.secrets) < 60 {
		t.Fatalf("only %d secrets: %v", len(l.secrets), slices.Sorted(maps.Keys(l.secrets)))
	}
	t.Run("A-37 I-9 V10.1.1 V3.3.4 V15.3.1 V16.5.1 no answer holds a secret", func(t *testing.T) { l.find(t, inPages, string(l.pages)) })
	t.Run("A-38 I-9 V10.1.1 V16.2.5 V14.2.4 V14.2.1 the log holds none", func(t *testing.T) { l.find(t, inLog, site.log.String()) })
	t.Run("A-38 I-9 V10.1.1 V14.2.4 nor does the trail, or anything else in the database", func(t *testing.T) { l.find(t, inDatabase, site.dump()) })
	t.Run("V3.3.1 V3.3.2 V3.3.3 V3.3.4 every cookie is for this host and no script", func(t *testing.T) {
		for _, c := range l.cookies {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("%s: %+v", c.Name, c)
			}
		}
		if !slices.ContainsFunc(l.cookies, func(c *http.Cookie) bool { return c.Name == session.CookieName }) {
			t.Error("no session's cookie came by")
		}
	})
	t.Run("V3.3.5 the cookie is small", func(t *testing.T) {
		b := site.signIn("Ada Admin")
		for _, c := range b.client.Jar.Cookies(u) {
			if n := len(c.Name) + len(c.Value); n > 4096 || c.Name == session.CookieName && n > 512 {
				t.Errorf("%s has %d bytes", c.Name, n)
			}
		}
	})
	t.Run("the search finds what is planted", func(t *testing.T) {
		if !strings.Contains(string(l.pages), "seeded-email@harbourline.example") || !strings.Contains(string(l.pages), "seeded-search-text") || site.stored(id)[forms.Email] != "seeded-email@harbourline.example" {
			t.Error("the story went another way")
		}
	})
}

// dump is all that stands in the database, as text.
func (s *testSite) dump() string {
	s.t.Helper()
	query := func(text string) [][]string {
		rows, err := s.db.Read().QueryContext(s.t.Context(), text)
		must(s.t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(s.t, err)
		var all [][]string
		for rows.Next() {
			cells, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				to[i] = &cells[i]
			}
			must(s.t, rows.Scan(to...))
			var row []string
			for _, c := range cells {
				if b, ok := c.([]byte); ok {
					c = string(b)
				}
				row = append(row, fmt.Sprint(c))
			}
			all = append(all, row)
		}
		must(s.t, rows.Err())
		return all
	}
	var out strings.Builder
	for _, table := range query("SELECT name FROM sqlite_master WHERE type = 'table'") {
		for _, row := range query("SELECT * FROM " + table[0]) {
			fmt.Fprintln(&out, table[0], row)
		}
	}
	return out.String()
}
