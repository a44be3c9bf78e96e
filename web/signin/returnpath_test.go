package signin

import (
	"net/url"
	"strings"
	"testing"
)

// leaves is what a text as the address of a redirect does in a browser: tabs and line
// ends are dropped, spaces and controls at the ends too, backslashes are slashes (the URL
// Standard). Anything but one leading slash leads elsewhere.
func leaves(location string) bool {
	text := strings.Trim(location, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b\x1f ")
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(text)
	return !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//")
}

// elsewhere are texts that have led people from one site to another: each way to begin,
// with each way to write a host, bare and behind a page of our own.
func elsewhere() []string {
	begin := []string{
		"//", "///", "////", `/\`, `\\`, `\/`, `/\/`, `/\\`, "/\t/", "/\n/", "/\r\n/", "\t//", "\n//", " //", "\x00//", "/\x00/", "/ /", "/%09/", "/%0a/", "/%0d/", "/%20/",
		"/%2f/", "/%2f%2f", "/%5c", "/%5c/", "/%255c", "/%00/", "/.//", "/..//", "/./\\", "/../\\", "/%2e//", "/%2e%2e//", "/;//", "/;@", "/@", "@", ".", "/.", "?//", "#//", "/#//",
		"http:", "http:/", "http://", "http:///", `http:\\`, "https:", "https:/", "https://", "HTTPS://", "hTtP://", "https:///", "https:/\\", "https:%2f%2f", "javascript://", "javascript:alert(1)//",
		"JavaScript:\n//", "java\tscript://", "data:text/html,//", "vbscript://", "file:///", "ftp://", "ws://", "blob:https://", "view-source:https://", "about:blank#//", "mailto:", "//portal.example@", "//portal.example:x@",
		"https://portal.example@", "https://portal.example.", "https://portal.example%40", "//portal.example%2f@", "\u2028//", "/\u2028/", "\u00a0//", "\ufeff//", "／／", "/／", "/\u202e/", "\\\t\\", "/\\\t/",
	}
	hosts := []string{
		"evil.example", "evil.example/customers", "evil.example:443", "user:pass@evil.example", "xn--evl-6na.example", "evil%E3%80%82example", "evil。example", "2130706433", "[::1]", "0x7f.1",
		"evil.example#@portal.example", "evil.example?portal.example", `evil.example\@portal.example`, "evil.example%00.portal.example", "portal.example.evil.example",
	}
	texts := []string{
		"", ".", "..", "evil", "customers", "/customers/..//evil.example", "/customers/../..//evil.example", "/customers/%2e%2e/%2e%2e//evil.example", `/customers\..\..\\evil.example`, "/customers//evil.example",
		"/customers/%2f%2fevil.example", "/customers%0d%0aLocation:%20https://evil.example", "/customers\r\nLocation: https://evil.example", "/customers\nSet-Cookie: a=b", "/customers/\u202e", "/customers/%zz", "/customers%",
		"/customers/../signout", "/customers/%2e%2e/signout", "/customers/%2E./signout", "/customers/./x", "/customers/..", "/auth/start", "/auth/callback?code=x", "/signout", "/signin", "/healthz", "/static/x", "/" + strings.Repeat("a", 5000), "/" + strings.Repeat("%2e%2e/", 200), strings.Repeat("/", 1000),
	}
	for _, b := range begin {
		for _, h := range hosts {
			texts = append(texts, b+h)
		}
		texts = append(texts, "/customers"+b+hosts[0], "/customers/"+b+hosts[0])
	}
	return texts
}

func TestReturnPathsThatLeadElsewhere(t *testing.T) {
	t.Run("A-01 no text leads a sign-in away", func(t *testing.T) {
		p := New(Config{OwnPath: func(path string) bool {
			return path == "/" || path == "/customers" || strings.HasPrefix(path, "/customers/")
		}})
		texts := elsewhere()
		if len(texts) < 600 {
			t.Fatalf("%d texts", len(texts))
		}
		base, _ := url.Parse("https://portal.example/auth/callback")
		left, home := 0, 0
		for _, text := range texts {
			if leaves(text) {
				left++
			}
			got := p.returnPath(text)
			if got == "/" {
				home++
			}
			u, err := base.Parse(got)
			if err != nil || leaves(got) || u.Host != base.Host || u.Scheme != base.Scheme || u.User != nil || got != "/" && !strings.HasPrefix(u.Path, "/customers") {
				t.Errorf("%q leads to %q", text, got)
			}
			if strings.ContainsAny(got, "\\\r\n\t\x00 ") || strings.Contains(u.Path, "//") || strings.Contains(u.Path+"/", "/./") || strings.Contains(u.Path+"/", "/../") {
				t.Errorf("%q became %q", text, got)
			}
			if !strings.HasPrefix(text, "/customers") && got != "/" && got != "/customers" {
				t.Errorf("%q became %q", text, got)
			}
		}
		if left < 300 {
			t.Errorf("only %d of the texts would lead away", left)
		}
		t.Logf("%d texts, of which %d would lead away by themselves; %d became /", len(texts), left, home)
	})
}
