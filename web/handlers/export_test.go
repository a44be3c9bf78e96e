package handlers

import (
	"io"
	"net/http"
	"time"

	"github.com/partnerdesk/portal/web/middleware"
)

// RouteInfo is one route as the sweeps see it.
type RouteInfo struct {
	Method, Path string
	Right        string
	Rate, Body   string
}

// Routes lists the routes of a site, those of demo mode if asked for.
func Routes(demo bool) []RouteInfo {
	s := &site{}
	if demo {
		s.Demo = &Demo{}
	}
	var infos []RouteInfo
	for _, rt := range s.routes() {
		infos = append(infos, RouteInfo{rt.method, rt.path, string(rt.right), string(rt.rate), string(rt.body)})
	}
	return infos
}

// Declares reports whether a route that says so much would be opened.
func Declares(rt RouteInfo) bool {
	return route{rt.Method, rt.Path, middleware.Right(rt.Right), middleware.Rate(rt.Rate), middleware.Body(rt.Body), (&site{}).showHelp}.declared()
}

// OwnPage reports whether a sign-in may lead back to a path.
func OwnPage(path string) bool { return (&site{}).ownPage(path) }

// NewDownload is how a long file is sent.
func NewDownload(w http.ResponseWriter, stall time.Duration) io.Writer { return newDownload(w, stall) }

// MaxFormFields is how many fields a form may have.
const MaxFormFields = maxFormFields
