package pcsim

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// maxBody is the largest request body read, in bytes; a longer one gets 413.
const maxBody = 1 << 20

// ServeHTTP answers /v1/… as Partner Center and /_sim/… as the control API.
//
// A call that is under way is carried to its end when the client goes away, as a
// server does that has the whole request: only so can a late commit be met.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	}
	if isControl(r.URL.Path) {
		s.write(w, s.control(r, body))
		return
	}
	s.write(w, s.handle(newCall(r, body)))
}

// write sends the answer. net/http can neither choose the reason phrase nor stop
// in the middle, so those answers are written to the hijacked connection.
func (s *Simulator) write(w http.ResponseWriter, a answer) {
	if a.reason == "" && a.cut < 0 && !a.chunked {
		for k, v := range a.header {
			w.Header()[k] = []string{v}
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		writeWithoutHijack(w, a)
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.Write(a.message(true))
}

// writeWithoutHijack does what can be done on HTTP/2 or a recorder: the usual
// reason phrase, and an aborted stream for a cut connection.
func writeWithoutHijack(w http.ResponseWriter, a answer) {
	if a.cut >= 0 {
		panic(http.ErrAbortHandler)
	}
	for k, v := range a.header {
		w.Header()[k] = []string{v}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// message is the whole HTTP/1.1 response, up to the cut.
func (a answer) message(last bool) []byte {
	var b bytes.Buffer
	reason := a.reason
	if reason == "" {
		reason = http.StatusText(a.status)
	}
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, reason)
	names := make([]string, 0, len(a.header))
	for k := range a.header {
		names = append(names, k)
	}
	slices.Sort(names)
	for _, k := range names {
		fmt.Fprintf(&b, "%s: %s\r\n", k, a.header[k])
	}
	if last {
		b.WriteString("Connection: close\r\n")
	}
	if a.chunked {
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		if len(a.body) > 0 {
			fmt.Fprintf(&b, "%x\r\n%s\r\n", len(a.body), a.body)
		}
		b.WriteString("0\r\n\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(a.body))
		b.Write(a.body)
	}
	if a.cut >= 0 && a.cut < b.Len() {
		return b.Bytes()[:a.cut]
	}
	return b.Bytes()
}
