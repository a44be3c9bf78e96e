package pcsim

import (
	"bytes"
	"fmt"
	"slices"
)

// oversize is how many bytes ShapeOversized adds.
const oversize = 8 << 20

// spoil changes the answer of an executed call as the fault says.
func (f Fault) spoil(a answer) answer {
	a = a.clone()
	switch {
	case f.Shape == ShapeTruncated:
		a.body = a.body[:len(a.body)/2]
	case f.Shape == ShapeOversized:
		a.body = append(slices.Clone(a.body), bytes.Repeat([]byte{' '}, oversize)...)
	case f.Shape == ShapeWrong:
		a.body = []byte("[]")
	case f.Shape == ShapeNoETag:
		a.body = withoutETag(a.body)
	}
	if f.RetryAfter != "" {
		a.header["Retry-After"] = f.RetryAfter
	}
	return a
}

func withoutETag(body []byte) []byte {
	o, err := parseObject(body)
	if err != nil {
		return body
	}
	if attributes := o.object("attributes"); attributes != nil {
		o = o.with("attributes", attributes.with("etag", nil))
	}
	clean := marshal(o)
	if bytes.HasPrefix(body, bom) {
		clean = append(slices.Clone(bom), clean...)
	}
	return clean
}

func (f Fault) cutting(a answer) answer {
	if f.CutAfterBytes != nil {
		a.cut = max(0, *f.CutAfterBytes)
	}
	return a
}

// validate reports what no fault can mean.
func (f Fault) validate() error {
	switch {
	case !slices.Contains(shapes, f.Shape):
		return fmt.Errorf("shape %q is none of %q", f.Shape, shapes[1:])
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case f.DelayBeforeMs < 0 || f.DelayAfterMs < 0:
		return fmt.Errorf("a delay is negative")
	case f.CutAfterBytes != nil && *f.CutAfterBytes < 0:
		return fmt.Errorf("cutAfterBytes is negative")
	case f.Status != 0 && (f.Shape == ShapeLie || f.Shape == ShapeLate || f.Shape == ShapeTruncated ||
		f.Shape == ShapeOversized || f.Shape == ShapeWrong || f.Shape == ShapeNoETag):
		return fmt.Errorf("shape %q is about the real answer and goes without status", f.Shape)
	case f.Status == 0 && f.Shape != "" && slices.Index(shapes, f.Shape) < slices.Index(shapes, ShapeTruncated):
		return fmt.Errorf("shape %q needs a status", f.Shape)
	}
	return nil
}
