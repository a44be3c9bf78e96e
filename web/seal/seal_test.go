package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func ring(t *testing.T, keys ...string) *Ring {
	t.Helper()
	r, err := ParseKeys(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealedTextOpensOnlyAsItWasSealed(t *testing.T) {
	t.Run("V11.3.2", testSealedTextOpensOnlyAsItWasSealed)
}

func testSealedTextOpensOnlyAsItWasSealed(t *testing.T) {
	key := NewKey()
	r := ring(t, key)
	plain, bound := []byte("12 Harbour Street"), []byte("customer 1")
	sealed := r.Seal("draft", plain, bound)

	got, err := r.Open("draft", sealed, bound)
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Open = %q, %v; want what was sealed", got, err)
	}
	if strings.Contains(sealed, "Harbour") {
		t.Error("the sealed text shows the plain one")
	}
	if sealed == r.Seal("draft", plain, bound) {
		t.Error("the same text sealed twice looks the same")
	}

	refused := map[string]func() ([]byte, error){
		"another purpose":    func() ([]byte, error) { return r.Open("session", sealed, bound) },
		"bound to another":   func() ([]byte, error) { return r.Open("draft", sealed, []byte("customer 2")) },
		"bound to nothing":   func() ([]byte, error) { return r.Open("draft", sealed, nil) },
		"nothing":            func() ([]byte, error) { return r.Open("draft", "", bound) },
		"not base64":         func() ([]byte, error) { return r.Open("draft", "%%%", bound) },
		"a length and no id": func() ([]byte, error) { return r.Open("draft", "_w", bound) },
		"another ring":       func() ([]byte, error) { return ring(t, NewKey()).Open("draft", sealed, bound) },
		"same id, other key": func() ([]byte, error) {
			id, _, _ := strings.Cut(key, ":")
			_, secret, _ := strings.Cut(NewKey(), ":")
			return ring(t, id+":"+secret).Open("draft", sealed, bound)
		},
	}
	for name, open := range refused {
		if got, err := open(); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: Open = %q, %v; want ErrSealed", name, got, err)
		}
	}
}

func TestA26EveryFlippedOrCutByteIsNoticed(t *testing.T) {
	t.Run("V11.3.3", testA26EveryFlippedOrCutByteIsNoticed)
}

func testA26EveryFlippedOrCutByteIsNoticed(t *testing.T) {
	r := ring(t, NewKey())
	sealed := r.Seal("session", []byte("signed in"), nil)
	for i := range sealed {
		other := byte('A')
		if sealed[i] == 'A' {
			other = 'B'
		}
		if _, err := r.Open("session", sealed[:i]+string(other)+sealed[i+1:], nil); err == nil {
			t.Errorf("a changed character at %d still opens", i)
		}
		if _, err := r.Open("session", sealed[:i], nil); err == nil {
			t.Errorf("a text cut at %d still opens", i)
		}
	}
}

func TestRotation(t *testing.T) {
	old, fresh := NewKey(), NewKey()
	before := ring(t, old)
	sealed := before.Seal("draft", []byte("typed"), nil)

	during := ring(t, fresh, old)
	if got, err := during.Open("draft", sealed, nil); err != nil || string(got) != "typed" {
		t.Errorf("during rotation: Open = %q, %v", got, err)
	}
	if _, err := before.Open("draft", during.Seal("draft", nil, nil), nil); err == nil {
		t.Error("the new key does not seal: the old ring opens its text")
	}

	after := ring(t, fresh)
	if _, err := after.Open("draft", sealed, nil); !errors.Is(err, ErrSealed) {
		t.Errorf("after rotation: %v; want ErrSealed", err)
	}
}

func TestParseKeysSaysWhatIsWrongWithoutTheSecret(t *testing.T) {
	good := NewKey()
	id, secret, _ := strings.Cut(good, ":")
	for name, text := range map[string]string{
		"empty":           "",
		"no colon":        secret,
		"no id":           ":" + secret,
		"odd id":          "a b:" + secret,
		"short secret":    id + ":" + secret[:20],
		"not base64":      id + ":!!" + secret[2:],
		"same id twice":   good + "," + good,
		"trailing comma":  good + ",",
		"secret too long": id + ":" + strings.TrimRight(secret, "=") + "AAAA",
	} {
		_, err := ParseKeys(text)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), secret[:12]) {
			t.Errorf("%s: the error shows the secret: %v", name, err)
		}
	}
	if _, err := ParseKeys("\n " + good + " ,\n" + NewKey() + "\n"); err != nil {
		t.Errorf("keys on lines of their own: %v", err)
	}
}

func TestARingNeverPrintsItsKeys(t *testing.T) {
	r := ring(t, NewKey())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, r); got != "***" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	r, err := ParseKeys(NewKey())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Seal("draft", []byte("text"), nil))
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, sealed string) {
		if _, err := r.Open("other purpose", sealed, nil); !errors.Is(err, ErrSealed) {
			t.Errorf("Open(%q) = %v", sealed, err)
		}
	})
}
