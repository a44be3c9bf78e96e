package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTheServerHoldsItsLimits(t *testing.T) {
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "handled ", r.Method)
	}), Settings{}, slog.New(slog.DiscardHandler))
	for name, limit := range map[string]time.Duration{
		"read header": server.ReadHeaderTimeout, "read": server.ReadTimeout, "write": server.WriteTimeout, "idle": server.IdleTimeout,
	} {
		if limit <= 0 || limit > 75*time.Second {
			t.Errorf("A-60 %s timeout: %v", name, limit)
		}
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	for name, c := range map[string]struct{ request, want string }{
		"A-27 a header of 1 MB": {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", " 431 "},
		"A-27 5,000 headers":    {"GET / HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("X: aaaaaaa\r\n", 5000) + "\r\n", " 431 "},
		// Go would answer it by itself, without the headers every answer carries.
		"OPTIONS of everything": {"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "handled OPTIONS"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, _ = io.WriteString(conn, c.request) // the server may hang up before all of it
			answer := make([]byte, 4096)
			n, _ := conn.Read(answer)
			rest, _ := io.ReadAll(conn)
			if got := string(answer[:n]) + string(rest); !strings.Contains(got, c.want) {
				t.Errorf("%.300q; want %q", got, c.want)
			}
		})
	}
}
