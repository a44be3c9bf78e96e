// Package presence knows who has a customer's form open at the moment. It locks
// nothing and promises nothing: an open form notes itself now and then, and a minute
// after its last note nobody sees it any more. Names are sealed, so the file shows
// ids and times only. It is not for use outside the portal.
package presence

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/seal"
)

const (
	// Lifetime is how long a form counts as open after it was last noted.
	Lifetime = time.Minute
	// fresh is how long a note stands for the next ones: redrawing a form must not
	// cost a disk write each time. With the forms noting themselves every 30 s there
	// is always a note younger than Lifetime.
	fresh = 25 * time.Second

	// mostForms is how many open forms of one operator are kept for a customer, far
	// above what anybody has open: past them those seen longest ago go.
	mostForms = 50

	purpose = "presence"
)

// Person is somebody who has the form open, however many times.
type Person struct {
	Operator string
	Name     string
	// OpenedAt is when they opened the first of their open forms, SeenAt when the
	// latest of them was noted last.
	OpenedAt, SeenAt time.Time
}

// Store keeps the notes in the portal's database. It is safe for concurrent use.
type Store struct {
	db   *database.DB
	ring *seal.Ring
	now  func() time.Time
}

// New returns the store. now is time.Now outside tests.
func New(db *database.DB, ring *seal.Ring, now func() time.Time) *Store {
	return &Store{db: db, ring: ring, now: now}
}

// Here notes that the operator has the customer's form open as this draft. Of a very
// long name the beginning is kept.
func (s *Store) Here(ctx context.Context, operator, name string, customer pcclient.TenantID, draft string) error {
	now := s.now()
	var seen int64
	err := s.db.Read().QueryRowContext(ctx,
		`SELECT seen_at FROM presence WHERE customer = $1 AND operator = $2 AND draft = $3`,
		string(customer), operator, draft).Scan(&seen)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("note an open form: %w", err)
	}
	if err == nil && now.Sub(database.Time(seen)) < fresh {
		return nil
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		// A form seen after its minute was closed in between: it is open since now.
		_, err := tx.ExecContext(ctx, `
			INSERT INTO presence (customer, operator, draft, opened_at, seen_at, sealed) VALUES ($1, $2, $3, $4, $4, $5)
			ON CONFLICT (customer, operator, draft) DO UPDATE SET
				opened_at = CASE WHEN presence.seen_at <= $6 THEN excluded.opened_at ELSE presence.opened_at END,
				seen_at = excluded.seen_at, sealed = excluded.sealed`,
			string(customer), operator, draft, database.Micros(now),
			s.ring.Seal(purpose, []byte(clip(name)), bound(customer, operator)), s.oldest())
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM presence WHERE customer = $1 AND operator = $2 AND draft NOT IN
			(SELECT draft FROM presence WHERE customer = $1 AND operator = $2 ORDER BY seen_at DESC, draft LIMIT $3)`,
			string(customer), operator, mostForms)
		return err
	})
	if err != nil {
		return fmt.Errorf("note an open form: %w", err)
	}
	return nil
}

// Others lists who else has the customer's form open, the one seen last first; none
// is an empty list. The operator's own other tabs are nobody else.
func (s *Store) Others(ctx context.Context, operator string, customer pcclient.TenantID) ([]Person, error) {
	all, err := s.Among(ctx, operator, []pcclient.TenantID{customer})
	return all[customer], err
}

// Among is Others for several customers at once. Customers with nobody are left out.
func (s *Store) Among(ctx context.Context, operator string, customers []pcclient.TenantID) (map[pcclient.TenantID][]Person, error) {
	if len(customers) == 0 {
		return nil, nil
	}
	args := []any{operator, s.oldest()}
	places := make([]string, len(customers))
	for i, customer := range customers {
		args = append(args, string(customer))
		places[i] = "$" + strconv.Itoa(len(args))
	}
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT customer, operator, opened, seen_at, sealed FROM (
			SELECT customer, operator, seen_at, sealed,
				MIN(opened_at) OVER (PARTITION BY customer, operator) AS opened,
				ROW_NUMBER() OVER (PARTITION BY customer, operator ORDER BY seen_at DESC, draft) AS nth
			FROM presence WHERE operator <> $1 AND seen_at > $2 AND customer IN (`+strings.Join(places, ", ")+`)
		) AS noted WHERE nth = 1`, args...)
	if err != nil {
		return nil, fmt.Errorf("list open forms: %w", err)
	}
	defer rows.Close()
	all := map[pcclient.TenantID][]Person{}
	for rows.Next() {
		customer, person, err := s.scan(rows.Scan)
		if errors.Is(err, seal.ErrSealed) {
			continue // sealed with a key that is gone: its minute is soon over
		}
		if err != nil {
			return nil, fmt.Errorf("list open forms: %w", err)
		}
		all[customer] = append(all[customer], person)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list open forms: %w", err)
	}
	for _, people := range all {
		slices.SortFunc(people, func(a, b Person) int {
			return cmp.Or(b.SeenAt.Compare(a.SeenAt), cmp.Compare(a.Operator, b.Operator))
		})
	}
	return all, nil
}

// Leave forgets one open form of the operator. Leaving twice is no error.
func (s *Store) Leave(ctx context.Context, operator string, customer pcclient.TenantID, draft string) error {
	_, err := s.delete(ctx, `DELETE FROM presence WHERE customer = $1 AND operator = $2 AND draft = $3`, string(customer), operator, draft)
	if err != nil {
		return fmt.Errorf("forget an open form: %w", err)
	}
	return nil
}

// Sweep deletes the notes that nobody sees any more and returns how many went.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	gone, err := s.delete(ctx, `DELETE FROM presence WHERE seen_at <= $1`, s.oldest())
	if err != nil {
		return 0, fmt.Errorf("sweep open forms: %w", err)
	}
	return gone, nil
}

// delete runs one statement of this file and returns how many rows went.
func (s *Store) delete(ctx context.Context, statement string, args ...any) (int64, error) {
	var gone int64
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		gone, err = result.RowsAffected()
		return err
	})
	return gone, err
}

// oldest is the time at and before which a form that was noted counts as closed.
func (s *Store) oldest() int64 { return database.Micros(s.now().Add(-Lifetime)) }

func (s *Store) scan(scan func(...any) error) (pcclient.TenantID, Person, error) {
	var customer pcclient.TenantID
	var p Person
	var opened, seen int64
	var sealed string
	if err := scan(&customer, &p.Operator, &opened, &seen, &sealed); err != nil {
		return "", Person{}, err
	}
	name, err := s.ring.Open(purpose, sealed, bound(customer, p.Operator))
	if err != nil {
		return "", Person{}, err
	}
	p.Name, p.OpenedAt, p.SeenAt = string(name), database.Time(opened), database.Time(seen)
	return customer, p, nil
}

// longestName is how many characters of a name are kept: what the identity provider
// calls somebody stands on other people's pages.
const longestName = 100

func clip(name string) string {
	if runes := []rune(name); len(runes) > longestName {
		return string(runes[:longestName-1]) + "…"
	}
	return name
}

func bound(customer pcclient.TenantID, operator string) []byte {
	b, _ := json.Marshal([]string{string(customer), operator}) // strings always marshal
	return b
}
