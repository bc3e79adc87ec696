package db_test

import (
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

func TestTheStepsOfAReadAreThoseOfItsStatementsAndNoOthers(t *testing.T) {
	d, err := db.Open(t.Context(), db.Options{Path: filepath.Join(t.TempDir(), "steps.db"), Key: key.Plain(testKey), Migrations: []db.Migration{{Area: "steps", Number: 1, SQL: "CREATE TABLE steps_row (id INTEGER NOT NULL PRIMARY KEY, n INTEGER NOT NULL);"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range 1000 {
			if _, err := tx.Exec("INSERT INTO steps_row (id, n) VALUES (?, ?)", i, i%7); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	count := func(sql string, args ...any) *db.Steps {
		s := &db.Steps{}
		if err := d.Read(db.CountSteps(t.Context(), s), func(tx *db.Tx) error { var n int; return tx.Row(sql, args...).Scan(&n) }); err != nil {
			t.Fatal(err)
		}
		return s
	}
	const scan, point = "SELECT count(*) FROM steps_row WHERE n = ?", "SELECT n FROM steps_row WHERE id = ?"
	for range 2 { // the second time the statement is of the cache, and counts from nothing again
		if s := count(scan, 3); s.Scans < 999 || s.Steps < 3000 || s.By[scan] != s.Steps {
			t.Errorf("a scan of 1000 rows: %+v", s)
		}
		if s := count(point, 3); s.Scans != 0 || s.Steps > 50 {
			t.Errorf("a point read: %+v", s)
		}
	}
}
