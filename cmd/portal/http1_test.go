package main

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Where one message ends and the next begins is as little in doubt over plain text, by the
// running portal: what two servers could read in two ways is refused, and nothing that
// follows it on the connection is read.
func TestBordersOfPlainMessages(t *testing.T) {
	address := strings.TrimPrefix(startDesk(t).site, "http://")
	form := "Host: " + address + "\r\nOrigin: http://" + address + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	const follows = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	chunked := "POST /signout HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n"
	for name, c := range map[string]struct {
		first    string
		statuses []string // of the answers: one that is refused is the last
	}{
		"V4.2.1 a length and chunks":              {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 chunks and a length":              {"POST /signout HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 chunks and a length, to look":     {"GET /signin HTTP/1.1\r\n" + form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 chunks in a folded line":          {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 chunks alone":                     {chunked + "0\r\n\r\n", []string{"400"}},
		"V4.2.1 a chunk's line with bare LF":      {chunked + "1\na\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 a chunk's extension with bare LF": {chunked + "1;\nx\r\na\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 two lengths":                      {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: 0\r\nContent-Length: 57\r\n\r\n", []string{"400"}},
		"V4.2.1 two lengths in a line":            {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: 0, 57\r\n\r\n", []string{"400"}},
		"V4.2.1 a length with a sign":             {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: +0\r\n\r\n", []string{"400"}},
		"V4.2.1 a length below zero":              {"POST /signout HTTP/1.1\r\n" + form + "Content-Length: -1\r\n\r\n", []string{"400"}},
		"V4.2.1 an encoding unheard of":           {"POST /signout HTTP/1.1\r\n" + form + "Transfer-Encoding: xchunked\r\n\r\n", []string{"501"}},
		"V4.2.1 chunks twice":                     {"POST /signout HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", []string{"501"}},
		"V4.2.1 a space before the colon":         {"POST /signout HTTP/1.1\r\n" + form + "Content-Length : 0\r\n\r\n", []string{"400"}},
		"V4.2.1 a first line that is folded":      {"POST /signout HTTP/1.1\r\n Content-Length: 57\r\n" + form + "\r\n", []string{"400"}},
		"V4.2.1 CR alone in a value":              {"POST /signout HTTP/1.1\r\n" + form + "X-A: b\rContent-Length: 57\r\n\r\n", []string{"400"}},
		// Machines may send chunks: what follows these is not read either, and theirs must be clear.
		"V4.2.1 a machine's length and chunks":  {"POST /backchannel-logout HTTP/1.1\r\n" + form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 a machine's chunk with bare LF": {"POST /csp-report HTTP/1.1\r\n" + strings.Replace(form, "application/x-www-form-urlencoded", "application/reports+json", 1) + "Transfer-Encoding: chunked\r\n\r\n2\n[]\r\n0\r\n\r\n", []string{"400"}},
		"V4.2.1 a machine's chunks":             {"POST /csp-report HTTP/1.1\r\n" + strings.Replace(form, "application/x-www-form-urlencoded", "application/reports+json", 1) + "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n", []string{"204"}},
		// RFC 9112 lets a server read a fold as a space: then it is of the value, and no length.
		"V4.2.1 a length in a fold is none":  {"GET /healthz HTTP/1.1\r\n" + form + "X-A: b\r\n Content-Length: 57\r\n\r\n", []string{"200", "200"}},
		"V4.2.1 what is clear, and the next": {"GET /healthz HTTP/1.1\r\n" + form + "Content-Length: 0\r\n\r\n", []string{"200", "200"}},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			if _, err := io.WriteString(conn, c.first+follows); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if err != nil {
				t.Errorf("the connection stays: %v", err)
			}
			var statuses []string
			for line := range strings.Lines(string(answer)) {
				if rest, ok := strings.CutPrefix(line, "HTTP/1.1 "); ok {
					statuses = append(statuses, rest[:3])
				}
			}
			if strings.Join(statuses, " ") != strings.Join(c.statuses, " ") || strings.Contains(string(answer), "ready\n") != (len(c.statuses) > 1) {
				t.Errorf("answered %v, want %v:\n%.600s", statuses, c.statuses, answer)
			}
		})
	}
}
