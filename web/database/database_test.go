package database_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

func insert(ctx context.Context, db *database.DB, name string) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, 'me', 1, 0)`, name)
		return err
	})
}

func count(t *testing.T, db *database.DB, table string) int {
	t.Helper()
	var n int
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		if err := insert(ctx, db, "kept"); err != nil {
			t.Fatal(err)
		}
		own := errors.New("the store changed its mind")
		err := db.Write(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, `DELETE FROM leases`); err != nil {
				return err
			}
			return own
		})
		if !errors.Is(err, own) || errors.Is(err, database.ErrUnavailable) {
			t.Errorf("Write = %v; want the store's own error and no other", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("F-41 a panic inside a transaction was swallowed")
				}
			}()
			_ = db.Write(ctx, func(tx *sql.Tx) error {
				_, _ = tx.ExecContext(ctx, `DELETE FROM leases`)
				panic("bug")
			})
		}()
		if n := count(t, db, "leases"); n != 1 {
			t.Errorf("%d rows are left; want the one from before", n)
		}
		if err := insert(ctx, db, "after"); err != nil {
			t.Errorf("writing after a panic: %v", err)
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		rows, err := db.Read().QueryContext(t.Context(), `INSERT INTO leases VALUES ('x', 'x', 1, 1) RETURNING name`)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if err == nil || count(t, db, "leases") != 0 {
			t.Errorf("a reading handle wrote a row (err %v)", err)
		}
	})
}

func TestManyWritersAndReadersAtOnce(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 20 {
					if err := insert(ctx, db, string(rune('a'+i))+string(rune('a'+j))); err != nil {
						t.Errorf("write: %v", err)
					}
					var n int
					if err := db.Read().QueryRowContext(ctx, `SELECT count(*) FROM leases`).Scan(&n); err != nil || n == 0 {
						t.Errorf("read %d: %v", n, err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, db, "leases"); n != 160 {
			t.Errorf("%d rows; want 160", n)
		}
	})
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name ?#%41.db")
	db, err := database.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count(t, db, "audit") != 0 { // the reading handles open the same file
		t.Error("a new trail has entries")
	}
	files, _ := filepath.Glob(filepath.Dir(path) + "/*")
	if len(files) < 2 {
		t.Errorf("files %q; want the database and its log", files)
	}
	for _, file := range files {
		if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(file), info.Mode())
		}
	}
}

func TestAFileBroughtBackIsTheOwnersAloneAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o664); err != nil { // past the umask, as a restore may leave it
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(path + "*")
	for _, file := range files {
		if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(file), info.Mode())
		}
	}
}

func TestF35TroubleWithTheFile(t *testing.T) {
	t.Run("F-35 locked by another process", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "portal.db")
		db, err := database.Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		other, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		other.SetMaxOpenConns(1)
		if _, err := other.Exec(`BEGIN EXCLUSIVE`); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := insert(ctx, db, "x"); !errors.Is(err, database.ErrUnavailable) {
			t.Errorf("Write = %v; want ErrUnavailable", err)
		}
		if _, err := other.Exec(`ROLLBACK`); err != nil {
			t.Fatal(err)
		}
		if err := insert(t.Context(), db, "x"); err != nil {
			t.Errorf("after the lock is gone: %v", err)
		}
	})
	t.Run("F-35 not a database", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "portal.db")
		if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := database.Open(t.Context(), "sqlite:"+path); err == nil {
			db.Close()
			t.Error("opened")
		}
	})
	t.Run("F-35 no such folder", func(t *testing.T) {
		if db, err := database.Open(t.Context(), "sqlite:/nowhere/at/all/portal.db"); err == nil {
			db.Close()
			t.Error("opened")
		}
	})
}

func TestNoErrorShowsThePassword(t *testing.T) {
	for _, url := range []string{
		"", "portal.db", "sqlite:", "sqlite::memory:", "mysql://u:hunter2@db/portal",
		"postgres://u:hunter2@127.0.0.1:1/portal?connect_timeout=1", "postgres://u:hunter2@[::1/portal", "postgres://u:hun%ter2@db/portal",
		"postgresql://u:hunter2@127.0.0.1:port/portal", "postgres://u@127.0.0.1:1/portal?password=hunter2&sslmode=no",
	} {
		db, err := database.Open(t.Context(), url)
		if err == nil {
			db.Close()
			t.Errorf("Open(%q) worked", url)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "ter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestTimesSurviveStorage(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 30, 0, 123456000, time.FixedZone("", 3600))
	if got := database.Time(database.Micros(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("stored %v came back as %v", at, got)
	}
	if got := database.Time(database.Micros(time.Time{})); !got.IsZero() {
		t.Errorf("no time came back as %v", got)
	}
}
