package audit_test

import (
	"database/sql"
	"iter"
	"testing"

	"github.com/partnerdesk/portal/web/audit"
)

// writeAll appends many entries in one transaction.
func (l *trail) writeAll(t testing.TB, entries iter.Seq2[audit.Entry, audit.Values]) {
	t.Helper()
	err := l.db.Write(t.Context(), func(tx *sql.Tx) error {
		for e, v := range entries {
			if _, err := l.Append(t.Context(), tx, e, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("append: %v", err)
	}
}
