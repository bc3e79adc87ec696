package journal_test

import (
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// An entry is written once, and PostgreSQL is told so.
func TestEntriesAreFrozenEarlyOnPostgreSQL(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		if n.d.Engine() != db.Postgres {
			return
		}
		if err := n.d.Read(t.Context(), func(tx *db.Tx) error {
			var told bool
			err := tx.Row("SELECT 'autovacuum_freeze_min_age=0' = ANY(coalesce(reloptions, '{}')) FROM pg_class WHERE relname = 'journal_entries'").Scan(&told)
			if err == nil && !told {
				t.Error("the table of entries is cared for as one that changes")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
