// Package static holds the stylesheet, the two scripts and the icon sprite, inside
// the binary. Addresses carry a hash of the content, so browsers keep a file for a
// year and never see an old one.
//
// It is not for use outside the portal.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is the path below which Handler serves.
const Prefix = "/static/"

//go:embed portal.css portal.js edit.js sprite.svg
var files embed.FS

// list names every file there is; nothing else is ever served.
var list = index("portal.css", "portal.js", "edit.js", "sprite.svg")

type file struct {
	url, integrity, kind string
	content, zipped      []byte
}

// URL is the address of a file, with a hash of its content: "/static/portal.HASH.css".
// It panics for a name that is not in the binary, which the tests of the caller find.
func URL(name string) string { return named(name).url }

// Integrity is the value of the integrity attribute for a file. It panics as URL does.
func Integrity(name string) string { return named(name).integrity }

// Handler serves the files at their addresses, GET and HEAD only, to be kept for a
// year. Any other path is handed to missing.
func Handler(missing http.Handler) http.Handler {
	byURL := make(map[string]file, len(list))
	for _, f := range list {
		byURL[f.url] = f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := byURL[r.URL.Path]
		if !ok {
			missing.ServeHTTP(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		h, content := w.Header(), f.content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Content-Type", f.kind)
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			content = f.zipped
		}
		h.Set("Content-Length", strconv.Itoa(len(content)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(content) // a browser that went away is nobody's fault
		}
	})
}

// takesGzip reports whether the browser named gzip. Only static files are sent so:
// a compressed page that holds a secret beside somebody's text gives the secret away
// by its length.
func takesGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(name, "gzip") && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

func named(name string) file {
	f, ok := list[name]
	if !ok {
		panic("static: no file named " + name)
	}
	return f
}

func index(names ...string) map[string]file {
	all := make(map[string]file, len(names))
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			panic(err) // the embed directive above names the same files
		}
		short := sha256.Sum256(content)
		long := sha512.Sum384(content)
		ext := path.Ext(name)
		all[name] = file{
			url:       Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(short[:6]) + ext,
			integrity: "sha384-" + base64.StdEncoding.EncodeToString(long[:]),
			kind:      kinds[ext],
			content:   content,
			zipped:    zipped(content),
		}
	}
	return all
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
	_, _ = z.Write(content)                               // a Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}
