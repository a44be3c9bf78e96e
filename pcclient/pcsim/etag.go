package pcsim

import (
	"net/http"
	"strings"
)

// sentETag is the ETag a PUT speaks of: If-Match, quoted or not, else the body's
// attributes.etag, which is all the official SDKs send. It is ""
// when there is none and the switch noEtag accepts that.
//
// The codes of these refusals are ours; nothing is known of them. A wildcard, a
// weak tag or a list in If-Match is refused as malformed: nobody has seen the
// upstream accept one.
func (s *Simulator) sentETag(c *call, sent object) (string, answer, bool) {
	w := s.Switches()
	body := sent.object("attributes").text("etag")
	header, present, wellFormed := ifMatch(c.header)
	if present && !wellFormed && w.ETagDisagree != "body" {
		return "", s.refuse(http.StatusBadRequest, 800002, "Invalid If-Match header"), false
	}
	switch {
	case header == "" && body == "":
		if w.NoETag == "accept" {
			return "", answer{}, true
		}
		return "", s.refuse(http.StatusBadRequest, 800002, "Etag is missing"), false
	case header == "":
		return body, answer{}, true
	case body == "" || body == header || w.ETagDisagree == "header":
		return header, answer{}, true
	case w.ETagDisagree == "body":
		return body, answer{}, true
	}
	return "", s.refuse(http.StatusBadRequest, 800002, "Etag of header and body differ"), false
}

func ifMatch(h http.Header) (etag string, present, wellFormed bool) {
	values := h.Values("If-Match")
	if len(values) == 0 {
		return "", false, true
	}
	v := strings.TrimSpace(strings.Join(values, ","))
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		v = v[1 : len(v)-1]
	}
	if v == "" || strings.ContainsAny(v, "\",*/ ") {
		return "", true, false
	}
	return v, true, true
}

// stale is one of the candidate answers to an old ETag (switch stale). 2055 is
// documented; 412 and 409 as codes are ours.
func (s *Simulator) stale(form string) answer {
	switch form {
	case "412":
		return s.refuse(http.StatusPreconditionFailed, 412, "Precondition failed")
	case "412-empty":
		return bare(http.StatusPreconditionFailed)
	case "409":
		return s.refuse(http.StatusConflict, 409, "Conflict")
	}
	return s.refuse(http.StatusBadRequest, 2055, "Etag is no longer valid")
}
