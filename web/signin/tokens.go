package signin

import (
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"github.com/partnerdesk/portal/web/session"
)

// tokensOf is what the session keeps of a token answer received at now.
func tokensOf(t *oauth2.Token, now time.Time) session.Tokens {
	idToken, _ := t.Extra("id_token").(string)
	tokens := session.Tokens{Access: t.AccessToken, Refresh: t.RefreshToken, IssuedAt: now, IDToken: idToken}
	if life := lifetime(t.Extra("expires_in")); life > 0 {
		tokens.Expiry = now.Add(life)
	}
	return tokens
}

// lifetime reads expires_in, which the v2 endpoint sends as a number and the v1
// endpoint as a string. Missing, not positive, or longer than a day is not
// believed: the token then counts as expired at once and is renewed at its next use.
func lifetime(v any) time.Duration {
	var seconds float64
	switch v := v.(type) {
	case float64:
		seconds = v
	case string:
		seconds, _ = strconv.ParseFloat(v, 64)
	}
	if seconds > 0 && seconds <= (24*time.Hour).Seconds() {
		return time.Duration(seconds * float64(time.Second))
	}
	return 0
}
