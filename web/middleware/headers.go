package middleware

import (
	"net/http"
	"net/url"
	"strings"
)

// permissionsPolicy turns every feature off but copying to the clipboard, which
// the Copy buttons need.
const permissionsPolicy = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), " +
	"fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), " +
	"payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), " +
	"xr-spatial-tracking=(), clipboard-read=(), clipboard-write=(self)"

// ReportPath is where browsers tell what the policy stopped.
const ReportPath = "/csp-report"

// setHeaders puts the safety headers on every answer, whatever became of it.
// Static files loosen Cache-Control for themselves, because their names carry a
// hash of their content.
func setHeaders(o Options, next http.Handler) http.Handler {
	hsts := o.BaseURL.Scheme == "https" && o.BaseURL.Hostname() != "localhost"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy(recordOf(r.Context()).nonce))
		h.Set("Reporting-Endpoints", `csp="`+ReportPath+`"`)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Permissions-Policy", permissionsPolicy)
		h.Set("Cache-Control", "no-store")
		if hsts {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if len(r.TransferEncoding) > 0 {
			// A body in chunks may have come with a length too that another server on the
			// way went by: what follows it on this connection cannot be told apart
			// and is not read.
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// FramedBy lets pages of one origin, that of the address, show an answer in a frame. The
// answer must be one that a person cannot be tricked with.
func FramedBy(w http.ResponseWriter, address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	h := w.Header()
	h.Del("X-Frame-Options") // knows no origins
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"),
		"frame-ancestors 'none'", "frame-ancestors "+u.Scheme+"://"+u.Host, 1))
}

func contentSecurityPolicy(nonce string) string {
	n := "'nonce-" + nonce + "'"
	return strings.Join([]string{
		"default-src 'none'",
		"script-src " + n,
		"style-src " + n,
		"img-src 'self'",
		"font-src 'self'",
		"connect-src 'self'",
		"form-action 'self'",
		"base-uri 'none'",
		"object-src 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
		"report-to csp",
		"report-uri " + ReportPath, // for browsers that do not know the line above
	}, "; ")
}
