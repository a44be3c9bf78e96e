// Package audittest fills a trail with as many entries as a busy partner has after
// years, for benchmarks. It is not for use outside the portal.
package audittest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

// The time the entries are spread over.
var (
	Begin = time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	End   = Begin.AddDate(2, 0, 0)
)

// Rows is how many entries benchmarks ask for: the environment's ROWS, or 50,000.
func Rows(t testing.TB) int {
	t.Helper()
	text := os.Getenv("ROWS")
	if text == "" {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		t.Fatalf("ROWS=%s is no number of entries", text)
	}
	return n
}

// People are the names in the trail, the busiest first.
func People() []string {
	list := make([]string, 40)
	for i := range list {
		list[i] = fmt.Sprintf("Person %02d", i)
	}
	return list
}

// Rare is who made three changes in all.
const Rare = "Rita Rare"

// Customers are those of a trail of n entries, the busiest first: one for each two
// hundred entries, but at least 250 and at most 5,000.
func Customers(n int) []pcclient.TenantID {
	list := make([]pcclient.TenantID, min(max(n/200, 250), 5000))
	for i := range list {
		list[i] = pcclient.TenantID(fmt.Sprintf("0b1f7a52-6f0e-4a53-9d4c-%012d", i))
	}
	return list
}

// Fill gives an empty trail n entries, chained as Append chains them and sealed with the
// ring's key. Those of PostgreSQL are copied from an SQLite file, in a fraction of the time
// that appending them takes.
func Fill(t testing.TB, db *database.DB, ring *seal.Ring, n int) {
	t.Helper()
	if !db.Shared() {
		restore := bare(t, db)
		fill(t, db, ring, n)
		restore()
		return
	}
	scratch := databasetest.OpenURL(t, "sqlite:"+filepath.Join(t.TempDir(), "trail.db"))
	Fill(t, scratch, ring, n)
	Copy(t, scratch, db)
}

// Copy gives an empty trail on PostgreSQL the entries of another.
func Copy(t testing.TB, from, to *database.DB) {
	t.Helper()
	clone(t, from, to, "audit", `seq, time, kind, submission, operator, operator_name, customer, fields, reason, request_id,
		correlation_id, upstream_code, values_hash, prev, hash, via`)
	clone(t, from, to, "audit_values", `seq, sealed`)
	err := to.Write(t.Context(), func(tx *sql.Tx) error { // as autovacuum does within a minute
		_, err := tx.ExecContext(t.Context(), `SET LOCAL statement_timeout = 0; ANALYZE audit, audit_values`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

const (
	perTransaction = 20_000
	perStatement   = 500
)

func fill(t testing.TB, db *database.DB, ring *seal.Ring, n int) {
	t.Helper()
	s := story{customers: Customers(n), people: People(), n: n}
	log := audit.New(db, ring, time.Now)
	for s.told < n {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			for until := min(n, s.told+perTransaction); s.told < until; {
				for _, r := range s.next() {
					if _, err := log.Append(t.Context(), tx, r.Entry, r.Values); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// bare takes the indexes and triggers off an SQLite file until restore is called: to make
// them at once for all entries takes a fraction of the time.
func bare(t testing.TB, db *database.DB) (restore func()) {
	t.Helper()
	rows, err := db.Read().QueryContext(t.Context(), `SELECT type, name, sql FROM sqlite_schema
		WHERE type IN ('index', 'trigger') AND tbl_name IN ('audit', 'audit_values') AND sql IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var drop, create []string
	for rows.Next() {
		var kind, name, statement string
		if err := rows.Scan(&kind, &name, &statement); err != nil {
			t.Fatal(err)
		}
		drop, create = append(drop, "DROP "+kind+" "+name), append(create, statement)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	run := func(statements []string) {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), strings.Join(statements, ";\n"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run(drop)
	return func() { run(create) }
}

// clone copies a table in the order of its numbers, which come first among the columns.
func clone(t testing.TB, from, to *database.DB, table, columns string) {
	t.Helper()
	width := strings.Count(columns, ",") + 1
	statement := func(rows int) string {
		marks := make([]string, rows)
		for i := range marks {
			one := make([]string, width)
			for j := range one {
				one[j] = "$" + strconv.Itoa(i*width+j+1)
			}
			marks[i] = "(" + strings.Join(one, ", ") + ")"
		}
		return "INSERT INTO " + table + " (" + columns + ") VALUES " + strings.Join(marks, ", ")
	}
	full, last := statement(perStatement), any(int64(0))
	for more := true; more; {
		err := to.Write(t.Context(), func(tx *sql.Tx) error {
			for range perTransaction / perStatement {
				args, err := part(t.Context(), from, table, columns, width, last)
				if err != nil || len(args) == 0 {
					more = false
					return err
				}
				insert := full
				if more = len(args) == perStatement*width; !more {
					insert = statement(len(args) / width)
				}
				if _, err := tx.ExecContext(t.Context(), insert, args...); err != nil || !more {
					return err
				}
				last = args[len(args)-width]
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// part is the cells of the next few rows of a table, row by row.
func part(ctx context.Context, from *database.DB, table, columns string, width int, after any) (cells []any, err error) {
	rows, err := from.Read().QueryContext(ctx, "SELECT "+columns+" FROM "+table+" WHERE seq > $1 ORDER BY seq LIMIT $2", after, perStatement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]any, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		cells = append(cells, row...)
	}
	return cells, rows.Err()
}

// story makes up what happened, the same each time.
type story struct {
	customers []pcclient.TenantID
	people    []string
	n, told   int
	dice      dice
}

// next is one submission, or one save past the portal.
func (s *story) next() []audit.Record {
	at := Begin.Add(time.Duration(float64(End.Sub(Begin)) * float64(s.told) / float64(s.n)))
	who := s.dice.few(len(s.people))
	e := audit.Entry{
		Time: at, Via: audit.ViaForm, Submission: pcclient.NewGUID(), CorrelationID: pcclient.NewGUID(),
		Operator: fmt.Sprintf("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c000|%032d", who), OperatorName: s.people[who],
		Customer: s.customers[s.dice.few(len(s.customers))],
	}
	e.RequestID = e.Submission
	if s.told%(s.n/3+1) < 3 { // a submission here and there has up to three entries
		e.OperatorName = Rare
	}
	var v audit.Values
	if s.dice.roll(4) == 0 {
		e.Fields = []string{"defaultAddress.city", "defaultAddress.addressLine1", "defaultAddress.postalCode"}
		v.Before = map[string]string{"defaultAddress.country": "PT", "defaultAddress.region": "", "defaultAddress.city": "Porto", "defaultAddress.state": "",
			"defaultAddress.addressLine1": fmt.Sprintf("Rua das Flores %d", s.told), "defaultAddress.addressLine2": "3.º Dto", "defaultAddress.postalCode": "4050-262"}
		v.After = map[string]string{"defaultAddress.country": "PT", "defaultAddress.region": "", "defaultAddress.city": "Lisboa", "defaultAddress.state": "",
			"defaultAddress.addressLine1": fmt.Sprintf("Avenida da Liberdade %d", s.told), "defaultAddress.addressLine2": "", "defaultAddress.postalCode": "1250-096"}
	} else {
		e.Fields = []string{"email"}
		v.Before = map[string]string{"email": fmt.Sprintf("accounts-%d@customer.example", s.told)}
		v.After = map[string]string{"email": fmt.Sprintf("invoices-%d@customer.example", s.told)}
	}
	v.CustomerName, v.Why = "Customer "+string(e.Customer[24:])+" Lda", "asked for by telephone"
	if s.dice.roll(30) == 0 {
		e.Via = audit.ViaUndo
	}
	kinds := []audit.Kind{audit.Recorded, audit.Sent, audit.Applied}
	switch s.dice.roll(50) {
	case 0, 1:
		kinds = []audit.Kind{audit.Recorded, audit.Rejected}
	case 2:
		kinds = []audit.Kind{audit.Recorded, audit.Sent, audit.InDoubt, audit.Applied}
	case 3, 4, 5, 6, 7:
		kinds = []audit.Kind{audit.Outside}
		e.Via, e.Operator, e.OperatorName = audit.ViaOutside, "", fmt.Sprintf("person.%02d@partner.example", who)
		e.Time = at.Add(-time.Duration(s.dice.roll(86_400)) * time.Second) // learned of later
	}
	var all []audit.Record
	for _, kind := range kinds[:min(len(kinds), s.n-s.told)] {
		one := audit.Record{Entry: e}
		if one.Kind = kind; kind == audit.Recorded || kind == audit.Applied || kind == audit.Outside {
			one.Values = v
		}
		if kind == audit.Rejected {
			one.Reason, one.UpstreamCode = "invalid", "2001"
		}
		all = append(all, one)
		e.Time = e.Time.Add(300 * time.Millisecond)
	}
	s.told += len(all)
	return all
}

// dice falls the same way each time.
type dice uint64

// roll is a number below n.
func (d *dice) roll(n int) int {
	*d += 0x9e3779b97f4a7c15
	x := uint64(*d)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) >> 33 % uint64(n))
}

// few is a number below n, the small ones often: half of all fall into the first eighth.
func (d *dice) few(n int) int {
	x := float64(d.roll(1<<20)) / (1 << 20)
	return int(x * x * x * float64(n))
}
