package backup

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// migrationsTable is made anew where an archive is restored.
const migrationsTable = "godwit_migrations"

// readState fills in what the journal's tables say of themselves.
func readState(tx *db.Tx, h *Header) error {
	var err error
	if h.Installation, err = Installation(tx); err != nil {
		return err
	}
	var latest int64
	if err := tx.Row("SELECT count(*) FROM journal_entries").Scan(&h.Entries); err != nil {
		return err
	}
	if err := tx.Row("SELECT coalesce(max(hlc), 0) FROM journal_heads").Scan(&latest); err != nil {
		return err
	}
	if latest > 0 {
		h.Latest = journal.HLC(latest).Time().UTC().Truncate(time.Millisecond)
	}
	return nil
}

// Installation is the id under which a database writes; of one that never wrote,
// the zero id.
func Installation(tx *db.Tx) (string, error) {
	var id db.ID
	err := tx.Row("SELECT id FROM journal_installation").Scan(&id)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return id.String(), err
}

func countRows(tx *db.Tx, table string) (n int64, err error) {
	err = tx.Row("SELECT count(*) FROM " + table).Scan(&n)
	return n, err
}

// eachRow walks a table as the engine keeps it. The row is used again.
func eachRow(tx *db.Tx, t db.Table, f func(row []any) error) error {
	rows, err := tx.Stream("SELECT * FROM " + t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	row, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// empty removes what the migrations put into a new table.
func empty(tx *db.Tx, table string) error {
	_, err := tx.Exec("DELETE FROM " + table)
	return err
}
