package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
		_, err := parsePostgres(address)
		return err
	}
	return errors.New("must look like sqlite:PATH or postgres://USER@HOST/NAME")
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
