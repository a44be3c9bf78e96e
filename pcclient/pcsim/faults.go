package pcsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// Shapes of Fault. A to H are the error bodies of the upstream; the others spoil
// the real answer or break the promise of a write.
const (
	ShapeA         = "A"         // {"code":800003,"description":…,"data":[],"source":…}
	ShapeB         = "B"         // newer services: message, errorName, isRetryable
	ShapeC         = "C"         // gateway: {"statusCode":429,"message":…}; the default with 429
	ShapeD         = "D"         // no body
	ShapeE         = "E"         // HTML of a proxy
	ShapeF         = "F"         // {"error":{"code":…,"message":…}}
	ShapeH         = "H"         // A with the code as a string
	ShapeText      = "text"      // plain text
	ShapeTruncated = "truncated" // the first half of the real body, with the Content-Length of that half
	ShapeOversized = "oversized" // the real body followed by 8 MiB of spaces
	ShapeWrong     = "wrong"     // a JSON array where an object is due
	ShapeNoETag    = "noetag"    // the real body without attributes.etag
	ShapeLie       = "lie"       // a PUT answers 200 with the sent profile and stores nothing
	ShapeLate      = "late"      // the answer is lost at once, the call runs after delayAfterMs
)

var shapes = []string{"", ShapeA, ShapeB, ShapeC, ShapeD, ShapeE, ShapeF, ShapeH, ShapeText,
	ShapeTruncated, ShapeOversized, ShapeWrong, ShapeNoETag, ShapeLie, ShapeLate}

// Fault is one misbehaviour, met by the next calls it fits. The package
// documentation tells in which order its parts happen.
type Fault struct {
	Method        string `json:"method,omitempty"`        // "" fits every method
	Path          string `json:"path,omitempty"`          // "" fits every path; with * a glob over the whole path (path.Match, * stays within a segment); else a prefix
	Times         int    `json:"times,omitempty"`         // how many calls meet it; 0 is one, negative is all until cleared
	DelayBeforeMs int    `json:"delayBeforeMs,omitempty"` // waits before anything is looked at
	DelayAfterMs  int    `json:"delayAfterMs,omitempty"`  // waits between the change and its answer
	CutAfterBytes *int   `json:"cutAfterBytes,omitempty"` // ends the connection after so many bytes of the answer, status line included; 0 before any
	Status        int    `json:"status,omitempty"`        // answers so instead; the call is not executed unless Applied
	Shape         string `json:"shape,omitempty"`         // body of Status, or how the real answer is spoilt; see the Shape constants
	Code          int    `json:"code,omitempty"`          // of the shapes that have one; 0 is the usual one of Status
	RetryAfter    string `json:"retryAfter,omitempty"`    // Retry-After header, any text; a JSON number is taken too
	Applied       bool   `json:"applied,omitempty"`       // with Status: the call is executed all the same
}

// UnmarshalJSON also takes a number for retryAfter and refuses unknown members.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type plain Fault
	in := struct {
		*plain
		RetryAfter json.RawMessage `json:"retryAfter"`
	}{plain: (*plain)(f)}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return err
	}
	if len(in.RetryAfter) == 0 || string(in.RetryAfter) == "null" {
		return nil
	}
	if json.Unmarshal(in.RetryAfter, &f.RetryAfter) != nil {
		f.RetryAfter = string(in.RetryAfter)
	}
	return nil
}

type armedFault struct {
	Fault
	left int // negative: no end
}

// AddFaults arms faults behind those already armed. A call takes the first that
// fits it and has calls left. A fault that no call could meet as written, such as one
// with an unknown shape, is an error, and then none of them is armed.
func (s *Simulator) AddFaults(faults ...Fault) error {
	for i, f := range faults {
		if err := f.validate(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		left := f.Times
		if left == 0 {
			left = 1
		}
		s.faults = append(s.faults, &armedFault{f, left})
	}
	return nil
}

// ClearFaults disarms all faults; calls already in one go on.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault uses up one call of the first fitting fault; the zero Fault is none.
// The caller holds s.mu.
func (s *Simulator) takeFault(c *call) Fault {
	for _, f := range s.faults {
		if f.left == 0 || !f.fits(c) {
			continue
		}
		if f.left > 0 {
			f.left--
		}
		return f.Fault
	}
	return Fault{}
}

func (f Fault) fits(c *call) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, c.method) {
		return false
	}
	if strings.Contains(f.Path, "*") {
		ok, err := path.Match(f.Path, c.path)
		return ok && err == nil
	}
	return strings.HasPrefix(c.path, f.Path)
}

// refuses tells whether the fault brings its own answer.
func (f Fault) refuses() bool { return f.Status != 0 }

// answer is the answer of a fault with a status; codeAsText is the switch errorCode.
func (f Fault) answer(codeAsText bool) answer {
	a := f.body(codeAsText)
	if f.RetryAfter != "" {
		a.header["Retry-After"] = f.RetryAfter
	}
	if f.Status >= 300 && f.Status < 400 {
		a.header["Location"] = "https://elsewhere.example/"
	}
	return a
}

func (f Fault) body(codeAsText bool) answer {
	shape := f.Shape
	switch {
	case shape == "" && f.Status == http.StatusTooManyRequests:
		shape = ShapeC
	case shape == "" && f.Status < 400:
		shape = ShapeD
	}
	text, code := "An unexpected error occurred. Try again later.", f.Code
	if code == 0 {
		code = codeFor(f.Status)
	}
	switch shape {
	case ShapeB:
		return jsonError(f.Status, shapeB(code, text, "UnexpectedError", f.Status >= 500))
	case ShapeC:
		return jsonError(f.Status, shapeC(f.Status, f.RetryAfter))
	case ShapeD:
		return shapeD(f.Status, "")
	case ShapeE:
		return shapeE(f.Status)
	case ShapeF:
		return jsonError(f.Status, shapeF(f.Status))
	case ShapeText:
		a := bare(f.Status).with("Content-Type", "text/plain")
		a.body = []byte("upstream connect error or disconnect before headers")
		return a
	}
	return jsonError(f.Status, shapeA(code, text, codeAsText || shape == ShapeH))
}
