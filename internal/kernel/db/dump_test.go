package db_test

import (
	"reflect"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// A table's rows are read and written as they are on both engines, and the database
// numbers on from what was written.
func TestRowsAreCopiedAsTheyAre(t *testing.T) {
	stores(t, "CREATE TABLE z (id INTEGER PRIMARY KEY, what TEXT, part BLOB, share REAL);\nCREATE TABLE a (k BLOB PRIMARY KEY);", func(t *testing.T, d *db.DB) {
		var tables []db.Table
		err := d.Read(t.Context(), func(tx *db.Tx) (err error) { tables, err = tx.Tables(); return err })
		want := []db.Table{{Name: "a", Columns: []string{"k"}}, {Name: "godwit_migrations", Columns: []string{"area", "number", "hash", "applied"}},
			{Name: "z", Columns: []string{"id", "what", "part", "share"}}}
		if err != nil || !reflect.DeepEqual(tables, want) {
			t.Fatalf("the tables are %v, %v", tables, err)
		}
		rows := make([][]any, 0, 1000)
		for i := range int64(1000) {
			rows = append(rows, []any{i + 1, "ünï", []byte{}, 0.25})
		}
		rows[500] = []any{int64(501), nil, nil, nil}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tx.Insert(tables[2], rows); err != nil {
				return err
			}
			return tx.Renumber()
		})
		if err != nil {
			t.Fatal(err)
		}
		var id, none, empty int64
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tx.Row("INSERT INTO z (what) VALUES ('next') RETURNING id").Scan(&id); err != nil {
				return err
			}
			if err := tx.Row("SELECT count(*) FROM z WHERE part IS NULL").Scan(&none); err != nil {
				return err
			}
			return tx.Row("SELECT count(*) FROM z WHERE length(part) = 0 AND what = ?", "ünï").Scan(&empty)
		})
		if err != nil || id != 1001 || none != 2 || empty != 999 {
			t.Errorf("the next number is %d, %d have no part and %d an empty one (%v)", id, none, empty, err)
		}
	})
}

// A name from outside that is no name never becomes part of a statement.
func TestInsertTakesNamesOnly(t *testing.T) {
	stores(t, "CREATE TABLE z (id INTEGER PRIMARY KEY)", func(t *testing.T, d *db.DB) {
		for _, bad := range []db.Table{
			{Name: "z; DROP TABLE z; --", Columns: []string{"id"}}, {Name: "z", Columns: []string{"id) VALUES (1); DROP TABLE z; --"}}, {Name: "Z", Columns: []string{"id"}},
			{Name: "", Columns: []string{"id"}}, {Name: "z"}, {Name: "1z", Columns: []string{"id"}}, {Name: "z", Columns: []string{"id", "id"}},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Insert(bad, [][]any{{int64(1)}}) })
			if err == nil {
				t.Errorf("%q was written to", bad)
			}
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := tx.Tables(); return err }); err != nil {
			t.Error(err)
		}
	})
}

// Which migrations bring a new database to where an old one was.
func TestThrough(t *testing.T) {
	list := []db.Migration{{Area: "a", Number: 1, SQL: "1"}, {Area: "b", Number: 1, SQL: "2"}, {Area: "a", Number: 2, SQL: "3"}}
	var all []db.Step
	stores(t, "CREATE TABLE z (id INTEGER PRIMARY KEY)", func(t *testing.T, d *db.DB) {
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { all, err = tx.Steps(); return err }); err != nil || len(all) != 1 {
			t.Fatalf("%v %v", all, err)
		}
	})
	if _, err := db.Through(list, all); fault.KeyOf(err) != "db.newer" {
		t.Errorf("a step that is not known: %v", err)
	}
	other := db.Migration{Area: all[0].Area, Number: 1, SQL: "another text"}
	if _, err := db.Through([]db.Migration{other}, all); fault.KeyOf(err) != "db.changed_migration" {
		t.Errorf("a step that reads differently: %v", err)
	}
	if got, err := db.Through(list, nil); err != nil || len(got) != 0 {
		t.Errorf("no step: %v %v", got, err)
	}
}
