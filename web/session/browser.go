package session

import "strings"

// Browser is what somebody signed in with, by names everybody knows; "" for a name that
// is not known. It is a label: a browser says of itself what it likes.
type Browser struct {
	Name   string `json:"name,omitempty"`
	System string `json:"system,omitempty"`
}

// Only names of these lists are kept, never what a browser sent. The first that is found
// counts: most browsers name those before them too.
var (
	browserNames = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systemNames = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// browserOf reads a User-Agent header.
func browserOf(header string) Browser {
	return Browser{Name: firstIn(header, browserNames), System: firstIn(header, systemNames)}
}

func firstIn(header string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(header, n[0]) {
			return n[1]
		}
	}
	return ""
}
