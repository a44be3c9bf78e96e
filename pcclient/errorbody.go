package pcclient

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	longestText = 1024 // runes of a description
	excerptSize = 512  // bytes
)

func (e *Error) receive(resp *http.Response, now time.Time) {
	e.Status = resp.StatusCode
	e.CV, e.ServerID = resp.Header.Get("MS-CV"), resp.Header.Get("MS-ServerId")
	e.RetryAfter = parseRetryAfter(resp.Header.Get("Retry-After"), now)
}

// parse fills in what an answer of any known shape says: the upstream's own JSON (code as number or string), the newer
// services' and the gateway's, Azure's nested one, the token endpoint's, plain text, HTML, or nothing but a reason phrase.
func (e *Error) parse(resp *http.Response, body []byte) {
	e.Excerpt = plain(string(body[:min(len(body), excerptSize)]), excerptSize)
	if fault, err := parseObject(body); err == nil {
		e.fromObject(fault)
	} else {
		e.Description = textOfPage(string(body))
	}
	e.phrase = reasonPhrase(resp)
	if e.Description == "" {
		e.Description = e.phrase
	}
}

func (e *Error) fromObject(fault object) {
	if nested, err := parseObject(fault.get("error")); err == nil {
		inner, _ := parseObject(nested.get("innerError"))
		e.InnerCode = plain(inner.text("code"), 64)
		fault = nested
	} else if word := fault.text("error"); word != "" { // the token endpoint
		e.Code, e.Description = plain(word, 64), describe(fault.text("error_description"))
		return
	}
	e.Code = plain(fault.text("code"), 64)
	e.Source = plain(fault.text("source"), 64)
	e.Target = plain(fault.text("target"), 128)
	e.Data = texts(fault.get("data"))
	description := fault.text("description")
	if description == "" {
		description = fault.text("message")
	}
	if inner, err := parseObject([]byte(description)); err == nil {
		e.fromInner(inner)
		return
	}
	e.Description = describe(description)
}

// fromInner reads a description that is JSON itself, as address checks gave it before mid-2021.
func (e *Error) fromInner(inner object) {
	e.InnerCode = plain(inner.text("code"), 64)
	e.Description = describe(inner.text("reason"))
	if e.Description == "" {
		e.Description = describe(inner.text("message"))
	}
	if e.Code != "2007" {
		return
	}
	check := AddressCheck{Status: AddressNone, Message: e.Description}
	if corrected, err := parseObject(inner.get("corrected_address")); err == nil {
		check.Status = AddressInteractionRequired
		check.Suggested = []Address{legacyAddress(corrected)}
	}
	e.address = &check
}

// texts reads a list whose items may be texts or anything else; null and absent are an empty one.
func texts(raw json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var out []string
	for _, item := range items[:min(len(items), 32)] {
		text, ok := textOf(item)
		if !ok {
			text = string(item)
		}
		out = append(out, describe(text))
	}
	return out
}

// describe makes a text plain: descriptions arrive with HTML entities in them.
func describe(s string) string { return plain(html.UnescapeString(s), longestText) }

// plain drops what has no place in a line for people (controls, direction overrides) and what is too long.
func plain(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return ' '
		}
		return c
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}

// textOfPage is what a person would read first: a page's title, or the text itself when it is not a page.
func textOfPage(body string) string {
	lower := asciiLower(body)
	if start := strings.Index(lower, "<title"); start >= 0 {
		if open := strings.IndexByte(lower[start:], '>'); open >= 0 {
			rest := start + open + 1
			if end := strings.Index(lower[rest:], "</title"); end >= 0 {
				return describe(body[rest : rest+end])
			}
		}
	}
	body = strings.TrimSpace(body)
	if strings.HasPrefix(body, "<") || strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		return ""
	}
	return describe(body)
}

// asciiLower keeps every byte where it is, which strings.ToLower does not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// reasonPhrase is the text of the status line, or "" when it is only the standard one.
func reasonPhrase(resp *http.Response) string {
	_, phrase, _ := strings.Cut(resp.Status, " ")
	phrase = plain(phrase, longestText)
	if strings.EqualFold(phrase, http.StatusText(resp.StatusCode)) {
		return ""
	}
	return phrase
}
