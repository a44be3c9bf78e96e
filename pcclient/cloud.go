package pcclient

import "strings"

// Cloud is where a partner lives: three settings that must fit each other, because tokens do not cross clouds.
type Cloud struct {
	Name      string // "global", "usgov" or "china"
	Authority string // base address of the sign-in service; the tenant follows as a path segment
	API       string // base address of the Partner Center API
	Scope     string // delegated scope to ask for at sign-in
}

// CloudNamed returns the settings of "global", "usgov" (US Government: its own sign-in, the global API) or "china"
// (21Vianet, which has no audit records), in any case. False for any other name.
func CloudNamed(name string) (Cloud, bool) {
	const globalAPI = "https://api.partnercenter.microsoft.com"
	const chinaAPI = "https://partner.partnercenterapi.microsoftonline.cn"
	switch strings.ToLower(name) {
	case "global":
		return Cloud{"global", "https://login.microsoftonline.com", globalAPI, globalAPI + "/user_impersonation"}, true
	case "usgov":
		return Cloud{"usgov", "https://login.microsoftonline.us", globalAPI, globalAPI + "/user_impersonation"}, true
	case "china":
		return Cloud{"china", "https://login.partner.microsoftonline.cn", chinaAPI, chinaAPI + "/user_impersonation"}, true
	}
	return Cloud{}, false
}
