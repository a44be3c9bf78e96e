package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/middleware"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/signin"
)

// The seconds that PORTAL_OIDC_CONFIRM may be: fewer would have a provider take the portal
// for a program gone wild, as Entra does (AADSTS50196), and more is what tokens live.
const leastConfirm, mostConfirm = 30, 3600

// placeholderID stands for an ID in deploy/portal.env.example.
const placeholderID = "00000000-0000-0000-0000-000000000000"

// placeholderSecrets are what people write where a secret is to follow, in small letters.
func placeholderSecrets() []string {
	return []string{"…", "...", "changeme", "change-me", "secret", "client-secret", "password", "todo", "xxx"}
}

// read relies on s.Cloud, which UpstreamConfig.read has set.
func (c SignInConfig) read(s *Settings, ps *Problems) {
	s.Tenants = c.readTenants(ps)
	s.Issuer = c.readIssuer(s.Cloud, s.Tenants, ps)
	if s.ClientID = strings.TrimSpace(c.OIDCClientID); s.ClientID == "" {
		ps.add("PORTAL_OIDC_CLIENT_ID", "is missing: it stands on the overview of the app registration")
	}
	if s.ClientID == placeholderID {
		ps.add("PORTAL_OIDC_CLIENT_ID", "is still the example's: it stands on the overview of the app registration")
	}
	c.readProof(s, ps)
	c.readTimes(s, ps)
	s.Factors = items(c.OIDCFactors)
	s.RolesClaim = c.RolesClaim
	s.Roles = c.readRoles(ps)
	if s.PortfoliosClaim = strings.TrimSpace(c.PortfoliosClaim); s.PortfoliosClaim == "" {
		s.PortfoliosClaim = c.RolesClaim
	}
	s.Portfolios = c.readPortfolios(ps)
	if c.PortfoliosClaim != "" && len(items(c.Portfolios)) == 0 && c.PortfoliosFile == "" {
		ps.add("PORTAL_PORTFOLIOS_CLAIM", "is set without a rule, and everybody would see all customers: set PORTAL_PORTFOLIOS or PORTAL_PORTFOLIOS_FILE too, or leave it out")
	}
}

// readProof reads what the portal proves itself with: a secret or a key.
func (c SignInConfig) readProof(s *Settings, ps *Problems) {
	secret, err := c.OIDCClientSecret.orFile(c.OIDCClientSecretFile)
	switch {
	case err != nil:
		ps.add(fileVariable("PORTAL_OIDC_CLIENT_SECRET", c.OIDCClientSecretFile), "%v", err)
	case c.OIDCClientKeyFile != "" && secret != "":
		ps.add("PORTAL_OIDC_CLIENT_KEY_FILE", "is set beside a client secret: keep one of the two")
	case c.OIDCClientKeyFile != "":
		s.ClientKey = c.readKey(ps)
	case secret == "":
		ps.add("PORTAL_OIDC_CLIENT_SECRET", "is missing: create one under Certificates & secrets of the app registration")
	case slices.Contains(placeholderSecrets(), strings.ToLower(string(secret))):
		ps.add(fileVariable("PORTAL_OIDC_CLIENT_SECRET", c.OIDCClientSecretFile), "stands in for a secret: create one under Certificates & secrets of the app registration")
	}
	s.ClientSecret = secret
}

// readTimes reads how old a sign-in, and the provider's word about a person, may be.
func (c SignInConfig) readTimes(s *Settings, ps *Problems) {
	s.MaxAge = readAge("PORTAL_OIDC_MAX_AGE", c.OIDCMaxAge, "to leave it to the provider", ps)
	s.SaveMaxAge = readAge("PORTAL_OIDC_SAVE_MAX_AGE", c.OIDCSaveMaxAge, "not to ask", ps)
	seconds, err := strconv.ParseUint(cmp.Or(strings.TrimSpace(c.OIDCConfirm), "0"), 10, 16)
	if err != nil || seconds > 0 && seconds < leastConfirm || seconds > mostConfirm {
		ps.add("PORTAL_OIDC_CONFIRM", "must be a number of whole seconds from %d to %d, or 0 to ask only when a token runs out", leastConfirm, mostConfirm)
	}
	s.Confirm = time.Duration(seconds) * time.Second
}

// readAge reads how many minutes old a sign-in may be.
func readAge(name, text, none string, ps *Problems) time.Duration {
	minutes, err := strconv.ParseUint(cmp.Or(strings.TrimSpace(text), "0"), 10, 16)
	if err != nil {
		ps.add(name, "must be a number of whole minutes up to 65535, or 0 %s", none)
	}
	return time.Duration(minutes) * time.Minute
}

func (c SignInConfig) readKey(ps *Problems) *signin.ClientKey {
	text, err := readText(c.OIDCClientKeyFile, secretLimit)
	if err != nil {
		ps.add("PORTAL_OIDC_CLIENT_KEY_FILE", "%v", err)
		return nil
	}
	key, err := signin.ParseClientKey([]byte(text))
	if err != nil {
		ps.add("PORTAL_OIDC_CLIENT_KEY_FILE", "%v", err)
	}
	return key
}

func (c SignInConfig) readTenants(ps *Problems) []string {
	var all []string
	for _, text := range items(c.OIDCTenants) {
		tenant, err := pcclient.ParseTenantID(text)
		if err != nil {
			ps.add("PORTAL_OIDC_TENANTS", "%q is not a tenant ID: it must be a GUID", text)
			continue
		}
		if tenant == placeholderID {
			ps.add("PORTAL_OIDC_TENANTS", "is still the example's: set the directory (tenant) ID of the app registration")
		}
		all = append(all, string(tenant))
	}
	return all
}

// readIssuer returns the issuer, which is compared with the ID token's to the
// letter, so it is kept as written.
func (c SignInConfig) readIssuer(cloud pcclient.Cloud, tenants []string, ps *Problems) string {
	if c.OIDCIssuer == "" {
		if len(tenants) == 1 && cloud.Authority != "" {
			return strings.TrimSuffix(cloud.Authority, "/") + "/" + tenants[0] + "/v2.0"
		}
		ps.add("PORTAL_OIDC_ISSUER", "is missing: set it, or name exactly one tenant in PORTAL_OIDC_TENANTS")
		return ""
	}
	issuer, err := signin.CheckIssuer(c.OIDCIssuer)
	if err != nil {
		ps.add("PORTAL_OIDC_ISSUER", "%v", err)
		return ""
	}
	if isEntra(issuer) {
		checkEntra(issuer, tenants, ps)
	}
	return c.OIDCIssuer
}

// checkEntra refuses an issuer whose ID tokens carry another one than its address, and
// one that the list of tenants does not fit.
func checkEntra(issuer *url.URL, tenants []string, ps *Problems) {
	first, rest, _ := strings.Cut(strings.Trim(issuer.Path, "/"), "/")
	tenant, err := pcclient.ParseTenantID(first)
	switch {
	case err != nil || rest != "v2.0":
		ps.add("PORTAL_OIDC_ISSUER", "must end in /TENANT-ID/v2.0, with the tenant's GUID")
	case len(tenants) == 0:
		ps.add("PORTAL_OIDC_TENANTS", "is missing: name the tenants whose people may sign in")
	case !slices.Contains(tenants, string(tenant)):
		ps.add("PORTAL_OIDC_TENANTS", "does not list the tenant of PORTAL_OIDC_ISSUER, so nobody could sign in")
	}
}

// isEntra tells Microsoft's sign-in hosts, v1's included, from other providers.
func isEntra(issuer *url.URL) bool {
	hosts := []string{"sts.windows.net", "login.windows.net"}
	for _, name := range clouds() {
		if cloud, ok := pcclient.CloudNamed(name); ok {
			hosts = append(hosts, strings.TrimPrefix(cloud.Authority, "https://"))
		}
	}
	return slices.Contains(hosts, strings.ToLower(issuer.Host))
}

// readRoles splits at the last "=", since values of a claim may hold one.
func (c SignInConfig) readRoles(ps *Problems) map[string]string {
	roles := map[string]string{}
	for _, text := range items(c.Roles) {
		at := strings.LastIndex(text, "=")
		value, role := strings.TrimSpace(text[:max(at, 0)]), strings.TrimSpace(text[at+1:])
		switch {
		case value == "":
			ps.add("PORTAL_ROLES", "%q must look like VALUE=ROLE", text)
		case !slices.Contains(middleware.Roles(), role):
			ps.add("PORTAL_ROLES", "%q names no role: want %s", text, strings.Join(middleware.Roles(), ", "))
		case roles[value] != "" && roles[value] != role:
			ps.add("PORTAL_ROLES", "%q is given two roles: let the provider send two values", value)
		default:
			roles[value] = role
		}
	}
	return roles
}

// portfoliosLimit is far above any list of a partner's customers.
const portfoliosLimit = 8 << 20

// readPortfolios returns nil without a rule. A file without one is a mistake: it would
// show everybody all customers.
func (c SignInConfig) readPortfolios(ps *Problems) portfolio.Rules {
	rules := portfolio.Rules{}
	for _, text := range items(c.Portfolios) {
		if err := addPortfolio(rules, text); err != nil {
			ps.add("PORTAL_PORTFOLIOS", "%v", err)
		}
	}
	if c.PortfoliosFile != "" {
		if err := addPortfolios(rules, c.PortfoliosFile); err != nil {
			ps.add("PORTAL_PORTFOLIOS_FILE", "%v", err)
		}
	}
	if len(rules) == 0 {
		return nil
	}
	return rules
}

func addPortfolios(rules portfolio.Rules, path string) error {
	text, err := readText(path, portfoliosLimit)
	if err != nil {
		return err
	}
	read := 0
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := addPortfolio(rules, line); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		read++
	}
	if read == 0 {
		return errors.New("holds no rule")
	}
	return nil
}

// addPortfolio splits at the last "=", as readRoles does.
func addPortfolio(rules portfolio.Rules, text string) error {
	at := strings.LastIndex(text, "=")
	value, rule := strings.TrimSpace(text[:max(at, 0)]), strings.TrimSpace(text[at+1:])
	if value == "" {
		return fmt.Errorf("%q must look like VALUE=RULE", text)
	}
	return rules.Add(value, rule)
}
