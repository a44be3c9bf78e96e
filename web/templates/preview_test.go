package templates

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/a-h/templ"

	"github.com/partnerdesk/portal/web/static"
)

var preview = flag.String("preview", "", "write every example page, with its assets, into this folder; serve it to look at them")

// TestPreview writes the example pages for people to look at:
//
//	go test ./web/templates -run TestPreview -args -preview DIR
func TestPreview(t *testing.T) {
	if *preview == "" {
		t.Skip("a tool for use by hand: no -preview folder given")
	}
	for _, e := range examples() {
		write(t, filepath.Join(*preview, e.name+".html"), []byte(rendered(t, e.view)))
	}
	assets := static.Handler(http.NotFoundHandler())
	for _, name := range []string{"portal.css", "portal.js", "edit.js", "sprite.svg"} {
		rec := httptest.NewRecorder()
		assets.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, static.URL(name), nil))
		write(t, filepath.Join(*preview, filepath.FromSlash(static.URL(name))), rec.Body.Bytes())
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// rendered renders one component as a handler would, with a nonce.
func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	rec := httptest.NewRecorder()
	if err := c.Render(templ.WithNonce(context.Background(), "nonce-of-test"), rec); err != nil {
		t.Fatal(err)
	}
	return rec.Body.String()
}
