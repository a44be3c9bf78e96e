package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/seal"
)

const someTenant = "3f2a9c44-0d5e-4b7a-9a51-7b1c2f60d8e1"

// goodConfig is the least a portal on the global cloud needs.
func goodConfig() Config {
	var c Config
	c.BaseURL = "https://portal.example.com"
	c.Keys = Secret(seal.NewKey())
	c.OIDCClientID = "partner-desk"
	c.OIDCClientSecret = "a client secret"
	c.OIDCTenants = []string{someTenant}
	return c
}

func TestTheLeastConfigurationIsEnough(t *testing.T) {
	s, err := goodConfig().Settings()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{
		"listen":   s.Listen,
		"base":     s.BaseURL.String(),
		"database": string(s.DatabaseURL),
		"issuer":   s.Issuer,
		"api":      s.Cloud.API,
		"scope":    s.Cloud.Scope,
		"claim":    s.RolesClaim,
		"editor":   s.Roles["editor"],
		"zone":     s.Location.String(),
		"level":    s.LogLevel.String(),
	}
	want := map[string]string{
		"listen":   "localhost:8080",
		"base":     "https://portal.example.com",
		"database": "sqlite:portal.db",
		"issuer":   "https://login.microsoftonline.com/" + someTenant + "/v2.0",
		"api":      "https://api.partnercenter.microsoft.com",
		"scope":    "https://api.partnercenter.microsoft.com/user_impersonation",
		"claim":    "roles",
		"editor":   "editor",
		"zone":     "UTC",
		"level":    "INFO",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAClientKeyInsteadOfASecret(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "portal.pem")
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	c := goodConfig()
	c.OIDCClientSecret, c.OIDCClientKeyFile = "", file
	s, err := c.Settings()
	if err != nil || s.ClientKey == nil || s.ClientSecret != "" {
		t.Errorf("key %v, %v", s.ClientKey, err)
	}
	c.OIDCClientSecret = "a client secret"
	if _, err := c.Settings(); err == nil || !strings.Contains(err.Error(), "PORTAL_OIDC_CLIENT_KEY_FILE is set beside a client secret") {
		t.Errorf("both: %v", err)
	}
	c.OIDCClientSecret, c.OIDCClientKeyFile = "", "config_test.go"
	if _, err := c.Settings(); err == nil || !strings.Contains(err.Error(), "PORTAL_OIDC_CLIENT_KEY_FILE holds no RSA private key") {
		t.Errorf("no key: %v", err)
	}
}

func TestF47EveryProblemIsNamedAtOnce(t *testing.T) {
	var c Config
	c.Listen = "8080"
	c.TLSCert = "portal.crt"
	c.TrustedProxies = []string{"10.0.0.1", "0.0.0.0/0", "proxy"}
	c.DatabaseURL = "mysql://db/portal"
	c.Cloud = "moon"
	c.OIDCTenants = []string{"contoso.onmicrosoft.com"}
	c.Roles = []string{"boss=king"}
	c.TimeZone = "Local"
	c.LogLevel = "loud"
	var got []string
	for _, p := range c.Validate() {
		got = append(got, p.Variable)
	}
	want := []string{
		"PORTAL_LISTEN", "PORTAL_BASE_URL", "PORTAL_TLS_KEY", "PORTAL_TRUSTED_PROXIES", "PORTAL_TRUSTED_PROXIES",
		"PORTAL_DATABASE_URL", "PORTAL_KEYS", "PORTAL_CLOUD", "PORTAL_OIDC_TENANTS", "PORTAL_OIDC_ISSUER",
		"PORTAL_OIDC_CLIENT_ID", "PORTAL_OIDC_CLIENT_SECRET", "PORTAL_ROLES", "PORTAL_TIME_ZONE", "PORTAL_LOG_LEVEL",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Each row changes one thing about a good configuration.
func TestWhatAConfigurationMayNotSay(t *testing.T) {
	entra := "https://login.microsoftonline.com/"
	for name, row := range map[string]struct {
		change func(*Config)
		want   string // the variable; "" when it is allowed
	}{
		"V12.2.1 plain http": {func(c *Config) { c.BaseURL = "http://portal.example.com" }, "PORTAL_BASE_URL"},
		"V12.2.1 plain http from other machines, and no proxy": {func(c *Config) { c.Listen = ":8080" }, "PORTAL_TRUSTED_PROXIES"},
		"V12.2.1 plain http on an address inside":              {func(c *Config) { c.Listen = "10.0.0.7:8080" }, "PORTAL_TRUSTED_PROXIES"},
		"V12.2.1 plain http on any address of the machine":     {func(c *Config) { c.Listen, c.BaseURL = "[::]:8080", "http://localhost:8080" }, "PORTAL_TRUSTED_PROXIES"},
		"V12.2.1 plain http from a proxy":                      {func(c *Config) { c.Listen, c.TrustedProxies = ":8080", []string{"10.0.3.7"} }, ""},
		"V12.2.1 plain http on this machine":                   {func(c *Config) { c.Listen = "127.0.0.1:8080" }, ""},
		"V12.2.1 plain http on this machine, by IPv6":          {func(c *Config) { c.Listen = "[::1]:8080" }, ""},
		"plain http on localhost":                              {func(c *Config) { c.BaseURL = "http://localhost:8080" }, ""},
		"V3.5.4 a path":                                        {func(c *Config) { c.BaseURL = "https://intranet.example.com/portal" }, "PORTAL_BASE_URL"},
		"a closing slash":                                      {func(c *Config) { c.BaseURL = "https://portal.example.com/" }, ""},
		"a user":                                               {func(c *Config) { c.BaseURL = "https://me@portal.example.com" }, "PORTAL_BASE_URL"},
		"a query":                                              {func(c *Config) { c.BaseURL = "https://portal.example.com/?a=b" }, "PORTAL_BASE_URL"},
		"no host":                                              {func(c *Config) { c.BaseURL = "https://:443" }, "PORTAL_BASE_URL"},
		"an address range":                                     {func(c *Config) { c.TrustedProxies = []string{"10.1.0.0/16", " ::1 ", ""} }, ""},
		"V6.3.2 the example's tenant":                          {func(c *Config) { c.OIDCTenants = []string{placeholderID} }, "PORTAL_OIDC_TENANTS"},
		"V6.3.2 the example's client":                          {func(c *Config) { c.OIDCClientID = placeholderID }, "PORTAL_OIDC_CLIENT_ID"},
		"V6.3.2 a secret to be":                                {func(c *Config) { c.OIDCClientSecret = "ChangeMe" }, "PORTAL_OIDC_CLIENT_SECRET"},
		"V6.3.2 V11.2.3 a key of zeros":                        {func(c *Config) { c.Keys = Secret("k1:" + strings.Repeat("A", 43) + "=") }, "PORTAL_KEYS"},
		"V6.3.2 V11.2.3 a key of one letter": {func(c *Config) {
			c.Keys = Secret("k1:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), 32)))
		}, "PORTAL_KEYS"},
		"A-07 everybody as proxy":                            {func(c *Config) { c.TrustedProxies = []string{"::/0"} }, "PORTAL_TRUSTED_PROXIES"},
		"A-07 half of everybody as proxy":                    {func(c *Config) { c.TrustedProxies = []string{"128.0.0.0/1"} }, "PORTAL_TRUSTED_PROXIES"},
		"A-07 a continent as proxy":                          {func(c *Config) { c.TrustedProxies = []string{"2000::/31"} }, "PORTAL_TRUSTED_PROXIES"},
		"A-07 all of IPv4, written as IPv6":                  {func(c *Config) { c.TrustedProxies = []string{"::ffff:0.0.0.0/96"} }, "PORTAL_TRUSTED_PROXIES"},
		"the widest networks of a proxy":                     {func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "2001:db8::/32"} }, ""},
		"V11.2.3 keys that do not read":                      {func(c *Config) { c.Keys = "k1:short" }, "PORTAL_KEYS"},
		"a database in memory":                               {func(c *Config) { c.DatabaseURL = "sqlite:" }, "PORTAL_DATABASE_URL"},
		"a PostgreSQL database":                              {func(c *Config) { c.DatabaseURL = "postgres://portal:x%40y@db.example.com/portal?sslmode=verify-full" }, ""},
		"with the longer name":                               {func(c *Config) { c.DatabaseURL = "postgresql://portal@db.example.com:5433/portal?sslmode=verify-ca" }, ""},
		"V12.3.1 V12.3.3 PostgreSQL elsewhere, unsaid":       {func(c *Config) { c.DatabaseURL = "postgres://db.example.com/portal" }, "PORTAL_DATABASE_URL"},
		"V12.3.2 V12.3.3 PostgreSQL elsewhere, unproved":     {func(c *Config) { c.DatabaseURL = "postgres://db.example.com/portal?sslmode=require" }, "PORTAL_DATABASE_URL"},
		"V12.3.3 one of several PostgreSQL servers unproved": {func(c *Config) { c.DatabaseURL = "postgres://localhost,db.example.com/portal?sslmode=prefer" }, "PORTAL_DATABASE_URL"},
		"PostgreSQL elsewhere, plain on purpose":             {func(c *Config) { c.DatabaseURL = "postgres://db.example.com/portal?sslmode=disable" }, ""},
		"PostgreSQL on this machine":                         {func(c *Config) { c.DatabaseURL = "postgres://portal@127.0.0.1/portal" }, ""},
		"V1.2.4 values in the text of statements":            {func(c *Config) { c.DatabaseURL = "postgres://localhost/portal?default_query_exec_mode=simple_protocol" }, "PORTAL_DATABASE_URL"},
		"V12.3.1 the API by plain http":                      {func(c *Config) { c.UpstreamURL = "http://api.example.com" }, "PORTAL_UPSTREAM_URL"},
		"V12.3.1 the provider by plain http":                 {func(c *Config) { c.OIDCIssuer = "http://id.example.com" }, "PORTAL_OIDC_ISSUER"},
		"a PostgreSQL mode unheard of":                       {func(c *Config) { c.DatabaseURL = "postgres://db.example.com/portal?sslmode=perhaps" }, "PORTAL_DATABASE_URL"},
		"R-08 common":                                        {func(c *Config) { c.OIDCIssuer = entra + "common/v2.0" }, "PORTAL_OIDC_ISSUER"},
		"R-08 organizations":                                 {func(c *Config) { c.OIDCIssuer = entra + "organizations/v2.0" }, "PORTAL_OIDC_ISSUER"},
		"R-08 consumers":                                     {func(c *Config) { c.OIDCIssuer = entra + "consumers/v2.0" }, "PORTAL_OIDC_ISSUER"},
		"R-08 a placeholder":                                 {func(c *Config) { c.OIDCIssuer = entra + "{tenantid}/v2.0" }, "PORTAL_OIDC_ISSUER"},
		"R-08 a domain for the tenant":                       {func(c *Config) { c.OIDCIssuer = entra + "contoso.onmicrosoft.com/v2.0" }, "PORTAL_OIDC_ISSUER"},
		"R-08 the older endpoint":                            {func(c *Config) { c.OIDCIssuer = "https://sts.windows.net/" + someTenant + "/" }, "PORTAL_OIDC_ISSUER"},
		"R-08 common, of another provider":                   {func(c *Config) { c.OIDCIssuer = "https://id.example.com/common" }, "PORTAL_OIDC_ISSUER"},
		"R-08 a placeholder, of another provider":            {func(c *Config) { c.OIDCIssuer = "https://id.example.com/{tenant}" }, "PORTAL_OIDC_ISSUER"},
		"another provider on this machine":                   {func(c *Config) { c.OIDCIssuer = "http://127.0.0.1:8081" }, ""},
		"the tenant's issuer":                                {func(c *Config) { c.OIDCIssuer = entra + someTenant + "/v2.0" }, ""},
		"another tenant's issuer":                            {func(c *Config) { c.OIDCIssuer = entra + "00000000-0000-4000-8000-000000000001/v2.0" }, "PORTAL_OIDC_TENANTS"},
		"Entra without tenants":                              {func(c *Config) { c.OIDCIssuer, c.OIDCTenants = entra+someTenant+"/v2.0", nil }, "PORTAL_OIDC_TENANTS"},
		"another provider":                                   {func(c *Config) { c.OIDCIssuer, c.OIDCTenants = "https://id.example.com/realms/desk", nil }, ""},
		"two tenants, no issuer":                             {func(c *Config) { c.OIDCTenants = append(c.OIDCTenants, someTenant) }, "PORTAL_OIDC_ISSUER"},
		"V6.8.4 a sign-in of today":                          {func(c *Config) { c.OIDCMaxAge = "480" }, ""},
		"V6.8.4 a sign-in of half a minute":                  {func(c *Config) { c.OIDCMaxAge = "0.5" }, "PORTAL_OIDC_MAX_AGE"},
		"V6.8.4 a sign-in of tomorrow":                       {func(c *Config) { c.OIDCMaxAge = "-1" }, "PORTAL_OIDC_MAX_AGE"},
		"V7.5.3 a save within the hour":                      {func(c *Config) { c.OIDCSaveMaxAge = "60" }, ""},
		"V7.5.3 a save at once":                              {func(c *Config) { c.OIDCSaveMaxAge = "now" }, "PORTAL_OIDC_SAVE_MAX_AGE"},
		"V8.3.2 asked every five minutes":                    {func(c *Config) { c.OIDCConfirm = "300" }, ""},
		"V8.3.2 asked when a token runs out":                 {func(c *Config) { c.OIDCConfirm = "0" }, ""},
		"V8.3.2 asked all the time":                          {func(c *Config) { c.OIDCConfirm = "1" }, "PORTAL_OIDC_CONFIRM"},
		"V8.3.2 asked once a day":                            {func(c *Config) { c.OIDCConfirm = "86400" }, "PORTAL_OIDC_CONFIRM"},
		"a role nobody has":                                  {func(c *Config) { c.Roles = []string{"Billing.Edit=owner"} }, "PORTAL_ROLES"},
		"a value of two roles":                               {func(c *Config) { c.Roles = []string{"a=viewer", "a=editor"} }, "PORTAL_ROLES"},
		"a value that holds =":                               {func(c *Config) { c.Roles = []string{"cn=desk=editor"} }, ""},
		"a rule that is none":                                {func(c *Config) { c.Portfolios = []string{"north=region:EU"} }, "PORTAL_PORTFOLIOS"},
		"a rule for nobody":                                  {func(c *Config) { c.Portfolios = []string{"country:DE"} }, "PORTAL_PORTFOLIOS"},
		"V13 a claim without rules":                          {func(c *Config) { c.PortfoliosClaim = "groups" }, "PORTAL_PORTFOLIOS_CLAIM"},
		"a claim with rules":                                 {func(c *Config) { c.PortfoliosClaim, c.Portfolios = "groups", []string{"north=all"} }, ""},
		"V13.4.5 metrics where people are":                   {func(c *Config) { c.MetricsListen = "localhost:8080" }, "PORTAL_METRICS_LISTEN"},
		"V13.4.5 metrics elsewhere":                          {func(c *Config) { c.MetricsListen = "localhost:9090" }, ""},
		"rules":                                              {func(c *Config) { c.Portfolios = []string{"north=country:DE", "cn=lead=all"} }, ""},
		"a file of rules that is away":                       {func(c *Config) { c.PortfoliosFile = "no/such/file" }, "PORTAL_PORTFOLIOS_FILE"},
		"an API address with a path":                         {func(c *Config) { c.UpstreamURL = "https://api.example.com/v1" }, "PORTAL_UPSTREAM_URL"},
		"two scopes":                                         {func(c *Config) { c.UpstreamScope = "https://a.example/x https://b.example/y" }, "PORTAL_UPSTREAM_SCOPE"},
		"CA file that is not there":                          {func(c *Config) { c.CAFile = "missing.pem" }, "PORTAL_CA_FILE"},
		"CA file without a certificate":                      {func(c *Config) { c.CAFile = "config_test.go" }, "PORTAL_CA_FILE"},
		"a contact of two lines":                             {func(c *Config) { c.Contact = "Ada\nBob" }, "PORTAL_CONTACT"},
		"values kept for a year":                             {func(c *Config) { c.AuditValuesDays = "365" }, ""},
		"values kept for half a day":                         {func(c *Config) { c.AuditValuesDays = "0.5" }, "PORTAL_AUDIT_VALUES_DAYS"},
		"values kept since tomorrow":                         {func(c *Config) { c.AuditValuesDays = "-1" }, "PORTAL_AUDIT_VALUES_DAYS"},
		"values kept for ages":                               {func(c *Config) { c.AuditValuesDays = "40000" }, "PORTAL_AUDIT_VALUES_DAYS"},
		"a zone of this world":                               {func(c *Config) { c.TimeZone = "Europe/Lisbon" }, ""},
		"a zone of another":                                  {func(c *Config) { c.TimeZone = "Europe/Atlantis" }, "PORTAL_TIME_ZONE"},
		"certificate and key missing":                        {func(c *Config) { c.TLSCert, c.TLSKey = "no.crt", "no.key" }, "PORTAL_TLS_CERT"},
		"a secret twice":                                     {func(c *Config) { c.KeysFile = "config_test.go" }, "PORTAL_KEYS_FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			c := goodConfig()
			row.change(&c)
			var got []string
			for _, p := range c.Validate() {
				got = append(got, p.Variable)
			}
			want := []string{row.want}
			if row.want == "" {
				want = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who follows the guide gets a portal that starts: its examples are complete and allowed.
func TestTheExamplesOfTheGuideStart(t *testing.T) {
	read := func(file, begin, end string) string {
		text, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), begin)
		part, _, _ := strings.Cut(rest, end)
		return part
	}
	image := read("Dockerfile", "ENV ", "\n")
	for name, text := range map[string]string{
		"V12.2.1 systemd":     read("portal.env.example", "", "\x00"),
		"V12.2.1 a container": image + read("README.md", "docker run ", "portal:VERSION"),
	} {
		t.Run(name, func(t *testing.T) {
			c := goodConfig()
			c.BaseURL = ""
			for _, m := range regexp.MustCompile(`(?m)(?:^|[ \t])(PORTAL_\w+)=("[^"]*"|\S+)`).FindAllStringSubmatch(text, -1) {
				if strings.HasSuffix(m[1], "_FILE") || strings.HasPrefix(m[1], "PORTAL_OIDC_") {
					continue // of the one who installs it
				}
				for _, s := range settingsOf(&c) {
					if value := strings.Trim(m[2], `"`); s.Variable == m[1] && s.value.Kind() == reflect.Slice {
						s.value.Set(reflect.ValueOf(strings.Split(value, ",")))
					} else if s.Variable == m[1] {
						s.value.SetString(value)
					}
				}
			}
			if ps := c.Validate(); len(ps) > 0 || c.BaseURL == "" || len(c.TrustedProxies) == 0 {
				t.Errorf("%+v: %v", c.WebConfig, ps)
			}
		})
	}
}

// A certificate that browsers refuse is refused at start, while somebody looks.
func TestACertificateIsThePortals(t *testing.T) {
	ca := newAuthority(t)
	for name, row := range map[string]struct {
		certificate *tls.Certificate
		want        string
	}{
		"V12.2.2 its own":          {ca.issue(t, "portal.example.com", time.Hour), ""},
		"V12.2.2 another's":        {ca.issue(t, "desk.example.com", time.Hour), "is for another name"},
		"V12.2.2 one that is over": {ca.issue(t, "portal.example.com", -time.Minute), "ended on"},
	} {
		t.Run(name, func(t *testing.T) {
			c := goodConfig()
			c.Listen = ":8443" // with TLS any address will do
			c.TLSCert, c.TLSKey = filepath.Join(t.TempDir(), "portal.crt"), filepath.Join(t.TempDir(), "portal.key")
			key, err := x509.MarshalPKCS8PrivateKey(row.certificate.PrivateKey)
			if err != nil {
				t.Fatal(err)
			}
			for file, block := range map[string]*pem.Block{c.TLSCert: {Type: "CERTIFICATE", Bytes: row.certificate.Certificate[0]}, c.TLSKey: {Type: "PRIVATE KEY", Bytes: key}} {
				if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := c.Settings()
			switch {
			case row.want == "" && (err != nil || s.Certificate == nil):
				t.Errorf("refused: %v", err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), "PORTAL_TLS_CERT "+row.want)):
				t.Errorf("%v; want one that %s", err, row.want)
			}
		})
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := goodConfig()
	c.KeysFile, c.Keys = file("keys", string(c.Keys)+"\n"), ""
	c.OIDCClientSecretFile, c.OIDCClientSecret = file("secret", "  from a file\n"), ""
	c.DatabaseURLFile = file("database", "sqlite:/srv/portal.db\n")
	s, err := c.Settings()
	if err != nil {
		t.Fatal(err)
	}
	if s.ClientSecret != "from a file" || s.DatabaseURL != "sqlite:/srv/portal.db" {
		t.Errorf("client secret %d bytes, database %s", len(s.ClientSecret), string(s.DatabaseURL))
	}

	c.KeysFile = file("empty", "\n")
	c.OIDCClientSecretFile = folder
	for i, want := range []string{"PORTAL_KEYS_FILE is empty", "PORTAL_OIDC_CLIENT_SECRET_FILE cannot be read"} {
		if ps := c.Validate(); len(ps) != 2 || !strings.HasPrefix(ps[i].Variable+" "+ps[i].Text, want) {
			t.Errorf("problems %v, want one that begins %q", ps, want)
		}
	}
}

func TestA38ASecretIsNeverPrinted(t *testing.T) { t.Run("V13.3.1", testA38ASecretIsNeverPrinted) }

func testA38ASecretIsNeverPrinted(t *testing.T) {
	c := goodConfig()
	c.OIDCClientSecret = "hunter2"
	s, err := c.Settings()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("started", "config", c, "secret", c.OIDCClientSecret)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"json": string(asJSON), "slog": log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts[verb] = fmt.Sprintf(verb, c.OIDCClientSecret) + fmt.Sprintf(verb, &c.OIDCClientSecret)
	}
	texts["config %+v"], texts["config %#v"] = fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)
	texts["settings %+v"], texts["settings %#v"] = fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s)
	for how, text := range texts {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") || strings.Contains(text, string(c.Keys)) {
			t.Errorf("%s shows the secret: %s", how, text)
		}
		if !strings.Contains(how, "%d") && !strings.Contains(how, "%x") && !strings.Contains(text, "***") {
			t.Errorf("%s does not show that there is one: %s", how, text)
		}
	}
}

func TestAProblemDoesNotRepeatASecret(t *testing.T) {
	c := goodConfig()
	c.Keys = "k1:hunter2"
	c.DatabaseURL = "postgres://portal:hunter2@db/portal?sslmode=perhaps"
	if text := c.Validate().Error(); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}

func TestPortfoliosAreReadFromAFileToo(t *testing.T) {
	const customer = "9e929dec-86d4-4128-8716-1351ad7f384c"
	read := func(text string) (Settings, error) {
		c := goodConfig()
		c.Portfolios = []string{"lead=all"}
		c.PortfoliosFile = filepath.Join(t.TempDir(), "portfolios")
		if err := os.WriteFile(c.PortfoliosFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return c.Settings()
	}
	s, err := read("\ufeff# Of the north\r\nnorth = customer:" + customer + "\r\n\r\nnorth=country:dk\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lead", "north"}, s.Portfolios.Values()); diff != "" {
		t.Error(diff)
	}
	north := s.Portfolios.Of([]string{"north"})
	if !north.Holds(portfolio.Customer{ID: customer}) || !north.Holds(portfolio.Customer{Country: "DK"}) || north.Whole() || !s.Portfolios.Of([]string{"lead"}).Whole() {
		t.Error("the rules are not those of the file and the variable")
	}
	for _, text := range []string{"", "# nothing\n", "north=country:DE\nsouth\n", strings.Repeat("#", portfoliosLimit+1)} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), "PORTAL_PORTFOLIOS_FILE") {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if s, err := goodConfig().Settings(); err != nil || s.Portfolios != nil || s.PortfoliosClaim != "roles" {
		t.Errorf("without any rule: %v, %v", s.Portfolios, err)
	}
}

// A secret that was changed in its file counts from the next start on, as the guide says.
func TestASecretIsChangedInItsFile(t *testing.T) {
	t.Run("V13.3.4", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "secret")
		c := goodConfig()
		c.OIDCClientSecret, c.OIDCClientSecretFile = "", file
		for _, text := range []string{"the first", "the second"} {
			if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := c.Settings(); err != nil || string(s.ClientSecret) != text {
				t.Errorf("%d bytes, %v; want %q", len(s.ClientSecret), err, text)
			}
		}
		guide, err := os.ReadFile("../../deploy/README.md")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(guide), "make a new one before, replace the file, restart") {
			t.Error("the guide does not say how")
		}
	})
}
