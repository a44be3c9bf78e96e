package session_test

import (
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/session"
)

func (b *browser) late() *session.Late {
	b.Helper()
	late, err := b.store.Late(b.request())
	if err != nil {
		b.Fatal(err)
	}
	return late
}

func TestF46AnEndedSessionIsKnownForADay(t *testing.T) {
	databasetest.Both(t, testF46AnEndedSessionIsKnownForADay)
}

func testF46AnEndedSessionIsKnownForADay(t *testing.T) {
	p := newPlace(t)
	b := &browser{place: p}
	b.signIn(ada())
	token := b.load().FormToken("billing", "c1")
	if b.late() != nil {
		t.Error("a session that lives is late")
	}
	p.wait(30 * time.Minute)
	b.want(false, "after 30 min")
	known := func(when string) {
		t.Helper()
		late := b.late()
		if late == nil || late.Operator.Key() != ada().Operator.Key() || !slices.Equal(late.Operator.Roles, ada().Operator.Roles) {
			t.Fatalf("%s: %v", when, late)
		}
		if !late.CheckFormToken("billing", "c1", token) {
			t.Errorf("%s its form is not known", when)
		}
		if late.CheckFormToken("billing", "c2", token) || late.CheckFormToken("signout", "c1", token) || late.CheckFormToken("billing", "c1", "") {
			t.Errorf("A-17 %s another form's token is good", when)
		}
		b.want(false, when)
	}
	known("at its end")
	if n, err := p.store.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	known("after a sweep")
	var sealed, late string
	if err := p.db.Read().QueryRowContext(t.Context(), `SELECT sealed, late FROM sessions`).Scan(&sealed, &late); err != nil || sealed != "" || strings.Contains(late, "Ada") {
		t.Errorf("the row still holds %q (%v)", sealed, err)
	}
	p.wait(24*time.Hour - time.Second)
	known("a day later, less a second")
	if n, err := p.store.Sweep(t.Context()); n != 0 || err != nil || p.rows() != 1 {
		t.Errorf("swept %d of %d rows, %v", n, p.rows(), err)
	}
	p.wait(time.Second)
	if b.late() != nil {
		t.Error("known after a day")
	}
	if _, err := p.store.Sweep(t.Context()); err != nil || p.rows() != 0 {
		t.Errorf("%d rows are left, %v", p.rows(), err)
	}
}

func TestTheAbsoluteLimitLeavesALateSessionToo(t *testing.T) {
	databasetest.Both(t, testTheAbsoluteLimitLeavesALateSessionToo)
}

func testTheAbsoluteLimitLeavesALateSessionToo(t *testing.T) {
	b := &browser{place: newPlace(t)}
	b.signIn(ada())
	for range 8*60/20 - 1 {
		if b.load().Fixed() {
			t.Fatal("fixed while activity still moves its end")
		}
		b.wait(20 * time.Minute)
		b.want(true, "at work")
	}
	if !b.load().Fixed() {
		t.Error("the absolute limit is not told as such")
	}
	b.wait(20 * time.Minute)
	b.want(false, "after 8 h")
	if b.late() == nil {
		t.Error("not known after 8 h")
	}
}

// I-10: what somebody ended is not known any more, and what is known lives no more.
func TestI10WhatWasEndedIsNotKnown(t *testing.T) { databasetest.Both(t, testI10WhatWasEndedIsNotKnown) }

func testI10WhatWasEndedIsNotKnown(t *testing.T) {
	ends := map[string]func(b *browser){
		"signed out":                         func(b *browser) { b.signOut() },
		"ended by the server":                func(b *browser) { _ = b.store.Destroy(b.Context(), b.load()) },
		"pushed out by newer ones":           func(b *browser) { pushOut(b) },
		"replaced by a sign-in":              func(b *browser) { b.signIn(ada()) },
		"replaced after its end by somebody": func(b *browser) { b.wait(time.Hour); b.signIn(ada()); b.wait(2 * time.Minute) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			b := &browser{place: newPlace(t)}
			b.signIn(ada())
			old := &browser{place: b.place, cookie: b.cookie}
			end(b)
			if old.late() != nil {
				t.Error("known at once")
			}
			b.wait(time.Hour)
			if old.late() != nil {
				t.Error("known when it would have ended")
			}
			old.want(false, "after its end")
		})
	}
	t.Run("a late session does not push out one that lives", func(t *testing.T) {
		p := newPlace(t)
		for range 5 {
			(&browser{place: p}).signIn(ada())
		}
		p.wait(time.Hour)
		live := &browser{place: p}
		live.signIn(ada())
		for range 4 {
			p.wait(time.Second)
			(&browser{place: p}).signIn(ada())
		}
		live.want(true, "as one of five")
	})
	t.Run("a slow request does not wake it", func(t *testing.T) {
		b := &browser{place: newPlace(t)}
		b.signIn(ada())
		r := b.request()
		if _, err := b.store.Look(r); err != nil {
			t.Fatal(err)
		}
		b.wait(31 * time.Minute)
		if _, err := b.store.Load(r); err != nil { // what was read before is still in this request
			t.Fatal(err)
		}
		b.want(false, "after the slow request")
		if b.late() == nil {
			t.Error("not known")
		}
	})
}

func pushOut(b *browser) {
	for range 5 {
		b.wait(time.Second)
		(&browser{place: b.place}).signIn(ada())
	}
}

func TestALateSessionOpensWithItsCookieOnly(t *testing.T) {
	databasetest.Both(t, testALateSessionOpensWithItsCookieOnly)
}

func testALateSessionOpensWithItsCookieOnly(t *testing.T) {
	p := newPlace(t)
	b, other := &browser{place: p}, &browser{place: p}
	b.signIn(ada())
	other.signIn(session.Data{Operator: session.Operator{Issuer: "i", Subject: "other"}})
	p.wait(time.Hour)
	raw, _ := base64.RawURLEncoding.DecodeString(b.cookie)
	for at := range raw {
		raw[at] ^= 1
		bent := &browser{place: p, cookie: base64.RawURLEncoding.EncodeToString(raw)}
		if bent.late() != nil {
			t.Errorf("A-26 known with byte %d bent", at)
		}
		raw[at] ^= 1
	}
	changed := &browser{place: p, cookie: b.cookie}
	changed.place = &place{TB: t, db: p.db, clock: p.clock}
	changed.store = changed.open(p.keys)
	if changed.late() == nil {
		t.Error("not known in another process")
	}
	p.exec(`UPDATE sessions SET late = (SELECT b.late FROM sessions b WHERE b.operator = 'i|other') WHERE operator = 't1|o1'`)
	if b.late() != nil {
		t.Error("A-26 known by another row's text")
	}
	if other.late() == nil {
		t.Error("the other one is not known")
	}
	p.exec(`UPDATE sessions SET late = ''`)
	if other.late() != nil {
		t.Error("known from an empty row")
	}
	t.Run("F-33 a closed database knows nobody and says so", func(t *testing.T) {
		p.db.Close()
		if late, err := p.store.Late(b.request()); late != nil || !errors.Is(err, session.ErrStore) {
			t.Errorf("%v, %v", late, err)
		}
		if late, err := p.store.Late(httptest.NewRequest("GET", "/", nil)); late != nil || err != nil {
			t.Errorf("without a cookie: %v, %v", late, err)
		}
	})
}
