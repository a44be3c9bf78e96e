package signin

import (
	"net/url"
	"strings"
	"testing"
)

func FuzzReturnPath(f *testing.F) {
	for _, seed := range []string{"/", "/customers?search=a%20b", "//evil", `/\evil`, "/%2f/evil", "/a/../b", "/;@evil", "/?//evil", "/a%00", "https://evil"} {
		f.Add(seed)
	}
	p := New(Config{})
	f.Fuzz(func(t *testing.T, path string) {
		got := p.returnPath(path)
		base, _ := url.Parse("https://portal.example/auth/callback")
		u, err := base.Parse(got)
		if err != nil || u.Host != "portal.example" || u.Scheme != "https" || u.User != nil {
			t.Fatalf("%q leads to %v, %v", path, u, err)
		}
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t ") {
			t.Fatalf("%q became %q", path, got)
		}
		if again := p.returnPath(got); again != got {
			t.Fatalf("%q is %q at first and %q later", path, got, again)
		}
	})
}
