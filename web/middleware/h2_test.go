package middleware_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// In HTTP/2 a request ends where its frames say. What would say something else, or hide a
// line in a header, is refused before the portal sees it.
func TestFramesAlone(t *testing.T) {
	for name, c := range map[string]struct {
		fields [][2]string
		body   string
		served bool
	}{
		"a form":                                  {nil, "a=b", true},
		"V4.2.3 Transfer-Encoding":                {[][2]string{{"transfer-encoding", "chunked"}}, "0\r\n\r\n", false},
		"V4.2.3 Connection":                       {[][2]string{{"connection", "keep-alive"}}, "a=b", false},
		"V4.2.3 Proxy-Connection":                 {[][2]string{{"proxy-connection", "keep-alive"}}, "a=b", false},
		"V4.2.3 Upgrade":                          {[][2]string{{"upgrade", "h2c"}}, "a=b", false},
		"V4.2.1 a length that is longer":          {[][2]string{{"content-length", "100"}}, "a=b", false},
		"V4.2.1 a length that is shorter":         {[][2]string{{"content-length", "1"}}, "a=b", false},
		"V4.2.4 CR and LF in a value":             {[][2]string{{"x-note", "a\r\nx-evil: 1"}}, "a=b", false},
		"V4.2.4 LF in a value":                    {[][2]string{{"x-note", "a\nb"}}, "a=b", false},
		"V4.2.4 NUL in a value":                   {[][2]string{{"x-note", "a\x00b"}}, "a=b", false},
		"V4.2.4 CR and LF in a name":              {[][2]string{{"x\r\nx-evil", "1"}}, "a=b", false},
		"V4.2.4 a colon in a name":                {[][2]string{{"x-note: a", "1"}}, "a=b", false},
		"V4.2.4 capitals in a name":               {[][2]string{{"X-Note", "1"}}, "a=b", false},
		"V4.2.4 a pseudo-header after the others": {[][2]string{{"x-note", "1"}, {":authority", "evil.example"}}, "a=b", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := served2(t, c.fields, c.body); got != c.served {
				t.Errorf("served: %v", got)
			}
		})
	}
}

// served2 sends a form over HTTP/2, frame by frame, and reports whether it was served.
func served2(t *testing.T, fields [][2]string, body string) bool {
	t.Helper()
	server := httptest.NewUnstartedServer(newEdge(t, own, served))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	framer := http2.NewFramer(conn, conn)
	framer.AllowIllegalWrites = true
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(framer.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, f := range append([][2]string{
		{":method", "POST"}, {":scheme", "https"}, {":path", "/customers"}, {":authority", "portal.example"}, {"content-type", "application/x-www-form-urlencoded"},
	}, fields...) {
		must(encoder.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}))
	}
	must(framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}))
	_ = framer.WriteData(1, true, []byte(body)) // the server may have hung up
	var said bytes.Buffer
	status := ""
	for {
		frame, err := framer.ReadFrame()
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			status = f.PseudoValue("status")
		case *http2.DataFrame:
			said.Write(f.Data())
		}
		ended := frame != nil && frame.Header().Type != http2.FrameSettings && frame.Header().Flags.Has(http2.FlagDataEndStream)
		_, reset := frame.(*http2.RSTStreamFrame)
		_, away := frame.(*http2.GoAwayFrame)
		if err != nil || ended || reset || away {
			if err != nil && !errors.Is(err, io.EOF) && status == "" && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Logf("the connection ended: %v", err)
			}
			return status == "200" && bytes.Contains(said.Bytes(), []byte("served"))
		}
	}
}
