package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

func TestMigrateThenVerifyOnPostgreSQL(t *testing.T) {
	t.Setenv("PORTAL_DATABASE_URL", databasetest.EmptyPostgresURL(t))
	for range 2 {
		if code, out, complaints := portal(t, "migrate"); code != 0 {
			t.Fatalf("migrate: exit code %d, %s%s", code, out, complaints)
		}
	}
	t.Setenv("PORTAL_KEYS", seal.NewKey())
	code, out, complaints := portal(t, "audit", "verify")
	if code != 0 || !strings.Contains(out, "0 entries") {
		t.Errorf("audit verify: exit code %d, %s%s", code, out, complaints)
	}
}

func TestCheckNamesThePostgreSQLServer(t *testing.T) {
	check := func(address string) string {
		t.Helper()
		text, err := checkDatabase(t.Context(), Settings{DatabaseURL: Secret(address)})
		if err != nil {
			text = "TROUBLE " + err.Error()
		}
		if strings.Contains(text, "hunter2") {
			t.Errorf("the password is shown: %s", text)
		}
		return text
	}
	empty := as(t, databasetest.EmptyPostgresURL(t), "postgres", "hunter2")
	for _, want := range []string{"127.0.0.1:", "PostgreSQL 1", "without TLS", "migrations to come"} {
		if got := check(empty); !strings.Contains(got, want) {
			t.Errorf("an empty database: %s; want %q", got, want)
		}
	}
	migrated := as(t, databasetest.PostgresURL(t), "postgres", "hunter2")
	if got := check(migrated); strings.Contains(got, "to come") || strings.Contains(got, "TROUBLE") {
		t.Errorf("a migrated one: %s", got)
	}
	if got := check(migrated + "&default_transaction_read_only=on"); !strings.Contains(got, "TROUBLE") || !strings.Contains(got, "can only be read") {
		t.Errorf("F-33 a server that takes no writes: %s", got)
	}
	if got := check("postgres://portal:hunter2@127.0.0.1:1/portal?sslmode=disable"); !strings.Contains(got, "TROUBLE") {
		t.Errorf("a server that is not there: %s", got)
	}
}

// as is a database's URL for another role.
func as(t *testing.T, address, role, password string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, password)
	return u.String()
}

// instructions returns the SQL that deploy/README.md gives between two marks.
func instructions(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../deploy/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "<!-- begin "+name+" -->\n```sql\n")
	statements, _, ended := strings.Cut(rest, "```\n<!-- end "+name+" -->")
	if !ok || !ended {
		t.Fatalf("deploy/README.md has no SQL marked %q", name)
	}
	return statements
}

// I-7, V16.4.2: what the guide says about roles is what protects the trail.
func TestI7ThePortalsRoleCannotChangeTheTrail(t *testing.T) {
	t.Run("V13.2.1 V13.2.2 V13.3.2", testI7ThePortalsRoleCannotChangeTheTrail)
}

func testI7ThePortalsRoleCannotChangeTheTrail(t *testing.T) {
	server := databasetest.EmptyPostgresURL(t)
	admin := connect(t, server)
	t.Cleanup(func() {
		for _, statement := range []string{`DROP DATABASE IF EXISTS portal WITH (FORCE)`, `DROP ROLE IF EXISTS portal`, `DROP ROLE IF EXISTS portal_owner`} {
			if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
	for _, statement := range strings.SplitAfter(strings.TrimSpace(instructions(t, "roles of the server")), ";") { // a database is not made in a transaction
		if _, err := admin.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/portal"
	ownersURL, portalsURL := as(t, u.String(), "portal_owner", "x"), as(t, u.String(), "portal", "x")
	owner := connect(t, ownersURL)
	run := func(name string) {
		t.Helper()
		if _, err := owner.Exec(instructions(t, name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}

	run("rights before")
	serving, err := database.Open(t.Context(), portalsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer serving.Close()
	if err := serving.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "run portal migrate") {
		t.Errorf("F-47 a portal on an empty database: %v; want to hear of portal migrate", err)
	}
	t.Setenv("PORTAL_DATABASE_URL", ownersURL)
	if code, out, complaints := portal(t, "migrate"); code != 0 {
		t.Fatalf("migrate: exit code %d, %s%s", code, out, complaints)
	}
	run("rights after")
	if err := serving.Migrate(t.Context()); err != nil {
		t.Errorf("a portal on an up-to-date schema: %v", err)
	}

	ring, err := seal.ParseKeys(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	trail := audit.New(serving, ring, time.Now)
	entry := audit.Entry{Kind: audit.Applied, Submission: "s1", Customer: "c1", Fields: []string{"email"}}
	values := audit.Values{Before: map[string]string{"email": "a@example.com"}, After: map[string]string{"email": "b@example.com"}}
	err = serving.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := trail.Append(t.Context(), tx, entry, values)
		return err
	})
	if err != nil {
		t.Fatalf("append as the portal's role: %v", err)
	}
	refused := []string{
		`UPDATE audit SET reason = 'x'`, `DELETE FROM audit`, `TRUNCATE audit CASCADE`, `DROP TABLE audit`,
		`ALTER TABLE audit DISABLE TRIGGER USER`, `DROP TRIGGER audit_never_updated ON audit`, `UPDATE audit_values SET sealed = 'x'`,
		`CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
		`INSERT INTO migrations (name, applied_at) VALUES ('9999_no', 1)`, `CREATE TABLE mine (id BIGINT)`,
	}
	for _, statement := range append(refused, `DELETE FROM audit_values`) {
		wantRefused(t, serving, statement)
	}
	for _, statement := range lesser {
		if err := execute1(t, serving, statement); err != nil {
			t.Errorf("the portal may not %s: %v", statement, err)
		}
	}
	run("rights for retention")
	for _, statement := range refused {
		wantRefused(t, serving, statement)
	}
	if n, err := trail.DeleteValues(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("retention as the portal's role: %d, %v", n, err)
	}
	if n, err := trail.Verify(t.Context()); n != 1 || err != nil {
		t.Errorf("Verify = %d, %v", n, err)
	}
}

// lesser is one statement of each kind that the portal needs on every other table.
var lesser = []string{
	`INSERT INTO drafts (key, draft, operator, customer, opened_at, saved_at, sealed) VALUES ('k', 'd', 'o', 'c', 1, 1, '')`,
	`UPDATE drafts SET over = 1`, `DELETE FROM drafts`, `UPDATE submissions SET fence = 1`, `DELETE FROM sessions`, `UPDATE sessions SET version = 1`,
	`INSERT INTO leases (name, holder, fence, expires_at) VALUES ('n', '', 1, 1)`, `UPDATE leases SET fence = 2`,
	`DELETE FROM recents`, `DELETE FROM presence`, `UPDATE customers SET read_at = 1`,
}

func wantRefused(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	var server *pgconn.PgError
	if err := execute1(t, db, statement); !errors.As(err, &server) || server.Code != "42501" || !errors.Is(err, database.ErrUnavailable) {
		t.Errorf("%s: %v; want SQLSTATE 42501", statement, err)
	}
}

func execute1(t *testing.T, db *database.DB, statement string) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement)
		return err
	})
}

func connect(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
