// Package preferences keeps what people chose in the settings: how pages look, in
// which time zone times are told, whether single keys act. It follows a person to any
// browser and is nobody else's. It is not for use outside the portal.
package preferences

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/partnerdesk/portal/web/database"
	"github.com/partnerdesk/portal/web/words"
)

// Preferences are one person's. The zero value is what the portal does by itself.
type Preferences struct {
	// Theme is Light, Dark or "", which follows the system.
	Theme string
	// Density is Dense or "", which is comfortable.
	Density string
	// Language is the tag of one of words.Languages, or "", which is the browser's.
	Language string
	// Zone is the name of one of Zones, or "", which is the portal's.
	Zone string
	// KeysOff switches off the shortcuts of a single key.
	KeysOff bool
}

// The values that are no default.
const (
	Light = "light"
	Dark  = "dark"
	Dense = "dense"
)

// Field names a part of Preferences.
type Field string

// The fields that can hold what nobody can choose.
const (
	FieldTheme    Field = "theme"
	FieldDensity  Field = "density"
	FieldLanguage Field = "language"
	FieldZone     Field = "zone"
)

// Wrong lists the fields that hold none of their values, in the order of the struct.
func (p Preferences) Wrong() []Field {
	var wrong []Field
	if !slices.Contains([]string{"", Light, Dark}, p.Theme) {
		wrong = append(wrong, FieldTheme)
	}
	if !slices.Contains([]string{"", Dense}, p.Density) {
		wrong = append(wrong, FieldDensity)
	}
	if p.Language != "" && words.Tagged(p.Language) == nil {
		wrong = append(wrong, FieldLanguage)
	}
	if p.Zone != "" && p.Location() == nil {
		wrong = append(wrong, FieldZone)
	}
	return wrong
}

// Zones are the time zones people can choose, ordered by their IANA names. One that
// this machine's database of zones does not have is left out.
func Zones() []*time.Location { return slices.Clone(loaded()) }

// loaded reads the zones once: there are hundreds, each a file.
var loaded = sync.OnceValue(func() []*time.Location {
	var list []*time.Location
	for _, name := range zones {
		if zone, err := time.LoadLocation(name); err == nil {
			list = append(list, zone)
		}
	}
	return list
})

// Location is the time zone chosen; nil for none, or for one that is not there any more.
func (p Preferences) Location() *time.Location {
	i, found := slices.BinarySearchFunc(loaded(), p.Zone, func(l *time.Location, name string) int { return strings.Compare(l.String(), name) })
	if !found {
		return nil
	}
	return loaded()[i]
}

// Store keeps them in the portal's database. It is safe for concurrent use.
type Store struct{ db *database.DB }

// New returns the store.
func New(db *database.DB) *Store { return &Store{db: db} }

// Of returns the operator's preferences; the zero value for one who never chose.
func (s *Store) Of(ctx context.Context, operator string) (Preferences, error) {
	var p Preferences
	err := s.db.Read().QueryRowContext(ctx,
		`SELECT theme, density, language, zone, keys_off <> 0 FROM preferences WHERE operator = $1`, operator).
		Scan(&p.Theme, &p.Density, &p.Language, &p.Zone, &p.KeysOff)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Preferences{}, fmt.Errorf("read preferences: %w", err)
	}
	return p, nil
}

// Keep replaces the operator's preferences, which must have nothing wrong.
func (s *Store) Keep(ctx context.Context, operator string, p Preferences) error {
	if wrong := p.Wrong(); len(wrong) > 0 {
		return fmt.Errorf("keep preferences: no such choice of %v", wrong)
	}
	off := 0
	if p.KeysOff {
		off = 1
	}
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO preferences (operator, theme, density, language, zone, keys_off) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (operator) DO UPDATE SET theme = excluded.theme, density = excluded.density,
				language = excluded.language, zone = excluded.zone, keys_off = excluded.keys_off`,
			operator, p.Theme, p.Density, p.Language, p.Zone, off)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep preferences: %w", err)
	}
	return nil
}
