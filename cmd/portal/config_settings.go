package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // PORTAL_TIME_ZONE works in an image that has no zone files

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/seal"
	"github.com/partnerdesk/portal/web/signin"
)

// Settings is a Config that was read and found right: addresses parsed, files
// loaded, the cloud's presets filled in.
type Settings struct {
	Listen         string           // host:port
	BaseURL        *url.URL         // scheme and host only
	Certificate    *tls.Certificate // nil: plain HTTP, behind a proxy or on localhost
	TrustedProxies []netip.Prefix
	MetricsListen  string // host:port; "": no metrics

	DatabaseURL Secret
	Ring        *seal.Ring

	Issuer       string
	ClientID     string
	ClientSecret Secret
	Factors      []string          // one of which a sign-in must show; none: any will do
	MaxAge       time.Duration     // of a sign-in at the provider; 0: it does not matter
	SaveMaxAge   time.Duration     // of a sign-in at the provider when somebody saves; 0: it does not matter
	Confirm      time.Duration     // how old the provider's word about a person may be; 0: as their token
	ClientKey    *signin.ClientKey // instead of the secret
	Tenants      []string          // lower-case GUIDs; empty: any the issuer signs in
	RolesClaim   string
	Roles        map[string]string // value of the claim → role

	PortfoliosClaim string
	Portfolios      portfolio.Rules // nil: everybody sees all customers

	Cloud       pcclient.Cloud // with the overrides of address and scope
	RecoveryApp bool           // settle what a crash left by reading as the application
	Roots       *x509.CertPool // nil: the system's

	Contact        string
	ReasonRequired bool
	ValuesDays     int // after how many days audit values are deleted; 0: never
	Location       *time.Location
	LogLevel       slog.Level

	Now func() time.Time // the machine's clock; nil: time.Now

	Second time.Duration // of the limits on how fast people may be; 0: a second. Benchmarks are faster.
}

// Problem is one thing wrong with the configuration. Its text never repeats the
// value of a secret.
type Problem struct {
	Variable string // PORTAL_…
	Text     string // follows the name: "is missing"
}

// Problems is all that is wrong with a configuration, in the order of Config.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	var b strings.Builder
	b.WriteString("the configuration has ")
	if len(ps) == 1 {
		b.WriteString("a problem:")
	} else {
		fmt.Fprintf(&b, "%d problems:", len(ps))
	}
	for _, p := range ps {
		fmt.Fprintf(&b, "\n  %s %s", p.Variable, p.Text)
	}
	return b.String()
}

func (ps *Problems) add(variable, format string, args ...any) {
	*ps = append(*ps, Problem{Variable: variable, Text: fmt.Sprintf(format, args...)})
}

// Validate returns everything that is wrong, nil if nothing is. It reads the
// files the configuration names and calls nobody. It does not return an error
// because kong would call such a method by itself, and report a configuration
// that is wrong as a command line that is.
func (c Config) Validate() Problems {
	_, err := c.Settings()
	ps, _ := errors.AsType[Problems](err)
	return ps
}

// Settings reads the configuration. The error is Problems, all of them at once.
func (c Config) Settings() (Settings, error) {
	c = c.withDefaults()
	var s Settings
	var ps Problems
	c.WebConfig.read(&s, &ps)
	c.DatabaseConfig.read(&s, &ps)
	c.UpstreamConfig.read(&s, &ps)
	c.SignInConfig.read(&s, &ps)
	c.GeneralConfig.read(&s, &ps)
	if len(ps) > 0 {
		return Settings{}, ps
	}
	return s, nil
}

func (c DatabaseConfig) read(s *Settings, ps *Problems) {
	s.DatabaseURL = c.readDatabase(ps)
	keys, err := c.Keys.orFile(c.KeysFile)
	switch {
	case err != nil:
		ps.add(fileVariable("PORTAL_KEYS", c.KeysFile), "%v", err)
	case keys == "":
		ps.add("PORTAL_KEYS", `is missing: "portal keys new" prints a key`)
	default:
		if s.Ring, err = seal.ParseKeys(string(keys)); err != nil {
			ps.add(fileVariable("PORTAL_KEYS", c.KeysFile), "does not read: %v", err)
		}
	}
}

// defaultDatabase stands here and not in the tag, where a flag's default would
// contradict PORTAL_DATABASE_URL_FILE.
const defaultDatabase = "sqlite:portal.db"

// readDatabase returns the database URL alone, for commands that need no more.
func (l DatabaseLocation) readDatabase(ps *Problems) Secret {
	address, err := l.DatabaseURL.orFile(l.DatabaseURLFile)
	variable := fileVariable("PORTAL_DATABASE_URL", l.DatabaseURLFile)
	if err == nil && address == "" {
		return defaultDatabase
	}
	if err == nil {
		err = database.CheckURL(string(address))
	}
	if err != nil {
		ps.add(variable, "%v", err)
	}
	return address
}

// mostDays is a hundred years.
const mostDays = 36500

func (c GeneralConfig) read(s *Settings, ps *Problems) {
	s.Contact = strings.TrimSpace(c.Contact)
	if len(s.Contact) > 200 || strings.ContainsFunc(s.Contact, func(r rune) bool { return r < ' ' }) {
		ps.add("PORTAL_CONTACT", "must be one line of at most 200 bytes")
	}
	switch s.ReasonRequired = c.Reason == "required"; c.Reason {
	case "optional", "required":
	default:
		ps.add("PORTAL_REASON", "must be optional or required")
	}
	days, err := strconv.ParseUint(strings.TrimSpace(c.AuditValuesDays), 10, 16)
	if s.ValuesDays = int(days); err != nil || days > mostDays {
		ps.add("PORTAL_AUDIT_VALUES_DAYS", "must be a number of whole days up to %d, or 0 to keep the values", mostDays)
	}
	// "Local" is whatever machine this is: people would not know whose time they read.
	if s.Location, err = time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		ps.add("PORTAL_TIME_ZONE", "must be a zone such as Europe/Lisbon or UTC")
	}
	switch level := strings.ToLower(c.LogLevel); level {
	case "debug", "info", "warn", "error":
		_ = s.LogLevel.UnmarshalText([]byte(level)) // these four always parse
	default:
		ps.add("PORTAL_LOG_LEVEL", "must be debug, info, warn or error")
	}
}

// fileVariable is the variable at fault: the …_FILE form if that was used.
func fileVariable(name, file string) string {
	if file != "" {
		return name + "_FILE"
	}
	return name
}
