package database_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
)

// The two folders of migrations say the same in two dialects.
func TestBothEnginesHaveOneSchema(t *testing.T) {
	t.Run("the migrations have the same names", func(t *testing.T) {
		if diff := cmp.Diff(migrationsIn(t, "sqlite"), migrationsIn(t, "postgres")); diff != "" {
			t.Errorf("(-sqlite +postgres):\n%s", diff)
		}
	})
	file, server := databasetest.Open(t), databasetest.OpenPostgres(t)
	for what, statements := range map[string][2]string{
		"columns": {`
			SELECT m.name || '.' || c.name || CASE c.type WHEN 'TEXT' THEN ' text' WHEN 'INTEGER' THEN ' number' WHEN 'BIGINT' THEN ' number' ELSE c.type END ||
				CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END || ' default ' || COALESCE(c.dflt_value, 'nothing')
			FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`, `
			SELECT table_name || '.' || column_name || CASE data_type WHEN 'text' THEN ' text' WHEN 'bigint' THEN ' number' WHEN 'integer' THEN ' number' ELSE data_type END ||
				CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || ' default ' || COALESCE(replace(column_default, '::text', ''), 'nothing')
			FROM information_schema.columns WHERE table_schema = 'public'`},
		"keys": {`
			SELECT tbl || '(' || group_concat(col, ', ') || ')' FROM (
				SELECT m.name AS tbl, l.name AS idx, i.name AS col FROM sqlite_schema m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
				WHERE m.type = 'table' AND l."unique" = 1 ORDER BY i.seqno)
			GROUP BY tbl, idx UNION
			SELECT m.name || '(' || c.name || ')' FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.pk = 1 AND c.type = 'INTEGER'`, `
			SELECT x.indrelid::regclass || '(' || (SELECT string_agg(replace(pg_get_indexdef(x.indexrelid, n, true), '"', ''), ', ' ORDER BY n) FROM generate_series(1, x.indnkeyatts) n) || ')'
			FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace`},
		"indexes": {`
			SELECT l.name || ' ON ' || m.name || '(' || (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i) || ')' ||
				CASE l.partial WHEN 1 THEN ' of some rows' ELSE '' END
			FROM sqlite_schema m, pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin = 'c'`, `
			SELECT c.relname || ' ON ' || x.indrelid::regclass || '(' ||
				(SELECT string_agg(replace(pg_get_indexdef(x.indexrelid, n, true), '"', ''), ', ' ORDER BY n) FROM generate_series(1, x.indnkeyatts) n) || ')' ||
				CASE WHEN x.indpred IS NOT NULL THEN ' of some rows' ELSE '' END
			FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE c.relnamespace = 'public'::regnamespace
				AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype <> 'f')`},
		"triggers": {`
			SELECT name || ' on ' || tbl_name FROM sqlite_schema WHERE type = 'trigger'`, `
			SELECT tgname || ' on ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgname <> 'audit_never_truncated'`},
		"references": {`
			SELECT m.name || '.' || f."from" || ' to ' || f."table" || '.' || f."to" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`, `
			SELECT conrelid::regclass || '.' || a.attname || ' to ' || confrelid::regclass || '.' || b.attname FROM pg_constraint
				JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
				JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1] WHERE contype = 'f'`},
	} {
		t.Run("the same "+what, func(t *testing.T) {
			a, b := lines(t, file, statements[0]), lines(t, server, statements[1])
			if len(a) == 0 {
				t.Fatal("there are none")
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("(-sqlite +postgres):\n%s", diff)
			}
		})
	}
	t.Run("times and counters have room", func(t *testing.T) {
		narrow := lines(t, server, `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = 'public' AND data_type = 'integer'`)
		if diff := cmp.Diff([]string{"drafts.over", "preferences.keys_off"}, narrow); diff != "" { // 0 or 1
			t.Errorf("columns of 32 bits (-want +got):\n%s", diff)
		}
	})
}

func migrationsIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("migrations", folder))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i, e := range entries {
		if !strings.HasPrefix(e.Name(), fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("%s is number %d", e.Name(), i+1)
		}
		names = append(names, e.Name())
	}
	return names
}

// lines are the texts a statement yields, in order.
func lines(t *testing.T, db *database.DB, statement string) []string {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestF47MigrationsAtOnce(t *testing.T) {
	for engine, url := range map[string]string{"SQLite": databasetest.EmptySQLiteURL(t), "PostgreSQL": databasetest.EmptyPostgresURL(t)} {
		t.Run("F-47 four portals migrate at once on "+engine, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					db, err := database.Open(t.Context(), url)
					if err != nil {
						t.Errorf("open: %v", err)
						return
					}
					defer db.Close()
					if err := db.Migrate(t.Context()); err != nil {
						t.Errorf("migrate: %v", err)
					}
				})
			}
			wg.Wait()
			db := databasetest.OpenURL(t, url)
			want := migrationsIn(t, "sqlite")
			if got := lines(t, db, `SELECT name || '.sql' FROM migrations`); !slices.Equal(got, want) {
				t.Errorf("applied: %q; want %q", got, want)
			}
		})
	}
}
