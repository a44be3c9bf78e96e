package database

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// CheckURL reports what is wrong with a database URL, as far as that can be told
// without asking anybody: a sentence about it that begins with the verb, and never
// repeats the password.
func CheckURL(address string) error {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		if rest == "" || strings.HasPrefix(rest, ":") {
			return errors.New("needs a file: sqlite:PATH")
		}
		return nil
	case "postgres", "postgresql":
		config, err := parsePostgres(address)
		if u, bad := url.Parse(address); err == nil && bad == nil && u.Query().Has("default_query_exec_mode") {
			err = errors.New("must not say default_query_exec_mode: values travel apart from statements, and a pooler has to be in session mode")
		}
		if err == nil && !proves(config) && !plainOnPurpose(address) {
			err = errors.New("must say sslmode=verify-full for a server on another machine, or sslmode=disable where the network alone is to protect what is sent")
		}
		return err
	}
	return errors.New("must look like sqlite:PATH or postgres://USER@HOST/NAME")
}

// proves reports whether every server that may be reached is on this machine or has to
// show a certificate that is checked.
func proves(config *pgx.ConnConfig) bool {
	checked := func(host string, c *tls.Config) bool {
		addr, err := netip.ParseAddr(host)
		local := host == "localhost" || strings.HasPrefix(host, "/") || err == nil && addr.IsLoopback()
		return local || c != nil && (!c.InsecureSkipVerify || c.VerifyPeerCertificate != nil)
	}
	for _, other := range config.Fallbacks {
		if !checked(other.Host, other.TLSConfig) {
			return false
		}
	}
	return checked(config.Host, config.TLSConfig)
}

// plainOnPurpose reports whether a URL itself says that nothing is to be encrypted.
func plainOnPurpose(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Query().Get("sslmode") == "disable"
}

// HoldsPassword reports whether a database URL has a password in it.
func HoldsPassword(address string) bool {
	user, _, at := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(address, "postgresql://"), "postgres://"), "@")
	return strings.HasPrefix(address, "postgres") && (at && strings.Contains(user, ":") || strings.Contains(strings.ToLower(address), "password"))
}

func parsePostgres(address string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, unreadable(address, err)
	}
	return config, nil
}

// unreadable tells why a URL does not read, if the sentence is certain not to hold
// the password: an @ or a / in one puts parts of it anywhere.
func unreadable(address string, err error) error {
	if u, bad := url.Parse(address); bad == nil && u.RawQuery == "" || bad == nil && !strings.Contains(strings.ToLower(u.RawQuery), "password") {
		password, _ := u.User.Password()
		if _, why, ok := strings.Cut(err.Error(), "`: "); ok && (password == "" || !strings.Contains(why, password)) {
			return fmt.Errorf("does not read: %s", why)
		}
	}
	return errors.New("does not read: it must look like postgres://USER:PASSWORD@HOST:5432/NAME?sslmode=verify-full, with %40 for an @ in the password and %2F for a /")
}

// Describe says in a few words which database this is and how it is reached, or why
// the portal could not work with it. It changes nothing.
func (db *DB) Describe(ctx context.Context) (string, error) {
	var text string
	err := db.Write(ctx, func(tx *sql.Tx) (err error) {
		text, err = db.engine.describe(ctx, tx)
		return err
	})
	if err != nil {
		return "", err
	}
	missing, err := db.missing(ctx)
	if len(missing) > 0 {
		text += fmt.Sprintf(", %d migrations to come", len(missing))
	}
	return text, err
}
