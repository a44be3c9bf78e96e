package session_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/session"
)

// place is a store with a clock, and the browsers that visit it.
type place struct {
	testing.TB
	db    *database.DB
	keys  string
	store *session.Store
	mu    sync.Mutex
	clock time.Time
}

func newPlace(t testing.TB) *place {
	p := &place{TB: t, db: databasetest.Open(t), keys: seal.NewKey(), clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	p.store = p.open(p.keys)
	return p
}

func (p *place) open(keys string) *session.Store {
	p.Helper()
	ring, err := seal.ParseKeys(keys)
	if err != nil {
		p.Fatal(err)
	}
	return session.New(session.Options{DB: p.db, Ring: ring, Now: p.now, Wait: 20 * time.Second})
}

func (p *place) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock
}

func (p *place) wait(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = p.clock.Add(d)
}

func (p *place) rows() (n int) {
	p.Helper()
	if err := p.db.Read().QueryRowContext(p.Context(), `SELECT count(*) FROM sessions`).Scan(&n); err != nil {
		p.Fatal(err)
	}
	return n
}

func (p *place) exec(query string, args ...any) {
	p.Helper()
	err := p.db.Write(p.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(p.Context(), query, args...)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
}

// browser keeps the one cookie as a browser would.
type browser struct {
	*place
	cookie string
	agent  string // User-Agent; "" sends none
}

func (b *browser) request() *http.Request {
	r := httptest.NewRequestWithContext(b.Context(), "GET", "https://portal.example/", nil)
	if b.agent != "" {
		r.Header.Set("User-Agent", b.agent)
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: b.cookie})
	}
	return r
}

func (b *browser) take(w *httptest.ResponseRecorder) {
	b.Helper()
	for _, c := range w.Result().Cookies() {
		if c.Name != session.CookieName || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			b.Errorf("cookie %+v is not as it must be", c)
		}
		if b.cookie = c.Value; c.MaxAge < 0 {
			b.cookie = ""
		}
	}
}

func (b *browser) signIn(d session.Data) {
	b.Helper()
	w := httptest.NewRecorder()
	if err := b.store.Begin(w, b.request(), d); err != nil {
		b.Fatal(err)
	}
	b.take(w)
}

func (b *browser) signOut() {
	b.Helper()
	w := httptest.NewRecorder()
	if err := b.store.End(w, b.request()); err != nil {
		b.Fatal(err)
	}
	b.take(w)
}

func (b *browser) load() *session.Session {
	b.Helper()
	sess, err := b.store.Load(b.request())
	if err != nil {
		b.Fatal(err)
	}
	return sess
}

func (b *browser) want(signedIn bool, when string) {
	b.Helper()
	if got := b.load() != nil; got != signedIn {
		b.Errorf("signed in %s: %v, want %v", when, got, signedIn)
	}
}

func ada() session.Data {
	return session.Data{
		Operator: session.Operator{Issuer: "https://idp.example", Subject: "s1", TenantID: "t1", ObjectID: "o1",
			Name: "Ada Admin", Email: "ada@partner.example", Roles: []string{"auditor", "editor"}},
		Tokens: session.Tokens{Access: "access-marker", Refresh: "refresh-marker", IDToken: "id-marker"},
		SID:    "sid-1",
	}
}

func TestASignInComesBackAsItWas(t *testing.T) { databasetest.Both(t, testASignInComesBackAsItWas) }

func testASignInComesBackAsItWas(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.want(false, "before")
	b.signIn(ada())
	got := b.load()
	if diff := cmp.Diff(ada().Operator, got.Operator); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ada().Tokens, got.Tokens(), cmp.AllowUnexported(session.Tokens{})); diff != "" {
		t.Error("tokens differ")
	}
	if got.SID != "sid-1" || len(got.CSRF) != 32 || !got.SignedInAt.Equal(b.now()) || !slices.Equal(got.Operator.Roles, ada().Operator.Roles) {
		t.Errorf("got %v", got)
	}
	if got.Data.Tokens != (session.Tokens{}) {
		t.Error("Data still holds tokens")
	}
	if want := b.now().Add(30 * time.Minute); !got.Until().Equal(want) {
		t.Errorf("until %v, want %v", got.Until(), want)
	}
	b.signOut()
	b.want(false, "after signing out")
	if b.cookie != "" || b.rows() != 0 {
		t.Error("something is left behind")
	}
}

func TestFixation(t *testing.T) { databasetest.Both(t, testFixation) }

func testFixation(t *testing.T) {
	t.Run("V7.2.4 A-21 a cookie planted before sign-in gets nobody in", func(t *testing.T) {
		p := newPlace(t)
		attacker := &browser{place: p}
		attacker.signIn(session.Data{Operator: session.Operator{Issuer: "i", Subject: "attacker"}})
		victim := &browser{place: p, cookie: attacker.cookie}
		victim.signIn(ada())
		if victim.cookie == attacker.cookie {
			t.Error("the id did not change")
		}
		attacker.want(false, "with the planted cookie")
		victim.want(true, "as herself")
	})
	t.Run("A-21 a made-up cookie is replaced", func(t *testing.T) {
		p := newPlace(t)
		planted := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
		victim := &browser{place: p, cookie: planted}
		victim.signIn(ada())
		(&browser{place: p, cookie: planted}).want(false, "with the planted cookie")
	})
}

func TestDeadStaysDead(t *testing.T) { databasetest.Both(t, testDeadStaysDead) }

func testDeadStaysDead(t *testing.T) {
	t.Run("V7.4.1 A-23 an old cookie after sign-out and after a restart", func(t *testing.T) {
		p := newPlace(t)
		b := &browser{place: p}
		b.signIn(ada())
		old := &browser{place: p, cookie: b.cookie}
		b.signOut()
		old.want(false, "after sign-out")
		p.store = p.open(p.keys)
		old.want(false, "in another process")
	})
	t.Run("V7.4.1 A-24 a slow request saves its session after sign-out", func(t *testing.T) {
		p := newPlace(t)
		b := &browser{place: p}
		b.signIn(ada())
		slow, slowRequest := b.load(), b.request()
		g, err := p.store.Get(slowRequest, session.CookieName)
		if err != nil {
			t.Fatal(err)
		}
		old := &browser{place: p, cookie: b.cookie}
		b.signOut()
		if err := p.store.SaveTokens(t.Context(), slow, session.Tokens{Access: "late"}); !errors.Is(err, session.ErrGone) {
			t.Errorf("SaveTokens: %v, want ErrGone", err)
		}
		w := httptest.NewRecorder()
		if err := g.Save(slowRequest, w); !errors.Is(err, session.ErrGone) {
			t.Errorf("Save: %v, want ErrGone", err)
		}
		if err := p.store.Reload(t.Context(), slow); !errors.Is(err, session.ErrGone) {
			t.Errorf("Reload: %v, want ErrGone", err)
		}
		old.want(false, "after the late save")
		if p.rows() != 0 || len(w.Result().Cookies()) != 0 {
			t.Error("the session is back")
		}
	})
	t.Run("A-24 a session past its limits is not saved", func(t *testing.T) {
		p := newPlace(t)
		b := &browser{place: p}
		b.signIn(ada())
		slow := b.load()
		p.wait(time.Hour)
		if err := p.store.SaveTokens(t.Context(), slow, session.Tokens{}); !errors.Is(err, session.ErrGone) {
			t.Errorf("SaveTokens: %v, want ErrGone", err)
		}
	})
	t.Run("two writers: the second learns that it is late", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		first, second := b.load(), b.load()
		if err := b.store.SaveTokens(t.Context(), first, session.Tokens{Access: "first"}); err != nil {
			t.Fatal(err)
		}
		if err := b.store.SaveTokens(t.Context(), second, session.Tokens{Access: "second"}); !errors.Is(err, session.ErrStale) {
			t.Errorf("got %v, want ErrStale", err)
		}
		if err := b.store.Reload(t.Context(), second); err != nil || second.Tokens().Access != "first" {
			t.Errorf("reloaded %q, %v", second.Tokens().Access, err)
		}
		if err := b.store.SaveTokens(t.Context(), second, session.Tokens{Access: "third"}); err != nil || b.load().Tokens().Access != "third" {
			t.Errorf("after reloading: %v", err)
		}
	})
}

func TestBadCookies(t *testing.T) { databasetest.Both(t, testBadCookies) }

func testBadCookies(t *testing.T) {
	p := newPlace(t)
	b := &browser{place: p}
	b.signIn(ada())
	good := b.cookie
	other := &browser{place: p}
	other.signIn(session.Data{Operator: session.Operator{Issuer: "i", Subject: "other"}})

	flipped := func(at int) string {
		raw, _ := base64.RawURLEncoding.DecodeString(good)
		raw[at] ^= 1
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	cases := map[string]string{
		"empty": "", "cut": good[:len(good)-1], "half": good[:43], "longer": good + "A", "oversize": strings.Repeat("A", 8000),
		"not base64": strings.Repeat("!", len(good)), "padding": good[:len(good)-2] + "==",
		"swapped halves": good[43:] + good[:43], "id of one, key of another": good[:42] + other.cookie[42:],
	}
	for at := range 64 {
		cases[fmt.Sprintf("bit flipped in byte %d", at)] = flipped(at)
	}
	for name, cookie := range cases {
		t.Run("V7.2.1 A-26 "+name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Cookie", session.CookieName+"="+cookie)
			if sess, err := p.store.Load(r); sess != nil || err != nil {
				t.Errorf("got %v, %v, want signed out", sess, err)
			}
			w := httptest.NewRecorder()
			p.store.Forget(w, r)
			if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
				t.Errorf("the cookie is not cleared: %v", c)
			}
		})
	}
	t.Run("V3.3.3 A-26 twin cookies", func(t *testing.T) {
		r := b.request()
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: other.cookie})
		if sess, err := p.store.Load(r); sess != nil || err != nil {
			t.Errorf("got %v, %v, want signed out", sess, err)
		}
	})
	t.Run("A-26 a key ring without the old key", func(t *testing.T) {
		changed := &place{TB: t, db: p.db, clock: p.clock}
		changed.store = changed.open(seal.NewKey())
		(&browser{place: changed, cookie: good}).want(false, "with another key ring")
		changed.store = changed.open(seal.NewKey() + "," + p.keys)
		(&browser{place: changed, cookie: good}).want(true, "after a rotation")
	})
	t.Run("V11.2.5 V11.3.1 V11.3.2 V11.3.3 V11.4.1 A-26 bit flips and swaps in the table", func(t *testing.T) {
		var sealed, foreign string
		err := p.db.Read().QueryRowContext(t.Context(), `SELECT a.sealed, b.sealed FROM sessions a, sessions b
			WHERE a.operator = 't1|o1' AND b.operator = 'i|other'`).Scan(&sealed, &foreign)
		if err != nil {
			t.Fatal(err)
		}
		swap := byte('A')
		if sealed[len(sealed)/2] == swap {
			swap = 'B'
		}
		bent := sealed[:len(sealed)/2] + string(swap) + sealed[len(sealed)/2+1:]
		for _, blob := range []string{"", "x", bent, foreign, sealed[:len(sealed)-4]} {
			p.exec(`UPDATE sessions SET sealed = $1 WHERE operator = 't1|o1'`, blob)
			b.want(false, "with a bent row")
		}
		p.exec(`UPDATE sessions SET sealed = $1 WHERE operator = 't1|o1'`, sealed)
		b.want(true, "with the row restored")
	})
	t.Run("the table holds neither ids nor tokens", func(t *testing.T) {
		var id, sealed string
		if err := p.db.Read().QueryRowContext(t.Context(), `SELECT id, sealed FROM sessions WHERE operator = 't1|o1'`).Scan(&id, &sealed); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sealed, "marker") || strings.Contains(good, id) || strings.Contains(id, good[:20]) {
			t.Error("a secret stands in the table")
		}
	})
}

func TestLimits(t *testing.T) { databasetest.Both(t, testLimits) }

func testLimits(t *testing.T) {
	t.Run("V7.3.1 30 minutes idle", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		b.wait(29 * time.Minute)
		b.want(true, "after 29 min")
		b.wait(29 * time.Minute)
		b.want(true, "29 min after that")
		b.wait(30 * time.Minute)
		b.want(false, "30 min after that")
	})
	t.Run("V7.3.1 looking is no activity", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		for range 5 {
			b.wait(5 * time.Minute)
			if sess, err := b.store.Look(b.request()); sess == nil || err != nil {
				t.Fatal("signed out too early", err)
			}
		}
		b.wait(5 * time.Minute)
		b.want(false, "after 30 min of polling")
	})
	t.Run("V7.3.2 8 hours in all, which the table cannot stretch", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		for range 8*60/20 - 1 {
			b.wait(20 * time.Minute)
			b.want(true, "at work")
		}
		if until := b.load().Until(); !until.Equal(b.now().Add(20 * time.Minute)) {
			t.Errorf("until %v", until)
		}
		b.exec(`UPDATE sessions SET signed_in_at = $1`, database.Micros(b.now()))
		b.wait(20 * time.Minute)
		b.want(false, "after 8 h")
	})
	t.Run("last use is written once a minute at most", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		seen := func() (at int64) {
			if err := b.db.Read().QueryRowContext(t.Context(), `SELECT seen_at FROM sessions`).Scan(&at); err != nil {
				t.Fatal(err)
			}
			return at
		}
		begun := seen()
		b.wait(59 * time.Second)
		b.load()
		if seen() != begun {
			t.Error("written after 59 s")
		}
		b.wait(time.Second)
		b.load()
		if seen() != database.Micros(b.now()) {
			t.Error("not written after 60 s")
		}
	})
	t.Run("V2.3.2 5 per person: the one unused longest goes", func(t *testing.T) {
		p := newPlace(t)
		bystander := &browser{place: p}
		bystander.signIn(session.Data{Operator: session.Operator{Issuer: "i", Subject: "other"}})
		var browsers []*browser
		for range 5 {
			p.wait(2 * time.Minute)
			b := &browser{place: p}
			b.signIn(ada())
			browsers = append(browsers, b)
		}
		p.wait(2 * time.Minute)
		browsers[0].want(true, "the oldest, in use")
		sixth := &browser{place: p}
		sixth.signIn(ada())
		browsers[1].want(false, "the one unused longest")
		for _, b := range []*browser{browsers[0], browsers[2], browsers[3], browsers[4], sixth, bystander} {
			b.want(true, "the others")
		}
	})
	t.Run("V14.2.7 sweeping takes the dead only", func(t *testing.T) {
		p := newPlace(t)
		dead, live := &browser{place: p}, &browser{place: p}
		dead.signIn(ada())
		p.wait(20 * time.Minute)
		live.signIn(ada())
		p.wait(15 * time.Minute)
		if n, err := p.store.Sweep(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		live.want(true, "after the sweep")
	})
	t.Run("the server ends a session", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		if err := b.store.Destroy(t.Context(), b.load()); err != nil {
			t.Fatal(err)
		}
		b.want(false, "after Destroy")
	})
}

func TestManyRequestsAtOnce(t *testing.T) {
	t.Run("V15.4.1", func(t *testing.T) { databasetest.Both(t, testManyRequestsAtOnce) })
}

func testManyRequestsAtOnce(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	b.wait(2 * time.Minute) // so that they all want to note their use
	var wg sync.WaitGroup
	var saved, stale, failed int
	var mu sync.Mutex
	for i := range 200 {
		wg.Go(func() {
			sess, err := b.store.Load(b.request())
			if err == nil && sess == nil {
				err = errors.New("signed out")
			}
			if err == nil && i%20 == 0 {
				err = b.store.SaveTokens(b.Context(), sess, session.Tokens{Access: fmt.Sprint(i)})
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, session.ErrStale):
				stale++
			case err != nil:
				failed++
				t.Log(err)
			case i%20 == 0:
				saved++
			}
		})
	}
	wg.Wait()
	if failed != 0 || saved == 0 || saved+stale != 10 {
		t.Errorf("%d failed, %d saved, %d were late", failed, saved, stale)
	}
	b.want(true, "after 200 requests")
}

func TestF33StoreTrouble(t *testing.T) { databasetest.Both(t, testF33StoreTrouble) }

func testF33StoreTrouble(t *testing.T) {
	t.Run("F-33 a closed database is no sign-out", func(t *testing.T) {
		p := newPlace(t)
		b := &browser{place: p}
		b.signIn(ada())
		sess := b.load()
		p.db.Close()
		if got, err := p.store.Load(b.request()); got != nil || !errors.Is(err, session.ErrStore) {
			t.Errorf("Load: %v, %v, want ErrStore", got, err)
		}
		w := httptest.NewRecorder()
		for doing, err := range map[string]error{
			"Begin":      p.store.Begin(w, b.request(), ada()),
			"End":        p.store.End(w, b.request()),
			"SaveTokens": p.store.SaveTokens(t.Context(), sess, session.Tokens{}),
			"Reload":     p.store.Reload(t.Context(), sess),
			"Destroy":    p.store.Destroy(t.Context(), sess),
		} {
			if !errors.Is(err, session.ErrStore) {
				t.Errorf("%s: %v, want ErrStore", doing, err)
			}
		}
		if len(w.Result().Cookies()) != 0 {
			t.Error("the cookie was touched")
		}
	})
	t.Run("F-33 an emptied table is a sign-out", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		b.exec(`DELETE FROM sessions`)
		b.want(false, "with an empty table")
	})
	t.Run("F-33 a database that cannot be written to still knows who is signed in", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		databasetest.Break(t, b.db, "UPDATE", "sessions")
		b.wait(5 * time.Minute)
		b.want(true, "read-only")
	})
	t.Run("A-63 visitors leave no rows", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		for range 20 {
			b.want(false, "anonymous")
		}
		if b.rows() != 0 {
			t.Error("rows of nobody")
		}
	})
}

func TestGorillaStore(t *testing.T) { databasetest.Both(t, testGorillaStore) }

func testGorillaStore(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	r := b.request()
	g, err := b.store.Get(r, session.CookieName)
	if err != nil || g.IsNew {
		t.Fatalf("got new %v, %v", g.IsNew, err)
	}
	if err := g.Save(r, httptest.NewRecorder()); err != nil {
		t.Fatal(err)
	}
	g.Values["theme"] = "dark"
	if err := g.Save(r, httptest.NewRecorder()); err == nil {
		t.Error("a value was dropped without a word")
	}
	if _, err := b.store.Get(b.request(), "another"); err == nil {
		t.Error("another cookie was served")
	}
	nobody := &browser{place: b.place}
	r = nobody.request()
	g, _ = b.store.Get(r, session.CookieName)
	g.Values["theme"] = "dark"
	if err := g.Save(r, httptest.NewRecorder()); err == nil {
		t.Error("an anonymous session was kept")
	}
}

func TestFormTokens(t *testing.T) {
	p := newPlace(t)
	b := &browser{place: p}
	b.signIn(ada())
	sess := b.load()
	token := sess.FormToken("billing", "c1")
	if again := sess.FormToken("billing", "c1"); again == token {
		t.Error("two renders give the same text")
	}
	if !b.load().CheckFormToken("billing", "c1", token) {
		t.Error("the token is not good in the next request")
	}
	other := &browser{place: p}
	other.signIn(ada())
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	raw[0] ^= 1
	for name, ok := range map[string]bool{
		"another session":  other.load().CheckFormToken("billing", "c1", token),
		"another family":   sess.CheckFormToken("signout", "c1", token),
		"another customer": sess.CheckFormToken("billing", "c2", token),
		"moved border":     sess.CheckFormToken("billingc", "1", token),
		"nothing":          sess.CheckFormToken("billing", "c1", ""),
		"cut":              sess.CheckFormToken("billing", "c1", token[:40]),
		"a flipped bit":    sess.CheckFormToken("billing", "c1", base64.RawURLEncoding.EncodeToString(raw)),
	} {
		t.Run("A-17 "+name, func(t *testing.T) {
			if ok {
				t.Error("accepted")
			}
		})
	}
	t.Run("A-17 an old token after signing in again", func(t *testing.T) {
		b.signIn(ada())
		if b.load().CheckFormToken("billing", "c1", token) {
			t.Error("accepted")
		}
	})
}

func TestNothingPrintsASecret(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	sess := b.load()
	var out strings.Builder
	for _, v := range []any{sess, sess.Data, ada(), ada().Tokens, sess.Tokens()} {
		fmt.Fprintf(&out, "%v %+v %#v %s %q %x", v, v, v, v, v, v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v)
		text, _ := json.Marshal(v)
		out.Write(text)
	}
	for _, secret := range []string{"marker", "6d61726b6572", b.cookie, fmt.Sprint(sess.CSRF), base64.StdEncoding.EncodeToString(sess.CSRF)} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("a secret is printed: %s", secret)
		}
	}
}

func TestACancelledRequestIsNoSignOut(t *testing.T) {
	databasetest.Both(t, testACancelledRequestIsNoSignOut)
}

func testACancelledRequestIsNoSignOut(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if sess, err := b.store.Load(b.request().WithContext(ctx)); sess != nil || !errors.Is(err, session.ErrStore) {
		t.Errorf("got %v, %v, want ErrStore", sess, err)
	}
}

func TestManySignInsAtOnceKeepTheLimit(t *testing.T) {
	databasetest.Both(t, testManySignInsAtOnceKeepTheLimit)
}

func testManySignInsAtOnceKeepTheLimit(t *testing.T) {
	p := newPlace(t)
	for range 8 {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { (&browser{place: p}).signIn(ada()) })
		}
		wg.Wait()
		if n := p.rows(); n != 5 {
			t.Fatalf("%d sessions of one person; want 5", n)
		}
	}
}

// Somebody who reads the table has no cookie of anybody: neither the id nor the key that
// a cookie holds stands in it.
func TestTheTableOpensNothing(t *testing.T) {
	t.Run("V7.2.3", func(t *testing.T) { databasetest.Both(t, testTheTableOpensNothing) })
}

func testTheTableOpensNothing(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	raw, err := base64.RawURLEncoding.DecodeString(b.cookie)
	if err != nil || len(raw) != 64 {
		t.Fatalf("a cookie of %d bytes: %v", len(raw), err)
	}
	var id, sealed, late string
	if err := b.db.Read().QueryRowContext(t.Context(), `SELECT id, sealed, late FROM sessions`).Scan(&id, &sealed, &late); err != nil {
		t.Fatal(err)
	}
	for name, half := range map[string][]byte{"id": raw[:32], "key": raw[32:]} {
		for _, spelt := range []string{string(half), hex.EncodeToString(half), base64.RawURLEncoding.EncodeToString(half)[:42], base64.StdEncoding.EncodeToString(half)[:42]} {
			if strings.Contains(strings.ToLower(id+sealed+late), strings.ToLower(spelt)) {
				t.Errorf("the table holds the %s of a cookie", name)
			}
		}
	}
}
