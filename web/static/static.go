// Package static holds the stylesheet, the two scripts and the icon sprite, inside
// the binary. Addresses carry a hash of the content, so browsers keep a file for a
// year and never see an old one.
//
// It is not for use outside the portal.
package static

import (
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
	content              []byte
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
		h := w.Header()
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Content-Type", f.kind)
		h.Set("Content-Length", strconv.Itoa(len(f.content)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(f.content) // a browser that went away is nobody's fault
		}
	})
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
		}
	}
	return all
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}
