// Package directory knows which customers an operator looked at lately, and by that
// what customers are called. Names are sealed: the file shows tenant IDs and times
// only. It is not for use outside the portal.
package directory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

const (
	purpose = "recent customer"
	// kept is how many customers are remembered for each operator.
	kept = 50
	// fresh is how long a visit stands for the next ones: going from page to page
	// of one customer must not cost a disk write each.
	fresh = time.Minute
)

// Recent is a customer an operator looked at, with the name seen then.
type Recent struct {
	Customer pcclient.TenantID
	Name     string
	At       time.Time
}

// Recents keeps the lists in the portal's database. It is safe for concurrent use.
type Recents struct {
	db   *database.DB
	ring *seal.Ring
	now  func() time.Time
}

// NewRecents returns the store. now is time.Now outside tests.
func NewRecents(db *database.DB, ring *seal.Ring, now func() time.Time) *Recents {
	return &Recents{db: db, ring: ring, now: now}
}

// Touch puts the customer at the top of the operator's list. Of a very long name
// the beginning is kept.
func (r *Recents) Touch(ctx context.Context, operator string, customer pcclient.TenantID, name string) error {
	now := r.now()
	name = clip(name)
	last, err := r.Find(ctx, operator, customer)
	if err != nil {
		return fmt.Errorf("note recent customer: %w", err)
	}
	if last.Name == name && now.Sub(last.At) < fresh {
		return nil
	}
	err = r.db.Write(ctx, func(tx *sql.Tx) error {
		// Two visits at once, each about to drop what the other notes, would wait for each other.
		if err := r.db.Lock(ctx, tx, "recents of "+operator); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO recents (operator, customer, name, seen_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (operator, customer) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at`,
			operator, string(customer), r.ring.Seal(purpose, []byte(name), bound(operator, customer)), database.Micros(now))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			DELETE FROM recents WHERE operator = $1 AND customer NOT IN
				(SELECT customer FROM recents WHERE operator = $1 ORDER BY seen_at DESC, customer LIMIT $2)`, operator, kept)
		return err
	})
	if err != nil {
		return fmt.Errorf("note recent customer: %w", err)
	}
	return nil
}

// List returns the operator's customers, latest first, at most limit of them;
// none is an empty list.
func (r *Recents) List(ctx context.Context, operator string, limit int) ([]Recent, error) {
	rows, err := r.db.Read().QueryContext(ctx,
		`SELECT operator, customer, name, seen_at FROM recents WHERE operator = $1 ORDER BY seen_at DESC, customer LIMIT $2`, operator, limit)
	if err != nil {
		return nil, fmt.Errorf("list recent customers: %w", err)
	}
	defer rows.Close()
	var list []Recent
	for rows.Next() {
		one, err := r.scan(rows.Scan)
		if errors.Is(err, seal.ErrSealed) {
			continue // sealed with a key that is gone: the list is a convenience
		}
		if err != nil {
			return nil, fmt.Errorf("list recent customers: %w", err)
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list recent customers: %w", err)
	}
	return list, nil
}

// Names returns what some customers were called when anybody opened them last. Those
// that nobody did are left out.
func (r *Recents) Names(ctx context.Context, customers []pcclient.TenantID) (map[pcclient.TenantID]string, error) {
	names := map[pcclient.TenantID]string{}
	if len(customers) == 0 {
		return names, nil
	}
	marks, args := make([]string, len(customers)), make([]any, len(customers))
	for i, id := range customers {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), string(id)
	}
	rows, err := r.db.Read().QueryContext(ctx,
		`SELECT operator, customer, name, seen_at FROM recents WHERE customer IN (`+strings.Join(marks, ", ")+`) ORDER BY seen_at, operator`, args...)
	if err != nil {
		return nil, fmt.Errorf("name customers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		one, err := r.scan(rows.Scan)
		if errors.Is(err, seal.ErrSealed) {
			continue // as in List
		}
		if err != nil {
			return nil, fmt.Errorf("name customers: %w", err)
		}
		names[one.Customer] = one.Name
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("name customers: %w", err)
	}
	return names, nil
}

// Find returns the customer's place in the operator's list, or the zero Recent.
func (r *Recents) Find(ctx context.Context, operator string, customer pcclient.TenantID) (Recent, error) {
	row := r.db.Read().QueryRowContext(ctx,
		`SELECT operator, customer, name, seen_at FROM recents WHERE operator = $1 AND customer = $2`, operator, string(customer))
	one, err := r.scan(row.Scan)
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, seal.ErrSealed) {
		return Recent{}, nil
	}
	if err != nil {
		return Recent{}, fmt.Errorf("find a recent customer: %w", err)
	}
	return one, nil
}

func (r *Recents) scan(scan func(...any) error) (Recent, error) {
	var one Recent
	var operator, sealed string
	var seen int64
	if err := scan(&operator, &one.Customer, &sealed, &seen); err != nil {
		return Recent{}, err
	}
	name, err := r.ring.Open(purpose, sealed, bound(operator, one.Customer))
	if err != nil {
		return Recent{}, err
	}
	one.Name, one.At = string(name), database.Time(seen)
	return one, nil
}

// longestName is how many characters of a name are kept: the list stands on every
// page, and what is in it was written by others.
const longestName = 200

func clip(name string) string {
	if runes := []rune(name); len(runes) > longestName {
		return string(runes[:longestName-1]) + "…"
	}
	return name
}

func bound(operator string, customer pcclient.TenantID) []byte {
	b, _ := json.Marshal([]string{operator, string(customer)}) // strings always marshal
	return b
}
