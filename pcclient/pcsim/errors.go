package pcsim

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
)

// Error answers in the shapes that were seen or documented. None of them has a byte
// order mark.

// refuse is shape A, the main pipeline's error: code, description, data, source.
// The code is a JSON number as in every capture, or a string as documented (switch
// errorCode).
func (s *Simulator) refuse(status, code int, description string) answer {
	return jsonError(status, shapeA(code, description, s.Switches().ErrorCode == "string"))
}

func jsonError(status int, body object) answer {
	a := bare(status)
	a.header["Content-Type"] = "application/json; charset=utf-8"
	a.body = marshal(body)
	return a
}

func shapeA(code int, description string, asText bool) object {
	var c any = code
	if asText {
		c = strconv.Itoa(code)
	}
	return obj("code", c, "description", description, "data", []any{}, "source", "PartnerFD")
}

// shapeB is the error of the newer services.
func shapeB(code int, text, name string, retryable bool) object {
	return obj("code", code, "message", text, "description", text, "errorName", name, "isRetryable", retryable,
		"parameters", object{}, "errorMessageExtended", "InternalErrorCode="+strconv.Itoa(code))
}

// shapeC is the gateway's own error; it has no code.
func shapeC(status int, retryAfter string) object {
	text := http.StatusText(status) + "."
	if status == http.StatusTooManyRequests {
		text = "Rate limit is exceeded."
		if retryAfter != "" {
			text += fmt.Sprintf(" Try again in %s seconds.", retryAfter)
		}
	}
	return obj("statusCode", status, "message", text)
}

// shapeF is the Azure style of the neighbouring hosts.
func shapeF(status int) object {
	return obj("error", obj("code", httpName(status), "message", http.StatusText(status)+".",
		"innerError", obj("code", "99900")))
}

func httpName(status int) string {
	if status == http.StatusPreconditionFailed {
		return "preconditionFailed"
	}
	return fmt.Sprintf("status%d", status)
}

// shapeE is the HTML page of a proxy on the way.
func shapeE(status int) answer {
	a := bare(status)
	a.header["Content-Type"] = "text/html"
	title := html.EscapeString(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	a.body = fmt.Appendf(nil, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n", title, title)
	return a
}

// shapeD has no body; whatever there is to say stands in the reason phrase.
func shapeD(status int, reason string) answer {
	a := bare(status)
	a.reason = reason
	return a
}

// codeFor is the code of a status when a fault names none. 800003 (500) and 1000
// (404) are documented; a status used as its own code is ours.
func codeFor(status int) int {
	switch status {
	case http.StatusUnauthorized:
		return 400
	case http.StatusForbidden:
		return 900150
	case http.StatusNotFound:
		return 1000
	case http.StatusBadRequest:
		return 800002
	case http.StatusInternalServerError:
		return 800003
	}
	return status
}
