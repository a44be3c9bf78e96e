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
	"github.com/partnerdesk/portal/web/portfolio"
	"github.com/partnerdesk/portal/web/seal"
)

const purposeFacts = "customer facts"

// Fact is what a portfolio goes by, as Partner Center told it at a time.
type Fact struct {
	portfolio.Customer
	At time.Time
}

// Facts keeps what portfolios go by, for all people and all portals on the database, so
// that lists need not ask Partner Center about each row. It is safe for concurrent use.
type Facts struct {
	db   *database.DB
	ring *seal.Ring
	now  func() time.Time
}

// NewFacts returns the store. now is time.Now outside tests.
func NewFacts(db *database.DB, ring *seal.Ring, now func() time.Time) *Facts {
	return &Facts{db: db, ring: ring, now: now}
}

// sealedFact is the sealed part of a row.
type sealedFact struct {
	Domain  string `json:"domain"`
	Country string `json:"country"`
}

// Keep notes what Partner Center told just now.
func (f *Facts) Keep(ctx context.Context, c portfolio.Customer) error {
	plain, err := json.Marshal(sealedFact{clip(c.Domain), c.Country})
	if err != nil {
		return err
	}
	err = f.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO customers (customer, read_at, sealed) VALUES ($1, $2, $3)
			ON CONFLICT (customer) DO UPDATE SET read_at = excluded.read_at, sealed = excluded.sealed`,
			string(c.ID), database.Micros(f.now()), f.ring.Seal(purposeFacts, plain, []byte(c.ID)))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep facts of a customer: %w", err)
	}
	return nil
}

// factsAtOnce is how many customers one query asks for.
const factsAtOnce = 500

// Of returns what is known of some customers, however old. Those of whom nothing is
// known are left out.
func (f *Facts) Of(ctx context.Context, customers []pcclient.TenantID) (map[pcclient.TenantID]Fact, error) {
	known := map[pcclient.TenantID]Fact{}
	for len(customers) > 0 {
		part := customers[:min(len(customers), factsAtOnce)]
		customers = customers[len(part):]
		if err := f.read(ctx, part, known); err != nil {
			return nil, fmt.Errorf("read facts of customers: %w", err)
		}
	}
	return known, nil
}

func (f *Facts) read(ctx context.Context, customers []pcclient.TenantID, known map[pcclient.TenantID]Fact) error {
	marks, args := make([]string, len(customers)), make([]any, len(customers))
	for i, id := range customers {
		marks[i], args[i] = "$"+strconv.Itoa(i+1), string(id)
	}
	rows, err := f.db.Read().QueryContext(ctx, `SELECT customer, read_at, sealed FROM customers WHERE customer IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var one Fact
		var at int64
		var text string
		if err := rows.Scan(&one.ID, &at, &text); err != nil {
			return err
		}
		plain, err := f.ring.Open(purposeFacts, text, []byte(one.ID))
		if errors.Is(err, seal.ErrSealed) {
			continue // sealed with a key that is gone: Partner Center is asked again
		}
		var facts sealedFact
		if err == nil {
			err = json.Unmarshal(plain, &facts)
		}
		if err != nil {
			return err
		}
		one.Domain, one.Country, one.At = facts.Domain, facts.Country, database.Time(at)
		known[one.ID] = one
	}
	return rows.Err()
}
