package handlers

import (
	"io"
	"net/http"
	"time"
)

// RouteInfo is one route as the sweeps see it.
type RouteInfo struct {
	Method, Path string
	Right        string
}

// Routes lists the routes of a site, those of demo mode if asked for.
func Routes(demo bool) []RouteInfo {
	s := &site{}
	if demo {
		s.Demo = &Demo{}
	}
	var infos []RouteInfo
	for _, rt := range s.routes() {
		infos = append(infos, RouteInfo{rt.method, rt.path, string(rt.right)})
	}
	return infos
}

// OwnPage reports whether a sign-in may lead back to a path.
func OwnPage(path string) bool { return (&site{}).ownPage(path) }

// NewDownload is how a long file is sent.
func NewDownload(w http.ResponseWriter, stall time.Duration) io.Writer { return newDownload(w, stall) }
