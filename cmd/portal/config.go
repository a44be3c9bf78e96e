package main

// Config is everything `portal serve` is told from outside, as text: kong fills
// it from flags and PORTAL_ variables, Validate says what is wrong with it, and
// Settings turns it into what the program uses.
//
// The help texts, defaults and examples in the tags are the reference: both
// `portal serve --help` and the table in deploy/README.md are made from them.
type Config struct {
	WebConfig
	DatabaseConfig
	UpstreamConfig
	SignInConfig
	GeneralConfig
}

// WebConfig says where the portal listens and under which address people reach it.
type WebConfig struct {
	Listen         string   `env:"PORTAL_LISTEN" default:"localhost:8080" placeholder:"HOST:PORT" help:"Address to listen on. An empty host means all interfaces." group:"Address"`
	BaseURL        string   `env:"PORTAL_BASE_URL" placeholder:"URL" help:"Address people open, without a path: https, or http on localhost. Required." example:"https://portal.example.com" group:"Address"`
	TLSCert        string   `env:"PORTAL_TLS_CERT" placeholder:"FILE" help:"Certificate chain in PEM, to serve TLS without a proxy. Read at start." group:"Address"`
	TLSKey         string   `env:"PORTAL_TLS_KEY" placeholder:"FILE" help:"Private key of the certificate in PEM." group:"Address"`
	MetricsListen  string   `env:"PORTAL_METRICS_LISTEN" placeholder:"HOST:PORT" help:"Address to serve /metrics on for Prometheus, apart from the portal and without sign-in. Without it there are no metrics." example:"localhost:9090" group:"Address"`
	TrustedProxies []string `env:"PORTAL_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For is believed: addresses or CIDR ranges (at most a /8 of IPv4 or a /32 of IPv6), with commas between. Nobody else is believed. Required where PORTAL_LISTEN takes plain http from other machines; only these are answered then." example:"10.0.3.7,fd00:3::/64" group:"Address"`
}

// DatabaseConfig says where everything that must survive is kept, and under
// which keys.
type DatabaseConfig struct {
	DatabaseLocation
	Keys     Secret `env:"PORTAL_KEYS" hidden:"" help:"Keys that seal sessions, drafts and audit values, newest first: id:base64[,id:base64…]. The first seals, all open. Required. Made by portal keys new." group:"Storage"`
	KeysFile string `env:"PORTAL_KEYS_FILE" placeholder:"FILE" help:"File that holds the keys." group:"Storage"`
}

// DatabaseLocation is the database alone, for commands that seal nothing.
type DatabaseLocation struct {
	DatabaseURL     Secret `env:"PORTAL_DATABASE_URL" placeholder:"URL" help:"Database that holds sessions, drafts, submissions and the audit trail: sqlite:PATH, a file with mode 0600, for one portal; or postgres://USER:PASSWORD@HOST/NAME, for several. Without it: sqlite:portal.db." example:"postgres://portal@db.example.com/portal?sslmode=verify-full" group:"Storage"`
	DatabaseURLFile string `env:"PORTAL_DATABASE_URL_FILE" placeholder:"FILE" help:"File that holds the database URL." group:"Storage"`
}

// UpstreamConfig says which Partner Center the portal talks to.
type UpstreamConfig struct {
	Cloud         string `env:"PORTAL_CLOUD" default:"global" placeholder:"NAME" help:"Microsoft cloud: global, usgov or china. Presets the next two settings and the host of the issuer." group:"Partner Center"`
	UpstreamURL   string `env:"PORTAL_UPSTREAM_URL" placeholder:"URL" help:"Base address of the Partner Center API, without /v1. Without it: the cloud's." group:"Partner Center"`
	UpstreamScope string `env:"PORTAL_UPSTREAM_SCOPE" placeholder:"SCOPE" help:"Scope asked for at sign-in, so that the portal can act as the person. Without it: the cloud's." group:"Partner Center"`
	RecoveryApp   bool   `env:"PORTAL_RECOVERY_APP" help:"Let the portal read billing profiles as the application, to settle saves whose process died without waiting for a person to look. Needs app-only access to the Partner Center API." group:"Partner Center"`
	CAFile        string `name:"ca-file" env:"PORTAL_CA_FILE" placeholder:"FILE" help:"Certificates in PEM to trust besides the system's, for outgoing calls." group:"Partner Center"`
}

// SignInConfig says who may sign in, and what as.
type SignInConfig struct {
	OIDCIssuer           string   `name:"oidc-issuer" env:"PORTAL_OIDC_ISSUER" placeholder:"URL" help:"Issuer that signs people in. Without it: the cloud's, for the one tenant in PORTAL_OIDC_TENANTS." example:"https://login.microsoftonline.com/TENANT-ID/v2.0" group:"Sign-in"`
	OIDCClientID         string   `name:"oidc-client-id" env:"PORTAL_OIDC_CLIENT_ID" placeholder:"ID" help:"Application (client) ID of the app registration. Required." group:"Sign-in"`
	OIDCClientSecret     Secret   `name:"oidc-client-secret" env:"PORTAL_OIDC_CLIENT_SECRET" hidden:"" help:"Client secret of the app registration. Required, unless there is a client key." group:"Sign-in"`
	OIDCClientSecretFile string   `name:"oidc-client-secret-file" env:"PORTAL_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE" help:"File that holds the client secret." group:"Sign-in"`
	OIDCClientKeyFile    string   `name:"oidc-client-key-file" env:"PORTAL_OIDC_CLIENT_KEY_FILE" placeholder:"FILE" help:"File in PEM with an RSA private key, and with Microsoft Entra its certificate too. The portal proves itself by it, instead of a client secret. Read at start." group:"Sign-in"`
	OIDCTenants          []string `name:"oidc-tenants" env:"PORTAL_OIDC_TENANTS" placeholder:"GUID" help:"Tenants whose people may sign in, with commas between. Required with Microsoft Entra." group:"Sign-in"`
	OIDCMaxAge           string   `name:"oidc-max-age" env:"PORTAL_OIDC_MAX_AGE" default:"0" placeholder:"MINUTES" help:"How many minutes ago, at most, people may have signed in at the identity provider when they come from there; who did so earlier has to do it again. 0 leaves that to the provider." example:"480" group:"Sign-in"`
	OIDCSaveMaxAge       string   `name:"oidc-save-max-age" env:"PORTAL_OIDC_SAVE_MAX_AGE" default:"0" placeholder:"MINUTES" help:"How many minutes ago, at most, people may have signed in at the identity provider when they save; who did so earlier signs in once more and finds their changes as they were. The provider has to send auth_time in the ID token. 0 does not ask." example:"60" group:"Sign-in"`
	OIDCConfirm          string   `name:"oidc-confirm" env:"PORTAL_OIDC_CONFIRM" default:"60" placeholder:"SECONDS" help:"After how many seconds the identity provider is asked again whether a person may still do what they may, while they use the portal: who was disabled there, or lost a role, is out then. The portal asks by renewing their tokens, which may show in the provider's log of sign-ins. 0 asks only when a token runs out, about once an hour." example:"300" group:"Sign-in"`
	OIDCFactors          []string `name:"oidc-factors" env:"PORTAL_OIDC_FACTORS" placeholder:"VALUE" help:"Values of the claims amr and acr of the ID token, with commas between, of which a sign-in must have one. Without them any sign-in of the identity provider will do. See first whether the provider sends one of them." example:"mfa" group:"Sign-in"`
	RolesClaim           string   `env:"PORTAL_ROLES_CLAIM" default:"roles" placeholder:"NAME" help:"Claim of the ID token that lists a person's roles." group:"Sign-in"`
	Roles                []string `env:"PORTAL_ROLES" default:"viewer=viewer,editor=editor,auditor=auditor,administrator=administrator" placeholder:"VALUE=ROLE" help:"Which value of that claim gives which role: viewer, editor, auditor, administrator. Other values give none." example:"Billing.Edit=editor,Billing.Read=viewer" group:"Sign-in"`
	PortfoliosClaim      string   `env:"PORTAL_PORTFOLIOS_CLAIM" placeholder:"NAME" help:"Claim of the ID token whose values give customers. Without it: that of the roles." example:"groups" group:"Sign-in"`
	Portfolios           []string `env:"PORTAL_PORTFOLIOS" placeholder:"VALUE=RULE" help:"Which value of that claim gives which customers: all, country:DE, domain:contoso.com with what stands below it, or customer:TENANT-ID. Rules add up. Where any is set, nobody sees a customer that no rule gives them. Without them everybody sees all." example:"Portfolio.North=country:DE,Portfolio.North=country:DK,Portfolio.Lead=all" group:"Sign-in"`
	PortfoliosFile       string   `env:"PORTAL_PORTFOLIOS_FILE" placeholder:"FILE" help:"File that holds more of these rules, one a line; a line that begins with # is a remark. Read at start." group:"Sign-in"`
}

// GeneralConfig is what fits nowhere else.
type GeneralConfig struct {
	Contact         string `env:"PORTAL_CONTACT" placeholder:"TEXT" help:"Whom people should ask; pages that refuse something name it." example:"Billing support, ext. 4400" group:"General"`
	Reason          string `env:"PORTAL_REASON" default:"optional" placeholder:"WHEN" help:"Whether people have to give a reason before they save: optional or required." group:"General"`
	AuditValuesDays string `env:"PORTAL_AUDIT_VALUES_DAYS" default:"0" placeholder:"DAYS" help:"After how many whole days the values in the audit trail, before and after each change, are deleted. Who changed which fields, and when, stays. 0 keeps them." example:"730" group:"General"`
	TimeZone        string `env:"PORTAL_TIME_ZONE" default:"UTC" placeholder:"ZONE" help:"Time zone in which times are printed." example:"Europe/Lisbon" group:"General"`
	LogLevel        string `env:"PORTAL_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error." group:"General"`
}
