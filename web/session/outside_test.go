package session_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/session"
)

func (p *place) as(subject, sid string) *browser {
	p.Helper()
	b := &browser{place: p}
	b.signIn(session.Data{
		Operator: session.Operator{Issuer: "https://idp.example", Subject: subject, TenantID: "t", ObjectID: "object of " + subject, Name: strings.ToUpper(subject)},
		SID:      sid,
		NamedAt:  p.now(),
	})
	return b
}

func (p *place) endNamed(out session.Logout, want int64) {
	p.Helper()
	if ended, err := p.store.EndNamed(p.Context(), out); ended != want || err != nil {
		p.Errorf("%+v ended %d sessions, %v, want %d", out, ended, err, want)
	}
}

func TestLogoutFromOutside(t *testing.T) { databasetest.Both(t, testLogoutFromOutside) }

func testLogoutFromOutside(t *testing.T) {
	const issuer = "https://idp.example"
	t.Run("R-16 for a subject with three sessions, all three end", func(t *testing.T) {
		p := newPlace(t)
		ada := []*browser{p.as("ada", "1"), p.as("ada", "2"), p.as("ada", "3")}
		sam := p.as("sam", "4")
		p.endNamed(session.Logout{Issuer: issuer, Subject: "ada", Token: "a"}, 3)
		for _, b := range ada {
			b.want(false, "after the logout")
		}
		sam.want(true, "somebody else")
	})
	t.Run("R-16 for one sid, exactly one ends", func(t *testing.T) {
		p := newPlace(t)
		first, second := p.as("ada", "1"), p.as("ada", "2")
		p.endNamed(session.Logout{Issuer: issuer, Subject: "ada", SID: "1", Token: "a"}, 1)
		first.want(false, "with that sid")
		second.want(true, "with another sid")
		p.endNamed(session.Logout{Issuer: issuer, SID: "2", Token: "b"}, 1)
		second.want(false, "with the sid alone")
	})
	t.Run("R-16 what names nobody ends nothing", func(t *testing.T) {
		p := newPlace(t)
		b, bare := p.as("ada", "1"), p.as("bob", "")
		for _, out := range []session.Logout{
			{Issuer: "https://other.example", Subject: "ada"}, {Issuer: "https://other.example", SID: "1"},
			{Issuer: issuer, Subject: "sam", SID: "1"}, {Issuer: issuer, SID: "2"}, {Issuer: issuer}, {},
		} {
			p.endNamed(out, 0)
			out.Token = "token"
			if out.Subject != "" || out.SID != "" {
				out.Token += out.Issuer + out.Subject + out.SID
			}
			p.endNamed(out, 0)
		}
		b.want(true, "afterwards")
		bare.want(true, "without a sid")
	})
	t.Run("R-15 a token is used once, on whichever portal, for ten minutes", func(t *testing.T) {
		p := newPlace(t)
		p.as("ada", "1")
		out := session.Logout{Issuer: issuer, Subject: "ada", Token: "a"}
		p.endNamed(out, 1)
		again := p.as("ada", "1")
		p.wait(9*time.Minute + 59*time.Second)
		if _, err := p.open(p.keys).EndNamed(t.Context(), out); !errors.Is(err, session.ErrUsed) {
			t.Errorf("the same token again: %v", err)
		}
		again.want(true, "since the token was used")
		p.wait(time.Second)
		p.endNamed(session.Logout{Issuer: issuer, Subject: "sam", Token: "b"}, 0)
		var kept int
		if err := p.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM logouts`).Scan(&kept); err != nil || kept != 2 {
			t.Errorf("%d tokens and people are remembered, %v, want those of the last logout", kept, err)
		}
	})
	t.Run("R-15 of twenty at once with one token, one ends something", func(t *testing.T) {
		p := newPlace(t)
		p.as("ada", "1")
		var wg sync.WaitGroup
		var mu sync.Mutex
		var ended int64
		used := 0
		for range 20 {
			wg.Go(func() {
				n, err := p.store.EndNamed(t.Context(), session.Logout{Issuer: issuer, Subject: "ada", Token: "a"})
				mu.Lock()
				defer mu.Unlock()
				if ended += n; errors.Is(err, session.ErrUsed) {
					used++
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if ended != 1 || used != 19 {
			t.Errorf("%d ended, %d refused", ended, used)
		}
	})
	t.Run("A-24 I-10 a sign-in that the provider ended on its way here does not begin", func(t *testing.T) {
		p := newPlace(t)
		there := p.open(p.keys)
		started := p.now()
		for token, out := range map[string]session.Logout{
			"a": {SID: "1"}, "b": {SID: "2", Subject: "bob"}, "c": {Subject: "cleo"}, "d": {SID: "5", Subject: "somebody else"},
		} {
			p.wait(time.Second)
			out.Issuer, out.Token, out.IssuedAt = issuer, token, p.now()
			if _, err := there.EndNamed(t.Context(), out); err != nil {
				t.Fatal(err)
			}
		}
		lastly := p.now()
		p.wait(time.Second)
		for _, story := range []struct {
			subject, sid string
			named        time.Time
			begins       bool
		}{
			{"ada", "1", started, false},
			{"ada", "1", p.now(), true}, // signed in anew, under the same name
			{"ada", "6", started, true},
			{"ada", "", started, true},
			{"bob", "2", started, false},
			{"bob", "3", started, true},
			{"cleo", "4", started, false},
			{"cleo", "", started, false},
			{"cleo", "4", lastly.Add(time.Second), true}, // signed in anew
			{"dora", "5", started, true},
		} {
			b := &browser{place: p}
			w := httptest.NewRecorder()
			err := p.store.Begin(w, b.request(), session.Data{Operator: session.Operator{Issuer: issuer, Subject: story.subject}, SID: story.sid, NamedAt: story.named})
			if b.take(w); story.begins != (err == nil) || !story.begins && !errors.Is(err, session.ErrGone) {
				t.Errorf("%+v: %v", story, err)
			}
			if (b.cookie != "") != story.begins {
				t.Errorf("%+v: the cookie is %q", story, b.cookie)
			}
		}
	})
	t.Run("a front-channel logout, which anybody can send, leaves nothing behind", func(t *testing.T) {
		p := newPlace(t)
		p.as("ada", "1")
		p.endNamed(session.Logout{Issuer: issuer, SID: "1"}, 1)
		p.as("ada", "1").want(true, "afterwards")
	})
	t.Run("of two logouts of a person the later counts, whichever comes first", func(t *testing.T) {
		p := newPlace(t)
		at := p.now()
		p.endNamed(session.Logout{Issuer: issuer, Subject: "ada", Token: "later", IssuedAt: at.Add(30 * time.Second)}, 0)
		p.endNamed(session.Logout{Issuer: issuer, Subject: "ada", Token: "earlier", IssuedAt: at}, 0)
		err := p.store.Begin(httptest.NewRecorder(), (&browser{place: p}).request(), session.Data{Operator: session.Operator{Issuer: issuer, Subject: "ada"}, NamedAt: at.Add(10 * time.Second)})
		if !errors.Is(err, session.ErrGone) {
			t.Errorf("began: %v", err)
		}
	})
	t.Run("F-33 after trouble the token can come again", func(t *testing.T) {
		p := newPlace(t)
		b := p.as("ada", "1")
		mend := databasetest.Break(t, p.db, "DELETE", "sessions")
		out := session.Logout{Issuer: issuer, Subject: "ada", Token: "a"}
		if _, err := p.store.EndNamed(t.Context(), out); !errors.Is(err, session.ErrStore) {
			t.Errorf("got %v, want ErrStore", err)
		}
		b.want(true, "as nothing was ended")
		mend()
		p.endNamed(out, 1)
	})
	t.Run("a session that an older portal began is found by its sid", func(t *testing.T) {
		p := newPlace(t)
		b := p.as("ada", "1")
		p.exec(`UPDATE sessions SET issuer = '', subject = '', about = ''`)
		p.endNamed(session.Logout{Issuer: issuer, Subject: "ada", SID: "1"}, 1)
		b.want(false, "afterwards")
	})
	t.Run("R-17 a guess at a sid waits for nobody who writes", func(t *testing.T) {
		p := newPlace(t)
		b := p.as("ada", "1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := p.db.Write(t.Context(), func(tx *sql.Tx) error {
			if err := p.db.Lock(t.Context(), tx, "sessions"); err != nil {
				return err
			}
			if ended, err := p.store.EndNamed(ctx, session.Logout{Issuer: issuer, SID: "guessed"}); ended != 0 || err != nil {
				t.Errorf("ended %d, %v", ended, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.want(true, "afterwards")
	})
	t.Run("A-24 a slow request does not revive it", func(t *testing.T) {
		p := newPlace(t)
		b := p.as("ada", "1")
		sess := b.load()
		p.endNamed(session.Logout{Issuer: issuer, SID: "1"}, 1)
		if err := p.store.SaveTokens(t.Context(), sess, session.Tokens{Access: "new"}); !errors.Is(err, session.ErrGone) {
			t.Errorf("saved: %v", err)
		}
		b.want(false, "after the save")
	})
}

func TestListsOfSessions(t *testing.T) { databasetest.Both(t, testListsOfSessions) }

func testListsOfSessions(t *testing.T) {
	p := newPlace(t)
	first := p.as("ada", "1")
	begun := p.now()
	p.wait(5 * time.Minute)
	second, sam := p.as("ada", "2"), p.as("sam", "3")
	key := first.load().Operator.Key()
	own, err := p.store.OfOperator(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	want := []session.Listed{
		{ID: first.load().ID(), Operator: key, Name: "ADA", SignedInAt: begun, SeenAt: p.now()},
		{ID: second.load().ID(), Operator: key, Name: "ADA", SignedInAt: p.now(), SeenAt: p.now()},
	}
	if want[0].ID > want[1].ID {
		want[0], want[1] = want[1], want[0]
	}
	if diff := cmp.Diff(want, own); diff != "" {
		t.Errorf("Ada's (-want +got):\n%s", diff)
	}
	if all, err := p.store.All(t.Context(), 10); len(all) != 3 || err != nil {
		t.Errorf("everybody's: %+v, %v", all, err)
	}
	if all, err := p.store.All(t.Context(), 2); len(all) != 2 || err != nil {
		t.Errorf("everybody's, two at most: %+v, %v", all, err)
	}
	t.Run("A-53 nobody ends another's", func(t *testing.T) {
		if ended, err := p.store.EndOf(t.Context(), sam.load().Operator.Key(), first.load().ID()); ended || err != nil {
			t.Errorf("ended %v, %v", ended, err)
		}
		first.want(true, "afterwards")
	})
	t.Run("V7.5.2 one of one's own, then all others", func(t *testing.T) {
		if ended, err := p.store.EndOf(t.Context(), key, second.load().ID()); !ended || err != nil {
			t.Errorf("ended %v, %v", ended, err)
		}
		second.want(false, "afterwards")
		third := p.as("ada", "4")
		if n, err := p.store.EndOthers(t.Context(), first.load()); n != 1 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
		third.want(false, "afterwards")
		first.want(true, "the one it was asked in")
		sam.want(true, "somebody else")
	})
	t.Run("V7.4.5 anybody's, once", func(t *testing.T) {
		id := sam.load().ID()
		for _, want := range []string{sam.load().Operator.Key(), ""} {
			if whose, err := p.store.EndAny(t.Context(), id); whose != want || err != nil {
				t.Errorf("ended one of %q, %v, want %q", whose, err, want)
			}
		}
		sam.want(false, "afterwards")
	})
	t.Run("what is over is not listed, and its name goes", func(t *testing.T) {
		p.wait(31 * time.Minute)
		if all, err := p.store.All(t.Context(), 10); len(all) != 0 || err != nil {
			t.Errorf("%+v, %v", all, err)
		}
		if _, err := p.store.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var named int
		if err := p.db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM sessions WHERE about <> ''`).Scan(&named); err != nil || named != 0 {
			t.Errorf("%d dead sessions have names, %v", named, err)
		}
	})
}

// What a browser says of itself becomes one of a few names, or none.
func TestBrowserNames(t *testing.T) {
	p := newPlace(t)
	for header, want := range map[string]session.Browser{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                   {Name: "Edge", System: "Windows"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15":                           {Name: "Safari", System: "macOS"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                          {Name: "Firefox", System: "Linux"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                                 {Name: "Chrome", System: "Android"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.7339.101 Mobile/15E148 Safari/604.1": {Name: "Chrome", System: "iPhone"},
		"Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36":      {Name: "Samsung Internet", System: "Android"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                  {Name: "Chrome", System: "ChromeOS"},
		"<script>alert(1)</script>" + strings.Repeat("a", 9000):                                                                                           {},
		"": {},
	} {
		b := &browser{place: p, agent: header}
		b.signIn(session.Data{Operator: session.Operator{Issuer: "i", Subject: header}})
		list, err := p.store.OfOperator(t.Context(), b.load().Operator.Key())
		if err != nil || len(list) != 1 {
			t.Fatalf("%d, %v", len(list), err)
		}
		if list[0].Browser != want {
			t.Errorf("%.60q is %+v, want %+v", header, list[0].Browser, want)
		}
	}
}
