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
	var roles []string
	for _, value := range valuesOf(t, p.cfg.RolesClaim) {
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

// portfolios reads which of the values that give customers the person has: sorted, each
// once, and nil only where no value does. Group overage gives none of them.
func (p *Provider) portfolios(t *oidc.IDToken) []string {
	if p.cfg.Portfolios == nil {
		return nil
	}
	values := []string{}
	for _, value := range valuesOf(t, p.cfg.PortfoliosClaim) {
		if slices.Contains(p.cfg.Portfolios, value) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// valuesOf are the texts of a claim, which may be one or a list of them; none of a claim
// that is anything else.
func valuesOf(t *oidc.IDToken, claim string) []string {
	var all map[string]json.RawMessage
	if t.Claims(&all) != nil {
		return nil
	}
	var values []string
	if json.Unmarshal(all[claim], &values) == nil {
		return values
	}
	var single string
	if json.Unmarshal(all[claim], &single) != nil {
		return nil
	}
	return []string{single}
}

// rightsMoved compares the roles and portfolios of a renewed ID token with the session's.
// Providers may leave claims out of such a token; none of a claim means that none are left
// only in one that names the person's tenant, as Entra's whole ones do.
func (p *Provider) rightsMoved(t *oidc.IDToken, sess *session.Session) bool {
	var all map[string]json.RawMessage
	if t.Claims(&all) != nil {
		return false
	}
	told := func(claim string) bool { return all[claim] != nil || len(p.cfg.Tenants) > 0 && all["tid"] != nil }
	return told(p.cfg.RolesClaim) && !slices.Equal(p.roles(t), sess.Operator.Roles) ||
		told(p.cfg.PortfoliosClaim) && !slices.Equal(p.portfolios(t), sess.Operator.Portfolios)
}
