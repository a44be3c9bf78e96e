package pcclient

import (
	"net/http"
	"strings"
)

func (e *Error) classify(write bool) { e.kinds = kindsOf(e, write) }

// kindsOf decides on the code first, then on the status: the upstream uses 401 and 403 both for missing rights.
func kindsOf(e *Error, write bool) []error {
	switch {
	case e.Status >= 500, e.Status == http.StatusRequestTimeout:
		// 503 too: a gateway says it as well when the service behind it did the work. 408 is the upstream's own timeout.
		return doubtful(write, ErrUnavailable)
	case e.Status < 400:
		return doubtful(write, ErrUnexpected)
	}
	if kinds := kindsByCode(e); kinds != nil {
		return kinds
	}
	text := strings.ToLower(e.Description + "\n" + e.phrase)
	switch e.Status {
	case http.StatusUnauthorized:
		if strings.Contains(text, "mfa required") {
			return []error{ErrMFARequired, ErrUnauthorized}
		}
		return []error{ErrUnauthorized}
	case http.StatusForbidden:
		if strings.Contains(text, "application credentials") {
			return []error{ErrAppOnly, ErrForbidden}
		}
		return []error{ErrForbidden}
	case http.StatusNotFound:
		return []error{ErrNotFound}
	case http.StatusConflict, http.StatusPreconditionFailed:
		return []error{ErrETagMismatch}
	case http.StatusTooManyRequests:
		return []error{ErrThrottled}
	}
	return []error{ErrRejected}
}

func kindsByCode(e *Error) []error {
	switch e.Code {
	case "900420":
		return []error{ErrWrongAudience, ErrUnauthorized}
	case "900421":
		return []error{ErrMFARequired, ErrUnauthorized}
	case "900329":
		return []error{ErrAppOnly, ErrForbidden}
	case "20002":
		return []error{ErrNoRelationship, ErrForbidden}
	case "1002", "900150", "900308", "900309":
		return []error{ErrForbidden}
	case "2055":
		// Codes are not unique across services; this one means the ETag only in a 400 or in an answer that says conflict anyway.
		if e.Status == http.StatusBadRequest {
			return []error{ErrETagMismatch}
		}
	}
	return nil
}

func doubtful(write bool, kind error) []error {
	if write {
		return []error{kind, ErrInDoubt}
	}
	return []error{kind}
}
