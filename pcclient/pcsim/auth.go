package pcsim

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// caller is whom the token speaks for.
type caller struct {
	known    bool // the token was good, whatever it may do
	subject  string
	role     Role
	mfa      bool
	personal bool // App+User; false is an app-only token
	app      string
}

const (
	textAccessDenied = "Access denied"
	textAudience     = "The audience of the access token is not supported."
	textMFA          = "Multifactor authentication is required for this call."
	reasonMFA        = "Unauthorized - MFA required"
)

// authenticate checks the bearer token and settles the caller.
// Order: form, signature, times, audience, issuer, tenant, MFA.
func (s *Simulator) authenticate(c *call) (answer, bool) {
	scheme, token, _ := strings.Cut(c.header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return s.unauthorized(textAccessDenied), false
	}
	if s.keys == nil {
		s.admit(c, caller{known: true, subject: "anonymous", role: Admin, mfa: true, personal: true})
		return answer{}, true
	}
	claims, err := s.keys.verify(token)
	if errors.Is(err, errNoKeys) {
		s.log.Error("keys of the issuer", "error", err)
		return s.refuse(http.StatusServiceUnavailable, 800003, "The service cannot verify tokens at the moment."), false
	}
	if err != nil || !claims.timely(s.now()) {
		return s.unauthorized(textAccessDenied), false
	}
	if !slices.Equal(claims.Audience, []string{s.options.Audience}) {
		return s.refuse(http.StatusUnauthorized, 900420, textAudience), false
	}
	if claims.Issuer != s.keys.issuer && claims.Issuer != s.options.Issuer && claims.Issuer != "https://sts.windows.net/"+claims.Tenant+"/" {
		return s.unauthorized(textAccessDenied), false
	}
	// 2032 with 403 is documented as "access denied"; that it is the answer to a
	// tenant that is no partner is our choice.
	if tenant, err := pcclient.ParseTenantID(claims.Tenant); err != nil || tenant != s.tenant {
		return s.refuse(http.StatusForbidden, 2032, textAccessDenied), false
	}
	who := caller{known: true, subject: claims.name(), mfa: slices.Contains(claims.AMR, "mfa"),
		personal: claims.Scope != "", app: claims.App}
	if who.personal {
		who.role = s.roleOf(claims.ObjectID)
	}
	s.admit(c, who)
	if who.personal && !who.mfa {
		return s.mfaRequired(), false
	}
	return answer{}, true
}

func (s *Simulator) admit(c *call, who caller) {
	c.caller = who
	s.mu.Lock()
	c.entry.Subject = who.subject
	s.mu.Unlock()
}

func (s *Simulator) roleOf(oid string) Role {
	if role, ok := s.options.Roles[oid]; ok {
		return role
	}
	return s.options.DefaultRole
}

func (s *Simulator) unauthorized(text string) answer {
	return s.refuse(http.StatusUnauthorized, 400, text).with("WWW-Authenticate", `Bearer error="invalid_token"`)
}

// mfaRequired is today's JSON, or the documented answer of 2019: no body, the text
// in the reason phrase (switch mfa).
func (s *Simulator) mfaRequired() answer {
	if s.Switches().MFA == "empty" {
		a := shapeD(http.StatusUnauthorized, reasonMFA).with("WWW-Authenticate", `Bearer error="invalid_token"`)
		a.chunked = true
		return a
	}
	return s.refuse(http.StatusUnauthorized, 900421, textMFA)
}
