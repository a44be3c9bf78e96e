package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// encrypted serves h as the portal does with a certificate, and returns where.
func encrypted(t *testing.T, h http.Handler) string {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // has a certificate for loopback
	defer lender.Close()
	server := newServer(h, Settings{Certificate: &lender.TLS.Certificates[0]}, slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve(server, listener)
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// frames is an HTTP/2 connection on which a test writes what it likes.
type frames struct {
	*http2.Framer
	conn net.Conn
	head bytes.Buffer
	code *hpack.Encoder
}

func newFrames(t *testing.T, address string) *frames {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if got := conn.ConnectionState().NegotiatedProtocol; got != "h2" {
		t.Fatalf("the server speaks %q", got)
	}
	f := &frames{conn: conn, Framer: http2.NewFramer(conn, conn)}
	f.code = hpack.NewEncoder(&f.head)
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return f
}

// fields is a block of header fields, those of a GET first.
func (f *frames) fields(pairs ...string) []byte {
	f.head.Reset()
	pairs = append([]string{":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/"}, pairs...)
	for i := 0; i < len(pairs); i += 2 {
		_ = f.code.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return bytes.Clone(f.head.Bytes())
}

// dropped reports whether the server has ended the connection, reading what it says.
func (f *frames) dropped() bool {
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			var timeout net.Error
			return !(errors.As(err, &timeout) && timeout.Timeout())
		}
		if away, ok := frame.(*http2.GoAwayFrame); ok && away.ErrCode != http2.ErrCodeNo {
			return true
		}
	}
}

// served asks as somebody else does.
func served(t *testing.T, address string) {
	t.Helper()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	start := time.Now()
	answer, err := client.Get("https://" + address + "/")
	if err != nil {
		t.Errorf("others are not served: %v", err)
		return
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("others get %d by %s", answer.StatusCode, answer.Proto)
	}
	t.Logf("others wait %v", time.Since(start))
}

// what floods an HTTP/2 connection ends that connection, and nothing else. Settings
// are answered by one frame for as many as have come, so a flood of them costs no more
// than its own bytes, and goes on.
func TestA61FloodsOfFrames(t *testing.T) {
	var running, most atomic.Int64
	address := encrypted(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Slow") != "" {
			n := running.Add(1)
			defer running.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(50 * time.Millisecond) // as work does that does not hear of the reset
		}
		fmt.Fprint(w, "served")
	}))
	endless := map[string]bool{"A-61 settings nobody asked for": true}
	for name, flood := range map[string]func(f *frames, i int) error{
		"A-61 streams opened and reset at once": func(f *frames, i int) error {
			id := uint32(2*i + 1)
			if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: f.fields("x-slow", "1"), EndStream: true, EndHeaders: true}); err != nil {
				return err
			}
			return f.WriteRSTStream(id, http2.ErrCodeCancel)
		},
		"A-61 header fields without end": func(f *frames, i int) error {
			if i == 0 {
				return f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.fields(), EndStream: true})
			}
			f.head.Reset()
			_ = f.code.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", i), Value: strings.Repeat("a", 4000)})
			return f.WriteContinuation(1, false, f.head.Bytes())
		},
		"A-61 settings nobody asked for": func(f *frames, _ int) error {
			return f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 16})
		},
		"A-61 pings": func(f *frames, _ int) error { return f.WritePing(false, [8]byte{}) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFrames(t, address)
			sent := 0
			for ; sent < 400_000 && (sent < 20_000 || !endless[name]); sent++ {
				if err := flood(f, sent); err != nil {
					break
				}
			}
			if !endless[name] && !f.dropped() {
				t.Errorf("%d were taken", sent)
			}
			t.Logf("%d frames", sent)
			served(t, address)
		})
	}
	if got := most.Load(); got == 0 || got > 100 {
		t.Errorf("%d requests of one connection ran at once", got)
	}
}

// Where one message ends and the next begins is never in doubt.
func TestBordersOfMessages(t *testing.T) {
	var handled atomic.Int64
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		handled.Add(1)
		fmt.Fprint(w, "served")
	})
	address := encrypted(t, h)
	for name, fields := range map[string][]string{
		"V4.2.3 transfer-encoding":      {"transfer-encoding", "chunked"},
		"V4.2.3 connection":             {"connection", "keep-alive"},
		"V4.2.3 upgrade":                {"upgrade", "h2c"},
		"V4.2.4 a line end in a value":  {"x-a", "b\r\nx-c: d"},
		"V4.2.4 a line feed in a value": {"x-a", "b\nc"},
		"V4.2.4 a NUL in a value":       {"x-a", "b\x00c"},
		"V4.2.4 a line end in a name":   {"x-a\r\nx-b", "c"},
		"V4.2.4 capitals in a name":     {"X-A", "b"},
		"V4.2.4 a space in a name":      {"x a", "b"},
		"V4.2.3 a second path":          {":path", "/admin"},
		"V4.2.3 a late pseudo field":    {"x-a", "b", ":authority", "evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFrames(t, address)
			before := handled.Load()
			if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.fields(fields...), EndStream: true, EndHeaders: true}); err != nil {
				t.Fatal(err)
			}
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: f.fields(), EndStream: true, EndHeaders: true})
			// One decoder for all answers: each may lean on what the ones before it told.
			answers := hpack.NewDecoder(4096, nil)
			code := 0
			for code == 0 {
				frame, err := f.ReadFrame()
				if err != nil {
					break
				}
				switch frame := frame.(type) {
				case *http2.RSTStreamFrame, *http2.GoAwayFrame:
					code = 400
				case *http2.HeadersFrame:
					list, err := answers.DecodeFull(frame.HeaderBlockFragment())
					if err != nil || len(list) == 0 || list[0].Name != ":status" {
						t.Fatalf("an answer that cannot be read: %v, %v", list, err)
					}
					if frame.StreamID == 1 {
						fmt.Sscan(list[0].Value, &code)
					}
				}
			}
			if code != 400 && handled.Load() > before+1 {
				t.Errorf("%d", code)
			}
			if code == 200 {
				t.Error("it was served")
			}
		})
	}
	t.Run("V4.1.2 what speaks http to the https port is refused, not led on", func(t *testing.T) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		answer, _ := io.ReadAll(conn)
		if !strings.Contains(string(answer), " 400 ") || strings.Contains(string(answer), "Location") {
			t.Errorf("%q", answer)
		}
	})
}
