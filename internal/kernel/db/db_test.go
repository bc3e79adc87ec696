package db_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

func TestSmoke(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?.db")
	m := []db.Migration{{Area: "t", Number: 1, SQL: "CREATE TABLE t (id BLOB PRIMARY KEY, n INTEGER NOT NULL, s TEXT) WITHOUT ROWID; CREATE INDEX t_n ON t (n)"}}
	d, err := db.Open(t.Context(), db.Options{Path: path, Key: key.Plain(bytes.Repeat([]byte{1}, 32)), Migrations: m})
	if err != nil {
		t.Fatal(err)
	}
	id := db.NewID()
	if err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec("INSERT INTO t (id, n, s) VALUES (?, ?, ?)", id, 5, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(t.Context(), func(tx *db.Tx) error {
		var got db.ID
		var n int
		var s *string
		if err := tx.Row("SELECT id, n, s FROM t").Scan(&got, &n, &s); err != nil {
			return err
		}
		t.Log(got, n, s)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	i, err := d.Info(t.Context())
	t.Logf("%+v %v", i, err)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
