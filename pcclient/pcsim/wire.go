package pcsim

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// answer is one response before it is written to a connection or handed to a
// RoundTripper's caller.
type answer struct {
	status  int
	reason  string // own reason phrase; "" is the usual one
	header  map[string]string
	body    []byte
	chunked bool // no Content-Length
	cut     int  // bytes of the whole message after which the connection ends; -1 is never
}

// bare is an answer without a body.
func bare(status int) answer {
	return answer{status: status, cut: -1, header: map[string]string{}}
}

// success answers 200 with minified JSON, in front of it the byte order mark that
// recorded answers carry (switch bom).
func (s *Simulator) success(v any) answer {
	a := bare(http.StatusOK)
	a.header["Content-Type"] = "application/json; charset=utf-8"
	if s.Switches().BOM {
		a.body = append(a.body, bom...)
	}
	a.body = append(a.body, marshal(v)...)
	return a
}

func (a answer) clone() answer {
	a.header = maps.Clone(a.header)
	return a
}

func (a answer) with(name, value string) answer {
	a.header[name] = value
	return a
}

// wireNames are the header names as Microsoft spells them. net/http writes and
// reads them in a form of its own (Ms-Requestid).
var wireNames = []string{"MS-RequestId", "MS-CorrelationId", "MS-CV", "MS-ServerId", "MS-ContinuationToken",
	"MS-Contract-Version", "MS-PartnerCenter-Application", "MS-PartnerCenter-Client", "MS-SdkVersion", "ValidateMfa", "isMfaCompliant"}

func wireName(name string) string {
	for _, w := range wireNames {
		if strings.EqualFold(w, name) {
			return w
		}
	}
	return name
}

// dress adds what every answer of the upstream carries. There is
// no ETag header: the ETag stands in the body only.
func (s *Simulator) dress(c *call, a answer) answer {
	a = a.clone()
	a.header["MS-RequestId"] = c.requestID
	a.header["MS-CorrelationId"] = c.correlationID
	a.header["MS-CV"] = newCV()
	a.header["MS-ServerId"] = "202010223"
	a.header["Request-Context"] = "appId=cid-v1:8d1c7f52-6a37-4b0e-9c1d-2f4e6a80b3c5"
	a.header["Date"] = s.now().UTC().Format(http.TimeFormat)
	if strings.EqualFold(c.header.Get("ValidateMfa"), "true") && c.caller.known {
		a.header["isMfaCompliant"] = strconv.FormatBool(c.caller.mfa)
	}
	return a
}

// newCV is a correlation vector: 16 base64 characters and ".0".
func newCV() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b) + ".0"
}

// ownGUID returns the header's value when it is a GUID, else a new one.
func ownGUID(h http.Header, name string) string {
	v := strings.TrimSpace(h.Get(name))
	if _, err := pcclient.ParseTenantID(v); err == nil {
		return v
	}
	return pcclient.NewGUID()
}

// selfLink is the link member of a resource. Samples since 2017 have no /v1 in it.
func selfLink(uri string) object {
	return obj("self", link(uri))
}

func link(uri string) object {
	return obj("uri", uri, "method", "GET", "headers", []any{})
}

func objectType(name string) object { return obj("objectType", name) }
