package middleware

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// logRequests writes one line per request once it is answered. The query string
// stays out: it can hold a search for a person's name.
func logRequests(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := o.Now()
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			level := slog.LevelInfo
			switch {
			case sw.status >= http.StatusInternalServerError:
				level = slog.LevelError
			case slices.Contains(refused, sw.status):
				level = slog.LevelWarn
			case strings.HasPrefix(r.URL.Path, "/static/"), IsHealth(r.URL.Path):
				level = slog.LevelDebug
			}
			attrs := append([]slog.Attr{
				slog.String("method", clip(r.Method)),
				slog.String("path", clip(r.URL.EscapedPath())), // what bends text stays escaped
				slog.Int("status", sw.status),
				slog.String("client", o.Client(r)),
				slog.Int64("ms", o.Now().Sub(start).Milliseconds()),
			}, recordOf(r.Context()).attrs()...)
			o.Log.LogAttrs(r.Context(), level, "request", attrs...)
		}()
		next.ServeHTTP(sw, r)
	})
}

// refused are the answers to what people and machines of good will do not ask for: a log
// of warnings alone still tells of them (V16.3.2, V16.3.3).
var refused = []int{
	http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
	http.StatusUnsupportedMediaType, http.StatusMisdirectedRequest, http.StatusTooManyRequests,
}

// longestLogged is more than any path or method of ours has. Without a limit, anybody
// could write 32 KiB a line.
const longestLogged = 256

func clip(s string) string {
	if len(s) <= longestLogged {
		return s
	}
	return strings.ToValidUTF8(s[:longestLogged], "") + "…"
}

// statusWriter remembers the status for the log and for the panic catch, which
// may draw a page only while nothing has been written.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
