package pcclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		``, `{"code":20002,"description":"no","data":["a"],"source":"PartnerFD"}`, `{"error":{"code":"x","innerError":{"code":"y"}}}`,
		`{"error":"invalid_grant","error_description":"d"}`, `{"code":2007,"description":"{\"corrected_address\":{}}"}`,
		`<html><title>a</title>`, `<title`, `<TITLE>İ</title>`, "\xef\xbb\xbf{}", `plain`, `{"code":{"a":1},"data":{}}`, "\xff\xfe", `{"code":1e400}`,
	} {
		f.Add(400, "400 Bad Request", body)
	}
	f.Fuzz(func(t *testing.T, status int, line, body string) {
		e := &Error{Method: http.MethodPut, Path: "/v1/x", Status: status}
		e.parse(&http.Response{StatusCode: status, Status: line}, trimBOM([]byte(body)))
		e.classify(true)
		if len(e.kinds) == 0 {
			t.Error("an error of no kind")
		}
		if strings.ContainsAny(e.Error(), "\r\n\x00") || !utf8.ValidString(e.Description) || utf8.RuneCountInString(e.Description) > longestText {
			t.Errorf("%q, %q", e.Error(), e.Description)
		}
		// A status that proves nothing must never read as a plain refusal.
		if (status >= 500 || status < 400) && !errors.Is(e, ErrInDoubt) {
			t.Errorf("status %d is not in doubt", status)
		}
	})
}

func FuzzMerge(f *testing.F) {
	f.Add(`{"email":"a","defaultAddress":{"city":"b","x":1},"attributes":{"etag":"1"},"big":123456789012345678901234567890}`, "c", "d", "-5")
	f.Add(`{"Email":null,"EMAIL":"x","DefaultAddress":null,"Attributes":[]}`, "", "d", "5")
	f.Add(`{"email":{"a":1},"defaultAddress":"text"}`, "e", "", "0")
	f.Add(`{"ſ":1,"K":2}`, "e", "", "0")
	f.Fuzz(func(t *testing.T, raw, email, city, etag string) {
		before, err := parseObject([]byte(raw))
		if err != nil || !utf8.ValidString(email) || !utf8.ValidString(city) || !utf8.ValidString(etag) {
			t.Skip()
		}
		p := profileFrom(before, []byte(raw))
		same, err := merge(p.Raw, p)
		if err != nil || !bytes.Equal(same.bytes(), before.bytes()) {
			t.Fatalf("nothing edited, yet changed: %s", same.bytes())
		}
		p.Email, p.DefaultAddress.City = email, city
		merged, err := merge(p.Raw, p)
		if err != nil {
			t.Fatal(err)
		}
		sent := merged.withETag(ETag(etag)).bytes()
		if !json.Valid(sent) {
			t.Fatalf("not JSON: %s", sent)
		}
		after, err := parseObject(sent)
		if err != nil {
			t.Fatal(err)
		}
		attributes, _ := parseObject(after.get("attributes"))
		read := profileFrom(after, sent)
		if read.Email != email || read.DefaultAddress.City != city || attributes.text("etag") != etag {
			t.Fatalf("wrote %q, %q, %q; reads %+v", email, city, etag, read)
		}
		for _, m := range before {
			if !strings.EqualFold(m.name, "email") && !strings.EqualFold(m.name, "defaultAddress") && !strings.EqualFold(m.name, "attributes") {
				if !after.hasAny(m.name) || !strings.Contains(string(sent), string(m.value)) {
					t.Fatalf("lost %q", m.name)
				}
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"", "0", "57", "-1", "1e9", "1000000000", "99999999999999999999", "Fri, 31 Dec 1999 23:59:59 GMT", "Sat, 14 Mar 2026 09:27:01 GMT", " 5 ", "+5", "5.5"} {
		f.Add(value)
	}
	now := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		if d := parseRetryAfter(value, now); d < 0 || d > 24*time.Hour {
			t.Errorf("%q is %v", value, d)
		}
	})
}

func FuzzLink(f *testing.F) {
	for _, uri := range []string{
		"/customers?size=2", "/v1/customers?size=2?x", "https://api.example/v1/customers", "https://evil.example/v1/customers", "//evil.example/v1/customers",
		"https://api.example@evil.example/v1/customers", `\\evil.example\v1\customers`, "https:/v1/customers", "https:v1/customers", "/v1/customers/../x", "/v1/%2e%2e/customers", "/customers#x",
	} {
		f.Add(uri, "GET", "MS-ContinuationToken", "a,b")
	}
	base := &url.URL{Scheme: "https", Host: "api.example"}
	f.Fuzz(func(t *testing.T, uri, method, key, value string) {
		c := &core{base: base, locale: "en-US"}
		r, e := c.follow(Link{URI: uri, Method: method, Headers: []LinkHeader{{key, value}}}, customersPath)
		if e != nil {
			return
		}
		r.requestID = "r"
		hr, _, e := c.build(t.Context(), t.Context(), r)
		if e != nil {
			return
		}
		if hr.URL.Scheme != "https" || hr.URL.Host != "api.example" || hr.URL.Path != "/v1/customers" || hr.Method != http.MethodGet || hr.Host != "api.example" {
			t.Errorf("%q leads to %v", uri, hr.URL)
		}
		if hr.Header.Get("Authorization") != "" || hr.Header.Get("Idempotency-Key") != "" || hr.Header.Get("Host") != "" || hr.Header.Get("MS-RequestId") != "r" {
			t.Errorf("%q set %v", key, hr.Header)
		}
	})
}

func FuzzEntityTag(f *testing.F) {
	for _, etag := range []string{"", "1", "-4242348048554929329", "*", `"a"`, `W/"a"`, `"`, `W/"`, `a","b`, "a b", "a\r\nb", "é"} {
		f.Add(etag)
	}
	f.Fuzz(func(t *testing.T, etag string) {
		tag, ok := entityTag(ETag(etag))
		if !ok {
			return
		}
		inner := strings.TrimPrefix(tag, "W/")
		if strings.Count(inner, `"`) != 2 || inner[0] != '"' || inner[len(inner)-1] != '"' || !fitsHeader(tag) || len(inner) < 3 {
			t.Errorf("%q became %q", etag, tag)
		}
	})
}

func TestPausesGrowAndVary(t *testing.T) {
	for try, most := range map[int]time.Duration{1: 800 * time.Millisecond, 2: 3200 * time.Millisecond, 3: longestPause, 60: longestPause} {
		seen := map[time.Duration]bool{}
		for range 200 {
			d := pause(try)
			if d < shortestPause || d > most {
				t.Fatalf("after try %d: %v", try, d)
			}
			seen[d] = true
		}
		if len(seen) < 100 {
			t.Errorf("after try %d: only %d different pauses", try, len(seen))
		}
	}
}

func TestTimesOfManyKinds(t *testing.T) {
	want := time.Date(2021, 7, 14, 18, 2, 0, 0, time.UTC)
	for _, s := range []string{"2021-07-14T18:02:00", "2021-07-14T18:02:00Z", "2021-07-14T18:02:00.0000000+00:00", "2021-07-14T11:02:00.000-07:00"} {
		if got := parseTime(s); !got.Equal(want) {
			t.Errorf("%s is %v", s, got)
		}
	}
	for _, s := range []string{"", "0001-01-01T00:00:00", "yesterday"} {
		if !parseTime(s).IsZero() {
			t.Errorf("%q is a time", s)
		}
	}
}

func TestSleepEndsWithTheContext(t *testing.T) {
	t.Parallel()
	if err := sleep(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
}
