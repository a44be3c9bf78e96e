package databasetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/partnerdesk/portal/web/database"
)

// PostgresURL names a migrated PostgreSQL database that goes away with the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return clone(t, "migrated")
}

// EmptyPostgresURL is PostgresURL before any migration.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return clone(t, "template0")
}

// databases counts those of this process.
var databases atomic.Int64

func clone(t testing.TB, template string) string {
	t.Helper()
	s, err := running()
	if errors.Is(err, errNotInstalled) && os.Getenv("CI") != "true" {
		t.Skip("PostgreSQL is not installed: nothing of this is tested on it")
	}
	if err != nil {
		t.Fatalf("start a PostgreSQL server: %v", err)
	}
	name := "test_" + strconv.FormatInt(databases.Add(1), 10)
	if err := s.create(name, template); err != nil {
		t.Fatalf("make a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if _, err := s.admin.ExecContext(ctx, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("drop the PostgreSQL database: %v", err)
		}
	})
	return s.url(name)
}

// server is the one PostgreSQL server of a test process.
type server struct {
	port  int
	admin *sql.DB
	leash *os.File // the server ends when this is closed, by whatever ends the process
	mu    sync.Mutex
}

// running starts the server when it is first asked for.
var running = sync.OnceValues(start)

func (s *server) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, name)
}

// create copies a template: that takes a tenth of the time of migrating. While it
// is copied nobody may be connected to it, nor copy it too.
func (s *server) create(name, template string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var version int
	if err := s.admin.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS integer)`).Scan(&version); err != nil {
		return err
	}
	how := ""
	if version >= 150000 { // before, there was no other way
		how = ` STRATEGY file_copy` // through the log it takes five times as long
	}
	_, err := s.admin.ExecContext(ctx, `CREATE DATABASE `+name+` TEMPLATE `+template+how)
	return err
}

// start makes a server in a folder of its own, on a free port.
func start() (*server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		s, err := startOnce(bin)
		if err == nil {
			return s, s.makeTemplate()
		}
		if try == 3 { // somebody may have taken the port meanwhile, but not each time
			return nil, err
		}
	}
}

func (s *server) makeTemplate() error {
	if err := s.create("migrated", "template0"); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	db, err := database.Open(ctx, s.url("migrated"))
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

var errNotInstalled = errors.New("PostgreSQL's programs are not installed")

// programs is the folder of initdb and postgres: on the PATH, or where Debian keeps
// them by version.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // initdb looks for the rest beside itself
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNotInstalled
	}
	slices.SortFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

func versionOf(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}
