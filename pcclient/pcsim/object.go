package pcsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// object is a JSON object that keeps the order of its members. Names are looked
// up without regard to case, as the upstream does; of doubled names the last counts.
type object []member

type member struct {
	name  string
	value any // string, json.Number, bool, nil, object or []any
}

// obj builds an object from name, value pairs and leaves nil values out, because
// the upstream omits nulls from its answers.
func obj(pairs ...any) object {
	o := make(object, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != nil {
			o = append(o, member{pairs[i].(string), pairs[i+1]})
		}
	}
	return o
}

func (o object) index(name string) int {
	for i := len(o) - 1; i >= 0; i-- {
		if strings.EqualFold(o[i].name, name) {
			return i
		}
	}
	return -1
}

// get returns the member's value and whether it is there at all; a null is there.
func (o object) get(name string) (any, bool) {
	if i := o.index(name); i >= 0 {
		return o[i].value, true
	}
	return nil, false
}

// text returns the member's string, "" when it is absent, null or something else.
func (o object) text(name string) string {
	v, _ := o.get(name)
	s, _ := v.(string)
	return s
}

func (o object) object(name string) object {
	v, _ := o.get(name)
	m, _ := v.(object)
	return m
}

// with returns a copy in which the member has the value; nil removes it.
func (o object) with(name string, value any) object {
	c := slices.Clone(o)
	i := c.index(name)
	switch {
	case i < 0 && value == nil:
	case i < 0:
		c = append(c, member{name, value})
	case value == nil:
		c = slices.Delete(c, i, i+1)
	default:
		c[i].value = value
	}
	return c
}

// MarshalJSON writes the members in their order, minified.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(marshal(m.name))
		b.WriteByte(':')
		b.Write(marshal(m.value))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal is minified JSON without Go's escaping of <, > and &. Only values that
// were read from JSON or built here come in, so there is no error to report.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

var (
	bom            = []byte{0xEF, 0xBB, 0xBF}
	errNotAnObject = errors.New("not a JSON object")
	errTooDeep     = errors.New("JSON nested too deeply")
)

// parseObject reads exactly one JSON object, with or without a byte order mark.
func parseObject(data []byte) (object, error) {
	data = bytes.TrimPrefix(data, bom)
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := parseValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	o, ok := v.(object)
	if !ok {
		return nil, errNotAnObject
	}
	return o, nil
}

func parseValue(d *json.Decoder, depth int) (any, error) {
	if depth > 32 {
		return nil, errTooDeep
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return parseMembers(d, depth)
	case json.Delim('['):
		return parseItems(d, depth)
	}
	return t, nil
}

func parseMembers(d *json.Decoder, depth int) (any, error) {
	o := object{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := parseValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name.(string), value})
	}
	_, err := d.Token()
	return o, err
}

func parseItems(d *json.Decoder, depth int) (any, error) {
	items := []any{}
	for d.More() {
		v, err := parseValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	_, err := d.Token()
	return items, err
}

// pascal turns a member name into the casing of audit values: firstName, FirstName.
func pascal(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// camel is the casing of answers: FirstName, firstName.
func camel(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}
