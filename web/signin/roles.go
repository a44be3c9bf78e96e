package signin

import (
	"encoding/json"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/partnerdesk/portal/web/session"
)

// roles reads the person's portal roles: sorted, each once, nothing for values
// the mapping does not know. Group overage gives no role and causes no call.
func (p *Provider) roles(t *oidc.IDToken) []string {
	var all map[string]json.RawMessage
	if t.Claims(&all) != nil {
		return nil
	}
	var values []string
	if raw := all[p.cfg.RolesClaim]; json.Unmarshal(raw, &values) != nil {
		var single string
		if json.Unmarshal(raw, &single) != nil {
			return nil
		}
		values = []string{single}
	}
	return p.portalRoles(values)
}

func (p *Provider) portalRoles(values []string) []string {
	var roles []string
	for _, value := range values {
		if p.cfg.Roles != nil {
			value = p.cfg.Roles[value]
		}
		if value != "" {
			roles = append(roles, value)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// rolesMoved compares the roles of a renewed ID token with the session's. Providers
// may leave claims out of such a token; no roles mean that none are left only in one
// that names the person's tenant, as Entra's whole ones do.
func (p *Provider) rolesMoved(t *oidc.IDToken, sess *session.Session) bool {
	var all map[string]json.RawMessage
	if t.Claims(&all) != nil {
		return false
	}
	if all[p.cfg.RolesClaim] == nil && (len(p.cfg.Tenants) == 0 || all["tid"] == nil) {
		return false
	}
	return !slices.Equal(p.roles(t), sess.Operator.Roles)
}
