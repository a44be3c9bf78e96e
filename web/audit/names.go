package audit

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// names returns the names of who saved that the filter's Who is a part of. There are
// as many as people, not as changes: the database leaps from each name to the next.
// The comparison is made here, because the engines fold case differently.
func (t *Trail) names(ctx context.Context, f Filter) ([]string, error) {
	within, args := changeKinds, []any(nil)
	if f.Customer != "" {
		within, args = within+` AND a.customer = $1`, []any{string(f.Customer)}
	}
	rows, err := t.db.Read().QueryContext(ctx, `
		WITH RECURSIVE names (name) AS (
			SELECT (SELECT min(a.operator_name) FROM audit a WHERE `+within+`)
			UNION ALL
			SELECT (SELECT min(a.operator_name) FROM audit a WHERE `+within+` AND a.operator_name > names.name)
			FROM names WHERE names.name IS NOT NULL)
		SELECT name FROM names WHERE name IS NOT NULL`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	part := folded(strings.TrimSpace(f.Who))
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if strings.Contains(folded(name), part) {
			names = append(names, name)
		}
	}
	return names, rows.Err()
}

// folded is a text without its case, and with letters composed: a name typed on
// another machine is the same name.
func folded(text string) string {
	return strings.ToLower(strings.ToUpper(norm.NFC.String(text)))
}
