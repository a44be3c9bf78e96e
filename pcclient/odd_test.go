package pcclient_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
)

// Answers of a shape nobody foresaw are errors, or what is odd in them is left alone;
// none costs memory beyond its own size.
func TestOddJSON(t *testing.T) {
	profile := func(member string) string { return strings.Replace(profileJSON("1"), "{", "{"+member+",", 1) }
	for name, c := range map[string]struct {
		body string
		read bool
	}{
		"an unknown member":         {profile(`"unheardOf":{"a":[1,{"b":null}]}`), true},
		"an unknown member, deep":   {profile(`"deep":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), true},
		"deeper than any sense":     {profile(`"deep":` + strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000)), false},
		"objects as deep":           {profile(`"deep":` + strings.Repeat(`{"a":`, 200_000) + "1" + strings.Repeat("}", 200_000)), false},
		"a member twice":            {profile(`"email":"first@harbourline.example"`), true},
		"a number for a text":       {profile(`"firstName":{"$type":"System.Diagnostics.Process"}`), true},
		"a number beyond all":       {profile(`"number":1e999999`), true},
		"a list in its place":       {`[` + profileJSON("1") + `]`, false},
		"two objects":               {profileJSON("1") + profileJSON("2"), false},
		"a text":                    {`"` + strings.Repeat("x", 1000) + `"`, false},
		"an object that never ends": {`{"a":1,`, false},
	} {
		t.Run("V1.5.2 "+name, func(t *testing.T) {
			u := newUpstream(t, says(200, c.body))
			pc := u.client(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := get(t.Context(), pc)
			runtime.ReadMemStats(&after)
			if c.read != (err == nil) {
				t.Errorf("read: %v", err)
			}
			if err != nil {
				wantKinds(t, err, pcclient.ErrUnexpected)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
				t.Errorf("%d bytes for an answer of %d", got, len(c.body))
			}
		})
	}
}

// What no server would read is not sent.
func TestATokenTooLargeToBeSent(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { says(200, profileJSON("1"))(w, r) })
	with := func(size int) *pcclient.Client {
		return u.client(t).As(func(context.Context, string) (string, error) { return strings.Repeat("t", size), nil })
	}
	t.Run("V4.2.5 the largest", func(t *testing.T) {
		if err := get(t.Context(), with(12<<10)); err != nil {
			t.Error(err)
		}
		u.wantCalls(t, 1)
	})
	t.Run("V4.2.5 one byte more", func(t *testing.T) {
		wantKinds(t, get(t.Context(), with(12<<10+1)), pcclient.ErrSignIn, pcclient.ErrNotSent)
		u.wantCalls(t, 1)
	})
}
