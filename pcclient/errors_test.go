package pcclient_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/partnerdesk/portal/pcclient"
)

func TestEveryWayOfSayingNo(t *testing.T) {
	raw := func(status, body string) http.HandlerFunc {
		return writes(fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, len(body), body))
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   pcclient.Error
		kinds  []error
	}{
		{
			"A: code as a number", says(403, `{"code":20002,"description":"No relationship with marguerite.","data":["a",1,null],"source":"PartnerFD"}`),
			pcclient.Error{Status: 403, Code: "20002", Description: "No relationship with marguerite.", Data: []string{"a", "1", ""}, Source: "PartnerFD"},
			[]error{pcclient.ErrNoRelationship, pcclient.ErrForbidden},
		},
		{
			"A with a byte order mark and other casing", says(404, bom+`{"Code":1000,"Description":"none"}`),
			pcclient.Error{Status: 404, Code: "1000", Description: "none"}, []error{pcclient.ErrNotFound},
		},
		{
			"B: the newer services", says(404, `{"code":600074,"message":"m","description":"d","errorName":"AccountStatusNotFound","isRetryable":false,"parameters":{}}`),
			pcclient.Error{Status: 404, Code: "600074", Description: "d"}, []error{pcclient.ErrNotFound},
		},
		{
			"C: the gateway", says(429, `{ "statusCode": 429, "message": "Try again in 57 seconds." }`, "Retry-After", "57"),
			pcclient.Error{Status: 429, Description: "Try again in 57 seconds.", RetryAfter: 57e9}, []error{pcclient.ErrThrottled},
		},
		{
			"D: only a reason phrase", raw("403 The supplied role does not have the rights", ""),
			pcclient.Error{Status: 403, Description: "The supplied role does not have the rights"}, []error{pcclient.ErrForbidden},
		},
		{
			"D: an application alone", raw("403 This resource can't be accessed by application credentials", ""),
			pcclient.Error{Status: 403, Description: "This resource can't be accessed by application credentials"}, []error{pcclient.ErrAppOnly, pcclient.ErrForbidden},
		},
		{"D: nothing at all", raw("400 Bad Request", ""), pcclient.Error{Status: 400}, []error{pcclient.ErrRejected}},
		{
			"E: plain text", says(400, "  marguerite went\nwrong \x00\u202e "),
			pcclient.Error{Status: 400, Description: "marguerite went wrong"}, []error{pcclient.ErrRejected},
		},
		{
			"E: a page", says(403, "<!DOCTYPE html><html><head><TITLE>Blocked &amp; gone</TITLE></head><body>x</body></html>"),
			pcclient.Error{Status: 403, Description: "Blocked & gone"}, []error{pcclient.ErrForbidden},
		},
		{
			"F: nested, Azure style", says(412, `{"error":{"code":"preconditionFailed","message":"does not match","target":"ETag","innerError":{"code":"99918","details":null}}}`),
			pcclient.Error{Status: 412, Code: "preconditionFailed", InnerCode: "99918", Description: "does not match", Target: "ETag"}, []error{pcclient.ErrETagMismatch},
		},
		{
			"G: the token endpoint", says(400, `{"error":"invalid_grant","error_description":"expired\r\nTrace: 1"}`),
			pcclient.Error{Status: 400, Code: "invalid_grant", Description: "expired  Trace: 1"}, []error{pcclient.ErrRejected},
		},
		{
			"H: code as a string", says(400, `{"code":"2000","description":"it&#39;s wrong","source":"PartnerApiServiceControllers"}`),
			pcclient.Error{Status: 400, Code: "2000", Description: "it's wrong", Source: "PartnerApiServiceControllers"}, []error{pcclient.ErrRejected},
		},
		{
			"2007: JSON inside the description", says(400, `{"code":2007,"description":"{\"code\":\"60071\",\"reason\":\"City &#39;X&#39; is wrong\"}","data":[]}`),
			pcclient.Error{Status: 400, Code: "2007", InnerCode: "60071", Description: "City 'X' is wrong"}, []error{pcclient.ErrRejected},
		},
		{"a code that means another thing elsewhere", says(404, `{"code":3000}`), pcclient.Error{Status: 404, Code: "3000"}, []error{pcclient.ErrNotFound}},
		{"rights refused as 401", says(401, `{"code":1002,"description":"Authorization Failed"}`), pcclient.Error{Status: 401, Code: "1002", Description: "Authorization Failed"}, []error{pcclient.ErrForbidden}},
		{"an application alone, by code", says(403, `{"code":900329}`), pcclient.Error{Status: 403, Code: "900329"}, []error{pcclient.ErrAppOnly, pcclient.ErrForbidden}},
		{"broken JSON", says(400, `{"code":2000,"desc`), pcclient.Error{Status: 400}, []error{pcclient.ErrRejected}},
		{"a list", says(400, `[1,2]`), pcclient.Error{Status: 400}, []error{pcclient.ErrRejected}},
		{"a refusal of 5 MiB", says(403, strings.Repeat("x", 5<<20)), pcclient.Error{Status: 403}, []error{pcclient.ErrForbidden}},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUpstream(t, c.answer)
			err := get(t.Context(), u.client(t))
			wantKinds(t, err, c.kinds...)
			got := *details(t, err)
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(pcclient.Error{}),
				cmpopts.IgnoreFields(pcclient.Error{}, "Method", "Path", "RequestID", "CorrelationID", "Excerpt")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnErrorInTheLog(t *testing.T) {
	u := newUpstream(t, says(400, `{"code":3000,"description":"marguerite","source":"PartnerFD","data":["marguerite"]}`, "MS-CV", "xqqtn+OEVE2ridoS.0", "MS-ServerId", "0000112D"))
	ctx := pcclient.WithCorrelationID(pcclient.WithRequestID(t.Context(), "req-1"), "cor-1")
	err := update(ctx, u.client(t))
	want := "PUT /v1/customers/" + string(tenant) + "/profiles/billing: 400 Bad Request, code 3000, source PartnerFD, request ID req-1, correlation ID cor-1, CV xqqtn+OEVE2ridoS.0, server 0000112D"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if strings.Contains(fmt.Sprintf(verb, err), personal) {
			t.Errorf("%s prints personal data", verb)
		}
	}

	t.Run("an upstream cannot write into the log", func(t *testing.T) {
		u := newUpstream(t, says(400, `{"code":"1\nlevel=info msg=marguerite","source":"marguerite was here"}`, "MS-CV", "x y"))
		if text := get(t.Context(), u.client(t)).Error(); strings.ContainsAny(text, "\n\r") || strings.Contains(text, personal) || strings.Contains(text, "x y") {
			t.Error(text)
		}
	})
	t.Run("a query stays out of it", func(t *testing.T) {
		u := newUpstream(t, says(400, ""))
		_, err := u.client(t).Customers.Search(t.Context(), pcclient.CustomerQuery{CompanyName: "marguerite"})
		wantKinds(t, err, pcclient.ErrRejected)
	})
}

func TestAnErrorPutTogetherByHand(t *testing.T) {
	var err error = &pcclient.Error{Method: "PUT", Status: 503}
	wantKinds(t, err, pcclient.ErrUnavailable, pcclient.ErrInDoubt)
	wantKinds(t, fmt.Errorf("load: %w", &pcclient.Error{Status: 400, Code: "2055"}), pcclient.ErrETagMismatch)
	if errors.Is(&pcclient.Error{}, pcclient.ErrUnexpected) {
		t.Error("an empty error is of no kind")
	}
}
