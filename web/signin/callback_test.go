package signin_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/session"
	"github.com/partnerdesk/portal/web/signin"
)

func TestTransactions(t *testing.T) {
	t.Run("V10.1.2 V10.2.1 R-01 without state, unknown, doubled", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		callback := b.press(b.start("/"), "ada")
		_, _, err := b.finish(with(callback, func(q url.Values) { q.Del("state") }))
		d.refused(err, signin.ReasonState)
		_, _, err = b.finish(with(callback, func(q url.Values) { q.Add("state", q.Get("state")) }))
		d.refused(err, signin.ReasonState)
		_, _, err = b.finish(with(callback, func(q url.Values) { q.Set("state", "unknown") }))
		d.refused(err, signin.ReasonTransactionMissing)
		if d.count("/token") != 0 {
			t.Error("the token endpoint was called")
		}
	})
	t.Run("V10.1.2 V10.2.1 R-01 A-20 another browser's callback", func(t *testing.T) {
		d := newDesk(t)
		attacker, victim := d.browser(), d.browser()
		callback := attacker.press(attacker.start("/"), "ada")
		victim.start("/")
		_, _, err := victim.finish(callback)
		d.refused(err, signin.ReasonTransactionMissing)
		if d.count("/token") != 0 {
			t.Error("the token endpoint was called")
		}
	})
	t.Run("V10.1.2 V10.2.1 R-01 second use, also with the cookie put back", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		callback := b.press(b.start("/"), "ada")
		kept := clone(b.cookies)
		if _, _, err := b.finish(callback); err != nil {
			t.Fatal(err)
		}
		_, _, err := b.finish(callback)
		d.refused(err, signin.ReasonTransactionMissing)
		b.cookies = kept
		_, _, err = b.finish(callback)
		d.refused(err, signin.ReasonTransactionUsed)
		if d.count("/token") != 1 {
			t.Error("the code was redeemed again")
		}
	})
	t.Run("R-01 A-63 second use in a flood of sign-ins", func(t *testing.T) {
		d := newDesk(t)
		comeBack := func(b *browser) (again func()) {
			target, err := url.Parse(b.start("/"))
			if err != nil {
				t.Fatal(err)
			}
			no := url.Values{"error": {"access_denied"}, "iss": {d.issuer}, "state": {target.Query().Get("state")}}
			callback, kept := portal+"/auth/callback?"+no.Encode(), clone(b.cookies)
			if _, _, err = b.finish(callback); err == nil || !strings.Contains(err.Error(), signin.ReasonDenied) {
				t.Fatal(err)
			}
			return func() {
				b.cookies = kept
				_, _, err := b.finish(callback)
				d.refused(err, signin.ReasonTransactionUsed)
			}
		}
		comeBack(d.browser())()
		for range 3 {
			early := comeBack(d.browser())
			for range 9_000 {
				comeBack(d.browser())
			}
			early()
			comeBack(d.browser())()
		}
	})
	t.Run("R-01 older than 10 min", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		target := b.start("/")
		d.wait(10*time.Minute + time.Second)
		_, _, err := b.finish(b.press(target, "ada"))
		d.refused(err, signin.ReasonTransactionExpired)
	})
	t.Run("R-01 a bent or foreign cookie", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		first := b.press(b.start("/"), "ada")
		firstCookies := clone(b.cookies)
		b.start("/")
		for name := range firstCookies {
			for other, value := range b.cookies {
				if other != name {
					b.cookies[name] = value
				}
			}
		}
		_, _, err := b.finish(first)
		d.refused(err, signin.ReasonTransactionMissing)
	})
	t.Run("V10.2.1 R-02 the code of another transaction", func(t *testing.T) {
		d := newDesk(t)
		attacker, victim := d.browser(), d.browser()
		stolen, err := url.Parse(attacker.press(attacker.start("/"), "ada"))
		if err != nil {
			t.Fatal(err)
		}
		callback := victim.press(victim.start("/"), "sam")
		_, _, err = victim.finish(with(callback, func(q url.Values) { q.Set("code", stolen.Query().Get("code")) }))
		d.refused(err, signin.ReasonCode)
	})
	t.Run("R-05 two tabs", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		one, two := b.start("/customers?tab=1"), b.start("/customers?tab=2")
		_, back, err := b.finish(b.press(two, "ada"))
		if err != nil || back != "/customers?tab=2" {
			t.Errorf("second tab: %q, %v", back, err)
		}
		_, back, err = b.finish(b.press(one, "ada"))
		if err != nil || back != "/customers?tab=1" {
			t.Errorf("first tab: %q, %v", back, err)
		}
	})
	t.Run("R-05 A-63 at most 5 are open, the oldest goes", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		var targets []string
		for range 7 {
			d.wait(time.Second)
			targets = append(targets, b.start("/"))
		}
		if len(b.cookies) != 5 {
			t.Errorf("%d cookies", len(b.cookies))
		}
		_, _, err := b.finish(b.press(targets[1], "ada"))
		d.refused(err, signin.ReasonTransactionMissing)
		if _, _, err := b.finish(b.press(targets[2], "ada")); err != nil {
			t.Error(err)
		}
	})
	t.Run("V10.1.2 A-32 nothing repeats", func(t *testing.T) {
		d := newDesk(t)
		seen := map[string]bool{}
		for range 50 {
			u, err := url.Parse(d.browser().start("/"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"state", "nonce", "code_challenge"} {
				if v := u.Query().Get(name); seen[v] || len(v) != 43 {
					t.Fatalf("%s %q", name, v)
				} else {
					seen[v] = true
				}
			}
		}
	})
}

func TestReturnPaths(t *testing.T) {
	long := "/customers/" + strings.Repeat("x", 2000)
	for path, want := range map[string]string{
		"/customers/1?a=b&c=%2F": "/customers/1?a=b&c=%2F", "/": "/", "": "/", "/customers": "/customers", long: "/",
		"//evil": "/", `/\evil`: "/", "/\tevil": "/", "/%09/evil": "/", "/./\\evil": "/", "https:evil": "/", "https://evil": "/",
		"/customers//evil": "/", "/customers/..//evil": "/", "/customers/../healthz": "/", "/customers/%2e%2e/x": "/",
		"/customers\r\nSet-Cookie: a=b": "/", "/customers%5cevil": "/", "javascript:alert(1)": "/", "evil": "/", "@evil": "/",
		"/customers/%zz": "/", "/signout": "/", "/customers/\u202e": "/", "/customers#x": "/customers",
	} {
		t.Run("A-01 "+path[:min(len(path), 30)], func(t *testing.T) {
			d := newDesk(t)
			b := d.browser()
			_, back, err := b.finish(b.press(b.start(path), "ada"))
			if err != nil || back != want {
				t.Errorf("back to %q, %v; want %q", back, err, want)
			}
		})
	}
}

func TestProviderAnswers(t *testing.T) {
	t.Run("V10.2.2 R-04 iss wrong, missing though announced, doubled", func(t *testing.T) {
		for name, change := range map[string]func(url.Values){
			"wrong":   func(q url.Values) { q.Set("iss", "https://evil.example") },
			"missing": func(q url.Values) { q.Del("iss") },
			"doubled": func(q url.Values) { q.Add("iss", q.Get("iss")) },
		} {
			t.Run("R-04 "+name, func(t *testing.T) {
				d := newDesk(t)
				d.idp.SetHooks(demo.Hooks{Callback: change})
				_, _, err := d.browser().signIn("ada")
				d.refused(err, signin.ReasonIssParameter)
				if d.count("/token") != 0 {
					t.Error("the token endpoint was called")
				}
			})
		}
	})
	t.Run("R-04 missing and never announced", func(t *testing.T) {
		d := newDesk(t)
		d.idp.SetHooks(demo.Hooks{
			Discovery: func(doc map[string]any) { delete(doc, "authorization_response_iss_parameter_supported") },
			Callback:  func(q url.Values) { q.Del("iss") },
		})
		if _, _, err := d.browser().signIn("ada"); err != nil {
			t.Error(err)
		}
	})
	for code, reason := range map[string]string{
		"access_denied": signin.ReasonDenied, "login_required": signin.ReasonLoginRequired,
		"interaction_required": signin.ReasonLoginRequired, "<script>MARK": signin.ReasonProviderError, "": signin.ReasonProviderError,
	} {
		t.Run("R-06 A-29 error="+code, func(t *testing.T) {
			d := newDesk(t)
			b := d.browser()
			_, _, err := b.finish(with(b.press(b.start("/"), "ada"), func(q url.Values) {
				q.Set("error", code)
				q.Set("error_description", "<b>MARK</b>")
			}))
			d.refused(err, reason)
			if d.count("/token") != 0 {
				t.Error("the token endpoint was called")
			}
		})
	}
	t.Run("R-06 Cancel pressed", func(t *testing.T) {
		d := newDesk(t)
		_, _, err := d.browser().signIn("nobody")
		d.refused(err, signin.ReasonDenied)
	})

	answers := map[string]struct {
		change func(map[string]any)
		reason string
	}{
		"without id_token":  {func(m map[string]any) { delete(m, "id_token") }, signin.ReasonNoIDToken},
		"id_token a number": {func(m map[string]any) { m["id_token"] = 7 }, signin.ReasonNoIDToken},
		"token_type mac":    {func(m map[string]any) { m["token_type"] = "mac" }, signin.ReasonTokenType},
		"token_type none":   {func(m map[string]any) { delete(m, "token_type") }, signin.ReasonTokenType},
		"no access token":   {func(m map[string]any) { delete(m, "access_token") }, signin.ReasonExchange},
		"expires_in words":  {func(m map[string]any) { m["expires_in"] = "MARK" }, signin.ReasonExchange},
		"an error in a 200": {func(m map[string]any) { m["error"] = "MARK" }, signin.ReasonExchange},
	}
	for name, c := range answers {
		t.Run("R-07 "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) { c.change(body) }})
			_, _, err := d.browser().signIn("ada")
			d.refused(err, c.reason)
		})
	}
	for name, value := range map[string]any{"missing": nil, "0": 0, "-1": -1, "minus a string": "-5", "huge": 1 << 40, "two days": 172_800, "null": nil} {
		t.Run("R-07 expires_in "+name+" counts as expired at once", func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{TokenAnswer: func(_ string, body map[string]any) {
				if body["expires_in"] = value; name == "missing" {
					delete(body, "expires_in")
				}
			}})
			data, _, err := d.browser().signIn("ada")
			if err != nil || !data.Tokens.Expiry.IsZero() {
				t.Errorf("expiry %v, %v", data.Tokens.Expiry, err)
			}
		})
	}

	statuses := map[string]struct {
		status int
		body   string
		reason string
	}{
		"500":             {500, "MARK", signin.ReasonUnavailable},
		"429":             {429, "MARK", signin.ReasonUnavailable},
		"a redirect":      {307, "", signin.ReasonExchange},
		"invalid_client":  {401, `{"error":"invalid_client","error_description":"MARK"}`, signin.ReasonClient},
		"invalid_grant":   {400, `{"error":"invalid_grant","error_description":"MARK"}`, signin.ReasonCode},
		"something else":  {400, `{"error":"MARK"}`, signin.ReasonExchange},
		"a page":          {200, "<html>MARK", signin.ReasonExchange},
		"more than 1 MiB": {200, `{"access_token":"` + strings.Repeat("x", 2<<20) + `"}`, signin.ReasonExchange},
	}
	for name, c := range statuses {
		t.Run("R-22 R-23 the token endpoint answers "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{Before: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/token" {
					w.Header().Set("Content-Type", "application/json")
					w.Header().Set("Location", d.issuer+"/elsewhere")
					w.WriteHeader(c.status)
					w.Write([]byte(c.body))
				}
				return r.URL.Path == "/token"
			}})
			data, _, err := d.browser().signIn("ada")
			d.refused(err, c.reason)
			if errors.Is(err, signin.ErrUnavailable) != (c.reason == signin.ReasonUnavailable) {
				t.Error("ErrUnavailable is matched wrongly")
			}
			if data.Tokens != (session.Tokens{}) || d.count("/elsewhere") != 0 {
				t.Error("tokens are left, or the redirect was followed")
			}
		})
	}
}

func TestEndSession(t *testing.T) {
	leave := func(b *browser) string {
		w := httptest.NewRecorder()
		target := b.in.Leave(w, b.request(portal+"/auth/leave"))
		b.take(w)
		return target
	}
	back := func(b *browser, target string) (left, fits bool) {
		w := httptest.NewRecorder()
		left, fits = b.in.Returned(w, b.request(target))
		b.take(w)
		return left, fits
	}
	t.Run("rp-init-logout and its state, once", func(t *testing.T) {
		d := newDesk(t)
		b := d.browser()
		u, err := url.Parse(leave(b))
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if len(q.Get("state")) != 43 || q.Get("post_logout_redirect_uri") != portal+"/signin" || q.Get("client_id") != "partner-desk" || len(q) != 3 {
			t.Errorf("got %v", u)
		}
		w := httptest.NewRecorder()
		d.idp.ServeHTTP(w, httptest.NewRequest("GET", u.String(), nil))
		target := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || target != portal+"/signin?state="+q.Get("state") {
			t.Errorf("%d to %q", w.Code, target)
		}
		if left, fits := back(d.browser(), target); left || fits {
			t.Errorf("another browser: %v, %v", left, fits)
		}
		if left, fits := back(b, target); !left || !fits {
			t.Errorf("this browser: %v, %v", left, fits)
		}
		if left, _ := back(b, target); left {
			t.Error("a second time")
		}
	})
	for name, query := range map[string]string{
		"rp-init-logout-other-state": "?state=another", "rp-init-logout-no-state": "", "the state twice": "?state=STATE&state=STATE", "an empty state": "?state=",
	} {
		t.Run(name, func(t *testing.T) {
			b := newDesk(t).browser()
			u, err := url.Parse(leave(b))
			if err != nil {
				t.Fatal(err)
			}
			query := strings.ReplaceAll(query, "STATE", u.Query().Get("state"))
			if left, fits := back(b, portal+"/signin"+query); !left || fits {
				t.Errorf("got %v, %v", left, fits)
			}
		})
	}
	t.Run("R-26 the provider is down, or has no such page", func(t *testing.T) {
		down := newDesk(t)
		down.down.Store(true)
		none := newDesk(t)
		none.idp.SetHooks(demo.Hooks{Discovery: func(doc map[string]any) { delete(doc, "end_session_endpoint") }})
		odd := newDesk(t)
		odd.idp.SetHooks(demo.Hooks{Discovery: func(doc map[string]any) { doc["end_session_endpoint"] = "javascript:alert(1)" }})
		for _, d := range []*desk{down, none, odd} {
			b := d.browser()
			if got := leave(b); got != "" || b.in.CanLeave(t.Context()) || len(b.cookies) != 0 {
				t.Errorf("got %q and %v", got, b.cookies)
			}
		}
	})
}
