package pcsim

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errCut is what a client sees when the connection ends before the answer began.
var errCut = errors.New("pcsim: connection closed before any answer")

// Transport returns a RoundTripper that reaches the simulator without sockets,
// whatever the host of the request. Faults, own reason phrases and cut connections
// are as over the network: a cut answer is an error from RoundTrip or from reading
// the body. A cancelled request returns at once; the call goes on behind it.
func (s *Simulator) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Simulator }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	done := make(chan []byte, 1)
	go func() { done <- t.answer(req, body) }()
	select {
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case message := <-done:
		return readResponse(message, req)
	}
}

func readRequest(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = fmt.Errorf("pcsim: request body larger than %d bytes", maxBody)
	}
	return body, err
}

func (t transport) answer(req *http.Request, body []byte) []byte {
	if isControl(req.URL.Path) {
		return t.s.control(req, body).message(false)
	}
	return t.s.handle(newCall(req, body)).message(false)
}

func readResponse(message []byte, req *http.Request) (*http.Response, error) {
	if len(message) == 0 {
		return nil, errCut
	}
	return http.ReadResponse(bufio.NewReader(bytes.NewReader(message)), req)
}
