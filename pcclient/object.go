package pcclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// object is a JSON object with its members in the order and the very text they were read in, so that what we do not know
// or do not touch goes back as it came: unknown members, doubled ones, numbers beyond any Go type.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

var errNotObject = errors.New("not a JSON object")

func parseObject(data []byte) (object, error) {
	data = bytes.TrimSpace(trimBOM(data))
	if len(data) == 0 || data[0] != '{' {
		return nil, errNotObject
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return nil, errNotObject
	}
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, errNotObject
		}
		m := member{name: name.(string)} // a member's name is always a string
		if err := dec.Decode(&m.value); err != nil {
			return nil, errNotObject
		}
		o = append(o, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, errNotObject
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errNotObject
	}
	return o, nil
}

// get returns the value of a member whose name matches without regard to case, as the upstream matches too: the last one
// when it is doubled, nil when there is none.
func (o object) get(name string) json.RawMessage {
	for i := len(o) - 1; i >= 0; i-- {
		if strings.EqualFold(o[i].name, name) {
			return o[i].value
		}
	}
	return nil
}

// text returns a member's text: "" for an absent one, for null, and for an array or object.
func (o object) text(name string) string {
	s, _ := textOf(o.get(name))
	return s
}

// hasAny tells an object we asked for from just any object.
func (o object) hasAny(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return o.get(name) != nil })
}

func (o object) flag(name string) bool { return string(o.get(name)) == "true" }

// set gives a member a new value, under every spelling it already has, or adds it at the end.
func (o object) set(name string, value json.RawMessage) object {
	found := false
	for i := range o {
		if strings.EqualFold(o[i].name, name) {
			o[i].value, found = value, true
		}
	}
	if !found {
		o = append(o, member{name, value})
	}
	return o
}

func (o object) bytes() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quote(m.name))
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// textOf returns the text of a JSON scalar: a string's content, a number or a boolean as written, "" for null and nothing.
// False for an array, an object and broken JSON.
func textOf(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", true
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case '{', '[':
		return "", false
	case 'n':
		return "", true
	}
	return string(raw), true
}

func quote(s string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return bytes.TrimRight(b.Bytes(), "\n")
}
