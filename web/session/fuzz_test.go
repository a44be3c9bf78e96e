package session_test

import (
	"net/http/httptest"
	"testing"

	"github.com/partnerdesk/portal/web/session"
)

func FuzzCookie(f *testing.F) {
	for _, seed := range []string{"", "a", session.CookieName + "=x", session.CookieName + "=", session.CookieName + "=\"\"", "=;;=", session.CookieName + "=a; " + session.CookieName + "=b"} {
		f.Add(seed)
	}
	p := newPlace(f)
	(&browser{place: p}).signIn(ada())
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", header)
		if sess, err := p.store.Load(r); sess != nil || err != nil {
			t.Fatalf("%q: %v, %v", header, sess, err)
		}
	})
}
